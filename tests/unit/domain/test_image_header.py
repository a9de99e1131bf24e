"""An image is what its first bytes are: real type and size without decoding, and a reason that names what was got."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from dayshift.domain.errors import PermanentError
from dayshift.domain.image_header import PNG, Header, check_header, read_header
from dayshift.domain.images import Limits
from dayshift.domain.plain_image import plain_png

SAMPLES = Path(__file__).parents[3] / "samples"
GOOD = sorted(path for path in SAMPLES.rglob("*") if path.suffix in (".jpg", ".png") and path.name != "empty.jpg")
LIMITS = Limits(6 * 1024**2, 16, 500, ("jpeg", "png"), maximum_proportion=10)


def saved(kind: str, width: int = 40, height: int = 30, mode: str = "RGB", **options: object) -> bytes:
    sheet = BytesIO()
    Image.new(mode, (width, height)).save(sheet, kind, **options)
    return sheet.getvalue()


def refusal(content: bytes, limits: Limits = LIMITS) -> PermanentError:
    with pytest.raises(PermanentError) as caught:
        check_header(content, limits)
    return caught.value


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_the_samples_are_as_large_as_a_decoder_finds_them(path: Path) -> None:
    with Image.open(path) as decoded:
        assert decoded.format is not None
        assert read_header(path.read_bytes()) == Header(decoded.format.lower(), *decoded.size)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "RGB", {"comment": b"\xff\xc0\xff\xd9 in a comment"}),
        ("JPEG", "RGB", {"exif": b"Exif\0\0" + b"\xff\xc0" * 20_000}),
        ("PNG", "I;16", {}),
        ("PNG", "P", {}),
        ("PNG", "RGBA", {}),
    ],
)
def test_every_sort_of_jpeg_and_png_is_measured(kind: str, mode: str, options: dict[str, object]) -> None:
    assert read_header(saved(kind, 301, 202, mode, **options)) == Header(kind.lower(), 301, 202)


@pytest.mark.parametrize(
    "between",
    [
        b"\xff" * 1,
        b"\xff" * 2,
        b"\xff" * 3,
        b"\xff\x01\xff\xd3",  # markers without a length
        b"\xff\xc4\0\x0a\x08\0\7\0\7\0\0\0",  # tables, whose markers lie among those of frames
        b"\xff\xcc\0\x0a\x08\0\7\0\7\0\0\0",
        b"\xff\xc8\0\x0a\x08\0\7\0\7\0\0\0",
    ],
)
def test_what_comes_before_the_frame_is_passed_over(between: bytes) -> None:
    jpeg = saved("JPEG", 40, 30)
    assert read_header(jpeg[:2] + between + jpeg[2:]) == Header("jpeg", 40, 30)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (saved("GIF"), "GIF"),
        (saved("BMP"), "BMP"),
        (saved("TIFF"), "TIFF"),
        (saved("WEBP"), "WEBP"),
        (saved("PDF"), "PDF"),
        (b"\0\0\0\x1cftypheic" + bytes(60), "HEIC"),
        (b"\0\0\0\x1cftypavif" + bytes(60), "AVIF"),
        (b"\0\0\0\x1cftypmp42" + bytes(60), "a video or an image of the HEIF family"),
        (b"PK\3\4" + bytes(60), "ZIP"),
        (b"MZ\x90" + bytes(60), "a Windows program"),
        (b"\n <!DOCTYPE html><p>" + bytes(60), "HTML"),
        (b'\xef\xbb\xbf<svg xmlns="">', "SVG"),
        (b"hello, world", "something that begins with 68 65 6c 6c 6f 2c 20 77"),
        (b"\xff\xd8", "something that begins with ff d8"),
        (b"", "nothing at all"),
    ],
)
def test_what_is_no_jpeg_or_png_is_refused_by_its_name(content: bytes, named: str) -> None:
    error = refusal(content)
    assert error.code == "unsupported_format"
    assert f"this is {named}, not JPEG or PNG" in str(error)


@pytest.mark.parametrize("content", [saved("JPEG", exif=b"Exif\0\0" + bytes(500)), saved("PNG")])
def test_a_header_cut_off_anywhere_is_refused_as_truncated(content: bytes) -> None:
    frame = content.find(b"\xff\xc0\0\x11") if content[:1] == b"\xff" else 24
    for end in range(8, frame + 9):
        error = refusal(content[:end])
        assert error.code == "truncated"
        assert f"after {end:,} bytes" in str(error)
    assert read_header(content[: max(frame + 9, 33)]) == Header("jpeg" if frame > 24 else "png", 40, 30)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (PNG + b"\0\0\0\x04IDAT" + bytes(30), "first chunk is not IHDR"),
        (PNG + b"\0\0\0\x0eIHDR" + bytes(30), "first chunk is not IHDR"),
        (PNG + b"\0\0\0\rIHDR" + bytes(30), "PNG of 0 x 0 pixels"),
        (b"\xff\xd8\xff\xda\0\x0c" + bytes(30), "before its size is said"),
        (b"\xff\xd8\xff\xd9\0\x0c" + bytes(30), "before its size is said"),
        (b"\xff\xd8\xff\xe0\0\1" + bytes(30), "segment of 1 bytes"),
        (b"\xff\xd8\xff\xe0\0\4ab\0\xc0" + bytes(30), "0x00 at byte 8"),
        (b"\xff\xd8\xff\xc0\0\x11\x08\0\0\0\x28" + bytes(30), "JPEG of 40 x 0 pixels"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused(content: bytes, said: str) -> None:
    error = refusal(content)
    assert error.code == "unreadable"
    assert said in str(error)


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (16, 16, None), (500, 500, None), (160, 16, None), (16, 160, None),
        (15, 20, "too_small"), (20, 15, "too_small"), (501, 100, "too_large"), (100, 501, "too_large"),
        (161, 16, "too_narrow"), (16, 161, "too_narrow"),
    ],
)  # fmt: skip
def test_the_limits_are_kept_to_the_pixel(width: int, height: int, code: str | None) -> None:
    png = saved("PNG", width, height)
    if code is None:
        assert check_header(png, LIMITS) == Header("png", width, height)
    else:
        error = refusal(png)
        assert error.code == code
        assert f"{width:,} x {height:,} pixels" in str(error)
        assert LIMITS.sentence() in str(error)


def test_a_bomb_is_refused_by_its_header_alone() -> None:
    bomb = plain_png(16)[:16] + (65_500).to_bytes(4, "big") * 2 + plain_png(16)[24:]
    assert refusal(bomb).code == "too_large"


def test_a_format_that_the_family_does_not_read_is_refused() -> None:
    error = refusal(saved("PNG"), Limits(100, 1, 100, ("jpeg",)))
    assert (error.code, "PNG; this model reads JPEG" in str(error)) == ("unsupported_format", True)


@pytest.mark.parametrize("side", [1, 64, 224])
def test_a_plain_image_is_one_that_a_decoder_reads(side: int) -> None:
    with Image.open(BytesIO(plain_png(side))) as decoded:
        decoded.load()
        assert (decoded.format, decoded.mode, decoded.size) == ("PNG", "RGB", (side, side))
        assert decoded.getcolors() == [(side * side, (128, 128, 128))]
