"""The real model, in children under their real limits: who is whom, where, and that no picture breaks them."""

import io
import itertools
import math
from pathlib import Path

import pytest
from PIL import Image

from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import Face
from dayshift.domain.plain_image import plain_png
from dayshift.faces.children import Children
from tests.unit.faces.pictures import BAD, GOOD, encoded, wide_grey

SAMPLES = Path(__file__).parents[3] / "samples"
PHOTOS = {
    "portrait": SAMPLES / "faces/gallery/Barack Obama/portrait.jpg",
    "address": SAMPLES / "faces/images/address.jpg",
    "blue room, left": SAMPLES / "faces/images/blue room, left.jpg",
    "blue room": SAMPLES / "faces/gallery/Joe Biden/blue room.jpg",
    "astronaut": SAMPLES / "photos/astronaut.jpg",
}
ONE_MAN = {"portrait", "address", "blue room, left"}


@pytest.fixture(scope="module")
def faces(recognisers: Children) -> dict[str, Face]:
    """The one face of each photograph."""
    found = {name: recognisers.faces(path.read_bytes()) for name, path in PHOTOS.items()}
    assert {name: len(each) for name, each in found.items()} == dict.fromkeys(PHOTOS, 1)
    return {name: each[0] for name, each in found.items()}


@pytest.mark.parametrize(("one", "other"), list(itertools.combinations(PHOTOS, 2)))
def test_photographs_of_one_man_are_near_and_those_of_others_far(faces, one, other):
    distance = math.dist(faces[one].embedding, faces[other].embedding)
    if {one, other} <= ONE_MAN:
        assert distance < 0.5
    else:
        assert distance > 0.7


def opened(name: str) -> Image.Image:
    return Image.open(PHOTOS[name]).convert("RGB")


def resaved(name: str, form: str, mode: str = "RGB", **options: object) -> bytes:
    return encoded(opened(name).convert(mode), form, **options)


def test_a_picture_on_its_side_gives_the_same_face_in_the_same_place(recognisers, faces):
    exif = Image.Exif()
    exif[0x0112] = 6
    on_its_side = opened("portrait").transpose(Image.Transpose.ROTATE_90)
    (found,) = recognisers.faces(encoded(on_its_side, "JPEG", exif=exif, quality=95))
    assert math.dist(found.embedding, faces["portrait"].embedding) < 0.15
    for side in ("left", "top", "width", "height"):
        assert getattr(found.box, side) == pytest.approx(getattr(faces["portrait"].box, side), abs=0.05)


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [("PNG", "RGB", {}), ("PNG", "RGBA", {}), ("PNG", "P", {}), ("JPEG", "CMYK", {"quality": 95}), ("PNG", "L", {}),
     ("JPEG", "RGB", {"quality": 95, "progressive": True})],
)  # fmt: skip
def test_however_it_is_encoded_it_is_the_same_person(recognisers, faces, form, mode, options):
    (found,) = recognisers.faces(resaved("portrait", form, mode, **options))
    assert math.dist(found.embedding, faces["portrait"].embedding) < 0.25


def test_several_faces_the_largest_first_each_in_its_place(recognisers, faces):
    left, right = opened("blue room"), opened("portrait")
    both = Image.new("RGB", (left.width + right.width, 640), "white")
    both.paste(left, (0, 0))
    both.paste(right, (left.width, 0))
    found = recognisers.faces(encoded(both, "JPEG", quality=95))
    assert len(found) == 2
    assert found[0].box.width * found[0].box.height >= found[1].box.width * found[1].box.height
    for face, name in zip(sorted(found, key=lambda each: each.box.left), ("blue room", "portrait"), strict=True):
        assert math.dist(face.embedding, faces[name].embedding) < 0.25


def test_a_face_over_the_edge_has_a_box_within_the_picture(recognisers):
    whole = opened("portrait")
    cut = whole.crop((int(whole.width * 0.45), 0, whole.width, whole.height))
    (found,) = recognisers.faces(encoded(cut, "JPEG", quality=95))
    assert found.box.left == 0
    assert 0 < found.box.width < 1
    assert found.box.left + found.box.width <= 1


def test_the_same_bytes_give_the_same_numbers_in_every_child(recognisers, faces):
    content = PHOTOS["portrait"].read_bytes()
    assert {recognisers.faces(content)[0].embedding for _ in range(3)} == {faces["portrait"].embedding}


def test_a_picture_without_a_face_has_none(recognisers):
    for content in (plain_png(200), wide_grey(), (SAMPLES / "photos/coffee.jpg").read_bytes()):
        assert recognisers.faces(content) == []


@pytest.mark.parametrize("what", GOOD)
def test_no_form_of_a_picture_needs_a_file_that_a_child_may_not_open(recognisers, what):
    assert recognisers.faces(GOOD[what]) == []


@pytest.mark.parametrize("what", BAD)
def test_no_bad_picture_ends_a_child(recognisers, what):
    with pytest.raises(PermanentError, match=r"^(unreadable|truncated|too_large): "):
        recognisers.faces(BAD[what])


@pytest.mark.slow
def test_the_largest_picture_there_is_fits_into_a_childs_memory(recognisers):
    body = io.BytesIO()
    Image.new("RGBA", (10_000, 10_000), (200, 30, 30, 128)).save(body, "PNG", compress_level=1)
    assert body.tell() < 15 * 1024 * 1024
    assert recognisers.faces(body.getvalue()) == []
