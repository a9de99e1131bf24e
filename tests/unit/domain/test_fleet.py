"""How many workers read, when a fleet runs at all, and what they are paid for."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dayshift.domain.deadline import drain, wake_at
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.fleet import Fleet, wanted
from dayshift.domain.lifecycle import Action, MappingState, ModelState, Observed
from dayshift.domain.memory import Memory
from dayshift.domain.noticing import is_drain_over, noticed, settled
from dayshift.domain.outlook import Wakefulness, outlook
from dayshift.domain.override import Override
from dayshift.domain.policy import Policy
from dayshift.domain.power import Desired, desired, patience
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from tests.fakes import EMPTY, NOON

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
FLEET = {"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
OPEN, CLOSED = MappingState.ENABLED, MappingState.DISABLED


def policy(power: str = "office_hours", **changes: Any) -> Policy:
    given = {"power": power, "hours": HOURS, "warmup_minutes": 4, "images_per_minute": 19 * 60, "fleet": FLEET}
    return Policy.from_json({**given, **changes})


OFFICE = policy()
GROWS = Fleet.from_json(FLEET)


def at(wall: str) -> datetime:
    """A time of Monday, 23 November 2026, by Berlin's clock."""
    hour, minute = map(int, wall.split(":"))
    return datetime(2026, 11, 23, hour, minute, tzinfo=BERLIN)


def wish(now: datetime, memory: Memory | None = None, depth: QueueDepth = EMPTY, of: Policy = OFFICE) -> Desired:
    return desired(of, memory or Memory(), depth, None, now)


def test_a_fleet_is_read_as_it_is_written_and_others_have_none() -> None:
    assert Fleet(19, 60.0, 5 * MINUTE, 5 * MINUTE) == OFFICE.fleet
    assert OFFICE.images_per_minute == 19 * 60
    assert policy(fleet=None).fleet is None
    without = {"power": "office_hours", "hours": HOURS}  # as the release before wrote it
    assert Policy.from_json(without).fleet is None


@pytest.mark.parametrize(
    "fault",
    [{"maximum": 0}, {"maximum": "many"}, {"images_per_minute": 0}, {"clear_within_minutes": -1},
     {"clear_within_minutes": None}, {"idle_minutes": 0}, {"idle_minutes": 1e13}],
)  # fmt: skip
def test_a_fleet_that_nobody_understands_is_refused_with_one_that_would_do(fault: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"for example|written like"):
        policy(fleet={**FLEET, **fault})
    with pytest.raises(ConfigurationError, match="KeyError"):
        policy(fleet={name: value for name, value in FLEET.items() if name not in fault})


@pytest.mark.parametrize(
    ("visible", "in_flight", "workers", "expected"),
    [
        (1, 0, 0, 1),
        (300, 0, 0, 1),  # one reads 60 a minute, five minutes long
        (301, 0, 0, 2),
        (290, 20, 1, 2),  # what is being read counts too
        (301, 0, 7, 7),  # who reads goes on reading
        (6_000, 0, 3, 19),
        (10**6, 0, 0, 19),
        (1, 0, 25, 19),  # somebody made it larger by hand
    ],
)
def test_a_backlog_has_the_workers_that_clear_it_in_time(
    visible: int, in_flight: int, workers: int, expected: int
) -> None:
    assert wanted(GROWS, QueueDepth(visible, in_flight, 0), workers, None, NOON) == expected


@pytest.mark.parametrize(
    ("in_flight", "minutes", "expected"), [(3, 1.9, 7), (3, 2, 4), (0, 2, 1), (9, 2, 7), (0, 60, 1)]
)
def test_workers_go_once_nothing_has_waited_for_two_minutes_save_those_who_read_and_one(
    in_flight: int, minutes: float, expected: int
) -> None:
    assert wanted(GROWS, QueueDepth(0, in_flight, 0), 7, NOON - minutes * MINUTE, NOON) == expected
    assert wanted(GROWS, QueueDepth(0, in_flight, 0), 7, None, NOON) == 7, "nothing is known yet"
    assert wanted(GROWS, QueueDepth(0, in_flight, 1), 7, NOON - minutes * MINUTE, NOON) == 7, "one comes in a moment"


@pytest.mark.parametrize(
    ("wall", "depth", "running"),
    [
        ("08:55", QueueDepth(3, 0, 0), False),
        ("08:56", EMPTY, False),  # it opens early only for what waits
        ("08:56", QueueDepth(3, 0, 0), True),
        ("12:00", EMPTY, False),
        ("12:00", QueueDepth(0, 3, 0), False),  # nobody reads, so these rest
        ("12:00", QueueDepth(0, 0, 1), True),
        ("17:57", QueueDepth(3, 0, 0), False),  # it could not be ready before the closing
        ("20:00", QueueDepth(3, 0, 0), False),
    ],
)
def test_a_fleet_is_woken_by_work_within_its_hours(wall: str, depth: QueueDepth, running: bool) -> None:
    assert wish(at(wall), depth=depth).running is running


def test_a_fleet_stays_as_long_as_there_is_work_and_a_while_longer_until_the_closing() -> None:
    reading = Memory(running_since=at("12:00"), idle_since=at("12:10"))
    assert wish(at("12:14"), reading).next_change == at("12:15")
    assert wish(at("12:14"), reading).running
    assert not wish(at("12:15"), reading).running
    assert "next image wakes it" in wish(at("12:15"), reading).reason
    busy = wish(at("12:15"), replace(reading, idle_since=None), QueueDepth(1, 2, 0))
    assert busy == Desired(True, "3 images to read"), "nobody knows how long that takes"
    assert wish(at("17:58"), replace(reading, idle_since=at("17:57"))).next_change == at("18:00")
    assert not wish(at("18:00"), reading, QueueDepth(99, 0, 0)).running
    assert patience(OFFICE, Memory()) == 5 * MINUTE


@pytest.mark.parametrize("power", ["always_on", "on_deadline"])
def test_other_policies_keep_their_word_of_when_a_fleet_runs(power: str) -> None:
    for now, memory in ((at("12:00"), Memory()), (at("22:00"), Memory(waiting_since=at("12:00")))):
        plain, fleet = (policy(power, results_within_minutes=5, fleet=given) for given in (None, FLEET))
        assert desired(fleet, memory, EMPTY, None, now) == desired(plain, memory, EMPTY, None, now)
    on = Override(True, at("22:00"))
    assert desired(OFFICE, Memory(), EMPTY, on, at("20:00")).running


def test_a_promise_allows_for_the_time_in_which_a_fleet_clears_its_backlog() -> None:
    promise = policy("on_deadline", results_within_minutes=60)
    assert drain(0, promise) == timedelta()
    assert drain(1, promise) == drain(19 * 60 * 5, promise) == 5 * MINUTE
    assert drain(19 * 60 * 20, promise) == 20 * MINUTE
    assert wake_at(at("12:00"), 10, promise, Memory()) == at("12:48")  # due 13:00, less 4 + 5 + 3


def test_what_a_fleet_clears_in_its_time_is_being_read_and_what_it_does_not_waits() -> None:
    def waits(visible: int, workers: int, gate: MappingState = OPEN) -> bool:
        memory = noticed(Memory(), OFFICE, ModelState.RUNNING, gate, QueueDepth(visible, 0, 0), NOON, workers)
        return memory.waiting_since is not None

    assert (waits(600, 2), waits(601, 2), waits(601, 3)) == (False, True, False)
    assert waits(1, 3, CLOSED)


def test_workers_are_counted_by_the_hour_of_each_and_written_only_when_their_number_changes() -> None:
    def look(memory: Memory, state: ModelState, workers: int, minutes: float) -> Memory:
        now = NOON + minutes * MINUTE
        return noticed(memory, OFFICE, state, OPEN, EMPTY, now, workers)

    memory = look(Memory(), ModelState.STARTING, 2, 0)
    assert look(memory, ModelState.RUNNING, 2, 7) == memory
    memory = look(memory, ModelState.RUNNING, 5, 10)
    assert (memory.workers, memory.worked(NOON + 16 * MINUTE)) == (5, (2 * 10 + 5 * 6) * MINUTE)
    memory = look(memory, ModelState.STOPPING, 1, 20)
    memory = look(memory, ModelState.STOPPED, 0, 22)
    assert memory.worked(NOON + 600 * MINUTE) == (20 + 50 + 2) * MINUTE
    assert (memory.workers, memory.workers_since) == (0, None)
    assert Memory.from_json(json.loads(json.dumps(memory.to_json()))) == memory


@pytest.mark.parametrize("state", [ModelState.RUNNING, ModelState.STOPPING])
def test_what_was_worked_yesterday_does_not_count_today(state: ModelState) -> None:
    late, midnight = at("23:50"), at("23:50") + 10 * MINUTE
    memory = noticed(Memory(), OFFICE, ModelState.RUNNING, OPEN, EMPTY, late, 3)
    memory = noticed(memory, OFFICE, state, OPEN, EMPTY, midnight + 5 * MINUTE, 3)
    assert memory.worked(midnight + 5 * MINUTE) == 3 * 5 * MINUTE
    memory = noticed(memory, OFFICE, ModelState.STOPPED, CLOSED, EMPTY, midnight + 6 * MINUTE, 0)
    later = noticed(memory, OFFICE, ModelState.STOPPED, CLOSED, EMPTY, midnight + timedelta(days=1), 0)
    assert later.worked(midnight + timedelta(days=1)) == timedelta()


def test_models_that_are_no_fleet_remember_no_workers() -> None:
    plain = policy(fleet=None)
    memory = noticed(Memory(), plain, ModelState.RUNNING, OPEN, EMPTY, NOON, 1)
    assert not {name for name in memory.to_json() if "worker" in name}


def test_a_fleet_that_is_stopped_while_it_starts_is_waited_for_ten_minutes_at_most() -> None:
    seen = Observed(CLOSED, ModelState.STARTING, 3, interruptible=True)
    memory = settled(Memory(), OFFICE, False, False, seen, Action.WAIT, NOON)
    assert not is_drain_over(memory, NOON + 9 * MINUTE)
    assert is_drain_over(memory, NOON + 10 * MINUTE)
    others = settled(Memory(), OFFICE, False, False, replace(seen, interruptible=False), Action.WAIT, NOON)
    assert others.draining_since is None


SPEC: dict[str, Any] = {
    "name": "faces", "family": "face_fleet", "prefix": "incoming/faces/", "target": "acme-prod-faces",
    "queue_url": "https://queue", "queue_name": "faces", "mapping_uuid": None, "power": "office_hours", "hours": HOURS,
    "warmup_minutes": 4, "images_per_minute": 19 * 60, "fleet": FLEET,
}  # fmt: skip


def stored(**changes: Any) -> PoweredModel:
    return PoweredModel.from_stored(json.dumps({**SPEC, **changes}), "{}", "{}", NOON)


def test_a_fleet_needs_no_mapping_and_nothing_else_does_without() -> None:
    assert (stored().mapping_uuid, stored().is_fleet, stored().policy) == (None, True, OFFICE)
    with pytest.raises(ConfigurationError, match="mapping_uuid"):
        stored(fleet=None)
    plain = stored(fleet=None, mapping_uuid="a-uuid")
    assert (plain.mapping_uuid, plain.is_fleet) == ("a-uuid", False)


def test_a_fleet_whose_numbers_nobody_understands_is_kept_off_and_known_for_a_fleet() -> None:
    assert stored(fleet={}).is_fleet
    found = stored(fleet={"maximum": 3})
    assert found.is_fleet
    assert not desired(found.policy, Memory(), QueueDepth(9, 0, 0), None, at("12:00")).running
    assert "a fleet is written like" in found.warnings[0]


@pytest.mark.parametrize(
    ("now", "state", "wakes_at", "read_by"),
    [
        # Four minutes to start, three for the gate, five to clear.
        ("12:00", Wakefulness.STARTING, None, "12:12"),
        ("08:00", Wakefulness.ASLEEP, "08:56", "09:08"),
    ],
)
def test_an_image_of_a_sleeping_fleet_is_told_when_it_will_be_read(
    now: str, state: Wakefulness, wakes_at: str | None, read_by: str
) -> None:
    found = outlook(stored(), EMPTY, at(now), at(now))
    assert (found.state, found.read_by) == (state, at(read_by))
    assert found.wakes_at == (at(wakes_at) if wakes_at else None)
