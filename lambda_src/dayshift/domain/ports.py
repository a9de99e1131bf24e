"""The ports: all that the services need of the world, and nothing more. Adapters and fakes provide them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayshift.domain.detections import Prediction
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.lifecycle import MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.override import Override
from dayshift.domain.results import TerminalRecord
from dayshift.domain.sweeping import QueueDepth, Tries


class Predictor(Protocol):
    """A family's way of reading one image."""

    @property
    def limits(self) -> Limits:
        """What the family can read at all."""

    def predict(self, image: ImageRef) -> Prediction:
        """What the model sees. Raises PermanentError, GoneError or TransientError."""

    def predict_bytes(self, content: bytes) -> Prediction:
        """What the model sees in bytes that lie nowhere, and are no more than it reads. Raises PermanentError,
        TransientError, or ClosedError while the model sleeps."""


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


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """A model's state, the service's own word for it, and what it, or we, have to say about it.

    `lingers`: it FAILED, and is still there, perhaps still paid, until it is stopped. Of a fleet: `capacity` is how
    many workers it was told to have, `workers` how many are paid now (0 when STOPPED).
    """

    state: ModelState
    word: str
    message: str = ""
    lingers: bool = False
    capacity: int = 1
    workers: int = 1


class ModelPower(Protocol):
    """Starting and stopping one model, as a tick needs it. Everything raises TransientError; already so is success."""

    def describe(self) -> ModelStatus:
        """What the model is doing."""

    def start(self, workers: int = 1) -> None:
        """Asks for the start; the model runs some minutes later. A fleet is told so, too, to have another number of
        workers; other families know no workers."""

    def stop(self) -> None:
        """Asks for the stop. A refusal, as while STARTING, returns quietly: whoever wants it stopped asks again."""

    def probe(self) -> bool:
        """Whether the model answers an inference. True where the family has no cheap way to ask."""


class OwnedPower(ModelPower, Protocol):
    """All of a family's power over one model. A tick sees it as ModelPower, so no tick can let go of a model."""

    def release(self) -> None:
        """Makes the model nobody's again. Quiet if it is not there, nobody's already, or another deployment's: that one
        keeps it. Stops nothing."""


class Gate(Protocol):
    """What lets the readers of a queue read: the event source mapping before the labeler, or, of a fleet, what its
    workers look at. Everything raises TransientError."""

    def state(self) -> MappingState:
        """Open, closed, between the two, or not there."""

    def enable(self) -> None:
        """Opens it, in seconds; returns quietly while it is changing."""

    def disable(self) -> None:
        """Closes it, in seconds; what was taken is still finished."""


class Depth(Protocol):
    """The queue as reconcile sees it."""

    def depth(self) -> QueueDepth:
        """About how many messages wait, are being read, and are delayed."""


class PowerState(Protocol):
    """What is kept for one model between ticks. Everything raises TransientError."""

    def remember(self, memory: Memory) -> None:
        """Keeps the memory."""

    def switch(self, override: Override | None) -> None:
        """Keeps a person's word, or forgets it."""


class Arrivals(Protocol):
    """How many images came, over the last weeks."""

    def since(self, start: datetime) -> Sequence[tuple[datetime, int]]:
        """Counts of five minutes each by their beginning, in time order, without the empty ones."""
