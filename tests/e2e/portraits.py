"""Small pictures of people's faces, by the thousand, no two of them alike."""

import io
import random
import struct
import zlib
from functools import cache
from pathlib import Path

from PIL import Image, ImageEnhance

from local.places import SAMPLES

SIDE = 240  # pixels; the face is half of it
NO_FACE = "no face"
# Where the face is: left, top and side of its square.
FACES = {
    "Barack Obama": (SAMPLES / "faces" / "images" / "address.jpg", (81, 150, 156)),
    "Joe Biden": (SAMPLES / "faces" / "gallery" / "Joe Biden" / "blue room.jpg", (242, 139, 187)),
    "Eileen Collins": (SAMPLES / "photos" / "astronaut.jpg", (165, 76, 91)),
    NO_FACE: (SAMPLES / "photos" / "rocket.jpg", (200, 200, 100)),
}


def gallery_photo(person: str) -> Path:
    """The photo by which a person is enrolled; of Eileen Collins, in no gallery, her only one."""
    folder = SAMPLES / "faces" / "gallery" / person
    return next(folder.iterdir()) if folder.exists() else FACES[person][0]


def portrait(person: str, number: int, side_pixels: int = SIDE) -> bytes:
    """A photograph of them as JPEG, cut and lit by this number's dice."""
    dice = random.Random(f"{person} {number}")
    _, (left, top, side) = FACES[person]
    margin = side * dice.uniform(0.3, 0.4)
    x, y = (at - margin + side * dice.uniform(-0.06, 0.06) for at in (left, top))
    wide = side + 2 * margin
    image = _photo(person).resize((side_pixels, side_pixels), Image.Resampling.BILINEAR, (x, y, x + wide, y + wide))
    image = ImageEnhance.Brightness(image).enhance(dice.uniform(0.85, 1.15))
    body = io.BytesIO()
    image.save(body, "JPEG", quality=88)
    return body.getvalue()


@cache
def _photo(person: str) -> Image.Image:
    with Image.open(FACES[person][0]) as image:
        return image.convert("RGB")


def too_heavy() -> bytes:
    """A PNG within every limit on paper (0.3 MB, under 10,000 pixels a side), of which a child that decodes it dies:
    one of its colours stands for nothing, so that it is held in three forms of 400 MB."""
    side, squeezed = 9_999, zlib.compressobj(9)
    line = bytes([0]) + bytes([255]) * (3 * side)
    pixels = b"".join(squeezed.compress(line) for _ in range(side)) + squeezed.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", header), (b"tRNS", bytes(6)), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts
    )
