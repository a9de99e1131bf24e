"""Groups of the local Auto Scaling: what Terraform makes, changes, reads back, deletes; what AWS refuses is refused."""

from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from local.services.autoscaling_instance import Moment
from tests.unit.local.autoscaling import LAUNCHING, NAME, PLACE, TEMPLATE, TERMINATING, World

TAG = {"Key": "dayshift:deployment", "Value": "acme-dev", "PropagateAtLaunch": True}
MIXED = {
    "LaunchTemplate": {
        "LaunchTemplateSpecification": TEMPLATE,
        "Overrides": [{"InstanceType": "c7g.large"}, {"InstanceType": "c6g.large"}],
    },
    "InstancesDistribution": {
        "OnDemandAllocationStrategy": "prioritized",
        "OnDemandBaseCapacity": 0,
        "OnDemandPercentageAboveBaseCapacity": 0,
        "SpotAllocationStrategy": "price-capacity-optimized",
    },
}


@pytest.fixture
def world() -> World:
    return World()


def refusal(call: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(**named)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_a_group_is_read_back_as_it_was_made(world: World) -> None:
    world.make(LAUNCHING, TERMINATING, Tags=[TAG], TerminationPolicies=["OldestLaunchTemplate", "Default"])
    found = world.group()
    assert found["AutoScalingGroupARN"] == f"{PLACE}:autoScalingGroup:{NAME}:autoScalingGroupName/{NAME}"
    assert (found["MinSize"], found["MaxSize"], found["DesiredCapacity"]) == (0, 3, 0)
    assert found["LaunchTemplate"] == TEMPLATE
    assert found["Tags"] == [{"ResourceId": NAME, "ResourceType": "auto-scaling-group", **TAG}]
    assert found["AvailabilityZones"] == ["us-east-1a", "us-east-1b"]
    assert found["TerminationPolicies"] == ["OldestLaunchTemplate", "Default"]
    assert found["CreatedTime"] == world.time
    hooks = world.api.describe_lifecycle_hooks(AutoScalingGroupName=NAME)["LifecycleHooks"]
    assert [(each["LifecycleHookName"], each["HeartbeatTimeout"], each["GlobalTimeout"]) for each in hooks] == [
        ("launching", 900, 90_000),
        ("terminating", 150, 15_000),
    ]


def test_a_mixed_policy_comes_back_whole_and_a_template_takes_its_place(world: World) -> None:
    world.make(LaunchTemplate={}, MixedInstancesPolicy=MIXED)
    assert world.group()["MixedInstancesPolicy"] == MIXED
    world.api.update_auto_scaling_group(AutoScalingGroupName=NAME, LaunchTemplate=TEMPLATE)
    assert "MixedInstancesPolicy" not in world.group()


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (4, "New SetDesiredCapacity value 4 is above max value 3 for the AutoScalingGroup."),
        (0, "New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup."),
    ],
)
def test_no_more_than_the_maximum_and_no_fewer_than_the_minimum(world: World, wanted: int, said: str) -> None:
    world.make(MinSize=1)
    refused = refusal(world.api.set_desired_capacity, AutoScalingGroupName=NAME, DesiredCapacity=wanted)
    assert refused == ("ValidationError", said)
    assert world.group()["DesiredCapacity"] == 1


def test_a_lower_maximum_brings_the_desired_capacity_down(world: World) -> None:
    world.make()
    world.want(3)
    world.api.update_auto_scaling_group(AutoScalingGroupName=NAME, MaxSize=2)
    assert (world.group()["DesiredCapacity"], len(world.ids())) == (2, 2)


@pytest.mark.parametrize(
    "request_",
    [
        {"MinSize": 2, "MaxSize": 1},
        {"DesiredCapacity": 9},
        {"LaunchTemplate": {}},
        {"VPCZoneIdentifier": None},
        {"AutoScalingGroupName": "faces:1"},
        {"LifecycleHookSpecificationList": [{**LAUNCHING, "HeartbeatTimeout": 10}]},
    ],
)
def test_what_no_group_can_be_is_refused(world: World, request_: dict[str, Any]) -> None:
    assert refusal(world.make, **request_)[0] == "ValidationError"


def test_a_name_is_taken_once(world: World) -> None:
    world.make()
    assert refusal(world.make)[0] == "AlreadyExists"


def test_a_group_that_is_not_there_is_an_error_to_whoever_changes_it_and_nothing_to_whoever_looks(world: World) -> None:
    missing = ("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{NAME}' not found")
    assert refusal(world.api.set_desired_capacity, AutoScalingGroupName=NAME, DesiredCapacity=1) == missing
    assert world.api.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"] == []
    assert world.api.describe_auto_scaling_instances(InstanceIds=["i-0"])["AutoScalingInstances"] == []


def test_a_group_with_instances_is_deleted_only_by_force_which_ends_them_at_once(world: World) -> None:
    world.make(LAUNCHING, TERMINATING)
    world.want(2)
    assert refusal(world.api.delete_auto_scaling_group, AutoScalingGroupName=NAME)[0] == "ResourceInUse"
    world.api.delete_auto_scaling_group(AutoScalingGroupName=NAME, ForceDelete=True)
    assert (world.machines.on, len(world.machines.killed)) == (set(), 2)
    assert world.api.describe_auto_scaling_groups()["AutoScalingGroups"] == []


def test_tags_are_added_changed_found_and_removed(world: World) -> None:
    world.make(Tags=[TAG])
    one = {"ResourceId": NAME, "ResourceType": "auto-scaling-group", "PropagateAtLaunch": False}
    world.api.create_or_update_tags(Tags=[{**one, "Key": "Model", "Value": "faces"}])
    world.api.create_or_update_tags(Tags=[{**one, "Key": TAG["Key"], "Value": "another"}])
    tags = {tag["Key"]: tag["Value"] for tag in world.api.describe_tags()["Tags"]}
    assert tags == {"Model": "faces", TAG["Key"]: "another"}
    found = world.api.describe_auto_scaling_groups(Filters=[{"Name": "tag:Model", "Values": ["faces"]}])
    assert len(found["AutoScalingGroups"]) == 1
    world.api.delete_tags(Tags=[{**one, "Key": "Model"}])
    assert [tag["Key"] for tag in world.group()["Tags"]] == [TAG["Key"]]
    assert world.api.describe_auto_scaling_groups(Filters=[{"Name": "tag:Model", "Values": ["faces"]}])[
        "AutoScalingGroups"
    ] == []  # fmt: skip


def test_a_mixed_group_has_no_warm_pool(world: World) -> None:
    world.make(LaunchTemplate={}, MixedInstancesPolicy=MIXED)
    assert refusal(world.api.put_warm_pool, AutoScalingGroupName=NAME)[0] == "ValidationError"


def test_metrics_are_written_down_and_taken_back(world: World) -> None:
    world.make()
    world.api.enable_metrics_collection(AutoScalingGroupName=NAME, Granularity="1Minute", Metrics=["GroupMaxSize"])
    assert world.group()["EnabledMetrics"] == [{"Metric": "GroupMaxSize", "Granularity": "1Minute"}]
    world.api.disable_metrics_collection(AutoScalingGroupName=NAME)
    assert world.group()["EnabledMetrics"] == []


def test_a_hook_that_goes_lets_go_of_whom_it_holds(world: World) -> None:
    world.make(TERMINATING)
    world.want(1)
    world.want(0)
    assert world.states() == ["Terminating:Wait"]
    world.api.delete_lifecycle_hook(AutoScalingGroupName=NAME, LifecycleHookName="terminating")
    assert world.ids() == []


def test_groups_outlive_a_restart_and_their_machines_do_not(tmp_path: Path) -> None:
    first = World(tmp_path / "autoscaling.json")
    first.make(LAUNCHING, Tags=[TAG])
    first.want(1)
    (old,) = first.ids()
    again = World(tmp_path / "autoscaling.json")
    again.machines.launch("", {"AvailabilityZones": ["a"]}, 0, "Pending", Moment(0, 0))  # the first id is the old one's
    (new,) = again.ids()
    assert (old == new, again.states(), again.group()["Tags"][0]["Value"]) == (False, ["Pending:Wait"], "acme-dev")
    assert all(status != "MidLifecycleAction" for status, _ in again.activities()[1:])


def test_long_lists_come_in_pages(world: World) -> None:
    world.make()
    for wanted in (3, 0):
        world.want(wanted)
    pages = world.api.get_paginator("describe_scaling_activities").paginate(
        AutoScalingGroupName=NAME, PaginationConfig={"PageSize": 4}
    )
    assert [len(page["Activities"]) for page in pages] == [4, 2]


def test_every_operation_that_is_served_is_one_of_the_services(world: World) -> None:
    model: Any = botocore.session.Session().get_service_model("autoscaling")
    assert set(world.query.operations) <= set(model.operation_names)


def test_an_action_that_is_not_here_is_named_with_those_that_are(world: World) -> None:
    code, message = refusal(world.api.describe_policies)
    assert (code, message.split(";")[0]) == ("InvalidAction", "DescribePolicies is not here")
    assert "SetDesiredCapacity" in message


def test_a_fault_on_request_is_an_error_of_the_services(world: World) -> None:
    world.make()
    fault = {"operation": "autoscaling.SetDesiredCapacity", "kind": "error", "code": "ScalingActivityInProgress"}
    world.web.post("/_local/faults", json={**fault, "times": 1})
    refused = refusal(world.api.set_desired_capacity, AutoScalingGroupName=NAME, DesiredCapacity=1)
    assert refused[0] == "ScalingActivityInProgress"
    world.want(1)
    assert len(world.ids()) == 1
