"""Archives in S3, read entry by entry: ZIPs, by a reader of ours (domain/zip_directory says why)."""

from collections.abc import Iterator
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from dayshift.adapters.range_reader import RangeReader
from dayshift.domain.archives import MAXIMUM_ARCHIVE_BYTES
from dayshift.domain.errors import PermanentError
from dayshift.domain.images import ImageRef
from dayshift.domain.zip_content import PIECE_BYTES, unpacked
from dayshift.domain.zip_directory import TAIL_BYTES, entries_of, find_directory
from dayshift.domain.zip_entry import LOCAL, Entry, data_offset, lengths_behind

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Reader(Protocol):
    """Bytes that can be read at any place."""

    @property
    def size_bytes(self) -> int:
        """How many there are."""

    def read(self, offset: int, length: int) -> bytes:
        """These, or fewer where they end."""


class S3Archives:
    """The archives of one bucket."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def open(self, archive: ImageRef) -> "ZipArchive":
        """This version. Raises PermanentError about the whole archive, GoneError, TransientError."""
        return ZipArchive(RangeReader(self._s3, archive))


class ZipArchive:
    """A ZIP whose directory is sound: nothing else of it was read yet."""

    def __init__(self, reader: Reader) -> None:
        size = reader.size_bytes
        if size > MAXIMUM_ARCHIVE_BYTES:
            most = f"{size:,} bytes; an archive may have {MAXIMUM_ARCHIVE_BYTES:,}: upload several"
            raise PermanentError("archive_too_large", most)
        tail_bytes = min(size, TAIL_BYTES)
        directory = find_directory(reader.read(size - tail_bytes, tail_bytes), size)
        self._reader = reader
        content = reader.read(directory.offset, directory.length)
        self.entries: tuple[Entry, ...] = entries_of(content, directory)
        self.fingerprint = sha256(content).hexdigest()

    def content(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, piece by piece. Raises PermanentError about the entry, GoneError, TransientError."""
        header = self._reader.read(entry.offset, LOCAL.size)
        behind = self._reader.read(entry.offset + LOCAL.size, lengths_behind(header))
        return unpacked(entry, self._packed(data_offset(entry, header, behind), entry.packed_bytes))

    def _packed(self, offset: int, length: int) -> Iterator[bytes]:
        for at in range(offset, offset + length, PIECE_BYTES):
            yield self._reader.read(at, min(PIECE_BYTES, offset + length - at))
