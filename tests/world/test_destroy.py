"""Law 9: `terraform destroy` leaves no model running, whatever it was doing, and no tick starts it again meanwhile."""

import json

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world import applying, laws
from tests.world.group import group_of
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.site import Said
from tests.world.stories import FRIDAY, SLOW, SMALL, logos, outage, unread, upload
from tests.world.world import World


def destroyed(world: World) -> list[str]:
    """Runs the function as Terraform does, while ticks go on; what it raised."""
    site, raised = logos(world), list[str | None]()
    site.said.append(Said(world.loop.now, world.loop.now + 24 * 3600, running=False))
    applying.stopped(world, site, raised.append)
    world.run(applying.TIMEOUT / 60)
    return [error for error in raised if error is not None]


@pytest.mark.parametrize("busy", [False, True])
def test_a_model_that_runs_is_closed_drained_and_stopped_and_no_tick_starts_it_again(busy):
    with World(Setting((SLOW,), FRIDAY, counts_lag=50.0)) as world:
        world.run_to("12:00")
        logos(world).service.seconds_an_image = 4.0
        stored = [world.upload(f"{number}.jpg") for number in range(12)] if busy else []
        world.run(0.2)
        assert destroyed(world) == []
        assert (logos(world).service.state, logos(world).mapping.word) == (ModelState.STOPPED, Word.DISABLED)
        assert json.loads(logos(world).override or "{}")["mode"] == "off"
        world.run_to("16:00")
        assert logos(world).service.state is ModelState.STOPPED
        assert logos(world).orders == []
        assert laws.unserving(logos(world), world) == []
        assert all(one.record is not None or one.image.key in waiting(world) for one in stored)


def test_a_model_that_is_starting_makes_the_destroy_fail_and_is_stopped_by_the_ticks():
    with World(Setting((SLOW,), FRIDAY)) as world:
        world.run_to("08:31")
        (raised,) = destroyed(world)
        assert "not off yet" in raised
        world.run_to("09:00")
        assert logos(world).service.state is ModelState.STOPPED
        assert destroyed(world) == []


@pytest.mark.parametrize("minutes", [0.3, 1.5, 3.0, 4.0, 12.0])
def test_a_fleet_is_gone_whatever_its_workers_are_doing(minutes):
    with World(Setting((SMALL,), FRIDAY, counts_lag=50.0)) as world:
        world.run_to("12:00")
        group = group_of(logos(world))
        group.seconds_an_image = 50.0
        upload(world, 12)
        world.run(minutes)
        assert destroyed(world) == []
        assert (group.state, group.here, group.cut) == (ModelState.STOPPED, [], [])
        world.run_to("16:00")
        assert (group.here, logos(world).orders) == ([], [])
        assert unread(world) == len(waiting(world))


def test_a_destroy_outlasts_a_fault_of_some_minutes():
    with World(Setting((SLOW,), FRIDAY)) as world:
        world.run_to("12:00")
        outage(world, 0.1, "gate.", "power.", "queue.")
        assert destroyed(world) == []
        assert logos(world).service.state is ModelState.STOPPED


def waiting(world: World) -> set[str]:
    """The keys of the images whose messages wait."""
    return {json.loads(message.body)["image"]["key"] for message in logos(world).queue.messages.values()}
