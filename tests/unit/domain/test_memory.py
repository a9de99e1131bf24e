"""What a tick notices and remembers."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from dayshift.domain.lifecycle import Action, MappingState, ModelState, Observed
from dayshift.domain.memory import Memory
from dayshift.domain.noticing import is_drain_over, is_held_off, noticed, settled
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.sweeping import QueueDepth

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
POLICY = Policy(Kind.ALWAYS_ON)
EMPTY = QueueDepth(0, 0, 0)
OPEN, CLOSED = MappingState.ENABLED, MappingState.DISABLED
FULL = Memory(
    **{field.name: NOON for field in fields(Memory) if field.name.endswith(("since", "began", "_at"))},
    day="2026-11-23", ran_seconds=3600, failures=2, idle_minutes=45, starts=tuple(range(1000, 1020)),
    workers=19, worker_seconds=7200,
)  # fmt: skip


def look(
    memory: Memory, state: ModelState, depth: QueueDepth = EMPTY, now: datetime = NOON, mapping: MappingState = CLOSED
) -> Memory:
    return noticed(memory, POLICY, state, mapping, depth, now)


def test_a_memory_comes_back_as_it_was_written_and_fits_a_parameter() -> None:
    text = json.dumps(FULL.to_json())
    assert Memory.from_json(json.loads(text)) == FULL
    assert len(text) < 4096
    assert Memory().to_json() == {}


@pytest.mark.parametrize("given", [{"starts": "x"}, {"waiting_since": "noon"}, {"colour": 1}, {"failures": None}])
def test_what_nobody_understands_is_forgotten_and_the_rest_is_kept(given: dict[str, object]) -> None:
    assert Memory.from_json({**given, "ran_seconds": 60}) == Memory(ran_seconds=60)


def test_images_wait_from_the_first_look_until_an_open_gate_clears_them_within_a_minute() -> None:
    seen = look(Memory(), ModelState.STOPPED, QueueDepth(5, 0, 0))
    assert seen.waiting_since == NOON
    later = NOON + 5 * MINUTE
    assert look(seen, ModelState.STARTING, QueueDepth(500, 0, 0), later).waiting_since == NOON
    assert look(seen, ModelState.RUNNING, QueueDepth(500, 0, 0), later, OPEN).waiting_since == NOON
    assert look(seen, ModelState.RUNNING, QueueDepth(60, 0, 0), later, OPEN).waiting_since is None
    assert look(seen, ModelState.STOPPED, QueueDepth(0, 2, 0), later).waiting_since == NOON, "backing off is waiting"
    assert look(seen, ModelState.STOPPED, EMPTY, later).waiting_since is None


def test_a_start_is_timed_and_a_failed_one_counted_and_held_off_longer_each_time() -> None:
    began = settled(Memory(), POLICY, True, True, Observed(CLOSED, ModelState.STOPPED, 0), Action.START_MODEL, NOON)
    assert look(began, ModelState.RUNNING, now=NOON + 20 * MINUTE).starts == (1200,)
    memory, now = began, NOON
    for minutes in (5, 10, 20, 40, 40):
        memory = look(replace(memory, start_began=now), ModelState.FAILED, now=now)
        assert is_held_off(memory, now + minutes * MINUTE - timedelta(seconds=1))
        assert not is_held_off(memory, now + minutes * MINUTE)
        now += minutes * MINUTE
    assert memory.failures == 5
    assert look(memory, ModelState.RUNNING, now=now).failures == 0


def test_hours_are_counted_while_starting_and_running_and_begin_anew_at_local_midnight() -> None:
    memory = look(Memory(), ModelState.STARTING)
    memory = look(memory, ModelState.RUNNING, now=NOON + 30 * MINUTE)
    assert memory.ran(NOON + 40 * MINUTE) == 40 * MINUTE
    memory = look(memory, ModelState.STOPPING, now=NOON + 60 * MINUTE)
    assert memory.ran(NOON + 90 * MINUTE) == 60 * MINUTE
    midnight = NOON.replace(hour=0) + timedelta(days=1)
    assert look(memory, ModelState.STOPPED, now=midnight).ran(midnight) == timedelta()
    through = look(replace(memory, running_since=NOON), ModelState.RUNNING, now=midnight + 5 * MINUTE)
    assert through.ran(midnight + 5 * MINUTE) == 5 * MINUTE


def test_draining_ends_after_ten_minutes() -> None:
    seen = Observed(CLOSED, ModelState.RUNNING, 3)
    memory = settled(Memory(), POLICY, False, False, seen, Action.WAIT, NOON)
    memory = settled(memory, POLICY, False, False, seen, Action.WAIT, NOON + 5 * MINUTE)
    assert not is_drain_over(memory, NOON + 9 * MINUTE)
    assert is_drain_over(memory, NOON + 10 * MINUTE)
    wanted = settled(memory, POLICY, True, True, seen, Action.ENABLE_MAPPING, NOON + 6 * MINUTE)
    assert wanted.draining_since is None


def test_draining_begins_anew_where_somebody_has_opened_the_gate_meanwhile() -> None:
    memory = settled(
        Memory(), POLICY, False, False, Observed(OPEN, ModelState.RUNNING, 3), Action.DISABLE_MAPPING, NOON
    )
    again, later = Observed(OPEN, ModelState.RUNNING, 3), NOON + 8 * MINUTE
    refused = settled(memory, POLICY, False, False, again, Action.NONE, later)
    assert is_drain_over(refused, NOON + 10 * MINUTE), "wanted a gate that cannot be closed to keep no model on"
    memory = settled(memory, POLICY, False, False, again, Action.DISABLE_MAPPING, later)
    assert not is_drain_over(memory, NOON + 17 * MINUTE)
    assert is_drain_over(memory, NOON + 18 * MINUTE)


def test_a_settled_model_changes_no_memory() -> None:
    for running, state, mapping in ((True, ModelState.RUNNING, OPEN), (False, ModelState.STOPPED, CLOSED)):
        seen, memories = Observed(mapping, state, 0), [Memory()]
        for now in (NOON, NOON + MINUTE, NOON + 2 * MINUTE):
            memory = look(memories[-1], state, now=now, mapping=mapping)
            memories.append(settled(memory, POLICY, running, running, seen, Action.NONE, now))
        assert memories[1] == memories[2] == memories[3]
