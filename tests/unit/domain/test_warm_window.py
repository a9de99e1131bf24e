"""What is learned from the last weeks' arrivals, replayed by hand-counted days."""

from datetime import UTC, datetime, timedelta

import pytest

from dayshift.domain.policy import Policy
from dayshift.domain.warm_window import choose_idle, replayed

HOURS = {"timezone": "UTC", "open": ["Mon-Fri 09:00-18:00"]}
POLICY = Policy.from_json({"power": "on_deadline", "hours": HOURS, "results_within_minutes": 15})
W = timedelta(minutes=30)
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
NOW = MONDAY + timedelta(days=21)


def arrivals(*hours: float, days: int = 19) -> list[tuple[datetime, int]]:
    """One image at each of these hours on every weekday of the first days."""
    each = (MONDAY + timedelta(days=day) for day in range(days))
    return [(day + timedelta(hours=hour), 1) for day in each if day.weekday() < 5 for hour in hours]


def test_a_replayed_day_bills_its_starts_and_warm_hours_and_knows_who_came_in_vain() -> None:
    assert POLICY.calendar
    day = next(POLICY.calendar.openings(MONDAY, NOW))
    seen = replayed(arrivals(9.25, 12, 12.4, 17.75, days=1), [day], W, POLICY, W)
    # Warm 9:00-9:45 after W; asleep; 12:00 wakes it, reads at 12:30 (two images), warm until 13:00; 17:45 is too late.
    assert seen.billed == W + timedelta(minutes=45) + W + timedelta(minutes=30)
    assert (seen.images, seen.on_time) == (4, 2)


def test_the_smallest_patience_that_keeps_the_promise_wins() -> None:
    assert choose_idle(arrivals(9.25, 10, 10.75), POLICY, W, NOW) == 1.5 * W
    assert choose_idle(arrivals(9.25, 9.5), POLICY, W, NOW) == W


@pytest.mark.parametrize(
    "seen",
    [
        [],
        [(NOW - timedelta(days=13), 5)],
        arrivals(9.25, 13.0),  # a pause longer than any candidate: half of the images would be late
        arrivals(*(9 + step / 4 for step in range(0, 36, 9))),
    ],
)
def test_with_too_little_history_or_no_candidate_the_plain_schedule_stays(seen: list[tuple[datetime, int]]) -> None:
    assert choose_idle(seen, POLICY, W, NOW) is None


def test_hours_that_never_close_are_replayed_too() -> None:
    always = Policy.from_json(
        {
            "power": "on_deadline",
            "hours": {"timezone": "UTC", "open": ["Mon-Sun 00:00-24:00"]},
            "results_within_minutes": 15,
        }
    )
    rare = [(MONDAY + timedelta(days=day, hours=5), 1) for day in range(20)]
    assert choose_idle(rare, always, W, NOW) is None, "each image would find it asleep"
