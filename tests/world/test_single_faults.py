"""Every single fault at every call of every scenario, before and after its effect, and the death of the function there.

Each scenario is lived once to count its calls; then once more for each call and each fault that our code can tell
apart. The last test shows that the faults left out look the same to our code as one of those that are tried.
"""

import pytest

from dayshift.domain.errors import ClosedError, TransientError
from tests.world import laws
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.faults import CHANGES, CODES, DEATH, TIMEOUT, Fault
from tests.world.scenarios import SCENARIOS, Scenario, come_to_rest
from tests.world.scenarios_of_jobs import JOBS
from tests.world.world import World

THROTTLED, DENIED, DIES = Fault("ThrottlingException"), Fault("AccessDeniedException"), Fault(DEATH)
BEFORE, AFTER = (THROTTLED, DENIED, DIES), (Fault(TIMEOUT, after=True), Fault(DEATH, after=True))
PARTS = 4  # of a scenario's calls, so that they are tried side by side
# How much longer an image may wait because of one fault: its message rests, or a start is tried again.
SLACK = 20 * MINUTE
# Where a start takes longer than the day, images wait for tomorrow. Where a message rests when the model has read all
# others, it goes to sleep, and is woken within a promise more (docs/decisions/0011).
# A fleet's day is short: what one of its starts misses is read on the next.
# An expander that dies leaves its message hidden for an hour and a half, which is longer than the day.
# An apply that fails is repeated an hour later; a stranger's endpoint leaves no time for another start.
OTHER_SLACK = {
    "a_start_over_the_closing": None,
    "a_deadline_wake": 2 * HOUR + SLACK,
    "a_changed_configuration": None,
    "a_stranger_s_endpoint": None,
    "a_fleet_s_day": DAY + SLACK,
    "a_fleet_that_is_taken_back": DAY + SLACK,
    "archives_of_a_morning": DAY + SLACK,
    "archives_lost_doubled_deleted": DAY + SLACK,
    "an_archive_whose_first_run_dies": None,
    "two_models_archives": DAY + SLACK,
} | dict.fromkeys(JOBS)  # how long a job may take is told by laws_of_jobs


@pytest.mark.parametrize("name", SCENARIOS)
def test_without_a_fault_every_law_is_kept(name: str) -> None:
    assert breaches_of(SCENARIOS[name], None, slack=None if OTHER_SLACK.get(name, SLACK) is None else 0.0) == []


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", SCENARIOS)
def test_whatever_single_call_fails_every_law_is_kept(name: str, part: int) -> None:
    scenario = SCENARIOS[name]
    slack = OTHER_SLACK.get(name, SLACK)
    found = {}
    for number, call in list(enumerate(calls_of(scenario), start=1))[part::PARTS]:
        for fault in BEFORE + (AFTER if call in CHANGES else ()):
            if broken := breaches_of(scenario, (number, fault), slack):
                found[f"call {number}, {call}, {fault.kind} {'after' if fault.after else 'before'}"] = broken
    assert found == {}


@pytest.mark.parametrize("code", CODES)
def test_what_is_not_tried_looks_to_our_code_like_what_is(code: str) -> None:
    tried = {ClosedError: DENIED, TransientError: THROTTLED}
    with pytest.raises(TransientError) as raised:
        Fault(code).strike("a call")
    with pytest.raises(raised.type):
        tried[raised.type].strike("a call")


def calls_of(scenario: Scenario) -> list[str]:
    """The names of a scenario's calls, in order."""
    with World(scenario.setting) as world:
        world.recorder.keep_names = True
        scenario.live(world)
        come_to_rest(world)
        return list(world.recorder.names)


def breaches_of(scenario: Scenario, fault: tuple[int, Fault] | None, slack: float | None) -> list[str]:
    """What a scenario breaks with this fault at this call."""
    with World(scenario.setting) as world:
        world.recorder.planned.update([fault] if fault else [])
        scenario.live(world)
        come_to_rest(world)
        return laws.breaches(world, had_faults=fault is not None or bool(world.notes.meddled), slack=slack)
