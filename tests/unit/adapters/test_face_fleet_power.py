"""A fleet is started, scaled and stopped by one number, and told of in the words of Auto Scaling."""

from typing import Any

import botocore.session
import pytest

from dayshift.adapters.face_fleet_power import ADVICE, FAILURES, OWNER_TAG, PHASES, FaceFleetPower, Phase
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from tests.unit.adapters.wire import Answer, Refusal, Wire, declared

GROUP = "acme-prod-faces"
OURS, THEIRS = "acme-prod", "acme-dev"
SERVICE: Any = botocore.session.get_session().get_service_model("autoscaling")
WORDS = SERVICE.shape_for("LifecycleState").enum
CODES = SERVICE.shape_for("ScalingActivityStatusCode").enum
READY, COMING = {"InService"}, {"Pending", "Pending:Wait", "Pending:Proceed"}
AWAY = {word for word in WORDS if word.startswith("Warmed:")} | {"Terminated", "Detached"}
LAUNCHING, TERMINATING = "Launching a new EC2 instance: i-1", "Terminating EC2 instance: i-0"
NO_ROOM = "We currently do not have sufficient c7g.large capacity. Launching EC2 instance failed."


def faces(target: str | None = GROUP) -> ModelSpec:
    return ModelSpec("faces", "face_fleet", target, "incoming/faces/")


class Bench:
    """The power of a group of ours that has no instance and should have none."""

    def __init__(self) -> None:
        self.wire = Wire("autoscaling", {"SetDesiredCapacity": {}, "DescribeScalingActivities": {"Activities": []}})
        self.power = FaceFleetPower(self.wire.client, faces(), OURS)
        self.has(0)

    def answer(self, **answers: Answer) -> None:
        self.wire.answers.update(answers)

    def has(self, capacity: int, *words: str, owner: str | None = OURS, **more: Any) -> None:
        tags = [{"Key": "team", "Value": "door"}, *([{"Key": OWNER_TAG, "Value": owner}] if owner else [])]
        instances = [{"InstanceId": f"i-{count}", "LifecycleState": word} for count, word in enumerate(words)]
        found = {"AutoScalingGroupName": GROUP, "DesiredCapacity": capacity, "Instances": instances, "Tags": tags}
        self.answer(DescribeAutoScalingGroups={"AutoScalingGroups": [{**found, **more}]})

    def did(self, *activities: tuple[str, str], message: str = NO_ROOM) -> None:
        """Its activities, the latest first."""
        told = [
            {"Description": description, "StatusCode": code, "StatusMessage": message}
            for description, code in activities
        ]
        self.answer(DescribeScalingActivities={"Activities": told})


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_words_walked_are_those_that_auto_scaling_has() -> None:
    assert set(WORDS) == set(PHASES)
    for words, phase in ((READY, Phase.READY), (COMING, Phase.COMING), (AWAY, Phase.AWAY)):
        assert {word for word, found in PHASES.items() if found is phase} == words


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_an_instance_has_its_state(bench: Bench, word: str) -> None:
    bench.has(2, word)
    status = bench.power.describe()
    assert status.state is (ModelState.RUNNING if word in READY else ModelState.STARTING)
    assert (status.capacity, status.workers) == (2, int(word not in AWAY))
    assert status.word == ("no instance" if word in AWAY else f"1 {word}")


@pytest.mark.parametrize("word", [*WORDS, "Dreaming"])
def test_a_group_that_should_have_none_is_off_only_once_nothing_is_left_that_is_paid(bench: Bench, word: str) -> None:
    bench.has(0, word)
    status = bench.power.describe()
    assert status.state is (ModelState.STOPPED if word in AWAY else ModelState.STOPPING)
    assert (status.capacity, status.workers) == (0, int(word not in AWAY))


def test_a_word_that_comes_with_a_later_release_is_paid_and_does_not_read(bench: Bench) -> None:
    bench.has(1, "Dreaming")
    status = bench.power.describe()
    assert (status.state, status.workers, status.word) == (ModelState.STARTING, 1, "1 Dreaming")


def test_one_worker_that_is_ready_is_enough_whatever_the_others_do(bench: Bench) -> None:
    bench.has(5, "Pending:Wait", "InService", "Terminating:Wait", "InService", "Warmed:Stopped")
    status = bench.power.describe()
    assert (status.state, status.capacity, status.workers) == (ModelState.RUNNING, 5, 4)
    assert status.word == "2 InService, 1 Pending:Wait, 1 Terminating:Wait"
    assert bench.wire.asked == ["DescribeAutoScalingGroups"]
    assert bench.wire.last("DescribeAutoScalingGroups") == {"AutoScalingGroupNames": [GROUP]}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("words", [(), ("Terminating:Wait",), ("Warmed:Stopped",)])
def test_a_launch_that_failed_is_told_in_the_services_words(bench: Bench, words: tuple[str, ...], code: str) -> None:
    bench.has(3, *words)
    bench.did((TERMINATING, "InProgress"), (LAUNCHING, code), (LAUNCHING, "Failed"))
    status = bench.power.describe()
    if code in FAILURES:
        assert (status.state, status.message, status.lingers) == (ModelState.FAILED, NO_ROOM, True)
        assert status.capacity == 3  # the group goes on trying: it must be told to stop
    else:
        assert (status.state, status.message, status.lingers) == (ModelState.STARTING, "", False)
    assert bench.wire.last("DescribeScalingActivities") == {"AutoScalingGroupName": GROUP, "MaxRecords": 20}


def test_the_two_ways_a_launch_fails_are_among_the_codes() -> None:
    assert set(FAILURES) < set(CODES)


def test_a_launch_that_failed_without_a_word_is_told_by_its_code(bench: Bench) -> None:
    bench.has(1)
    bench.answer(DescribeScalingActivities={"Activities": [{"Description": LAUNCHING, "StatusCode": "Cancelled"}]})
    assert (bench.power.describe().state, bench.power.describe().message) == (ModelState.FAILED, "Cancelled")


@pytest.mark.parametrize("words", [("Pending",), ("InService",), ("Pending:Wait", "Terminating")])
def test_an_older_failure_does_not_count_once_a_worker_comes(bench: Bench, words: tuple[str, ...]) -> None:
    bench.has(1, *words)
    bench.did((LAUNCHING, "Failed"))
    assert bench.power.describe().state in (ModelState.STARTING, ModelState.RUNNING)
    assert bench.wire.asked == ["DescribeAutoScalingGroups"]


def test_a_group_that_nothing_was_asked_of_yet_is_starting(bench: Bench) -> None:
    bench.has(1)
    assert bench.power.describe().state is ModelState.STARTING


@pytest.mark.parametrize("owner", [None, THEIRS])
@pytest.mark.parametrize("words", [(), ("InService",)])
def test_a_group_that_is_not_ours_is_only_observed(bench: Bench, owner: str | None, words: tuple[str, ...]) -> None:
    bench.has(1, *words, owner=owner)
    status = bench.power.describe()
    assert status.state is ModelState.UNMANAGEABLE
    assert status.message == f"{GROUP} is there without the tag {OWNER_TAG} = {OURS}"


def test_a_group_that_is_not_there_or_going_cannot_be_managed(bench: Bench) -> None:
    bench.has(1, "InService", Status="Delete in progress")
    going = bench.power.describe()
    bench.answer(DescribeAutoScalingGroups={"AutoScalingGroups": []})
    gone = bench.power.describe()
    assert {going.state, gone.state} == {ModelState.UNMANAGEABLE}
    assert going.message == f"{GROUP} is being deleted"
    assert "apply the configuration again" in gone.message


@pytest.mark.parametrize("workers", [1, 7])
def test_a_start_and_more_workers_are_the_same_number(bench: Bench, workers: int) -> None:
    bench.power.start(workers)
    asked = {"AutoScalingGroupName": GROUP, "DesiredCapacity": workers, "HonorCooldown": False}
    assert bench.wire.calls == [("SetDesiredCapacity", asked)]


def test_a_stop_is_the_number_zero_and_giving_back_touches_nothing(bench: Bench) -> None:
    bench.power.release()
    bench.power.stop()
    asked = {"AutoScalingGroupName": GROUP, "DesiredCapacity": 0, "HonorCooldown": False}
    assert bench.wire.calls == [("SetDesiredCapacity", asked)]


def test_an_instance_that_is_in_service_has_answered_already(bench: Bench) -> None:
    assert bench.power.probe() is True
    assert bench.wire.calls == []


@pytest.mark.parametrize(
    ("verb", "operation", "code"),
    [
        (verb, operation, code)
        for verb, operation in (
            ("describe", "DescribeAutoScalingGroups"), ("describe", "DescribeScalingActivities"),
            ("start", "SetDesiredCapacity"), ("stop", "SetDesiredCapacity"),
        )
        for code in sorted({*declared("autoscaling", operation), "Throttling", "AccessDenied", "ValidationError"})
    ],
)  # fmt: skip
def test_every_error_goes_up_with_its_code_and_what_to_do(bench: Bench, verb: str, operation: str, code: str) -> None:
    bench.has(1)
    bench.answer(**{operation: Refusal(code)})
    with pytest.raises(TransientError, match=f"{code} while .*the service's own words") as caught:
        getattr(bench.power, verb)()
    assert ADVICE.get(code, "") in str(caught.value)


def test_what_is_refused_while_the_group_is_busy_comes_with_advice() -> None:
    assert {"ScalingActivityInProgress", "ResourceContention"} <= set(declared("autoscaling", "SetDesiredCapacity"))
    assert {"ScalingActivityInProgress", "ResourceContention"} <= set(ADVICE)


@pytest.mark.parametrize("target", [None, ""])
def test_a_fleet_without_a_group_is_refused_before_aws_is_asked(target: str | None) -> None:
    with pytest.raises(ConfigurationError, match="target of faces must be the name of an Auto Scaling group"):
        FaceFleetPower(None, faces(target), OURS)
