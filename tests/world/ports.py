"""The ports of the real services, over the simulated world: every call passes the recorder's line."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import GoneError, PermanentError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.ports import Page, Progress
from dayshift.domain.results import TerminalRecord
from dayshift.domain.sweeping import QueueDepth, Tries
from tests.world.clock import EventLoop
from tests.world.faults import Died, Fault, Invocation, Recorder, Strike
from tests.world.queue import Queue
from tests.world.service import CustomLabels
from tests.world.site import Site
from tests.world.storage import Bucket, Ledger, Payment

T = TypeVar("T")
LOGO = Prediction((Detection(Kind.CUSTOM_LABEL, "acme", 97.5),), "1", 0.0)
LIMITS = Limits(15_728_640, 64, 4_096, ("jpeg", "png"))


def moment_of(seconds: float) -> datetime:
    """As our code is told it."""
    return datetime.fromtimestamp(seconds, UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """The line between one invocation and the world."""

    recorder: Recorder
    invocation: Invocation

    def call(self, name: str, effect: Callable[[], T], strike: Strike = Fault.strike) -> T:
        """One call."""
        return self.recorder.call(name, effect, self.invocation, strike)


@dataclass(frozen=True, slots=True)
class QueuePort:
    """SqsQueue."""

    line: Line
    queue: Queue

    def send(self, requests: Sequence[InferenceRequest]) -> None:
        for number in range(0, len(requests), 10):
            bodies = [request.to_json() for request in requests[number : number + 10]]
            self.line.call("queue.send", partial(self._sent, bodies))

    def _sent(self, bodies: Sequence[str]) -> None:
        for body in bodies:
            self.queue.send(body)

    def depth(self) -> QueueDepth:
        return self.line.call("queue.depth", self.queue.depth)


@dataclass(frozen=True, slots=True)
class InboxPort:
    """SqsInbox; a receipt is a message's id."""

    line: Line
    queue: Queue

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        if seconds_by_receipt:
            self.line.call("inbox.rest", lambda: self._rest(seconds_by_receipt))

    def _rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        for receipt, seconds in seconds_by_receipt.items():
            if (message := self.queue.messages.get(receipt)) is not None:
                self.queue.change_visibility(message, seconds)


@dataclass(frozen=True, slots=True)
class PredictorPort:
    """The family's predictor: takes time, refuses what it cannot read, is paid."""

    line: Line
    site: Site
    bucket: Bucket
    loop: EventLoop
    limits: Limits = LIMITS

    def predict(self, image: ImageRef) -> Prediction:
        return self.line.call("predictor.predict", lambda: self._predict(image))

    def predict_bytes(self, content: bytes) -> Prediction:
        raise AssertionError("a labeler reads what lies in S3")

    def _predict(self, image: ImageRef) -> Prediction:
        began, seconds = self.loop.now, self.site.service.seconds_an_image
        left = self.line.invocation.deadline - self.loop.now
        self.loop.sleep(min(seconds, left))
        if seconds >= left:  # Lambda's timeout
            self.line.invocation.struck = self.line.invocation.dead = True
            raise Died
        assert isinstance(self.site.service, CustomLabels)
        self.site.service.detect()
        stored = self.bucket.find(image)
        if stored.deleted_at is not None:
            raise GoneError("deleted before it was read")
        if not stored.is_readable:
            raise PermanentError("unsupported_format", "not an image at all")
        stored.paid.append(Payment(self.line.invocation, began))
        return LOGO


@dataclass(frozen=True, slots=True)
class RecordsPort:
    """S3Records."""

    line: Line
    site: Site

    def exists(self, image: ImageRef) -> bool:
        return self.line.call("records.exists", lambda: self.site.records.exists(image))

    def write(self, record: TerminalRecord) -> bool:
        return self.line.call("records.write", lambda: self._write(record))

    def _write(self, record: TerminalRecord) -> bool:
        wrote = self.site.records.write(record)
        stored = self.site.records.bucket.versions.get((record.image.key, record.image.version))
        for payment in stored.paid if stored else ():
            if payment.invocation is self.line.invocation:
                payment.wrote = wrote
        return wrote


@dataclass(frozen=True, slots=True)
class ImagesPort:
    """S3Images."""

    line: Line
    bucket: Bucket

    def pages(self, prefix: str, start: tuple[str, str] | None) -> Iterator[Page]:
        yield from self.line.call("images.pages", lambda: list(self.bucket.pages(prefix, start, moment_of)))


@dataclass(frozen=True, slots=True)
class LedgerPort:
    """S3Ledger."""

    line: Line
    ledger: Ledger

    def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
        return self.line.call("ledger.answered", lambda: self.ledger.answered(images))

    def tries(self, image: ImageRef) -> Tries | None:
        return self.line.call("ledger.tries", lambda: self.ledger.kept.get(image))

    def remember(self, image: ImageRef, tries: Tries) -> None:
        self.line.call("ledger.remember", lambda: self.ledger.kept.__setitem__(image, tries))

    def progress(self) -> Progress:
        return self.line.call("ledger.progress", lambda: self.ledger.last)

    def keep(self, progress: Progress) -> None:
        self.line.call("ledger.keep", lambda: setattr(self.ledger, "last", progress))
