"""What is decoded, as a person would see it; what is not, and why in words."""

import numpy as np
import pytest
from PIL import Image

from dayshift.domain.errors import PermanentError
from dayshift.faces.decoding import LONGEST_SIDE, picture
from tests.unit.faces import pictures
from tests.unit.faces.pictures import BAD, BLUE, GOOD, RED, encoded, raw_png


def near(pixel: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool(np.abs(pixel.astype(int) - colour).max() < 40)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("what", GOOD)
def test_a_good_picture_is_upright_and_in_colour(what):
    seen = picture(GOOD[what])
    assert seen.dtype == np.uint8
    assert seen.flags["C_CONTIGUOUS"]
    assert seen.shape[2] == 3
    assert near(seen[10, 10], RED)
    if seen.shape[0] != seen.shape[1]:
        assert seen.shape[:2] == (80, 120)
        assert near(seen[70, 110], BLUE)
        assert near(seen[70, 10], BLUE)


@pytest.mark.parametrize("what", BAD)
def test_a_bad_one_is_refused_in_words(what):
    with pytest.raises(PermanentError, match=r"^(unreadable|truncated|too_large): .*the decoder says: \S") as refused:
        picture(BAD[what])
    assert len(str(refused.value)) < 300
    assert "\n" not in str(refused.value)


def test_what_ends_too_early_is_said_to():
    for what in ("the first half of a JPEG", "the first half of a PNG"):
        with pytest.raises(PermanentError, match=r"^truncated: "):
            picture(BAD[what])


@pytest.mark.parametrize("mode", ["L", "1", "LA", "PA"])
def test_grey_and_one_bit_become_colour(mode):
    image = Image.new("L", (100, 100), 255).convert("P" if mode == "PA" else mode)
    assert near(picture(encoded(image, "PNG"))[50, 50], (255, 255, 255))


def test_grey_of_16_bits_keeps_its_greys():
    assert near(picture(pictures.wide_grey())[40, 40], (192, 192, 192))


def test_what_is_transparent_lies_on_white():
    for image in (Image.new("RGBA", (100, 100), (0, 0, 0, 0)), Image.new("LA", (100, 100), (0, 0))):
        assert near(picture(encoded(image, "PNG"))[50, 50], (255, 255, 255))
    palette = Image.new("P", (100, 100), 0)
    assert near(picture(encoded(palette, "PNG", transparency=0))[50, 50], (255, 255, 255))
    assert near(
        picture(raw_png(80, 80, 8, 2, (b"\0" + b"\0" * 240) * 80, pictures.chunk(b"tRNS", bytes(6))))[0, 0], (255,) * 3
    )


def test_a_wrong_checksum_behind_the_header_costs_nothing():
    whole = pictures.png()
    at = whole.index(b"IEND")
    assert picture(whole[: at + 4] + b"\0\0\0\0").shape == (80, 120, 3)


@pytest.mark.parametrize(
    ("size", "seen"), [((3200, 1600), (800, 1600)), ((1600, 100), (100, 1600)), ((90, 6400), (1600, 22))]
)
def test_a_large_picture_is_made_small_in_its_own_shape(size, seen):
    for form in ("JPEG", "PNG"):
        shape = picture(encoded(Image.new("RGB", size, BLUE), form)).shape
        assert max(shape) == LONGEST_SIDE
        assert np.abs(np.subtract(shape[:2], seen)).max() <= 1
