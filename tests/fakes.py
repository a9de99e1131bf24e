"""Small, typed stand-ins for the ports, and builders that keep tests short."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dayshift.domain.detections import BoundingBox, Detection, Kind, Prediction
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.lifecycle import MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.override import Override
from dayshift.domain.ports import ModelStatus, Page, Progress, StoredImage
from dayshift.domain.results import TerminalRecord, record_key
from dayshift.domain.sweeping import QueueDepth, Tries

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
IMAGES, RESULTS = "acme-images", "acme-results"
SIGNS = ModelSpec(
    "signs", "rekognition", None, "incoming/signs/", {"features": ["labels", "text"], "minimum_confidence_percent": 55}
)
LIMITS = Limits(15_728_640, 80, 10_000, ("jpeg", "png"))
EMPTY = QueueDepth(0, 0, 0)
NEVER_SWEPT = Progress()
FLOWER = Prediction(
    (Detection(Kind.LABEL, "Flower", 98.5, BoundingBox(0.1, 0.2, 0.3, 0.4)), Detection(Kind.TEXT, "OPEN", 91.0)),
    "labels 3.0, text 3.0",
    0.002,
)


def image(key: str = "incoming/signs/red flower.jpg", **changes: Any) -> ImageRef:
    """An ordinary image of 48 kB, changed as asked."""
    return replace(ImageRef(IMAGES, key, "v1", "e1", 48_213), **changes)


def request(of: ImageRef | None = None, model: str = "signs") -> InferenceRequest:
    """A request for one image."""
    return InferenceRequest(of or image(), model, NOON)


def envelope(*images: ImageRef, receive_count: int = 1, message_id: str | None = None) -> Envelope:
    """A message for these images."""
    name = message_id or "-".join(f"{one.key}@{one.version}" for one in images)
    return Envelope(name, f"receipt of {name}", receive_count, tuple(request(one) for one in images))


@dataclass
class FakePredictor:
    """Answers FLOWER, or what `answers` says for a key, and `answer` for bytes: a prediction, or an error to raise."""

    answers: Mapping[str, Prediction | BaseException] = field(default_factory=dict)
    limits: Limits = LIMITS
    paid: list[ImageRef] = field(default_factory=list)
    answer: Prediction | BaseException = FLOWER
    sent: list[bytes] = field(default_factory=list)

    def predict(self, image: ImageRef) -> Prediction:
        answer = self.answers.get(image.key, FLOWER)
        if isinstance(answer, BaseException):
            raise answer
        self.paid.append(image)
        return answer

    def predict_bytes(self, content: bytes) -> Prediction:
        self.sent.append(content)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@dataclass
class FakeRecords:
    """Terminal records by their key; `refuse` is an error that writing raises, once."""

    model: str = "signs"
    written: dict[str, TerminalRecord] = field(default_factory=dict)
    refuse: BaseException | None = None

    def exists(self, image: ImageRef) -> bool:
        return record_key(self.model, image.key, image.version) in self.written

    def write(self, record: TerminalRecord) -> bool:
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal
        place = record_key(self.model, record.image.key, record.image.version)
        if place in self.written:
            return False
        self.written[place] = record
        return True

    def of(self, image: ImageRef) -> TerminalRecord:
        return self.written[record_key(self.model, image.key, image.version)]


@dataclass
class FakeInbox:
    """Remembers which receipts were told to rest, and how long."""

    rests: dict[str, int] = field(default_factory=dict)
    refuse: BaseException | None = None

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.rests.update(seconds_by_receipt)


@dataclass
class FakeQueue:
    """Keeps what was sent; its depth is what the test says."""

    sent: list[InferenceRequest] = field(default_factory=list)
    counts: QueueDepth = EMPTY

    def send(self, requests: Sequence[InferenceRequest]) -> None:
        self.sent.extend(requests)

    def depth(self) -> QueueDepth:
        return self.counts


@dataclass
class FakeImages:
    """A bucket listed in pages of `size`."""

    stored: list[StoredImage] = field(default_factory=list)
    size: int = 2

    def upload(self, *images: ImageRef, at: datetime = NOON) -> None:
        self.stored.extend(StoredImage(one, at) for one in images)
        self.stored.sort(key=lambda stored: (stored.image.key, stored.image.version))

    def pages(self, prefix: str, start: tuple[str, str] | None) -> Iterator[Page]:
        left = deque(
            stored
            for stored in self.stored
            if stored.image.key.startswith(prefix) and (start is None or self._place(stored) > start)
        )
        while True:
            page = tuple(left.popleft() for _ in range(min(self.size, len(left))))
            yield Page(page, self._place(page[-1]) if left else None)
            if not left:
                return

    @staticmethod
    def _place(stored: StoredImage) -> tuple[str, str]:
        return stored.image.key, stored.image.version


@dataclass
class FakeLedger:
    """A ledger in memory over fake records."""

    records: FakeRecords
    kept: dict[ImageRef, Tries] = field(default_factory=dict)
    last: Progress = NEVER_SWEPT
    listings: int = 0

    def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
        self.listings += 1
        newest = max((record.finished_at for record in self.records.written.values()), default=None)
        return frozenset(one for one in images if self.records.exists(one)), newest

    def tries(self, image: ImageRef) -> Tries | None:
        return self.kept.get(image)

    def remember(self, image: ImageRef, tries: Tries) -> None:
        self.kept[image] = tries

    def progress(self) -> Progress:
        return self.last

    def keep(self, progress: Progress) -> None:
        self.last = progress


@dataclass
class FakePower:
    """A model that does at once what it is told; `refuse` is an error that the next call raises, `deaf` how many of the
    next stops come to nothing."""

    state: ModelState = ModelState.STOPPED
    lingers: bool = False
    deaf: int = 0
    calls: list[str] = field(default_factory=list)
    refuse: BaseException | None = None
    answers: bool = True
    capacity: int = 1  # of a fleet: how many workers it was told to have
    refuse_release: list[BaseException] = field(default_factory=list)  # what its next calls raise

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal

    def describe(self) -> ModelStatus:
        self._called("describe")
        workers = 0 if self.state is ModelState.STOPPED else self.capacity
        return ModelStatus(self.state, str(self.state), lingers=self.lingers, capacity=self.capacity, workers=workers)

    def start(self, workers: int = 1) -> None:
        self._called("start")
        self.capacity = workers
        if self.state is not ModelState.RUNNING:
            self.state = ModelState.STARTING

    def stop(self) -> None:
        self._called("stop")
        if self.deaf:
            self.deaf -= 1
        elif self.state is not ModelState.STARTING:
            self.state, self.lingers = ModelState.STOPPING, False

    def probe(self) -> bool:
        self._called("probe")
        return self.answers

    def release(self) -> None:
        self._called("release")
        if self.refuse_release:
            raise self.refuse_release.pop(0)


@dataclass
class FakeGate:
    """An event source mapping without a lag."""

    is_open: bool = False
    calls: list[str] = field(default_factory=list)

    def state(self) -> MappingState:
        return MappingState.ENABLED if self.is_open else MappingState.DISABLED

    def enable(self) -> None:
        self.calls.append("enable")
        self.is_open = True

    def disable(self) -> None:
        self.calls.append("disable")
        self.is_open = False


@dataclass
class FakePowerState:
    """What was written."""

    memories: list[Memory] = field(default_factory=list)
    overrides: list[Override | None] = field(default_factory=list)

    def remember(self, memory: Memory) -> None:
        self.memories.append(memory)

    def switch(self, override: Override | None) -> None:
        self.overrides.append(override)


@dataclass
class FakeArrivals:
    """A history of arrivals, or the error that asking for it raises."""

    counts: Sequence[tuple[datetime, int]] = ()
    refuse: BaseException | None = None
    asked: int = 0

    def since(self, start: datetime) -> Sequence[tuple[datetime, int]]:
        self.asked += 1
        if self.refuse is not None:
            raise self.refuse
        return [count for count in self.counts if count[0] >= start]


def ticking(start: datetime = NOON, step: timedelta = timedelta(milliseconds=250)) -> Callable[[], datetime]:
    """A clock that moves by `step` at each look."""
    moments = (start + step * count for count in range(10**9))
    return lambda: next(moments)
