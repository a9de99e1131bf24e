"""An entry's content: inflated piece by piece, counted while it comes out, and believed only at its end."""

import zlib
from collections.abc import Iterable, Iterator

from dayshift.domain.archives import MAXIMUM_RATIO, RATIO_SPARES_BYTES
from dayshift.domain.errors import PermanentError
from dayshift.domain.zip_entry import STORED, Entry

PIECE_BYTES = 256 * 1024


def unpacked(entry: Entry, packed: Iterable[bytes]) -> Iterator[bytes]:
    """The content in pieces. Raises PermanentError as soon as it is more than was said, or at the end if it is less."""
    size = crc = 0
    for piece in packed if entry.method == STORED else _inflated(packed):
        size, crc = size + len(piece), zlib.crc32(piece, crc)
        if size > entry.size_bytes:
            raise _lies(entry, "more")
        yield piece
    if size < entry.size_bytes:
        raise _lies(entry, "less")
    if crc != entry.crc:
        raise PermanentError("archive_crc", f"its checksum is {crc:08x}, the directory says {entry.crc:08x}")


def _inflated(packed: Iterable[bytes]) -> Iterator[bytes]:
    """Never more than a piece at a time, however little it comes from."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    read = made = 0
    for left in packed:
        if inflater.eof:
            raise _goes_on()
        chunk, read, is_more = left, read + len(left), True
        while is_more:
            piece = _piece(inflater, chunk)
            chunk, made = inflater.unconsumed_tail, made + len(piece)
            if made > max(RATIO_SPARES_BYTES, MAXIMUM_RATIO * (read - len(chunk))):
                raise PermanentError("archive_ratio", f"more than {MAXIMUM_RATIO} bytes come out of one")
            if piece:
                yield piece
            is_more = (len(chunk) > 0 or len(piece) == PIECE_BYTES) and not inflater.eof
        if inflater.unused_data:
            raise _goes_on()
    if not inflater.eof:
        raise PermanentError("archive_damaged", "its compressed data ends too early")


def _piece(inflater: "zlib._Decompress", chunk: bytes) -> bytes:
    try:
        return inflater.decompress(chunk, PIECE_BYTES)
    except zlib.error as error:
        raise PermanentError("archive_damaged", f"its compressed data cannot be read ({error})") from error


def _goes_on() -> PermanentError:
    return PermanentError("archive_size", "its compressed data goes on behind its end")


def _lies(entry: Entry, how: str) -> PermanentError:
    return PermanentError("archive_size", f"{how} comes out than the {entry.size_bytes:,} bytes that were said")
