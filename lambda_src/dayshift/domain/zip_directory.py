"""The directory of a ZIP: where it is, and what it says, provided that there is only one way to read it.

One reader decides, this one, and whatever two readers might understand differently is refused: the standard library's
zipfile takes the last end record that looks like one, moves offsets to fit, believes no count, and reads a directory of
any length before it can be asked how long it is (docs/decisions/0024). Source: APPNOTE.TXT 6.3.10, 4.3.12 to 4.3.16.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

from dayshift.domain.archives import MAXIMUM_DIRECTORY_BYTES, MAXIMUM_ENTRIES
from dayshift.domain.errors import PermanentError
from dayshift.domain.image_header import named
from dayshift.domain.zip_entry import UNSAID, Entry, unsaid

END, END_SIGNATURE = struct.Struct("<4s4H2LH"), b"PK\5\6"
LOCATOR, LOCATOR_SIGNATURE = struct.Struct("<4sLQL"), b"PK\6\7"
END64, END64_SIGNATURE = struct.Struct("<4sQ2H2L4Q"), b"PK\6\6"
CENTRAL, CENTRAL_SIGNATURE = struct.Struct("<4s6H3L5H2L"), b"PK\1\2"
UNSAID_COUNT = 0xFFFF
# The longest comment, the end records, and room for what a zip64 record may add to itself.
TAIL_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Directory:
    """Where the directory lies, and how many entries it has."""

    offset: int
    length: int
    entries: int


def find_directory(tail: bytes, size: int) -> Directory:
    """The directory of an archive of `size` bytes that ends with `tail`. Raises PermanentError."""
    start = size - len(tail)
    at = _end_at(tail)
    found, ends_at = tuple[int, ...](END.unpack_from(tail, at)[1:-1]), at
    if at >= LOCATOR.size and tail.startswith(LOCATOR_SIGNATURE, at - LOCATOR.size):
        found, ends_at = _zip64(tail, at - LOCATOR.size, start, found)
    elif UNSAID_COUNT in found[:4] or UNSAID in found[4:]:
        raise _damaged("its end record refers to a zip64 record that is not there")
    disk, first_disk, here, entries, length, offset = found
    if disk or first_disk or here != entries:
        raise _multi_disk()
    if offset + length != start + ends_at:
        raise _damaged("its directory does not lie between its entries and its end record")
    if length > MAXIMUM_DIRECTORY_BYTES:
        most = f"{length:,} bytes of directory; at most {MAXIMUM_DIRECTORY_BYTES:,} are read"
        raise PermanentError("archive_too_many", most)
    return Directory(offset, length, entries)


def entries_of(content: bytes, directory: Directory) -> tuple[Entry, ...]:
    """All entries in the directory's order, none of which lies in another's space. Raises PermanentError."""
    found, at, counted = list[Entry](), 0, 0
    for index in range(directory.entries):
        entry, at = _entry(index, content, at)
        found.append(entry)
        counted += not entry.is_skipped
        if counted > MAXIMUM_ENTRIES:
            raise PermanentError("archive_too_many", f"more than {MAXIMUM_ENTRIES:,} entries; upload several archives")
    if at != len(content):
        raise _damaged(f"its directory says {directory.entries} entries and goes on behind them")
    return _apart(found, directory.offset)


def _end_at(tail: bytes) -> int:
    """Where the one end record lies whose comment ends with the archive."""
    ends, at = list[int](), tail.rfind(END_SIGNATURE)
    while at >= 0:
        if len(tail) - at >= END.size and at + END.size + END.unpack_from(tail, at)[-1] == len(tail):
            ends.append(at)
        at = tail.rfind(END_SIGNATURE, 0, at)
    if len(ends) > 1:
        raise PermanentError("archive_ambiguous", "two end records fit; two readers would see two archives")
    if not ends:
        what = "a ZIP that is cut off, or followed by something else" if tail.find(b"PK") >= 0 else named(tail[:64])
        raise PermanentError("archive_unreadable", f"no end record of a ZIP at its end: this may be {what}")
    return ends[0]


def _zip64(tail: bytes, at: int, start: int, known: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """What the zip64 record says, and where in the tail it begins; whatever both records say must be the same."""
    _, disk, offset, disks = LOCATOR.unpack_from(tail, at)
    if disk or disks > 1:
        raise _multi_disk()
    begins = offset - start
    if not 0 <= begins <= at - END64.size or not tail.startswith(END64_SIGNATURE, begins):
        raise _damaged("there is no zip64 record where its locator says")
    _, length, _, _, *said = END64.unpack_from(tail, begins)
    if begins + 12 + length != at:
        raise _damaged("its zip64 record does not end where its locator begins")
    for old, new, nothing in zip(known, said, [UNSAID_COUNT] * 4 + [UNSAID] * 2, strict=True):
        if old not in (nothing, new):
            raise PermanentError("archive_ambiguous", "its two end records contradict each other")
    return tuple(said), begins


def _entry(index: int, content: bytes, at: int) -> tuple[Entry, int]:
    """One entry of the directory, and where the next begins."""
    if len(content) - at < CENTRAL.size or not content.startswith(CENTRAL_SIGNATURE, at):
        raise _damaged(f"its directory has no entry {index}, where its end record says so")
    _, _, _, flags, method, _, _, crc, packed, size, *lengths, disk, _, attributes, offset = CENTRAL.unpack_from(
        content, at
    )
    names = at + CENTRAL.size
    extras, comments, following = (names + sum(lengths[:count]) for count in (1, 2, 3))
    if following > len(content):
        raise _damaged(f"entry {index} is longer than its directory")
    if UNSAID in (packed, size, offset):
        size, packed, offset = unsaid(content[extras:comments], (size, packed, offset))
    if disk:
        raise _multi_disk()
    name = content[names:extras]
    return Entry(index, name, flags, method, crc, packed, size, offset, attributes >> 16), following


def _apart(entries: Sequence[Entry], directory_offset: int) -> tuple[Entry, ...]:
    """The entries, each with its space. What the directory says is enough to bound all that will be read by the
    archive's own length; the header of each is looked at when its turn comes (`zip_entry.data_offset`)."""
    placed, until = dict[int, Entry](), directory_offset
    for entry in sorted(entries, key=lambda entry: entry.offset, reverse=True):
        if entry.least_until > until:
            raise PermanentError("archive_overlap", f"entry {entry.index} lies in the space of another")
        placed[entry.index] = replace(entry, until=until)
        until = entry.offset
    return tuple(placed[entry.index] for entry in entries)


def _damaged(sentence: str) -> PermanentError:
    return PermanentError("archive_damaged", sentence)


def _multi_disk() -> PermanentError:
    return PermanentError("archive_multi_disk", "it is a part of a split archive; upload it as one file")
