"""Instances of the local Auto Scaling: from Pending to gone, with hooks, protection, troubles and a warm pool."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.autoscaling import LAUNCHING, NAME, TERMINATING, World


@pytest.fixture
def world() -> World:
    world = World()
    world.make(LAUNCHING, TERMINATING)
    return world


def in_service(world: World, count: int) -> list[str]:
    world.want(count)
    for instance in world.ids():
        world.answer("launching", instance)
    assert world.states() == ["InService"] * count
    return world.ids()


def refusal(call: Any, *arguments: Any, **named: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        call(*arguments, **named)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_an_instance_is_in_service_only_once_its_hook_is_answered(world: World) -> None:
    world.want(2)
    assert world.states() == ["Pending:Wait"] * 2
    assert world.activities() == [("MidLifecycleAction", "Launching a new EC2 instance")] * 2
    first, second = world.ids()
    world.answer("launching", first)
    assert world.states() == ["InService", "Pending:Wait"]
    missing = ("ValidationError", f"No active Lifecycle Action found with instance ID {first}")
    assert refusal(world.answer, "launching", first) == missing
    assert refusal(world.answer, "terminating", second)[0] == "ValidationError"
    zones = [each["AvailabilityZone"] for each in world.group()["Instances"]]
    assert (zones, world.activities()[-1][0]) == (["us-east-1a", "us-east-1b"], "Successful")


def test_without_hooks_it_comes_and_goes_at_once() -> None:
    world = World()
    world.make()
    world.want(1)
    assert world.states() == ["InService"]
    world.want(0)
    assert (world.states(), world.machines.on) == ([], set())


def test_a_hook_that_nobody_answers_abandons_the_launch_and_the_next_one_rests(world: World) -> None:
    world.want(1)
    (abandoned,) = world.ids()
    world.pass_time(seconds=899)
    assert world.states() == ["Pending:Wait"]
    world.pass_time(seconds=1)
    assert world.states() == ["Terminating:Wait"]
    told = world.api.describe_scaling_activities(AutoScalingGroupName=NAME)["Activities"][1]
    assert told["StatusCode"] == "Failed"
    assert told["StatusMessage"].endswith("was abandoned: Heartbeat Timeout")
    world.answer("terminating", abandoned)
    assert world.ids() == []
    world.pass_time(seconds=5)
    assert world.states() == ["Pending:Wait"]
    assert abandoned not in world.ids()


def test_a_worker_that_says_it_will_never_be_ready_goes_at_once(world: World) -> None:
    world.want(1)
    (instance,) = world.ids()
    world.answer("launching", instance, "ABANDON")
    assert world.states() == ["Terminating:Wait"]
    assert world.activities()[1] == ("Failed", "Launching a new EC2 instance")


def test_a_heartbeat_begins_the_timeout_anew_but_not_for_ever() -> None:
    world = World()
    world.make({**LAUNCHING, "HeartbeatTimeout": 30})
    world.want(1)
    (instance,) = world.ids()
    for _ in range(100):  # 100 times the heartbeat timeout is the most
        world.pass_time(seconds=29)
        assert world.ids() == [instance]
        world.api.record_lifecycle_action_heartbeat(
            AutoScalingGroupName=NAME, LifecycleHookName="launching", InstanceId=instance
        )
    world.pass_time(seconds=29 * 4)
    assert instance not in world.ids()


def test_hooks_wait_in_real_time_whatever_the_local_clock_is_set_to(world: World) -> None:
    world.want(1)
    world.time += (world.time - world.time.replace(year=2020)) * 2
    assert world.states() == ["Pending:Wait"]
    world.real += 900
    assert world.states() == ["Terminating:Wait"]


def test_the_oldest_goes_first_and_waits_for_its_hook_and_its_shutdown(world: World) -> None:
    oldest, newest = in_service(world, 2)
    world.machines.lingering = True
    world.want(1)
    assert world.states() == ["Terminating:Wait", "InService"]
    world.answer("terminating", oldest)
    assert world.states() == ["Terminating:Proceed", "InService"]
    assert world.machines.asked_to_stop == {oldest}
    world.machines.end_all()
    world.pass_time(seconds=1)
    assert world.ids() == [newest]
    assert world.activities()[0] == ("Successful", "Terminating EC2 instance")


def test_a_terminating_hook_that_nobody_answers_ends_with_the_instance(world: World) -> None:
    in_service(world, 1)
    world.want(0)
    world.pass_time(seconds=149)
    assert world.states() == ["Terminating:Wait"]
    world.pass_time(seconds=1)
    assert world.states() == []


def test_who_is_protected_is_spared_and_the_other_taken(world: World) -> None:
    oldest, newest = in_service(world, 2)
    world.protect(oldest)
    world.want(1)
    assert dict(zip(world.ids(), world.states(), strict=True)) == {oldest: "InService", newest: "Terminating:Wait"}


def test_where_all_are_protected_the_capacity_falls_and_each_goes_as_soon_as_it_lets_go(world: World) -> None:
    first, second = in_service(world, 2)
    world.protect(first)
    world.protect(second)
    world.want(0)
    world.pass_time(minutes=5)
    assert (world.group()["DesiredCapacity"], world.states()) == (0, ["InService", "InService"])
    failed = [each for each in world.activities() if each[0] == "Failed"]
    assert failed == [("Failed", "Terminating EC2 instances")]  # said once
    world.protect(second, False)
    assert dict(zip(world.ids(), world.states(), strict=True)) == {first: "InService", second: "Terminating:Wait"}


def test_protection_is_refused_outside_of_service_and_of_strangers(world: World) -> None:
    world.want(1)
    (instance,) = world.ids()
    code, message = refusal(world.protect, instance)
    assert (code, message.split(" is ")[1]) == (
        "ValidationError",
        "not in InService or EnteringStandby or Standby.",
    )
    assert refusal(world.protect, "i-00000000000000099")[0] == "ValidationError"


def test_one_that_waits_for_its_hook_can_be_scaled_in(world: World) -> None:
    world.want(1)
    world.want(0)
    assert world.states() == ["Terminating:Wait"]
    assert ("Cancelled", "Launching a new EC2 instance") in world.activities()


def test_a_machine_that_is_killed_is_replaced(world: World) -> None:
    (killed,) = in_service(world, 1)
    assert world.tell(instance_id=killed, do="kill") == 200
    assert killed not in world.ids()
    assert world.states() == ["Pending:Wait"]
    assert world.activities()[1] == ("Successful", "Terminating EC2 instance")


def test_a_machine_that_dies_before_it_serves_is_a_launch_that_came_to_nothing(world: World) -> None:
    world.want(1)
    (dead,) = world.ids()
    world.tell(instance_id=dead, do="kill")
    assert (world.ids(), world.activities()) == ([], [("Cancelled", "Launching a new EC2 instance")])
    world.pass_time(seconds=5)
    assert len(world.ids()) == 1


def test_without_capacity_a_launch_fails_in_ec2s_words_and_is_tried_again_less_and_less_often(world: World) -> None:
    assert world.tell(group="*", fail_next_launches=2) == 200
    world.want(1)
    told = world.api.describe_scaling_activities(AutoScalingGroupName=NAME)["Activities"]
    assert [each["StatusCode"] for each in told] == ["Failed"]
    assert "do not have sufficient capacity" in told[0]["StatusMessage"]
    world.pass_time(seconds=4)
    assert len(world.activities()) == 1
    world.pass_time(seconds=1)
    assert (len(world.activities()), world.ids()) == (2, [])
    world.pass_time(seconds=9)
    assert world.ids() == []
    world.pass_time(seconds=1)
    assert world.states() == ["Pending:Wait"]


def test_a_template_that_is_not_there_fails_the_launch(world: World) -> None:
    world.machines.refusal = "You must use a valid fully-formed launch template."
    world.want(1)
    assert world.activities() == [("Failed", "Launching a new EC2 instance")]


def test_a_spot_notice_takes_the_machine_when_its_time_is_over_and_another_comes(world: World) -> None:
    (taken,) = in_service(world, 1)
    world.protect(taken)  # "… does not protect from Spot Instance interruptions"
    world.tell(instance_id=taken, do="spot_notice", within_seconds=120)
    world.pass_time(seconds=119)
    assert world.states() == ["InService"]
    world.pass_time(seconds=1)
    assert taken in world.machines.killed
    assert world.states() == ["Pending:Wait"]


def test_who_is_called_unhealthy_or_is_terminated_by_hand_is_replaced_protected_or_not(world: World) -> None:
    first, second = in_service(world, 2)
    world.protect(first)
    world.api.set_instance_health(InstanceId=first, HealthStatus="Unhealthy")
    world.api.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=True)
    states = dict(zip(world.ids(), world.states(), strict=True))
    assert (states.pop(first), states.pop(second)) == ("Terminating:Wait", "Terminating:Wait")
    assert (world.group()["DesiredCapacity"], list(states.values())) == (1, ["Pending:Wait"])


def test_a_warm_pool_waits_stopped_gives_and_takes_back(world: World) -> None:
    world.api.put_warm_pool(
        AutoScalingGroupName=NAME,
        PoolState="Stopped",
        MaxGroupPreparedCapacity=2,
        MinSize=0,
        InstanceReusePolicy={"ReuseOnScaleIn": True},
    )

    def pool() -> list[dict[str, Any]]:
        return list(world.api.describe_warm_pool(AutoScalingGroupName=NAME)["Instances"])

    assert [each["LifecycleState"] for each in pool()] == ["Warmed:Pending:Wait"] * 2
    assert (world.states(), world.group()["WarmPoolSize"]) == ([], 2)
    first, second = (each["InstanceId"] for each in pool())
    world.answer("launching", first)
    world.answer("launching", second)
    assert [each["LifecycleState"] for each in pool()] == ["Warmed:Stopped"] * 2
    assert world.machines.on == set()

    world.want(1)
    assert (world.ids(), world.states(), world.machines.started) == ([first], ["Pending:Wait"], [first])
    assert [each["InstanceId"] for each in pool()] == [second]
    world.answer("launching", first)
    assert world.states() == ["InService"]

    world.want(0)  # it goes back, by the hook of terminations
    assert (world.ids(), len(pool())) == ([], 2)
    world.answer("terminating", first)
    assert [each["LifecycleState"] for each in pool()] == ["Warmed:Stopped"] * 2

    world.api.delete_warm_pool(AutoScalingGroupName=NAME, ForceDelete=True)
    assert {each["LifecycleState"] for each in pool()} <= {"Warmed:Terminating:Wait"}


def test_suspended_processes_neither_launch_nor_terminate(world: World) -> None:
    world.api.suspend_processes(AutoScalingGroupName=NAME, ScalingProcesses=["Launch"])
    world.want(1)
    assert world.ids() == []
    world.api.resume_processes(AutoScalingGroupName=NAME)
    assert world.states() == ["Pending:Wait"]
