"""The ports: all that the services need of the world, and nothing more. Adapters and fakes provide them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayshift.domain.detections import Prediction
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.results import TerminalRecord
from dayshift.domain.sweeping import QueueDepth, Tries


class Predictor(Protocol):
    """A family's way of reading one image."""

    @property
    def limits(self) -> Limits:
        """What the family can read at all."""

    def predict(self, image: ImageRef) -> Prediction:
        """What the model sees. Raises PermanentError, GoneError or TransientError."""


class Records(Protocol):
    """The terminal records of one model."""

    def exists(self, image: ImageRef) -> bool:
        """Whether this image has its record already."""

    def write(self, record: TerminalRecord) -> bool:
        """Writes a record that no one can overwrite; False if another delivery wrote one first."""


class Inbox(Protocol):
    """The queue as its reader sees it."""

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        """Hides messages for so many seconds more. Raises TransientError."""


class Queue(Protocol):
    """The queue as its writers see it."""

    def send(self, requests: Sequence[InferenceRequest]) -> None:
        """Sends all, or raises TransientError after having tried the unsent ones again."""

    def depth(self) -> QueueDepth:
        """About how many messages wait, are being read, and are delayed."""


@dataclass(frozen=True, slots=True)
class StoredImage:
    """An image as the bucket lists it."""

    image: ImageRef
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a listing, and where the next one begins: None after the last."""

    images: tuple[StoredImage, ...]
    next_marker: tuple[str, str] | None


class Images(Protocol):
    """The images bucket, version by version."""

    def pages(self, prefix: str, start: tuple[str, str] | None) -> Iterator[Page]:
        """Pages of all versions under the prefix, after the marker, without delete markers."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an unfinished sweep of a model stopped, and when the newest answer known to the sweep was written."""

    marker: tuple[str, str] | None = None
    last_answer_at: datetime | None = None


class Ledger(Protocol):
    """What one model's sweeps know and remember, beside the records."""

    def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
        """Which of these, adjacent in listing order, have a terminal record; and when the newest seen was written."""

    def tries(self, image: ImageRef) -> Tries | None:
        """The tries of one image; None if it was never swept."""

    def remember(self, image: ImageRef, tries: Tries) -> None:
        """Keeps the tries of one image."""

    def progress(self) -> Progress:
        """What the last sweep kept."""

    def keep(self, progress: Progress) -> None:
        """Keeps it for the next sweep."""
