"""Archives in memory, and all that expanding them needs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dayshift.adapters.archive_reader import ZipArchive
from dayshift.domain.archives import Manifest
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.results import TerminalRecord
from dayshift.services.expand import ExpandPorts, Reading, Turn, expand
from dayshift.services.expand_batch import expand_batch
from dayshift.services.label import LabelPorts, Outcome, label
from tests.fakes import (
    IMAGES,
    LIMITS,
    NOON,
    SIGNS,
    FakeInbox,
    FakePredictor,
    FakeQueue,
    FakeRecords,
    envelope,
    image,
    request,
    ticking,
)  # fmt: skip


@dataclass
class MemoryReader:
    """Bytes at hand; remembers how many were asked for."""

    content: bytes
    bytes_read: int = 0

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    def read(self, offset: int, length: int) -> bytes:
        assert 0 <= offset <= len(self.content), "nobody asks for what lies outside"
        self.bytes_read += length
        return self.content[offset : offset + length]


@dataclass
class FakeArchives:
    """Archives by key; a missing one is the error to raise."""

    stored: dict[str, bytes | BaseException] = field(default_factory=dict)
    readers: list[MemoryReader] = field(default_factory=list)

    def open(self, archive: ImageRef) -> ZipArchive:
        content = self.stored[archive.key]
        if isinstance(content, BaseException):
            raise content
        self.readers.append(MemoryReader(content))
        return ZipArchive(self.readers[-1])


@dataclass
class FakeExpanded:
    """Objects by key, none of which is ever overwritten; `refuse` is an error that the next write raises."""

    stored: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    refuse: BaseException | None = None

    def put(self, key: str, content: bytes, content_type: str) -> ImageRef:
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal
        self.stored.setdefault(key, content)
        self.types[key] = content_type
        return ImageRef(IMAGES, key, f"v of {key}", "e", len(content))


@dataclass
class FakeManifests:
    """Manifests by archive."""

    written: dict[ImageRef, Manifest] = field(default_factory=dict)

    def exists(self, archive: ImageRef) -> bool:
        return archive in self.written

    def read(self, archive: ImageRef) -> Manifest | None:
        return self.written.get(archive)

    def write(self, manifest: Manifest) -> bool:
        if manifest.archive in self.written:
            return False
        self.written[manifest.archive] = Manifest.from_json(manifest.to_json())
        return True


@dataclass
class FakeEndings:
    """How images ended, from their records."""

    records: FakeRecords

    def of(self, images: Sequence[ImageRef]) -> Mapping[str, int] | None:
        if not all(self.records.exists(one) for one in images):
            return None
        return Counter(str(self.records.of(one).status) for one in images)


ZIP = image("incoming/signs/Monday walk.zip")


@dataclass
class Bench:
    """One expander with its fakes."""

    archives: FakeArchives = field(default_factory=FakeArchives)
    expanded: FakeExpanded = field(default_factory=FakeExpanded)
    records: FakeRecords = field(default_factory=FakeRecords)
    queue: FakeQueue = field(default_factory=FakeQueue)
    manifests: FakeManifests = field(default_factory=FakeManifests)
    inbox: FakeInbox = field(default_factory=FakeInbox)
    outcomes: list[Outcome] = field(default_factory=list)
    entries_before_time_is_up: int = 10**9
    takes_whole: bool = False

    def __post_init__(self) -> None:
        endings = FakeEndings(self.records)
        reading = Reading(SIGNS, LIMITS, self.records, self.queue, self.manifests, endings, self.takes_whole)
        self.ports = ExpandPorts(IMAGES, {"signs": reading}, self.archives, self.expanded, self.inbox, 20)

    def turn(self) -> Turn:
        return Turn(self.ports, ticking(), self._has_time)

    def _has_time(self) -> bool:
        self.entries_before_time_is_up -= 1
        return self.entries_before_time_is_up >= 0

    def expand(self, content: bytes | BaseException | None = None, of: ImageRef = ZIP) -> Outcome:
        if content is not None:
            self.archives.stored[of.key] = content
        return expand(InferenceRequest(of, "signs", request().enqueued_at), self.turn())

    def deliver(self, *messages: Envelope) -> tuple[str, ...]:
        return expand_batch(messages, self.turn(), self.outcomes.append)

    def delivered(self, receive_count: int = 1) -> bool:
        """One message about the archive; whether it is done."""
        return not self.deliver(envelope(ZIP, receive_count=receive_count))

    @property
    def manifest(self) -> Manifest:
        (found,) = self.manifests.written.values()
        return found

    def answer(self, *images: ImageRef, prediction: Prediction | None = None) -> None:
        """The model reads these images, as far as it knows."""
        answers = {} if prediction is None else {one.key: prediction for one in images}
        ports = LabelPorts(SIGNS, IMAGES, FakePredictor(answers), self.records, FakeInbox(), 20, 16)
        for one in images:
            label(InferenceRequest(one, "signs", NOON), ports, ticking())

    @property
    def sent(self) -> list[ImageRef]:
        """Of what the model was told."""
        return [request.image for request in self.queue.sent]

    @property
    def record(self) -> TerminalRecord:
        return self.records.of(ZIP)

    def ends(self) -> list[str]:
        """How each entry ended in the manifest, in their order: `ok`, or the code of its refusal."""
        found = {one.index: "ok" for one in self.manifest.images}
        found |= {one.index: one.reason.partition(":")[0] for one in self.manifest.refused}
        return [found[index] for index in sorted(found)]


FAULT = TransientError("503 SlowDown")
