"""Endpoints of the local SageMaker: their states, how long they last, and what each state refuses."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.sagemaker import CONFIGURATION, IMAGE, MODEL, MONDAY, NAME, PLACE, VARIANT, World

IN_PROGRESS = f'Cannot update in-progress endpoint "{PLACE}:endpoint/{NAME}".'


@pytest.fixture
def world() -> World:
    world = World()
    world.configure()
    return world


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(*arguments, **named)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_an_endpoint_is_created_serves_and_is_deleted_each_in_its_time(world: World) -> None:
    world.create()
    world.pass_time(seconds=299)
    assert world.status() == "Creating"
    world.pass_time(seconds=1)
    found = world.control.describe_endpoint(EndpointName=NAME)
    assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("InService", CONFIGURATION)
    (variant,) = found["ProductionVariants"]
    assert (variant["VariantName"], variant["CurrentInstanceCount"]) == ("main", 1)
    assert variant["DeployedImages"][0]["SpecifiedImage"] == IMAGE
    world.pass_time(hours=9)
    world.control.delete_endpoint(EndpointName=NAME)
    assert world.status() == "Deleting"
    world.pass_time(minutes=30)
    missing = ("ValidationException", f'Could not find endpoint "{PLACE}:endpoint/{NAME}".')
    assert refusal(world.control.describe_endpoint, EndpointName=NAME) == missing
    assert refusal(world.control.delete_endpoint, EndpointName=NAME) == missing
    # What became due is logged at its own instant, not when somebody looked.
    assert world.log() == [
        ("DELETED", "07:30"), ("Creating", "07:30"), ("InService", "07:35"), ("Deleting", "16:35"),
        ("DELETED", "16:36"),
    ]  # fmt: skip


def test_botocores_own_waiters_see_it_come_and_go(world: World) -> None:
    world.tell(start_delay_seconds=0, stop_delay_seconds=0)
    world.create()
    world.control.get_waiter("endpoint_in_service").wait(EndpointName=NAME)
    world.control.delete_endpoint(EndpointName=NAME)
    world.control.get_waiter("endpoint_deleted").wait(EndpointName=NAME)


@pytest.mark.parametrize(
    ("status", "may_go"),
    [
        ("Creating", False), ("InService", True), ("Updating", False), ("SystemUpdating", False),
        ("RollingBack", False), ("Deleting", False), ("Failed", True), ("OutOfService", True),
        ("UpdateRollbackFailed", True),
    ],
)  # fmt: skip
def test_each_state_takes_or_refuses_a_deletion_and_none_a_second_creation(
    world: World, status: str, may_go: bool
) -> None:
    world.run()
    world.tell(state=status)
    exists = f'Cannot create already existing endpoint "{PLACE}:endpoint/{NAME}".'
    assert refusal(world.create) == ("ValidationException", exists)
    if may_go:
        world.control.delete_endpoint(EndpointName=NAME)
        assert world.status() == "Deleting"
    else:
        assert refusal(world.control.delete_endpoint, EndpointName=NAME) == ("ValidationException", IN_PROGRESS)


def test_a_system_update_ends_by_itself_and_then_the_endpoint_may_go(world: World) -> None:
    world.run()
    world.tell(state="SystemUpdating", update_delay_seconds=900)
    world.pass_time(minutes=14)
    assert refusal(world.control.delete_endpoint, EndpointName=NAME)[1] == IN_PROGRESS
    world.pass_time(minutes=1)
    world.control.delete_endpoint(EndpointName=NAME)


def test_a_creation_that_is_to_fail_fails_once_says_why_and_is_counted(world: World) -> None:
    world.tell(fail_next_starts=1)
    world.run()
    found = world.control.describe_endpoint(EndpointName=NAME)
    assert (found["EndpointStatus"], "health check" in found["FailureReason"]) == ("Failed", True)
    world.control.delete_endpoint(EndpointName=NAME)
    world.pass_time(minutes=1)
    world.run()
    assert world.status() == "InService"
    assert world.shown()["endpoints"][0]["starts"] == 2


def test_an_update_takes_the_new_configuration_when_it_is_done(world: World) -> None:
    world.run()
    world.control.create_endpoint_config(EndpointConfigName="other", ProductionVariants=[VARIANT])
    world.control.update_endpoint(EndpointName=NAME, EndpointConfigName="other")
    again = refusal(world.control.update_endpoint, EndpointName=NAME, EndpointConfigName="other")
    assert again == ("ValidationException", IN_PROGRESS)
    seen = [world.control.describe_endpoint(EndpointName=NAME)]
    world.pass_time(minutes=10)
    seen.append(world.control.describe_endpoint(EndpointName=NAME))
    assert [(each["EndpointStatus"], each["EndpointConfigName"]) for each in seen] == [
        ("Updating", CONFIGURATION), ("InService", "other"),
    ]  # fmt: skip


def test_a_configuration_deleted_in_use_is_told_of_and_the_endpoint_goes_on(world: World) -> None:
    world.run()
    world.control.delete_endpoint_config(EndpointConfigName=CONFIGURATION)
    world.control.delete_model(ModelName=MODEL)
    assert world.status() == "InService"
    (told,) = world.shown()["configurations_deleted_in_use"]
    assert (told["configuration"], told["endpoint"], told["status"]) == (CONFIGURATION, NAME, "InService")


def test_a_configuration_deleted_when_nobody_has_it_is_not_told_of(world: World) -> None:
    world.run()
    world.control.delete_endpoint(EndpointName=NAME)
    world.pass_time(minutes=1)
    world.control.delete_endpoint_config(EndpointConfigName=CONFIGURATION)
    assert world.shown()["configurations_deleted_in_use"] == []
    missing = f'Could not find endpoint configuration "{PLACE}:endpoint-config/{CONFIGURATION}".'
    assert refusal(world.create) == ("ValidationException", missing)


def test_endpoints_are_listed_in_pages_the_newest_first(world: World) -> None:
    for number in range(3):
        world.create(EndpointName=f"{NAME}-{number}")
        world.pass_time(seconds=100)
    pages = world.control.get_paginator("list_endpoints").paginate(NameContains=NAME, PaginationConfig={"PageSize": 2})
    assert [[each["EndpointName"][-1] for each in page["Endpoints"]] for page in pages] == [["2", "1"], ["0"]]
    in_service = world.control.list_endpoints(StatusEquals="InService")["Endpoints"]
    assert [each["EndpointName"] for each in in_service] == [f"{NAME}-0"]


def test_states_tags_and_the_log_outlive_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path / "sagemaker.json")
    world.configure()
    world.create(Tags=[{"Key": "dayshift:deployment", "Value": "acme-dev"}])
    later = World(tmp_path / "sagemaker.json")
    later.time = MONDAY + timedelta(minutes=5)
    assert (later.status(), later.shown()["endpoints"][0]["owner"]) == ("InService", "acme-dev")
    assert [status for status, _ in later.log()] == ["DELETED", "Creating", "InService"]


def test_a_clock_that_is_set_back_lets_what_is_under_way_begin_anew(world: World) -> None:
    world.create()
    world.pass_time(days=-30)
    assert world.status() == "Creating"
    world.pass_time(minutes=5)
    assert world.status() == "InService"


@pytest.mark.parametrize(
    "wish",
    [{"state": "Asleep"}, {"start_delay_seconds": -1}, {"colour": "red"}, {"endpoint_name": "a b"}],
)
def test_a_wish_that_means_nothing_is_refused(world: World, wish: dict[str, Any]) -> None:
    answer = world.web.post("/_local/models", json={"endpoint_name": NAME, **wish})
    assert (answer.status_code, answer.get_json(force=True)["__type"]) == (400, "ValidationException")


def test_a_star_changes_every_endpoint_and_the_delays_of_those_to_come(world: World) -> None:
    world.tell(endpoint_name="*", start_delay_seconds=0)
    world.create()
    assert world.status() == "InService"
    world.tell(endpoint_name="*", state="SystemUpdating")
    assert world.status() == "SystemUpdating"
