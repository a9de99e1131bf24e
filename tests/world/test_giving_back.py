"""`terraform destroy` gives a model back once it is off; one that cannot be given back is off all the same."""

import math

import pytest

from dayshift.domain.lifecycle import ModelState
from dayshift.domain.powered import PoweredModel
from dayshift.services.retire import give_back, retire
from tests.world import ports
from tests.world.clock import MINUTE, Process
from tests.world.faults import Fault, Invocation, Outage
from tests.world.setting import Setting
from tests.world.stories import FRIDAY, SLOW, logos, outage
from tests.world.world import World

TIMEOUT, LOOK_SECONDS = 900.0, 10.0  # handlers/stop
ENOUGH = 70.0


def destroyed(world: World) -> str:
    """Runs the function as Terraform does, while ticks go on; why the model is still ours."""
    site, deadline, kept = logos(world), world.loop.now + TIMEOUT, list[str]()

    def pause() -> None:
        world.loop.sleep(LOOK_SECONDS)

    def has_time() -> bool:
        return deadline - world.loop.now > ENOUGH

    def run() -> None:
        line = ports.Line(world.recorder, Invocation("stop", deadline))
        model = PoweredModel.from_stored(site.spec, site.memory, site.override, world.loop.moment())
        retire(world.functions.ports_of(line, site, model), world.loop.moment, pause, has_time)
        kept.append(give_back(world.functions.power_of(line, site, model.spec), pause, has_time))

    Process(world.loop, run).resume()
    world.run(TIMEOUT / MINUTE)
    (answer,) = kept
    return answer


@pytest.fixture
def world():
    with World(Setting((SLOW,), FRIDAY)) as made:
        made.run_to("12:00")
        assert (logos(made).service.state, logos(made).is_claimed) == (ModelState.RUNNING, True)
        yield made


def test_a_model_is_given_back_when_it_is_off_and_no_tick_takes_it_again(world):
    assert destroyed(world) == ""
    world.run_to("16:00")
    assert (logos(world).service.state, logos(world).is_claimed) == (ModelState.STOPPED, False)
    assert logos(world).orders == []


def test_it_outlasts_a_fault_of_some_minutes(world):
    outage(world, 0.1, "power.")
    assert destroyed(world) == ""
    assert (logos(world).service.state, logos(world).is_claimed) == (ModelState.STOPPED, False)


@pytest.mark.parametrize("code", ["ThrottlingException", "AccessDeniedException"])
def test_a_model_that_cannot_be_given_back_is_off_all_the_same(world, code):
    world.recorder.outages.append(Outage(("power.release",), Fault(code), math.inf))
    assert code in destroyed(world)
    assert (logos(world).service.state, logos(world).is_claimed) == (ModelState.STOPPED, True)
    world.recorder.outages.clear()
    assert destroyed(world) == ""
    assert not logos(world).is_claimed
