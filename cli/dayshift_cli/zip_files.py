"""Archives on this machine: which files are some, and what would be refused of one, known before it is uploaded.

It is the expander's own reader that looks, so what is said here is what will happen. Of each entry only the beginning
is read, enough to see whether it is an image at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dayshift.adapters.archive_reader import ZipArchive
from dayshift.domain.archives import MAXIMUM_ENTRIES, MAXIMUM_ENTRY_BYTES, MAXIMUM_EXPANDED_BYTES, MIB
from dayshift.domain.errors import PermanentError
from dayshift.domain.image_header import check_beginning, is_archive
from dayshift.domain.images import MINIMUM_BYTES
from dayshift.domain.zip_entry import Entry, check_entry

LIMITS = (
    f"of an archive at most {MAXIMUM_ENTRIES:,} images are read, {MAXIMUM_ENTRY_BYTES // MIB} MB each and "
    f"{MAXIMUM_EXPANDED_BYTES // MIB} MB in all, stored or deflated, not encrypted, and no archive within it"
)
_SIGNATURES = (b"PK\3\4", b"PK\5\6")  # a first entry, or the end of an archive without any
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Looked:
    """What an archive holds: how many images at the most, their bytes when they are out of it, and what is refused."""

    images: int
    size_bytes: int
    refused: tuple[tuple[str, str], ...]  # the entry's name, and why

    def sentence(self, path: Path) -> str:
        """One line for a person."""
        images = f"{self.images:,} {'image' if self.images == 1 else 'images'}"
        words = f"{path} holds {images}, {self.size_bytes / MIB:,.1f} MB when they are out of it."
        if not self.refused:
            return words
        named = "; ".join(f"{name}: {reason}" for name, reason in self.refused[:_SHOWN])
        more = f"; and {len(self.refused) - _SHOWN:,} more" if len(self.refused) > _SHOWN else ""
        return f"{words} Not read will be {len(self.refused):,} of its entries: {named}{more}."


def begins_like_an_archive(path: Path) -> bool:
    """Whether the first bytes are a ZIP's, whatever the file is called."""
    with path.open("rb") as file:
        return file.read(4) in _SIGNATURES


def look(path: Path, maximum_bytes: int) -> Looked:
    """What is in an archive. `maximum_bytes` is the largest image that the model reads. Raises PermanentError for an
    archive of which nothing would be read."""
    archive = ZipArchive(_File(path))
    entries = [entry for entry in archive.entries if not entry.is_skipped]
    refusals = {entry.index: _refused_for_its_size(entry, maximum_bytes) for entry in entries}
    total = sum(entry.size_bytes for entry in entries if refusals[entry.index] is None)
    if total > MAXIMUM_EXPANDED_BYTES:
        most = f"{total:,} bytes come out of it; at most {MAXIMUM_EXPANDED_BYTES:,} may: upload several archives"
        raise PermanentError("archive_too_large", most)
    refusals |= {
        entry.index: _refused_for_its_beginning(archive, entry) for entry in entries if refusals[entry.index] is None
    }
    good = [entry for entry in entries if refusals[entry.index] is None]
    refused = tuple((entry.name, reason) for entry in entries if (reason := refusals[entry.index]) is not None)
    return Looked(len(good), sum(entry.size_bytes for entry in good), refused)


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the reader of archives wants it. It is opened anew for each part, which costs less than to care for."""

    path: Path

    @property
    def size_bytes(self) -> int:
        return self.path.stat().st_size

    def read(self, offset: int, length: int) -> bytes:
        with self.path.open("rb") as file:
            file.seek(offset)
            return file.read(length)


def _refused_for_its_size(entry: Entry, maximum_bytes: int) -> str | None:
    try:
        check_entry(entry, maximum_bytes)
    except PermanentError as error:
        return str(error)
    return None


def _refused_for_its_beginning(archive: ZipArchive, entry: Entry) -> str | None:
    try:
        beginning = _beginning(archive.content(entry))
        if is_archive(beginning):
            return "archive_nested: an archive in an archive; only its outermost one is expanded"
        check_beginning(beginning)
    except PermanentError as error:
        return str(error)
    return None


def _beginning(pieces: Iterable[bytes]) -> bytes:
    found = b""
    for piece in pieces:
        found += piece
        if len(found) >= MINIMUM_BYTES:
            break
    return found
