"""A model that is off is given back, at a later look if not now; and what if it cannot be."""

import pytest

from dayshift.domain.errors import ClosedError, TransientError
from dayshift.services.retire import give_back
from tests.fakes import FakePower

DENIED = ClosedError("AccessDeniedException while giving the model back")
THROTTLED = TransientError("ThrottlingException while giving the model back")


def given_back(power: FakePower, has_time: list[bool]) -> str:
    left = iter(has_time)
    return give_back(power, lambda: None, lambda: next(left))


@pytest.mark.parametrize("refusals", [[], [THROTTLED, THROTTLED]], ids=["at once", "at a later look"])
def test_a_model_is_given_back(refusals: list[BaseException]) -> None:
    power = FakePower(refuse_release=[*refusals])
    assert given_back(power, [True] * 20) == ""
    assert power.calls == ["release"] * (len(refusals) + 1)


@pytest.mark.parametrize(
    ("refusals", "has_time", "tries"),
    [([DENIED] * 9, [True] * 20, 1), ([THROTTLED] * 9, [True, True, False], 3)],
    ids=["not allowed", "no time left"],
)
def test_one_that_cannot_be_given_back_raises_nothing_and_why_is_said(
    refusals: list[BaseException], has_time: list[bool], tries: int
) -> None:
    power = FakePower(refuse_release=[*refusals])
    assert given_back(power, has_time) == str(refusals[0])
    assert power.calls == ["release"] * tries
