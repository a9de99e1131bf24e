"""Faults on request: which call they spoil, how often, and what they answer."""

from typing import Any

import pytest

from local.services.faults import Fault, Faults

THROTTLE = {"operation": "rekognition.DetectText", "kind": "throttle"}


def faults(*wishes: dict[str, Any]) -> Faults:
    made = Faults()
    for wish in wishes:
        made.add(Fault.from_json(wish))
    return made


def test_a_fault_spoils_its_operation_only_and_its_number_of_times() -> None:
    made = faults({**THROTTLE, "times": 2})
    calls = ["rekognition.DetectLabels", *["rekognition.DetectText"] * 3]
    assert [made.take(call) is not None for call in calls] == [False, True, True, False]
    assert made.listed() == ()


def test_a_star_means_every_operation_and_no_number_means_always() -> None:
    made = faults({**THROTTLE, "operation": "rekognition.*"})
    assert all(made.take("rekognition.DetectLabels") for _ in range(50))
    assert made.take("scheduler.GetSchedule") is None


def test_a_probability_spoils_about_that_part_of_the_calls() -> None:
    made = faults({**THROTTLE, "probability": 0.2})
    spoilt = sum(made.take("rekognition.DetectText") is not None for _ in range(1000))
    assert 150 < spoilt < 250


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("throttle", "ThrottlingException", 400),
        ("server_error", "InternalServerError", 500),
        ("latency", "", 0),
        ("reset_after", "", 0),
    ],
)
def test_each_kind_has_its_answer(kind: str, code: str, status: int) -> None:
    fault = Fault.from_json({**THROTTLE, "kind": kind})
    assert (fault.code, fault.status) == (code, status)


def test_an_error_may_be_named() -> None:
    fault = Fault.from_json({**THROTTLE, "kind": "error", "code": "ProvisionedThroughputExceededException"})
    assert fault.code == "ProvisionedThroughputExceededException"


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"kind": "throttle"}, "a fault has operation"),
        ({**THROTTLE, "colour": "red"}, "a fault has operation"),
        ({**THROTTLE, "kind": "flood"}, "kind must be one of"),
        ({**THROTTLE, "probability": 2}, "probability is 0..1"),
        ({**THROTTLE, "times": 0}, "times at least 1"),
    ],
)
def test_a_wish_that_means_nothing_is_refused(wish: dict[str, Any], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        Fault.from_json(wish)
