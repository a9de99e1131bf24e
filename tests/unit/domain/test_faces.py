"""Whose a face is: the nearest photo's, unless that is too far."""

import math

import pytest

from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.faces import Face, Known, checked_distance, recognised

BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)


def at(distance: float) -> tuple[float, ...]:
    """An embedding so far from the face that is looked for."""
    return (distance, *[0.0] * 127)


def named(*gallery: Known, maximum_distance: float = 0.6) -> Detection:
    (found,) = recognised([Face(BOX, at(0))], gallery, maximum_distance)
    assert found.kind is Kind.FACE
    assert found.box == BOX
    return found


@pytest.mark.parametrize(
    ("distance", "name", "confidence_percent"),
    [(0.0, "ann", 100), (0.3, "ann", 75), (0.6, "ann", 50), (0.61, "unknown", 50.8), (0.9, "unknown", 75),
     (1.2, "unknown", 100), (1.9, "unknown", 100)],
)  # fmt: skip
def test_the_nearer_the_surer_and_beyond_the_limit_surer_of_nobody(distance, name, confidence_percent):
    found = named(Known("ann", at(distance)))
    assert found.name == name
    assert found.confidence_percent == pytest.approx(confidence_percent, abs=0.05)


def test_the_nearest_photo_wins_whatever_its_place_in_the_gallery():
    ann, bob = Known("ann", at(0.4)), Known("bob", at(0.2))
    assert named(ann, bob).name == named(bob, ann).name == "bob"


def test_of_two_photos_at_one_distance_the_first_name_wins():
    bob, ann = Known("bob", at(0.3)), Known("ann", at(-0.3))
    assert named(bob, ann).name == named(ann, bob).name == "ann"


def test_an_empty_gallery_knows_nobody_and_is_sure_of_it():
    assert named() == Detection(Kind.FACE, "unknown", 100.0, BOX)


def test_several_faces_may_be_one_person_and_no_face_is_no_detection():
    faces = [Face(BOX, at(0)), Face(BOX, at(0.1)), Face(BOX, at(5))]
    assert [one.name for one in recognised(faces, [Known("ann", at(0))], 0.6)] == ["ann", "ann", "unknown"]
    assert recognised([], [Known("ann", at(0))], 0.6) == ()


@pytest.mark.parametrize("value", [0, -0.1, 2.1, "0.6", None, True, math.nan, math.inf])
def test_a_limit_that_is_none_is_refused(value):
    with pytest.raises(ConfigurationError, match=r"maximum_distance must be .* for example 0\.6; got"):
        checked_distance(value)
    assert checked_distance(0.5) == 0.5
