"""Law 9: `terraform destroy` leaves no model running, whatever it was doing, and no tick starts it again meanwhile."""

import json

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.powered import PoweredModel
from dayshift.services.retire import retire
from tests.world import laws, ports
from tests.world.clock import Process
from tests.world.faults import Invocation
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.site import Said
from tests.world.stories import FRIDAY, SLOW, logos, outage
from tests.world.world import World

TIMEOUT, LOOK_SECONDS = 900.0, 10.0  # handlers/stop
ENOUGH = 70.0


def destroyed(world: World) -> list[str]:
    """Runs the function as Terraform does, while ticks go on; what it raised."""
    site, raised = logos(world), list[str]()
    site.said.append(Said(world.loop.now, world.loop.now + 24 * 3600, running=False))
    deadline = world.loop.now + TIMEOUT

    def run() -> None:
        line = ports.Line(world.recorder, Invocation("stop", deadline))
        model = PoweredModel.from_stored(site.spec, site.memory, site.override, world.loop.moment())
        try:
            retire(
                world.functions.ports_of(line, site, model),
                world.loop.moment,
                lambda: world.loop.sleep(LOOK_SECONDS),
                lambda: deadline - world.loop.now > ENOUGH,
            )
        except TransientError as error:
            raised.append(str(error))

    Process(world.loop, run).resume()
    world.run(TIMEOUT / 60)
    return raised


@pytest.mark.parametrize("busy", [False, True])
def test_a_model_that_runs_is_closed_drained_and_stopped_and_no_tick_starts_it_again(busy):
    with World(Setting((SLOW,), FRIDAY, counts_lag=50.0)) as world:
        world.run_to("12:00")
        logos(world).service.seconds_an_image = 4.0
        stored = [world.upload(f"{number}.jpg") for number in range(12)] if busy else []
        world.run(0.2)
        assert destroyed(world) == []
        assert (logos(world).service.state, logos(world).mapping.word) == (ModelState.STOPPED, Word.DISABLED)
        assert json.loads(logos(world).override)["mode"] == "off"
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


def test_a_destroy_outlasts_a_fault_of_some_minutes():
    with World(Setting((SLOW,), FRIDAY)) as world:
        world.run_to("12:00")
        outage(world, 0.1, "gate.", "power.", "queue.")
        assert destroyed(world) == []
        assert logos(world).service.state is ModelState.STOPPED


def waiting(world: World) -> set[str]:
    """The keys of the images whose messages wait."""
    return {json.loads(message.body)["image"]["key"] for message in logos(world).queue.messages.values()}
