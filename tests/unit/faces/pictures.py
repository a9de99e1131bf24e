"""Pictures, good and bad, as bytes. The good ones are red at the left top, blue elsewhere."""

import io
import struct
import zlib
from typing import Any

from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture(width: int = 120, height: int = 80) -> Image.Image:
    """Its left top quarter is red."""
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    return image


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """As a file."""
    body = io.BytesIO()
    image.save(body, form, **options)
    return body.getvalue()


def jpeg(**options: Any) -> bytes:
    return encoded(picture(), "JPEG", quality=95, **options)


def png(**options: Any) -> bytes:
    return encoded(picture(), "PNG", **options)


def turned(orientation: int) -> bytes:
    """A JPEG that EXIF turns upright."""
    undo = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = picture() if undo is None else picture().transpose(undo)
    return encoded(stored, "JPEG", quality=95, exif=exif)


def chunk(kind: bytes, data: bytes, crc: int | None = None) -> bytes:
    """A chunk of a PNG, with the right CRC or another."""
    right = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", right if crc is None else crc)


def raw_png(width: int, height: int, depth: int, colour: int, rows: bytes, more: bytes = b"") -> bytes:
    """A PNG of these bytes, which need not fit."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def wide_grey() -> bytes:
    """16-bit grey: 0xC000, that is three quarters of white."""
    return raw_png(80, 80, 16, 0, (b"\0" + b"\xc0\0" * 80) * 80)


def wide_colour() -> bytes:
    """16 bits a colour: red."""
    return raw_png(80, 80, 16, 2, (b"\0" + b"\xdc\0\x1e\0\x1e\0" * 80) * 80)


def animated() -> bytes:
    """A PNG of two frames."""
    return png(save_all=True, append_images=[Image.new("RGB", (120, 80), BLUE)])


def header_only(width: int, height: int) -> bytes:
    """A PNG that says to be so large, and is not."""
    return raw_png(width, height, 8, 2, b"\0" * 1000)


def text_bomb() -> bytes:
    """100 kB that would be 100 MB of text."""
    return raw_png(80, 80, 8, 0, (b"\0" + b"\x80" * 80) * 80, chunk(b"zTXt", b"k\0\0" + zlib.compress(b"A" * 10**8)))


GOOD = {
    "a JPEG": jpeg(),
    "a progressive JPEG": jpeg(progressive=True),
    "a JPEG in CMYK": encoded(picture().convert("CMYK"), "JPEG", quality=95),
    "a PNG": png(),
    "a PNG with a palette": encoded(picture().quantize(4), "PNG"),
    "a PNG, interlaced by its header alone": raw_png(80, 80, 8, 2, (b"\0" + bytes(RED) * 80) * 80),
    "16 bits a colour": wide_colour(),
    "an animated PNG": animated(),
    "a JPEG of two pictures": encoded(picture(), "MPO", save_all=True, append_images=[picture()], quality=95),
    "broken EXIF": jpeg(exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    **{f"EXIF orientation {value}": turned(value) for value in range(1, 9)},
}
BAD = {
    "the first half of a JPEG": jpeg()[: len(jpeg()) // 2],
    "the first half of a PNG": png()[: len(png()) // 2],
    "a JPEG's header alone": jpeg()[:200],
    "a PNG with a wrong CRC in its header": png()[:29] + b"\0\0\0\0" + png()[33:],
    "a PNG with pixels that are none": raw_png(80, 80, 8, 2, b"\x05" * 1000),
    "a PNG that says it is huge": header_only(9_999, 9_999),
    "a PNG whose text is a bomb": text_bomb(),
    "a GIF": encoded(picture(), "GIF"),
    "a TIFF": encoded(picture(), "TIFF"),
    "a bitmap": encoded(picture(), "BMP"),
    "nothing": b"",
    "zeroes": bytes(1000),
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
}
