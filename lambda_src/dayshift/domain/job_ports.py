"""The ports of jobs: all that bringing them about needs of the world. Everything raises TransientError."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from dayshift.domain.detections import Prediction
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.jobs import Book, Job, JobImage, Phase
from dayshift.domain.messages import Envelope
from dayshift.domain.ports import Records
from dayshift.domain.results import Status


@dataclass(frozen=True, slots=True)
class Order:
    """What the service is asked for. `name` is the same however often this attempt is submitted."""

    model: str
    job_id: str
    attempt: int
    name: str
    images: tuple[JobImage, ...]
    runs_at_most: timedelta


@dataclass(frozen=True, slots=True)
class ServiceJob:
    """A job as the service tells of it: its id there, its phase and the service's own word for it, what it has cost."""

    id: str
    phase: Phase
    word: str
    cost_usd: float = 0.0
    message: str = ""


@dataclass(frozen=True, slots=True)
class Results:
    """What an attempt brought: by index what the model saw, or why it could not read that image; and what was wrong.

    Nothing is in here that was not asked for, or not at the expected place. `problem` is None where nothing was wrong.
    """

    predictions: Mapping[int, Prediction]
    refusals: Mapping[int, str]
    problem: str | None = None


class Parcel(Protocol):
    """What an attempt is given, while it is being packed."""

    def add(self, index: int, image: ImageRef, content: bytes, form: str) -> None:
        """Takes one image; `form` is "jpeg" or "png"."""

    def close(self) -> None:
        """Puts it where the service will find it. One that was never closed is nowhere."""


class JobService(Protocol):
    """A service outside that reads many images in one job."""

    @property
    def limits(self) -> Limits:
        """What it can read at all."""

    def parcel(self, order: Order) -> Parcel:
        """An empty one. The same order packed again lies in the same place."""

    def find(self, name: str) -> ServiceJob | None:
        """The job of this name, if the service has heard of it."""

    def submit(self, order: Order) -> ServiceJob:
        """Asks for the job; what `parcel` packed is in place. Raises TransientError also where nobody can tell whether
        the service took it, and RefusedError where it said no."""

    def look(self, service_id: str) -> ServiceJob | None:
        """How it is; None where the service knows it no more."""

    def cancel(self, service_id: str) -> None:
        """Asks for its end; whoever wants it ended asks again until `look` says so. Quiet if it has ended."""

    def results(self, order: Order) -> Results:
        """What an ended job brought, checked; empty with a `problem` where there is nothing at the expected place."""


class JobBook(Protocol):
    """The book of one model."""

    def read(self) -> tuple[Book, str | None]:
        """The book, and its mark for `write`: None where none was ever written."""

    def write(self, book: Book, mark: str | None) -> str | None:
        """Writes it if it is still as it was read; answers the new mark, or None where somebody was faster."""


class ClosedJobs(Protocol):
    """Jobs that are over, for people to look at."""

    def keep(self, job: Job) -> None:
        """Writes it down; a second time changes nothing that matters."""


class JobRecords(Records, Protocol):
    """The terminal records of one model, as its jobs look at them."""

    def status(self, image: ImageRef) -> Status | None:
        """How this image ended; None where it has no record."""


class JobMailbox(Protocol):
    """The queue of one model as its jobs are filled from it."""

    def receive(self) -> Sequence[Envelope]:
        """Up to ten messages, or none without waiting for any."""

    def done(self, receipts: Sequence[str]) -> None:
        """Takes the messages off the queue."""

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        """Hides messages for so many seconds more; 0 shows them at once."""


class ImageContents(Protocol):
    """The images bucket, as images are read from it whole."""

    def read(self, image: ImageRef) -> bytes:
        """All bytes of this version. Raises GoneError, and PermanentError about the image."""
