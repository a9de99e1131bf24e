"""The ports of the expander, over the simulated world: every call passes the recorder's line."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dayshift.adapters.archive_reader import ZipArchive
from dayshift.domain.archives import Manifest
from dayshift.domain.errors import GoneError
from dayshift.domain.images import ImageRef
from dayshift.domain.zip_entry import Entry
from tests.archives import MemoryReader
from tests.world.clock import EventLoop
from tests.world.depot import Depot
from tests.world.faults import Died
from tests.world.ports import Line
from tests.world.site import Site
from tests.world.storage import Bucket


@dataclass(frozen=True, slots=True)
class ArchivesPort:
    """S3Archives: our own reader, over bytes that lie in the world."""

    line: Line
    depot: Depot
    bucket: Bucket

    def open(self, archive: ImageRef) -> "OpenArchive":
        return OpenArchive(self.line.call("archives.open", lambda: self._read(archive)), archive, self)

    def content(self, archive: ImageRef, entry: Entry, found: ZipArchive) -> Iterator[bytes]:
        def read() -> Iterator[bytes]:
            self._check(archive)
            return found.content(entry)

        return self.line.call("archives.content", read)

    def _read(self, archive: ImageRef) -> ZipArchive:
        self._check(archive)
        return ZipArchive(MemoryReader(self.depot.contents[archive]))

    def _check(self, archive: ImageRef) -> None:
        if self.bucket.find(archive).deleted_at is not None:
            raise GoneError("this version was deleted before it was read")


@dataclass(frozen=True, slots=True)
class OpenArchive:
    """An archive under way."""

    found: ZipArchive
    archive: ImageRef
    port: ArchivesPort

    @property
    def entries(self) -> tuple[Entry, ...]:
        return self.found.entries

    @property
    def fingerprint(self) -> str:
        return self.found.fingerprint

    def content(self, entry: Entry) -> Iterator[bytes]:
        return self.port.content(self.archive, entry, self.found)


@dataclass(frozen=True, slots=True)
class ExpandedPort:
    """S3ExpandedImages: a PUT takes time, in which others go on, and is refused where an object is already."""

    line: Line
    depot: Depot
    bucket: Bucket
    loop: EventLoop

    def put(self, key: str, content: bytes, content_type: str) -> ImageRef:
        assert content_type == "image/png"
        return self.line.call("expanded.put", lambda: self._put(key, content))

    def _put(self, key: str, content: bytes) -> ImageRef:
        left = self.line.invocation.deadline - self.loop.now
        seconds = 0.0 if self.bucket.newest(key) else self.depot.seconds_an_image  # a refusal is quick
        self.loop.sleep(min(seconds, left))
        if seconds >= left:  # Lambda's timeout
            self.line.invocation.struck = self.line.invocation.dead = True
            raise Died
        newest = self.bucket.newest(key)
        if newest is None:
            model = key.split("/")[1]
            newest = self.bucket.put(key, model, self.loop.now, size=len(content))
        return newest.image


@dataclass(frozen=True, slots=True)
class ManifestsPort:
    """S3Manifests."""

    line: Line
    depot: Depot

    def exists(self, archive: ImageRef) -> bool:
        return self.line.call("manifests.exists", lambda: archive in self.depot.manifests)

    def read(self, archive: ImageRef) -> Manifest | None:
        return self.line.call("manifests.read", lambda: self.depot.manifests.get(archive))

    def write(self, manifest: Manifest) -> bool:
        return self.line.call("manifests.write", lambda: self._write(manifest))

    def _write(self, manifest: Manifest) -> bool:
        if manifest.archive in self.depot.manifests:
            return False
        self.depot.manifests[manifest.archive] = Manifest.from_json(manifest.to_json())
        return True


@dataclass(frozen=True, slots=True)
class EndingsPort:
    """S3Endings."""

    line: Line
    site: Site

    def of(self, images: Sequence[ImageRef]) -> Mapping[str, int] | None:
        return self.line.call("endings.of", lambda: self._of(images))

    def _of(self, images: Sequence[ImageRef]) -> Mapping[str, int] | None:
        records = [self.site.records.bucket.find(one).record for one in images]
        if None in records:
            return None
        return Counter(str(record.status) for record in records if record is not None)
