"""Two functions of jobs at work at once: one stands still at any of its calls while others go on, and ends its work.

Scheduler calls the function every minute whether the last call has ended or not, and Lambda lets one stand still until
its timeout. A single fault (test_single_faults) is one that ends a call; this is one that ends none.
"""

import pytest

from tests.world import laws
from tests.world.job_functions import TIMEOUT
from tests.world.scenarios import SCENARIOS, Scenario, come_to_rest
from tests.world.scenarios_of_jobs import JOBS
from tests.world.world import World

STANDS_STILL = (70.0, 140.0, TIMEOUT - 1)  # seconds: over the next call of the function, over two, to its end
PARTS = 2


def lived(scenario: Scenario, number: int, seconds: float) -> tuple[int, list[str]]:
    """How many calls the functions of jobs make, and what is broken where the one of this number takes so long."""
    with World(scenario.setting) as world:
        made = 0

        def stand(name: str) -> None:
            nonlocal made
            if world.loop.process is not None and world.jobs.is_mine(world.loop.process):
                made += 1
                if made == number:
                    world.trouble(world.loop.now + seconds)
                    world.loop.sleep(seconds)

        world.recorder.before_call = stand
        scenario.live(world)
        come_to_rest(world)
        world.recorder.before_call = lambda name: None
        return made, laws.breaches(world)


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("seconds", STANDS_STILL)
@pytest.mark.parametrize("name", JOBS)
def test_a_function_that_stands_still_at_any_call_breaks_no_law(name: str, seconds: float, part: int) -> None:
    scenario = SCENARIOS[name]
    calls, broken = lived(scenario, 0, seconds)
    assert (calls > 30, broken) == (True, [])
    found = {}
    for number in range(1 + part, calls + 1, PARTS):
        _, broken = lived(scenario, number, seconds)
        if broken:
            found[number] = broken
    assert found == {}
