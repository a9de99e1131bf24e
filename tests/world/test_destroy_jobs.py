"""Before a model of jobs is destroyed, nothing of it is left at the service; should it come back, its images go on."""

from collections.abc import Iterator

import pytest

from tests.world.clock import DAY, MINUTE
from tests.world.job_functions import TICK
from tests.world.lives import DEAF, GOOD, LISTED_LATE, NEVER_ENDS, NO_GPU, TOLD_LATE, Life
from tests.world.outside import outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.scenarios_of_jobs import PICTURES, pictures
from tests.world.scheduler import Manner, Trouble
from tests.world.setting import Setting
from tests.world.stories import FRIDAY, at_rest, outage
from tests.world.world import World

LIVES = {
    "good": GOOD, "endless": NEVER_ENDS, "deaf": DEAF, "without a GPU": NO_GPU, "listed late": LISTED_LATE,
    "told late": TOLD_LATE,
}  # fmt: skip


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((PICTURES,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


def destroy(world: World) -> str | None:
    """Terraform takes the schedule away, and calls the function until it says that nothing is left; how that went."""
    world.scheduler.troubles.append(Trouble(Manner.NEVER, (TICK,), world.loop.now + DAY))
    world.trouble(world.loop.now + DAY)
    said: list[str | None] = []
    world.jobs.retire(pictures(world), said.append)
    for _ in range(10):
        world.run(1)
        if said:
            return said[0]
    raise AssertionError("it never came back")


@pytest.mark.parametrize("life", LIVES)
@pytest.mark.parametrize("minutes", [0.5, 1.6, 2.5, 3.3, 4.5, 8.0])
def test_whatever_a_job_is_at_nothing_of_it_is_left_at_the_service(world, life, minutes):
    outside = outside_of(pictures(world))
    outside.next_lives.append(LIVES[life])
    world.upload("a.jpg", "pictures")
    world.upload_archive("b.zip", *archive("ii", 2), model="pictures")
    world.run(minutes)
    tries = 0
    while destroy(world) is not None:  # somebody tries again
        tries += 1
        assert tries < 5
    assert outside.alive == []
    world.run(60)
    assert outside.alive == []
    world.scheduler.troubles.clear()  # it comes back
    world.run(DAY / MINUTE)
    assert at_rest(world) == []
    assert all(one.record is not None and one.record.status == "ok" for one in world.bucket.versions.values())


def test_a_service_that_does_not_answer_keeps_the_model_there(world):
    outside_of(pictures(world)).next_lives.append(Life(works=40.0))
    world.upload("a.jpg", "pictures")
    world.run(8)
    outage(world, 0.3, "outside.")
    said = destroy(world)
    assert said is not None
    assert "have not ended yet" in said
    world.run(20)
    assert destroy(world) is None
    assert outside_of(pictures(world)).alive == []
