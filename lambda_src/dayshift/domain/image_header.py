"""The header of an image: what it really is, and its size in pixels. Nothing is decoded, and no name is believed."""

from dataclasses import dataclass

from dayshift.domain.errors import PermanentError
from dayshift.domain.images import Limits

PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
# What people send instead, by its first bytes, so that the reason of a rejection can name it.
OTHERS = (
    (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"%PDF", "PDF"), (b"PK\3\4", "ZIP"),
    (b"MZ", "a Windows program"), (b"\x7fELF", "a program"), (b"\x1f\x8b", "gzip"), (b"8BPS", "Photoshop"),
    (b"\0\0\1\0", "ICO"), (b"\0\0\0\x0cjP  ", "JPEG 2000"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"Rar!\x1a\7", "RAR"),
)  # fmt: skip
ARCHIVES = (b"PK\3\4", b"PK\5\6", b"PK\7\10", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\7")
# ISO base media files name themselves in their `ftyp` box.
BRANDS = {b"heic": "HEIC", b"heix": "HEIC", b"mif1": "HEIF", b"avif": "AVIF"}
# A frame header of JPEG is SOF0..SOF15; in that range C4, C8 and CC are tables and an extension (ITU-T T.81, B.1.1.3).
NO_FRAME = (0xC4, 0xC8, 0xCC)
TEM, RESTARTS, SOI, EOI, SOS = 0x01, range(0xD0, 0xD8), 0xD8, 0xD9, 0xDA


@dataclass(frozen=True, slots=True)
class Header:
    """What an image says of itself: `png` or `jpeg`, and its pixels."""

    format: str
    width: int
    height: int


def check_header(content: bytes, limits: Limits) -> Header:
    """The header of bytes that a family with these limits reads. Raises PermanentError that says what was got."""
    header = read_header(content)
    size = f"{header.width:,} x {header.height:,} pixels"
    if header.format not in limits.formats:
        raise PermanentError("unsupported_format", f"{header.format.upper()}; this model reads {limits.sentence()}")
    short, long = sorted((header.width, header.height))
    if short < limits.minimum_pixels:
        raise PermanentError("too_small", f"{size}; this model reads {limits.sentence()}")
    if long > limits.maximum_pixels:
        raise PermanentError("too_large", f"{size}; this model reads {limits.sentence()}")
    if limits.maximum_proportion and long > short * limits.maximum_proportion:
        raise PermanentError("too_narrow", f"{size}; this model reads {limits.sentence()}")
    return header


def read_header(content: bytes) -> Header:
    """The header of a PNG or JPEG. Raises PermanentError for anything else, and for one that ends too early."""
    check_beginning(content)
    return _png(content) if content.startswith(PNG) else _jpeg(content)


def check_beginning(content: bytes) -> None:
    """Raises PermanentError, naming what it is, for anything whose first bytes are neither a PNG's nor a JPEG's."""
    if not content.startswith((PNG, JPEG)):
        raise PermanentError("unsupported_format", f"this is {named(content)}, not JPEG or PNG, whatever its name says")


def _png(content: bytes) -> Header:
    """IHDR comes first, and is 13 bytes long (PNG, 5.6 and 11.2.1)."""
    if len(content) < 33:
        raise _truncated("PNG", content)
    if content[8:16] != b"\0\0\0\rIHDR":
        raise PermanentError("unreadable", "a PNG whose first chunk is not IHDR")
    return _sized("png", int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big"))


def _jpeg(content: bytes) -> Header:
    """The first frame header, behind segments that each tell their length."""
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise PermanentError("unreadable", f"a JPEG with {content[at]:#04x} at byte {at}, where a marker begins")
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in (TEM, SOI) or marker in RESTARTS:
            at += 2
        elif marker in (EOI, SOS):
            raise PermanentError("unreadable", "a JPEG whose image begins before its size is said")
        elif 0xC0 <= marker <= 0xCF and marker not in NO_FRAME:
            if at + 9 > len(content):
                break
            height, width = (int.from_bytes(content[start : start + 2], "big") for start in (at + 5, at + 7))
            return _sized("jpeg", width, height)
        else:
            length = int.from_bytes(content[at + 2 : at + 4], "big")
            if length < 2:
                raise PermanentError("unreadable", f"a JPEG with a segment of {length} bytes; the least is 2")
            at += 2 + length
    raise _truncated("JPEG", content)


def _sized(name: str, width: int, height: int) -> Header:
    if not width or not height:
        raise PermanentError("unreadable", f"a {name.upper()} of {width} x {height} pixels")
    return Header(name, width, height)


def _truncated(name: str, content: bytes) -> PermanentError:
    return PermanentError("truncated", f"a {name} that ends in its header, after {len(content):,} bytes")


def is_archive(content: bytes) -> bool:
    """Whether the first bytes are those of a ZIP, also of one that is empty or split, or of its relatives."""
    return content.startswith(ARCHIVES)


def named(content: bytes) -> str:
    """What the first bytes tell; the bytes themselves where nobody knows them."""
    for magic, name in OTHERS:
        if content.startswith(magic):
            return name
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    if content[4:8] == b"ftyp":
        return BRANDS.get(content[8:12], "a video or an image of the HEIF family")
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for magic, name in ((b"<svg", "SVG"), (b"<?xml", "XML"), (b"<!doctype html", "HTML"), (b"<html", "HTML")):
        if start.startswith(magic):
            return name
    return f"something that begins with {content[:8].hex(' ')}" if content else "nothing at all"
