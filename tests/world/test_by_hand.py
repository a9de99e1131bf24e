"""What people do in the console and with an override, and how it ends. (tests/mutants names these tests.)"""

from collections.abc import Iterator

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.stories import FRIDAY, SLOW, at_rest, logos
from tests.world.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((SLOW,), FRIDAY)) as world:
        yield world


def test_a_model_that_somebody_has_started_is_opened_all_the_same(world):
    world.run_to("08:20")
    logos(world).service.start()
    world.upload()
    world.run_to("09:00")
    assert world.is_open(logos(world))


def test_a_model_started_by_hand_at_night_is_stopped_within_two_ticks(world):
    world.run_to("22:00")
    world.meddle(lambda: logos(world).service.become(ModelState.RUNNING))
    world.run(2)
    assert logos(world).service.state in (ModelState.STOPPING, ModelState.STOPPED)


def test_a_model_stopped_by_hand_by_day_is_started_again_and_its_gate_closed_meanwhile(world):
    world.run_to("12:00")
    world.meddle(logos(world).service.stop)
    world.run(4)
    assert logos(world).mapping.word is Word.DISABLED
    world.run(30)
    assert world.is_open(logos(world))


def test_a_mapping_opened_by_hand_at_night_is_closed_again(world):
    world.run_to("22:00")
    world.upload()
    world.meddle(logos(world).mapping.enable)
    world.run(4)
    assert logos(world).mapping.word is Word.DISABLED
    assert at_rest(world) == []


def test_an_override_beats_the_hours_and_ends_by_itself(world):
    world.run_to("22:00")
    world.override(running=True, hours=1)
    world.run(30)
    assert world.is_open(logos(world))
    world.run(45)
    assert logos(world).service.state is ModelState.STOPPED
    world.override(running=False, hours=12)
    world.run_to("09:30", days=3)
    assert world.is_open(logos(world))
