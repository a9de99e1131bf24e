"""Starting and stopping a project version: its states, and how long they last on the local clock."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from local.services.model_controls import shown
from tests.unit.local.custom_labels import MONDAY, VERSION, World, refusal


@pytest.fixture
def world() -> World:
    return World()


def test_a_version_nobody_made_is_there_and_trained(world: World) -> None:
    found = world.described()
    assert (found["Status"], found["ProjectVersionArn"].split("/")[1]) == ("TRAINING_COMPLETED", "logos")
    assert isinstance(found["CreationTimestamp"], datetime)
    assert world.start() == "STARTING"
    assert world.described()["ProjectVersionArn"] == VERSION  # its number is known since the start


def test_starting_and_stopping_take_their_delays_on_the_local_clock(world: World) -> None:
    world.tell(start_delay_seconds=600, stop_delay_seconds=60)
    world.start(units=2)
    world.pass_time(seconds=599)
    assert world.status() == "STARTING"
    world.pass_time(seconds=1)
    found = world.described()
    assert (found["Status"], found["MinInferenceUnits"], found["StatusMessage"]) == (
        "RUNNING",
        2,
        "The model is running.",
    )
    world.pass_time(hours=9)
    assert world.stop() == "STOPPING"
    world.pass_time(minutes=30)
    assert world.status() == "STOPPED"
    # What became due is logged at its own instant, not when somebody looked.
    assert world.log() == [
        ("TRAINING_COMPLETED", "07:30"), ("STARTING", "07:30"), ("RUNNING", "07:40"), ("STOPPING", "16:40"),
        ("STOPPED", "16:41"),
    ]  # fmt: skip


def test_the_controls_say_how_long_each_state_lasted(world: World) -> None:
    world.start()
    world.pass_time(minutes=50)
    (model,) = shown(world.store)["models"]
    assert model["seconds"] == {"TRAINING_COMPLETED": 0, "STARTING": 1200, "RUNNING": 1800}
    assert (model["starts"], model["owner"], model["status"]) == (1, None, "RUNNING")


@pytest.mark.parametrize(
    ("status", "start", "stop"),
    [
        ("TRAINING_COMPLETED", None, "ResourceInUseException"),
        ("STOPPED", None, "ResourceInUseException"),
        ("FAILED", None, "ResourceInUseException"),
        ("STARTING", "ResourceInUseException", "ResourceInUseException"),
        ("RUNNING", "ResourceInUseException", None),
        ("STOPPING", "ResourceInUseException", "ResourceInUseException"),
        ("EXPIRED", "InvalidParameterException", "ResourceInUseException"),
        ("DELETED", "ResourceNotFoundException", "ResourceNotFoundException"),
    ],
)
def test_each_state_takes_or_refuses_a_start_and_a_stop(
    world: World, status: str, start: str | None, stop: str | None
) -> None:
    for call, code in ((world.start, start), (world.stop, stop)):
        world.tell(state=status)
        if code is None:
            call()
        else:
            assert refusal(call) == code


def test_a_start_that_is_to_fail_fails_once_after_its_delay_and_is_counted(world: World) -> None:
    world.tell(fail_next_starts=1)
    world.start()
    world.pass_time(minutes=20)
    assert world.status() == "FAILED"
    world.start()
    world.pass_time(minutes=20)
    assert world.status() == "RUNNING"
    assert shown(world.store)["models"][0]["starts"] == 2


def test_a_clock_that_is_set_back_lets_what_is_under_way_begin_anew(world: World) -> None:
    world.start()
    world.pass_time(days=-30)
    assert world.status() == "STARTING"
    world.pass_time(minutes=20)
    assert world.status() == "RUNNING"
    world.pass_time(days=-30)
    assert world.log()[-1][0] == world.status() == "RUNNING"
    assert len(world.log()) == 4  # what is not under way stays as it is


def test_states_tags_delays_and_the_log_outlive_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path / "models.json")
    world.tell(start_delay_seconds=300, owner="dayshift-local")
    world.start()
    later = World(tmp_path / "models.json")
    later.time = MONDAY + timedelta(minutes=5)
    assert later.status() == "RUNNING"
    assert later.client.list_tags_for_resource(ResourceArn=VERSION)["Tags"] == {"dayshift:deployment": "dayshift-local"}
    assert [status for status, _ in later.log()] == ["TRAINING_COMPLETED", "STARTING", "RUNNING"]
