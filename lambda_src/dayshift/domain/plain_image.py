"""A plain image, to try a model with."""

import struct
import zlib
from functools import cache


@cache
def plain_png(side: int) -> bytes:
    """A grey PNG of so many pixels a side, in RGB: containers that forget to convert take no other."""
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress((b"\0" + b"\x80" * 3 * side) * side)),
        (b"IEND", b""),
    )
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
