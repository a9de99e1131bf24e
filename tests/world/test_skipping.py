"""Leaving out ticks that could change nothing leaves out nothing: a world with every tick has the same history."""

from random import Random

import pytest

from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.troubles import happens
from tests.world.world import World

PLANS = (
    Plan(),
    Plan("parcels", power="on_deadline", results_within_minutes=120),
    Plan("counter", power="on_deadline", results_within_minutes=20),
    Plan("always", power="always_on", hours=None),
)
Happened = tuple[float, str, str]


@pytest.mark.parametrize(("seed", "counts_lag"), [(0, 0.0), (1, 55.0), (2, 55.0)])
def test_a_world_with_every_tick_has_the_same_history(seed: int, counts_lag: float) -> None:
    every, ticks = history(seed, counts_lag, skips=False)
    fewer, made = history(seed, counts_lag, skips=True)
    assert fewer == every
    assert made < 0.7 * ticks


def history(seed: int, counts_lag: float, skips: bool) -> tuple[list[Happened], int]:
    """All that changed anything in two days, and how many ticks were made.

    Without the ledger's progress: a sweep that is left out says later when the last answer was seen.
    """
    random = Random(seed)
    with World(Setting(PLANS, seed=seed, counts_lag=counts_lag, skips_ticks=skips)) as world:
        for number in range(12):
            world.upload(f"{number}.jpg", random.choice(PLANS).name)
            if number in (4, 8):
                happens(world, random)
            world.run(random.uniform(10, 300))
        return [change for change in world.recorder.changes if change[2] != "ledger.keep"], world.ticks.made
