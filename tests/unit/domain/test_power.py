"""When a model should run, by each policy, and what beats it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.deadline import due, wake_at, warmup
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.policy import Policy
from dayshift.domain.power import Desired, desired
from dayshift.domain.sweeping import QueueDepth

MONDAY = "2026-11-23T"  # Berlin is an hour ahead of UTC
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"], "closed_on": ["2026-11-25"]}
EMPTY, SOME = QueueDepth(0, 0, 0), QueueDepth(6, 0, 0)
FRESH = Memory()


def policy(power: str = "office_hours", **changes: Any) -> Policy:
    return Policy.from_json({"power": power, "hours": HOURS, "usd_per_hour": 4.0, **changes})


def at(wall: str, day: str = "23") -> datetime:
    """A time of a day of November 2026, by Berlin's clock."""
    return datetime.fromisoformat(f"2026-11-{day}T{wall}:00+01:00").astimezone(UTC)


def wish(of: Policy, now: datetime, memory: Memory = FRESH, backlog: QueueDepth = EMPTY) -> Desired:
    return desired(of, memory, backlog, None, now)


@pytest.mark.parametrize(
    ("wall", "day", "running", "next_change"),
    [
        ("08:29", "23", False, at("08:30")),
        ("08:30", "23", True, at("18:00")),
        ("17:29", "23", True, at("18:00")),
        ("18:00", "23", False, at("08:30", "24")),
        ("12:00", "25", False, at("08:30", "26")),  # a closed date
        ("18:00", "27", False, at("08:30", "30")),  # Friday evening
    ],
)
def test_office_hours_run_from_the_warm_up_to_the_closing(
    wall: str, day: str, running: bool, next_change: datetime
) -> None:
    found = wish(policy(), at(wall, day))
    assert (found.running, found.next_change) == (running, next_change)


def test_a_model_that_is_off_is_not_started_for_hours_that_end_before_it_is_ready() -> None:
    assert not wish(policy(), at("17:30")).running
    assert wish(policy(), at("17:29")).running
    assert wish(policy(), at("17:45"), Memory(running_since=at("08:30"))).running


def test_a_break_that_is_shorter_than_the_warm_up_stops_nothing() -> None:
    hours = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-12:00", "Mon-Fri 12:15-18:00"]}
    lunch = wish(policy(hours=hours), at("12:05"))
    assert lunch.running
    assert lunch.next_change == at("18:00")


def test_an_override_beats_the_policy_and_reverts_by_itself() -> None:
    until = at("22:00")
    on = desired(policy(), FRESH, EMPTY, Override(True, until, "ada"), at("20:00"))
    assert (on.running, on.next_change) == (True, until)
    assert "ada" in on.reason
    assert not desired(policy(), FRESH, EMPTY, Override(False, until), at("10:00")).running
    assert Override.from_json({"mode": "on", "until": "2026-11-23T21:00:00Z"}, at("22:00")) is None


@pytest.mark.parametrize(
    "given",
    [
        {"mode": "on"},
        {"mode": "maybe", "until": "2026-11-23T21:00:00Z"},
        {"mode": "on", "until": "tomorrow"},
        {"mode": "on", "until": "2026-11-25T21:00:00Z"},
        {"mode": "on", "until": "2026-11-23T21:00:00"},
    ],
)
def test_an_override_that_is_unclear_or_longer_than_a_day_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"2026-11-2|24 hours"):
        Override.from_json(given, at("20:00"))


def test_the_most_hours_a_day_beat_the_policy_but_no_override() -> None:
    of = policy(maximum_running_hours_per_day=2)
    ran = Memory(day="2026-11-23", running_since=at("09:00"))
    assert wish(of, at("10:59"), ran).running
    stopped = wish(of, at("11:00"), ran)
    assert (stopped.running, stopped.capped, stopped.next_change) == (False, True, at("00:00", "24"))
    assert desired(of, ran, EMPTY, Override(True, at("22:00")), at("11:00")).running
    assert wish(of, at("09:00", "24"), ran).running  # what ran yesterday does not count today


def test_always_on_is_always_on() -> None:
    assert wish(policy("always_on", hours=None), at("03:00", "22")).running


# ---- on_deadline, waking takes 30 minutes and the promise is 60 --------------------------------------------------


def waiting(since: datetime) -> Memory:
    return Memory(waiting_since=since)


@pytest.mark.parametrize(
    ("arrival", "promised"),
    [
        (at("10:00"), at("11:00")),
        (at("17:40"), at("18:40")),  # came in hours, so an hour later it is
        (at("20:00"), at("09:30", "24")),  # came at night: half an hour after the opening
        (at("08:50"), at("09:50")),
        (at("12:00", "28"), at("09:30", "30")),  # Saturday
    ],
)
def test_results_are_due_by_the_promise(arrival: datetime, promised: datetime) -> None:
    assert due(arrival, policy("on_deadline")) == promised


def test_a_sleeping_model_is_woken_at_the_last_moment_that_keeps_the_promise() -> None:
    of, memory = policy("on_deadline", images_per_minute=6), waiting(at("10:00"))
    moment = wake_at(at("10:00"), 6, of, memory)
    assert moment == at("11:00") - timedelta(minutes=30 + 1 + 3)  # warm-up, reading six, margin
    asleep = wish(of, moment - timedelta(seconds=1), memory, SOME)
    assert (asleep.running, asleep.next_change) == (False, moment)
    assert wish(of, moment, memory, SOME).running


def test_a_woken_model_serves_what_came_meanwhile_and_sleeps_when_nothing_is_left() -> None:
    of, woken = policy("on_deadline"), Memory(awake_since=at("10:26"))
    assert wish(of, at("10:58"), woken, SOME).running
    assert wish(of, at("10:58"), woken, QueueDepth(0, 3, 0)).running
    done = replace(woken, idle_since=at("10:58"))
    assert not wish(of, at("10:58"), done, EMPTY).running
    # What is in flight longer than the visibility timeout is not being read: it backs off.
    assert wish(of, at("11:04"), done, QueueDepth(0, 3, 0)).running
    assert not wish(of, at("11:05"), done, QueueDepth(0, 3, 0)).running


def test_the_warm_up_is_learned_and_the_configured_one_counts_at_first() -> None:
    of = policy("on_deadline")
    assert warmup(of, Memory(starts=(600,) * 4)) == timedelta(minutes=30)
    assert warmup(of, Memory(starts=(600,) * 18 + (900, 5400))) == timedelta(minutes=15)
    assert warmup(of, Memory(starts=(3000,))) == timedelta(minutes=30), "one that took long is no rule yet"
    assert warmup(of, Memory(starts=(3000, 3000))) == timedelta(minutes=50)
    assert warmup(of, Memory(starts=(600, 600, 600, 660, 13_020))) == timedelta(minutes=11)


def test_where_waking_comes_too_late_the_model_is_warm_while_the_hours_are_open() -> None:
    of = policy("on_deadline", results_within_minutes=15)
    assert not wish(of, at("08:29")).running
    assert wish(of, at("08:30")).running
    assert wish(of, at("13:00"), Memory(idle_since=at("09:00"))).running, (
        "the plain schedule until something is learned"
    )
    assert not wish(of, at("18:00")).running


def test_a_learned_patience_lets_the_warm_window_sleep_and_an_image_wakes_it() -> None:
    of = policy("on_deadline", results_within_minutes=15)
    idle = Memory(idle_since=at("05:00"), idle_minutes=60, awake_since=at("08:30"))
    assert wish(of, at("09:59"), idle).running, "counted from the opening"
    assert not wish(of, at("10:00"), idle).running
    arrived = replace(idle, idle_since=None, awake_since=None, waiting_since=at("11:00"))
    assert wish(of, at("11:00"), arrived, SOME).running
    assert not wish(of, at("17:45"), replace(arrived, waiting_since=at("17:45")), SOME).running, "it could not be read"


def test_what_came_before_closing_is_read_but_for_a_quarter_of_an_hour_only() -> None:
    of, awake = policy("on_deadline", results_within_minutes=15), Memory(awake_since=at("08:30"))
    assert wish(of, at("18:05"), awake, SOME).running
    assert not wish(of, at("18:15"), awake, SOME).running
    assert not wish(of, at("18:05"), replace(awake, idle_since=at("18:04")), EMPTY).running


def test_a_night_of_images_opens_the_warm_window_earlier() -> None:
    of = policy("on_deadline", results_within_minutes=15, images_per_minute=10)
    night = QueueDepth(600, 0, 0)  # an hour's work, of which 15 - 3 minutes may fall into the hours
    assert not wish(of, at("07:41"), waiting(at("02:00")), night).running
    assert wish(of, at("07:42"), waiting(at("02:00")), night).running


# ---- what cannot be ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"power": "sometimes"}, "sometimes"),
        ({"power": "office_hours", "hours": None}, "need hours"),
        ({"power": "office_hours", "hours": {"open": ["Mon-Fri 09:00-18:00"]}}, "timezone"),
        ({"power": "office_hours", "hours": {**HOURS, "timezone": "Mars/Phobos"}}, "Mars/Phobos"),
        ({"power": "office_hours", "hours": {**HOURS, "open": ["Mon-Fri 8:30-18:00"]}}, "8:30"),
        ({"power": "office_hours", "hours": {**HOURS, "open": ["Mon 09:00-09:00"]}}, "09:00-09:00"),
        ({"power": "office_hours", "hours": {**HOURS, "open": []}}, "at least one window"),
        ({"power": "office_hours", "hours": {**HOURS, "closed_on": ["24.12.2026"]}}, "24.12.2026"),
        ({"power": "on_deadline", "hours": None, "results_within_minutes": 20}, "at least 33 min"),
        ({"power": "always_on", "images_per_minute": 0}, "above 0"),
    ],
)
def test_a_policy_that_cannot_be_kept_is_refused_with_what_would_do(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Policy.from_json(given)


def test_a_policy_that_nobody_understands_keeps_the_model_off() -> None:
    found = desired(replace(policy("always_on"), fault="no such thing"), FRESH, SOME, None, at("10:00"))
    assert not found.running
    assert "no such thing" in found.reason


def test_without_hours_a_start_that_became_slower_than_the_promise_is_begun_at_once() -> None:
    day_and_night = policy("on_deadline", hours=None, warmup_minutes=15, results_within_minutes=60)
    slow = replace(FRESH, starts=(5400, 5400), waiting_since=at("12:00"))
    assert wish(day_and_night, at("12:00"), slow, SOME).running
    assert not wish(day_and_night, at("12:00"), replace(slow, waiting_since=None)).running
