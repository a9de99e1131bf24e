"""Opening an image, or refusing it in Rekognition's own words.

Everything later sees the picture as a person would: the EXIF orientation is applied here, once.
"""

import io
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

FORMATS = ("JPEG", "PNG")
# "Guidelines and quotas in Amazon Rekognition": 80 pixels to 10K a side, 15 MB in S3, 5 MB in the request.
MINIMUM_PIXELS, MAXIMUM_PIXELS = 80, 10_000
MAXIMUM_S3_BYTES, MAXIMUM_INLINE_BYTES = 15 * 1024 * 1024, 5 * 1024 * 1024
# Larger pictures are looked at in this size: nothing here finds more in a bigger one, and a core is slow.
WORKING_PIXELS = 2000
Pixels: TypeAlias = "NDArray[np.uint8]"

# Pillow's own guard is below 10K × 10K; the sides are checked before anything is decoded.
Image.MAX_IMAGE_PIXELS = MAXIMUM_PIXELS * MAXIMUM_PIXELS


class ImageError(Exception):
    """An image that Rekognition would refuse; `code` is the name of its exception."""

    code = "InvalidParameterException"


class FormatError(ImageError):
    """Neither JPEG nor PNG, or broken."""

    code = "InvalidImageFormatException"


class TooLargeError(ImageError):
    """Too many bytes or pixels."""

    code = "ImageTooLargeException"


class TooSmallError(ImageError):
    """Fewer than 80 pixels a side. Rekognition has no exception for it and answers InvalidParameterException."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An upright RGB image of at most WORKING_PIXELS a side; boxes are ratios, so the size does not matter."""

    rgb: Pixels

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return int(self.rgb.shape[0])

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return int(self.rgb.shape[1])


def open_picture(
    content: bytes, maximum_bytes: int, sides: tuple[int, int] = (MINIMUM_PIXELS, MAXIMUM_PIXELS)
) -> Picture:
    """The picture in these bytes. Raises FormatError, TooLargeError or TooSmallError."""
    if len(content) > maximum_bytes:
        raise TooLargeError(f"the image has {len(content):,} bytes; at most {maximum_bytes:,} are read")
    try:
        image = Image.open(io.BytesIO(content))
    except Image.DecompressionBombError as error:
        raise TooLargeError(f"the image has too many pixels: {error}") from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise FormatError("Request has invalid image format: neither JPEG nor PNG") from error
    if image.format not in FORMATS:
        raise FormatError(f"Request has invalid image format: JPEG or PNG wanted, got {image.format}")
    _check_sides(image.size, *sides)
    return Picture(_decode(image))


def _check_sides(size: tuple[int, int], least: int, most: int) -> None:
    sides = f"{size[0]} × {size[1]} pixels"
    if max(size) > most:
        raise TooLargeError(f"the image has {sides}; at most {most:,} a side are read")
    if min(size) < least:
        raise TooSmallError(f"Request has invalid parameters: the image has {sides}; at least {least} a side")


def _decode(image: Image.Image) -> Pixels:
    try:
        image.draft("RGB", (WORKING_PIXELS, WORKING_PIXELS))  # JPEG only: decodes at a fraction of the size
        image.load()
    except (OSError, ValueError, SyntaxError, EOFError) as error:  # what Pillow raises for cut and broken files
        raise FormatError(f"Request has invalid image format: the {image.format} is truncated or broken") from error
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16-bit PNG: convert() would clip it to white
        upright = Image.fromarray((np.asarray(upright, dtype=np.float64) / 257).astype(np.uint8))
    if "A" in upright.getbands() or "transparency" in upright.info:  # transparent parts read as paper, not as black
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    flat = upright.convert("RGB")
    flat.thumbnail((WORKING_PIXELS, WORKING_PIXELS))
    return np.asarray(flat)
