"""What the demo asks of the API, and of the models of its day: everything that must make it fail."""

from dataclasses import replace
from typing import Any

import pytest

from local.demo_api import Answer, Asked
from local.lived_model import pictures, shown_in

ASLEEP = Answer(202, 7385, {"id": "flowers.9f1c.png", "read_by": "2026-11-23T08:03:05Z"}, 0.2)
AWAKE = Answer(200, None, {"predictions": [{"name": "tulip", "probability": 0.99}]}, 0.2)
LATER = Answer(200, None, {"state": "done", "result": {"detections": [{"name": "tulip"}]}}, 0.1)
GOOD = Asked("tulip 1.png", ASLEEP, AWAKE, LATER)


def test_a_good_answer_asleep_and_awake_is_told_in_figures() -> None:
    assert GOOD.faults() == ()
    figures = GOOD.to_json()
    assert (figures["asleep"]["status"], figures["awake"]["status"], figures["later"]["state"]) == (202, 200, "done")


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"asleep": replace(ASLEEP, status=500)}, "asleep, the API answered 500"),
        ({"asleep": replace(ASLEEP, retry_after_seconds=None)}, "asleep, the API answered 202"),
        ({"asleep": replace(ASLEEP, body={"id": "flowers.9f1c.png"})}, "asleep, the API answered 202"),
        ({"awake": replace(AWAKE, status=202)}, "awake, it answered"),
        ({"awake": replace(AWAKE, body={"predictions": []})}, "awake, it answered"),
        ({"awake": replace(AWAKE, body={"predictions": [{"name": "aster"}]})}, "awake, it answered"),
        ({"later": replace(LATER, body={"state": "queued"})}, "of the picture sent asleep it says"),
    ],
)
def test_every_way_in_which_the_api_can_answer_wrongly_is_a_fault(otherwise: dict[str, Any], said: str) -> None:
    (fault,) = replace(GOOD, **otherwise).faults()
    assert said in fault


@pytest.mark.parametrize(("project", "known"), [("logos", "harbour"), ("flowers", "tulip")])
def test_each_model_is_shown_its_own_pictures_and_one_of_nothing(project: str, known: str) -> None:
    shown = {shown_in(picture.name) for picture in pictures(project)}
    assert {known, None} <= shown
    assert len(shown) == 4
