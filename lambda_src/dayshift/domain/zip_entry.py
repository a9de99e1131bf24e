"""One entry of a ZIP: what the directory says of it, whether it is read at all, and what its own header must say.

Source: APPNOTE.TXT 6.3.10, 4.3.7 (local file header), 4.4 (fields), 4.5.3 (zip64 extra field).
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from dayshift.domain.archives import MAXIMUM_ENTRY_BYTES
from dayshift.domain.errors import PermanentError
from dayshift.domain.images import MINIMUM_BYTES

LOCAL = struct.Struct("<4s5H3L2H")
LOCAL_SIGNATURE = b"PK\3\4"
STORED, DEFLATED = 0, 8
# What others use, so that the reason of a refusal can name it.
METHODS = {
    1: "shrink", 6: "implode", 9: "Deflate64", 12: "bzip2", 14: "LZMA", 93: "Zstandard", 95: "XZ", 98: "PPMd",
    99: "AES",
}  # fmt: skip
# Flags: encrypted, strongly encrypted, names masked; sizes behind the data; a patch; UTF-8.
SECRETS, DESCRIPTOR, PATCH, UTF8 = 0x0001 | 0x0040 | 0x2000, 0x0008, 0x0020, 0x0800
AES_METHOD = 99
DESCRIPTOR_LEAST_BYTES = 12
UNSAID = 0xFFFFFFFF  # the zip64 extra field says it
ZIP64_EXTRA = 1
# The type of file in the upper half of the external attributes, as Unix has it; nothing there is an ordinary file, and
# what `zip` was given through a pipe says so.
FILE_TYPE, REGULAR, PIPE, FOLDER, LINK = 0xF000, 0x8000, 0x1000, 0x4000, 0xA000


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the directory describes it. `until` is the first byte behind `offset` that is another's."""

    index: int
    name_bytes: bytes
    flags: int
    method: int
    crc: int
    packed_bytes: int
    size_bytes: int
    offset: int
    mode: int
    until: int = 0

    @property
    def name(self) -> str:
        """The name as text, for people only. Archivers leave the flag for UTF-8 out; CP437 reads any bytes."""
        try:
            return self.name_bytes.decode()
        except UnicodeDecodeError:
            return self.name_bytes.decode("utf-8" if self.flags & UTF8 else "cp437", "backslashreplace")

    @property
    def least_until(self) -> int:
        """Where it ends at the earliest: its own header may have more extra fields than the directory tells."""
        return self.offset + LOCAL.size + len(self.name_bytes) + self.packed_bytes

    @property
    def is_skipped(self) -> bool:
        """Folders, and what macOS adds: nobody means them, so nobody is told of them."""
        if self.name_bytes.endswith((b"/", b"\\")) and not self.size_bytes:
            return True
        return self.name_bytes.startswith(b"__MACOSX/") or self.name_bytes.rpartition(b"/")[2] == b".DS_Store"


def check_entry(entry: Entry, maximum_bytes: int) -> None:
    """Raises PermanentError for an entry that is not read, by what the directory says of it alone."""
    if entry.flags & SECRETS or entry.method == AES_METHOD:
        raise PermanentError("archive_encrypted", "this entry is encrypted")
    if entry.method not in (STORED, DEFLATED) or entry.flags & PATCH:
        method = METHODS.get(entry.method, f"method {entry.method}")
        raise PermanentError("archive_method", f"compressed by {method}; only stored and deflated entries are read")
    if (kind := entry.mode & FILE_TYPE) not in (0, REGULAR, PIPE):
        what = {LINK: "a symbolic link", FOLDER: "a folder with content"}.get(kind, "no ordinary file")
        raise PermanentError("archive_special", f"this entry is {what}")
    if entry.method == STORED and entry.packed_bytes != entry.size_bytes:
        sizes = f"{entry.packed_bytes:,} bytes stored for {entry.size_bytes:,}"
        raise PermanentError("archive_size", f"{sizes}: what is stored is as long as what comes out")
    most = min(maximum_bytes, MAXIMUM_ENTRY_BYTES)
    if entry.size_bytes > most:
        raise PermanentError("too_large", f"{entry.size_bytes:,} bytes; of an archive at most {most:,} are read each")
    if entry.size_bytes < MINIMUM_BYTES:
        raise PermanentError("empty", f"{entry.size_bytes} bytes cannot be an image; the least is {MINIMUM_BYTES}")


def lengths_behind(header: bytes) -> int:
    """How many bytes of name and extra fields follow a local header. Raises PermanentError for what is none."""
    if len(header) != LOCAL.size or not header.startswith(LOCAL_SIGNATURE):
        raise _mismatch("there is no entry where the directory says")
    *_, name_length, extra_length = LOCAL.unpack(header)
    return int(name_length + extra_length)


def data_offset(entry: Entry, header: bytes, behind: bytes) -> int:
    """Where the entry's data begins. Raises PermanentError where its own header contradicts the directory.

    Two readers may believe either of the two, and would see two archives.
    """
    _, _, flags, method, _, _, crc, packed, size, name_length, _ = LOCAL.unpack(header)
    name, extra = behind[:name_length], behind[name_length:]
    if name != entry.name_bytes:
        raise _mismatch("its own header has another name than the directory")
    if method != entry.method or (flags ^ entry.flags) & SECRETS:
        raise _mismatch("its own header has another method than the directory")
    if UNSAID in (packed, size):
        size, packed = unsaid(extra, (size, packed))
    said, known = (crc, packed, size), (entry.crc, entry.packed_bytes, entry.size_bytes)
    is_later = bool(flags & DESCRIPTOR)  # written behind the data, once they were known
    if any(mine != theirs and not (is_later and not mine) for mine, theirs in zip(said, known, strict=True)):
        raise _mismatch("its own header has another size or checksum than the directory")
    begins = entry.offset + len(header) + len(behind)
    if begins + entry.packed_bytes + is_later * DESCRIPTOR_LEAST_BYTES > entry.until:
        raise PermanentError("archive_overlap", "its data would run into what belongs to another entry")
    return begins


def unsaid(extra: bytes, values: Sequence[int]) -> tuple[int, ...]:
    """The values, those that a zip64 extra field says instead taken from it, in its order. Raises PermanentError."""
    fields = _zip64_fields(extra)
    if len(fields) != 1:
        raise PermanentError("archive_damaged", f"one zip64 extra field was wanted; got {len(fields)}")
    wanted = values.count(UNSAID)
    if len(fields[0]) < 8 * wanted:
        raise PermanentError("archive_damaged", f"a zip64 extra field of {len(fields[0])} bytes is too short")
    said = iter(struct.unpack_from(f"<{wanted}Q", fields[0]))
    return tuple(next(said) if value == UNSAID else value for value in values)


def _zip64_fields(extra: bytes) -> list[bytes]:
    """Extra fields that run out of their space end the list: archivers pad it with what they like."""
    found, at = list[bytes](), 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == ZIP64_EXTRA and at + 4 + length <= len(extra):
            found.append(extra[at + 4 : at + 4 + length])
        at += 4 + length
    return found


def _mismatch(sentence: str) -> PermanentError:
    return PermanentError("archive_mismatch", sentence)
