"""Reconcile and stop as Lambda runs them, for a fleet: its group answers on the wire, its gate is a parameter."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.fakes import image, request
from tests.powered import PoweredWorld
from tests.unit.adapters.wire import Wire

FLEET = {"maximum": 3, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
GROUP = "acme-test-faces"


class FleetWorld(PoweredWorld):
    """A model `logos` that is no fleet, and a fleet `faces` whose group does at once what it is told, and is slow."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(monkeypatch)
        self.capacity, self.words = 0, list[str]()
        self.group = Wire("autoscaling")
        self.group.answers.update(
            {
                "DescribeAutoScalingGroups": lambda _: {"AutoScalingGroups": [self._described()]},
                "DescribeScalingActivities": {"Activities": []},
                "SetDesiredCapacity": self._set,
            }
        )
        self.add("logos")
        self.add(
            "faces", family="face_fleet", target=GROUP, mapping_uuid=None, fleet=FLEET, images_per_minute=180,
            warmup_minutes=3, usd_per_hour=0.1,
        )  # fmt: skip
        self.put("faces", "gate", "{}")

    def queue(self, images: int) -> None:
        url = self.sqs.get_queue_url(QueueName="faces")["QueueUrl"]
        for number in range(images):
            of = request(image(f"incoming/faces/{number}.jpg"), "faces")
            self.sqs.send_message(QueueUrl=url, MessageBody=of.to_json())

    def _client(self, service: str) -> Any:
        return self.group.client if service == "autoscaling" else super()._client(service)

    def _described(self) -> dict[str, Any]:
        instances = [{"InstanceId": f"i-{number}", "LifecycleState": word} for number, word in enumerate(self.words)]
        tags = [{"Key": "dayshift:deployment", "Value": "acme-test"}]
        return {"DesiredCapacity": self.capacity, "Instances": instances, "Tags": tags}

    def _set(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        assert asked["AutoScalingGroupName"] == GROUP
        self.capacity = asked["DesiredCapacity"]
        return {}


@pytest.fixture
def fleet(world: object, monkeypatch: pytest.MonkeyPatch) -> FleetWorld:
    return FleetWorld(monkeypatch)


def test_ticks_start_workers_open_their_gate_and_ask_for_more(fleet: FleetWorld) -> None:
    assert fleet.call("reconcile", {})["faces"]["action"] == "NONE"
    fleet.queue(310)
    assert fleet.call("reconcile", {})["faces"]["action"] == "START_MODEL"
    assert fleet.capacity == 2
    fleet.words = ["Pending:Wait", "Pending"]
    assert fleet.call("reconcile", {})["faces"]["action"] == "WAIT"
    fleet.words = ["InService", "Pending:Wait"]
    fleet.call("reconcile", {})
    assert fleet.kept("faces", "gate") == {"open": True}
    fleet.queue(310)
    beat = fleet.call("reconcile", {})["faces"]
    assert (beat["action"], beat["workers"], beat["wanted_workers"], fleet.capacity) == ("SCALE_MODEL", 2, 3, 3)
    assert fleet.kept("faces", "memory")["workers"] == 2
    assert not [name for name in fleet.kept("logos", "memory") if "worker" in name]


def test_only_a_fleet_has_metrics_of_workers(fleet: FleetWorld, capsys: pytest.CaptureFixture[str]) -> None:
    fleet.capacity, fleet.words = 2, ["InService", "Pending"]
    fleet.queue(1)
    capsys.readouterr()
    fleet.call("reconcile", {})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    of = {
        line["model"]: {metric["Name"] for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]} for line in lines
    }
    assert of["faces"] - of["logos"] == {"Workers", "WantedWorkers"}
    assert of["logos"] < of["faces"]
    told = next(line for line in lines if line["model"] == "faces")
    assert (told["Workers"], told["WantedWorkers"]) == ([2.0], [2.0])


def test_terraform_sends_all_workers_home_before_it_destroys_them(fleet: FleetWorld) -> None:
    fleet.capacity, fleet.words = 1, ["Pending:Wait"]
    assert fleet.call("stop", {"model": "faces", "tf": {"action": "delete"}})["faces"]["state"] == "STOPPING"
    assert fleet.capacity == 0
    assert fleet.kept("faces", "override")["mode"] == "off"
    fleet.queue(9)
    fleet.words = []
    assert fleet.call("reconcile", {})["faces"]["action"] == "NONE", "no tick starts it again"


def test_a_fleet_without_its_gate_is_sent_home(fleet: FleetWorld) -> None:
    fleet.ssm.delete_parameter(Name="/acme/test/models/faces/gate")
    fleet.capacity, fleet.words = 1, ["InService"]
    fleet.queue(9)
    beat = fleet.call("reconcile", {})["faces"]
    assert (beat["mapping"], beat["action"], beat["unmanageable"], fleet.capacity) == ("MISSING", "STOP_MODEL", True, 0)
