"""By when an image that waits will have been read, as its policy tells it now."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dayshift.domain.calendar import Calendar
from dayshift.domain.memory import Memory
from dayshift.domain.model import ModelSpec
from dayshift.domain.outlook import Outlook, Wakefulness, outlook
from dayshift.domain.override import Override
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from tests.fakes import EMPTY

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = Calendar.of("Europe/Berlin", ["Mon-Fri 09:00-18:00"])
OFFICE = Policy(Kind.OFFICE_HOURS, HOURS)
PROMISE = Policy(Kind.ON_DEADLINE, HOURS, results_within=timedelta(minutes=60))
WARM = Policy(Kind.ON_DEADLINE, HOURS, results_within=timedelta(minutes=15))
NEVER = Policy(Kind.OFFICE_HOURS, fault="hours.timezone must be an IANA name")


def at(text: str) -> datetime:
    """`Fri 20:00` of the week of Monday, 16 November 2026, or `next Mon 09:00`, on Berlin's clock."""
    *following, day, clock = text.split()
    number = 16 + ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].index(day) + 7 * len(following)
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, number, hour, minute, tzinfo=BERLIN)


def of(policy: Policy, memory: Memory | None = None, override: Override | None = None) -> PoweredModel:
    spec = ModelSpec("logos", "custom_labels", None, "incoming/logos/")
    return PoweredModel(spec, policy, "", "", "", memory or Memory(), override)


def seen(model: PoweredModel, now: str, uploaded: str | None = None, backlog: QueueDepth = EMPTY) -> Outlook:
    return outlook(model, backlog, at(uploaded or now), at(now))


@pytest.mark.parametrize(
    ("policy", "now", "wakes_at", "read_by"),
    [
        # From half an hour before the opening it warms up; three minutes for the gate, and one image.
        (OFFICE, "Fri 20:00", "next Mon 08:30", "next Mon 09:04"),
        (OFFICE, "Mon 07:00", "Mon 08:30", "Mon 09:04"),
        # Due half an hour after the opening at the latest, less the warm-up, the gate and the image.
        (PROMISE, "Fri 20:00", "next Mon 08:57", "next Mon 09:30"),
        (PROMISE, "Tue 12:00", "Tue 12:26", "Tue 13:00"),
        (WARM, "Fri 20:00", "next Mon 08:30", "next Mon 09:15"),
    ],
)
def test_a_sleeping_model_is_woken_and_reads_when_its_policy_says(
    policy: Policy, now: str, wakes_at: str, read_by: str
) -> None:
    found = seen(of(policy), now)
    assert found.state is Wakefulness.ASLEEP
    assert found.wakes_at is not None
    assert found.read_by is not None
    assert abs(found.wakes_at - at(wakes_at)) < timedelta(minutes=1), found
    assert abs(found.read_by - at(read_by)) < timedelta(minutes=1), found


def test_what_was_switched_off_wakes_when_that_is_over() -> None:
    off = Override(False, at("Tue 15:00"), "ada")
    found = seen(of(OFFICE, override=off), "Tue 12:00")
    assert (found.state, found.wakes_at) == (Wakefulness.ASLEEP, at("Tue 15:00"))
    assert "switched off by ada" in found.reason
    assert found.read_by is not None
    assert found.read_by >= at("Tue 15:33")


def test_what_is_switched_off_over_the_closing_wakes_at_the_next_opening() -> None:
    off = Override(False, at("Fri 19:00"))
    assert seen(of(OFFICE, override=off), "Fri 12:00").wakes_at == at("next Mon 08:30")


def test_a_promise_that_a_person_breaks_is_told_as_it_will_be() -> None:
    off = Override(False, at("Tue 16:00"))
    found = seen(of(PROMISE, override=off), "Tue 12:00")
    assert found.read_by is not None
    assert found.read_by > at("Tue 16:30"), "an hour after the upload was the promise"


def test_what_is_switched_on_at_night_starts_now() -> None:
    on = Override(True, at("Sat 23:00"))
    found = seen(of(OFFICE, override=on), "Sat 20:00")
    assert (found.state, found.wakes_at) == (Wakefulness.STARTING, None)
    assert found.read_by is not None
    assert at("Sat 20:33") <= found.read_by <= at("Sat 20:35")


def test_a_start_under_way_is_counted_from_its_beginning() -> None:
    memory = Memory(start_began=at("Mon 08:30"), wanted_since=at("Mon 08:30"), running_since=at("Mon 08:30"))
    found = seen(of(OFFICE, memory), "Mon 08:50")
    assert found.state is Wakefulness.STARTING
    assert found.read_by is not None
    assert found.read_by <= at("Mon 09:05")


def test_an_awake_model_reads_at_once_and_a_promise_is_no_earlier_than_promised() -> None:
    memory = Memory(running_since=at("Tue 11:00"), awake_since=at("Tue 11:00"))
    soon = seen(of(OFFICE, memory), "Tue 12:00")
    assert soon.state is Wakefulness.AWAKE
    assert soon.read_by is not None
    assert soon.read_by <= at("Tue 12:05")
    assert seen(of(PROMISE, memory), "Tue 12:00").read_by == at("Tue 13:00")


def test_an_image_is_read_with_the_one_that_came_before_it() -> None:
    memory = Memory(waiting_since=at("Tue 11:50"))
    found = seen(of(PROMISE, memory), "Tue 12:00", backlog=QueueDepth(7, 0, 0))
    first = seen(of(PROMISE, memory), "Tue 12:00", uploaded="Tue 11:50", backlog=QueueDepth(7, 0, 0))
    assert found.wakes_at == first.wakes_at
    assert first.wakes_at is not None
    assert first.wakes_at < at("Tue 12:17")


def test_a_long_backlog_is_counted() -> None:
    few, many = (seen(of(OFFICE), "Fri 20:00", backlog=QueueDepth(images, 0, 0)) for images in (1, 6_001))
    assert few.read_by is not None
    assert many.read_by is not None
    assert many.read_by - few.read_by == timedelta(minutes=100)


def test_hours_that_are_used_up_come_back_at_midnight() -> None:
    policy = replace(OFFICE, maximum_running=timedelta(hours=2))
    memory = Memory(day="2026-11-17", ran_seconds=7_200)
    found = seen(of(policy, memory), "Tue 12:00")
    assert "the most that is allowed" in found.reason
    assert found.wakes_at == at("Wed 08:30")


@pytest.mark.parametrize("policy", [NEVER, Policy(Kind.OFFICE_HOURS, replace(HOURS, windows=()))])
def test_where_no_opening_is_to_come_nothing_is_promised(policy: Policy) -> None:
    found = seen(of(policy), "Tue 12:00")
    assert (found.state, found.wakes_at, found.read_by) == (Wakefulness.ASLEEP, None, None)
    assert found.reason


def test_a_clock_that_runs_behind_that_of_s3_promises_from_its_own_now() -> None:
    assert seen(of(PROMISE), "Tue 12:00", uploaded="Wed 12:00").read_by == at("Tue 13:00")
