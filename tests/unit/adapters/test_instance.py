"""What a machine is told, and tells; and that none of it can end a worker."""

from collections.abc import Iterator
from typing import Any

import pytest

from dayshift.adapters.instance import HOOK_TRIES, SPOT, TARGET, Ec2Machine
from dayshift.adapters.instance_metadata import InstanceMetadata
from dayshift.domain.errors import TransientError
from dayshift.domain.worker_ports import Phase
from tests.metadata_service import FakeMetadata, metadata_service
from tests.unit.adapters.query_wire import QueryWire

ME = "i-0123456789abcdef0"
NO_ACTION = ("ValidationError", f"No active Lifecycle Action found with instance ID {ME}")
NOT_YET = ("ValidationError", f"The instance {ME} is not in InService or EnteringStandby or Standby.")


@pytest.fixture
def service() -> Iterator[FakeMetadata]:
    with metadata_service() as fake:
        yield fake


class Bench:
    """One machine, its metadata service, its group on a wire, and a clock that moves by hand."""

    def __init__(self, service: FakeMetadata, target: str | None = "InService") -> None:
        self.service, self.now, self.slept = service, 1000.0, list[float]()
        self.said: list[str] = []
        self.group = QueryWire("autoscaling")
        self.machine = Ec2Machine(
            InstanceMetadata(service.url), self.group.client, "acme-faces",
            say=self.said.append, monotonic=lambda: self.now, sleep=self.slept.append,
        )  # fmt: skip
        self.look(target)

    def look(self, target: str | None = None, notice: str | None = None) -> Phase:
        for path, text in ((TARGET, target), (SPOT, notice)):
            if text is not None:
                self.service.texts[path] = text
        self.machine.look()
        return self.machine.phase()

    def hooks(self) -> list[str]:
        return [call["LifecycleHookName"] for name, call in self.group.calls if name == "CompleteLifecycleAction"]

    def protections(self) -> list[bool]:
        return [call["ProtectedFromScaleIn"] for name, call in self.group.calls if name == "SetInstanceProtection"]


@pytest.mark.parametrize(
    ("target", "phase"),
    [
        (None, Phase.SERVING), ("InService", Phase.SERVING), ("Terminated", Phase.LEAVING),
        ("Warmed:Stopped", Phase.PREPARING), ("Warmed:Running", Phase.PREPARING),
        ("Warmed:Hibernated", Phase.PREPARING), ("Warmed:Terminated", Phase.LEAVING),
        ("Standby", Phase.PREPARING), ("Detached", Phase.PREPARING),
    ],
)  # fmt: skip
def test_every_target_state_there_is_has_its_phase(service: FakeMetadata, target: str | None, phase: Phase) -> None:
    assert Bench(service, target).machine.phase() is phase


def test_a_spot_notice_is_the_end_of_work_whatever_the_group_says_and_for_good(service: FakeMetadata) -> None:
    bench = Bench(service)
    assert bench.look(notice='{"action": "terminate", "time": "2026-11-21T08:22:00Z"}') is Phase.LEAVING
    del service.texts[SPOT]
    assert bench.look() is Phase.LEAVING
    assert any("interrupted" in words for words in bench.said)


def test_told_to_stop_it_leaves_and_no_look_brings_it_back(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.machine.stop()
    assert bench.look() is Phase.LEAVING
    bench.machine.leave()
    assert bench.hooks() == [], "a service that is begun anew leaves no group"


@pytest.mark.parametrize("broken", [500, 403])
def test_a_metadata_service_that_is_broken_changes_nothing_and_is_said_once(service: FakeMetadata, broken: int) -> None:
    bench = Bench(service)
    service.broken = broken
    assert {bench.look() for _ in range(5)} == {Phase.SERVING}
    assert len(bench.said) == 1


def test_where_there_never_was_a_metadata_service_a_worker_serves_after_three_looks(service: FakeMetadata) -> None:
    service.url = "http://127.0.0.1:9/nobody"
    bench = Bench(service)
    assert [bench.machine.phase(), bench.look(), bench.look()] == [Phase.PREPARING, Phase.PREPARING, Phase.SERVING]
    bench.machine.ready()
    bench.machine.protect(True)
    bench.machine.leave()
    assert bench.group.calls == []
    assert len(bench.said) == 1


def test_a_token_that_ended_is_replaced(service: FakeMetadata) -> None:
    metadata = InstanceMetadata(service.url)
    assert metadata.read("instance-id") == ME
    service.tokens.clear()
    assert metadata.read("instance-id") == ME
    service.tokens.clear()
    service.broken = 401
    with pytest.raises(TransientError, match="401"):
        metadata.read("instance-id")


def test_the_group_is_told_once_for_each_state_that_the_worker_is_ready(service: FakeMetadata) -> None:
    bench = Bench(service, "Warmed:Running")
    for target in ("Warmed:Running", "InService"):
        bench.look(target)
        for _ in range(3):
            bench.machine.ready()
    assert bench.hooks() == ["launching", "launching"]
    assert bench.group.last("CompleteLifecycleAction") == {
        "AutoScalingGroupName": "acme-faces", "LifecycleHookName": "launching", "InstanceId": ME,
        "LifecycleActionResult": "CONTINUE",
    }  # fmt: skip


def test_a_hook_that_does_not_wait_yet_is_asked_again_and_not_for_ever(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.group.refusals["CompleteLifecycleAction"] = [NO_ACTION] * 100
    for _ in range(400):
        bench.machine.ready()
        bench.now += 1
    assert len(bench.hooks()) == HOOK_TRIES
    assert bench.said == [], "so it is with every worker that was begun anew"


def test_a_launching_hook_that_may_not_be_completed_is_said_and_tried_again(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.group.refusals["CompleteLifecycleAction"] = [("AccessDenied", "not authorized")] * 2
    for _ in range(4):
        bench.machine.ready()
        bench.now += 10
    assert len(bench.hooks()) == 3
    assert len(bench.said) == 1


def test_on_the_way_back_to_the_warm_pool_the_other_hook_may_wait(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.machine.ready()
    bench.look("Warmed:Stopped")
    bench.group.refusals["CompleteLifecycleAction"] = [NO_ACTION]
    bench.machine.ready()
    assert bench.hooks() == ["launching", "launching", "terminating"]


def test_a_machine_that_the_group_takes_away_says_when_its_hands_are_empty(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.look("Terminated")
    bench.group.refusals["CompleteLifecycleAction"] = [NO_ACTION]
    bench.machine.leave()
    bench.machine.leave()
    assert bench.hooks() == ["terminating", "terminating"]
    assert bench.slept == [2]


def test_a_farewell_that_nobody_hears_ends_too(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.look("Terminated")
    bench.group.refusals["CompleteLifecycleAction"] = [("AccessDenied", "no")] * 100
    bench.machine.leave()
    assert len(bench.hooks()) == 5


def test_protection_that_a_crash_left_is_cleared_and_then_nothing_is_said_twice(service: FakeMetadata) -> None:
    bench = Bench(service)
    for _ in range(3):
        bench.machine.protect(False)
    assert bench.protections() == [False]
    bench.machine.protect(True)
    bench.machine.protect(True)
    assert bench.protections() == [False, True]
    assert bench.group.last("SetInstanceProtection") == {
        "AutoScalingGroupName": "acme-faces", "InstanceIds": [ME], "ProtectedFromScaleIn": True,
    }  # fmt: skip


def test_images_that_come_one_by_one_do_not_cost_two_calls_each(service: FakeMetadata) -> None:
    bench = Bench(service)
    for _ in range(60):
        bench.machine.protect(True)
        bench.machine.protect(False)
        bench.now += 1
    assert len(bench.protections()) <= 2 + 2 * 60 / 30


@pytest.mark.parametrize(("refusal", "is_said"), [(NOT_YET, False), (("AccessDenied", "not authorized"), True)])
def test_a_refused_protection_is_asked_for_again_later_and_ends_nothing(
    service: FakeMetadata, refusal: tuple[str, str], is_said: bool
) -> None:
    bench = Bench(service)
    bench.group.refusals["SetInstanceProtection"] = [refusal] * 2
    for _ in range(30):
        bench.machine.protect(True)
        bench.now += 1
    assert bench.protections() == [True] * 3
    assert bool(bench.said) is is_said


def test_a_group_that_does_not_answer_ends_nothing(service: FakeMetadata) -> None:
    bench = Bench(service)
    bench.group.broken = ConnectionError("reset")
    bench.machine.protect(True)
    bench.machine.ready()
    bench.look("Terminated")
    bench.machine.leave()
    assert len(bench.said) == 3


@pytest.mark.parametrize("missing", ["instance-id", TARGET])
def test_a_machine_that_is_in_no_group_or_has_no_name_asks_no_group(service: FakeMetadata, missing: str) -> None:
    service.texts = {"instance-id": ME, TARGET: "InService"}
    del service.texts[missing]
    bench = Bench(service, None)
    assert bench.machine.phase() is Phase.SERVING
    for call in (bench.machine.ready, bench.machine.leave, lambda: bench.machine.protect(True)):
        called: Any = call
        called()
    assert bench.group.calls == []
