"""Decoding: an image's bytes as the picture a person would see, small enough to look for faces in, or why not.

Runs in a child process alone. Whatever Pillow says about bad bytes becomes a PermanentError in words; what it does not
say (a crash, too much memory, too much time) ends the child, and is the parent's to judge.
"""

import errno
import io
import struct
import zlib
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import (
    Image,
    ImageFile,
    ImagePalette,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    TiffTags,
)

from dayshift.domain.errors import PermanentError

# Pillow would load these at the first image that needs them, when a child may open no file any more.
LOADED = (ImageFile, ImagePalette, MpoImagePlugin, TiffImagePlugin, TiffTags)
Pixels: TypeAlias = "NDArray[np.uint8]"

LONGEST_SIDE = 1600  # a face of 40 pixels is found; twice the side takes four times as long
FORMATS = [JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format]
# The header was read before, and refused from 10,000 pixels a side on.
Image.MAX_IMAGE_PIXELS = 10_000 * 10_000
ORIENTATION = 0x0112  # EXIF; 1 is upright
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}  # fmt: skip
# What Pillow raises for bytes that are no good image (its plugins document none of it).
BROKEN = (OSError, SyntaxError, ValueError, EOFError, KeyError, IndexError, OverflowError, struct.error, zlib.error)
SAID_AT_MOST = 200
WHITE = (255, 255, 255, 255)


def picture(content: bytes) -> Pixels:
    """An upright picture in RGB, at most 1600 pixels a side. Raises PermanentError."""
    try:
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # JPEG: decoded at a fraction of the size
        image.load()
    except Image.DecompressionBombError as error:
        raise PermanentError("too_large", f"more than 10,000 x 10,000 pixels; the decoder says: {error}") from error
    except BROKEN as error:
        if isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENOMEM):
            raise  # about this process, not about the image
        raise _refused(error) from error
    turn = TURNS.get(_orientation(image))
    small = _small(image)
    return np.ascontiguousarray(_flat(small if turn is None else small.transpose(turn)))


def _orientation(image: Image.Image) -> Any:
    """How the picture lies, by EXIF; one that cannot be read says nothing, and the picture stays as it is."""
    try:
        return image.getexif().get(ORIENTATION)
    except (*BROKEN, TypeError, AttributeError):
        return None


def _small(image: Image.Image) -> Image.Image:
    """Before anything else is done with it: a full one of 10,000 pixels a side takes 400 MB in each further form."""
    if image.mode.startswith("I"):  # 16-bit grey: a plain conversion would clip it to white
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    elif image.mode not in ("L", "LA", "RGB", "RGBA", "CMYK"):  # a palette, one bit, other colour spaces
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    elif "transparency" in image.info:  # one colour stands for nothing
        image = image.convert("RGBA")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return image


def _flat(image: Image.Image) -> Image.Image:
    """In RGB; what is transparent lies on white, as on paper."""
    if image.mode in ("LA", "RGBA"):
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, WHITE), layer)
    return image.convert("RGB")


def _refused(error: Exception) -> PermanentError:
    said = " ".join(str(error).split())[:SAID_AT_MOST] or type(error).__name__
    code = "truncated" if "truncated" in said.lower() else "unreadable"
    return PermanentError(code, f"the image cannot be decoded; the decoder says: {said}")
