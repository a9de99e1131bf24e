"""The metadata service of local machines: version 2 only, each machine's own, and what it says in each state."""

import json

import pytest
from werkzeug.test import TestResponse

from tests.unit.local.autoscaling import LAUNCHING, NAME, TERMINATING, World

TOKEN, LIFE = "X-aws-ec2-metadata-token", "X-aws-ec2-metadata-token-ttl-seconds"
TARGET = "autoscaling/target-lifecycle-state"


@pytest.fixture
def world() -> World:
    world = World()
    world.make(LAUNCHING, TERMINATING)
    world.want(1)
    return world


def token(world: World, instance: str, seconds: str = "60") -> TestResponse:
    return world.web.put(f"/_imds/{instance}/latest/api/token", headers={LIFE: seconds})


def ask(world: World, what: str, instance: str | None = None, key: str | None = None) -> TestResponse:
    instance = instance or world.ids()[0]
    key = token(world, instance).text if key is None else key
    return world.web.get(f"/_imds/{instance}/latest/meta-data/{what}", headers={TOKEN: key})


def test_without_a_token_nothing_is_told(world: World) -> None:
    assert ask(world, "instance-id", key="").status_code == 401
    assert ask(world, "instance-id").text == world.ids()[0]


def test_a_token_is_its_machines_own_and_ends(world: World) -> None:
    world.want(2)
    one, other = world.ids()
    key = token(world, one).text
    assert ask(world, "instance-id", one, key).status_code == 200
    assert ask(world, "instance-id", other, key).status_code == 401
    world.real += 61
    assert ask(world, "instance-id", one, key).status_code == 401


@pytest.mark.parametrize("seconds", ["", "0", "21601", "long"])
def test_a_token_lives_for_one_second_to_six_hours(world: World, seconds: str) -> None:
    assert token(world, world.ids()[0], seconds).status_code == 400


def test_nobody_has_a_machine_that_is_not_there(world: World) -> None:
    assert token(world, "i-0").status_code == 404


def test_the_state_that_it_is_to_reach_is_told_all_its_life(world: World) -> None:
    (instance,) = world.ids()
    seen = [ask(world, TARGET).text]
    world.answer("launching", instance)
    seen.append(ask(world, TARGET).text)
    world.want(0)
    seen.append(ask(world, TARGET).text)
    assert seen == ["InService", "InService", "Terminated"]


def test_in_a_warm_pool_it_is_to_be_stopped(world: World) -> None:
    world.want(0)
    world.answer("terminating", world.ids()[0])
    world.api.put_warm_pool(AutoScalingGroupName=NAME, MaxGroupPreparedCapacity=1)
    (warm,) = world.api.describe_warm_pool(AutoScalingGroupName=NAME)["Instances"]
    assert ask(world, TARGET, warm["InstanceId"]).text == "Warmed:Stopped"


def test_a_spot_notice_is_there_only_once_it_was_given(world: World) -> None:
    (instance,) = world.ids()
    assert ask(world, "spot/instance-action").status_code == 404
    world.tell(instance_id=instance, do="spot_notice", within_seconds=120)
    told = json.loads(ask(world, "spot/instance-action").text)
    assert told == {"action": "terminate", "time": "1970-01-01T00:18:40Z"}


def test_the_keys_are_of_the_profiles_role_and_of_no_other(world: World) -> None:
    (instance,) = world.ids()
    role = ask(world, "iam/security-credentials/").text
    assert role == NAME
    assert json.loads(ask(world, f"iam/security-credentials/{role}").text)["AccessKeyId"] == f"ASIA{instance}"
    assert ask(world, "iam/security-credentials/another").status_code == 404


def test_where_it_is(world: World) -> None:
    assert ask(world, "placement/region").text == "us-east-1"
    assert ask(world, "placement/availability-zone").text == "us-east-1a"
    assert ask(world, "ami-id").status_code == 404
    (instance,) = world.ids()
    key = token(world, instance).text
    told = world.web.get(f"/_imds/{instance}/latest/dynamic/instance-identity/document", headers={TOKEN: key})
    assert json.loads(told.text)["region"] == "us-east-1"


def test_what_the_controls_do_not_understand_is_refused_with_what_would_do(world: World) -> None:
    assert [world.tell(**wish) for wish in ({}, {"group": "*"}, {"instance_id": "i-0", "do": "kill"})] == [400] * 3
    assert world.tell(instance_id=world.ids()[0], do="dance") == 400
    shown = world.web.get("/_local/machines").get_json()["groups"]
    assert [(each["group"], each["desired"], each["machines"][0]["state"]) for each in shown] == [
        (NAME, 1, "Pending:Wait")
    ]
