"""Start, stop and reconcile as Lambda runs them, over moto; the model's service answers on the wire."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import import_module, reload
from typing import Any

import boto3
import pytest

from dayshift import bootstrap
from dayshift.bootstrap import power
from dayshift.domain.errors import ConfigurationError, ForeignMessageError, TransientError
from tests.functions import Context
from tests.unit.adapters.wire import Refusal, Wire

TARGET = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.v1/1790000000000"
PARAMETERS = "/acme/test/models"
WEEK = ["Mon-Sun 00:00-24:00"]  # open at whatever time the test runs


@dataclass
class Service:
    """The model, as Rekognition would tell of it."""

    status: str = "STOPPED"
    tags: dict[str, str] = field(default_factory=dict)

    def answers(self) -> dict[str, Callable[[Mapping[str, Any]], Any]]:
        return {
            "DescribeProjects": lambda _: {
                "ProjectDescriptions": [{"ProjectArn": f"{TARGET.partition('/version/')[0]}/1780000000000"}]
            },
            "DescribeProjectVersions": lambda _: {
                "ProjectVersionDescriptions": [{"ProjectVersionArn": TARGET, "Status": self.status}]
            },
            "ListTagsForResource": lambda _: {"Tags": self.tags},
            "TagResource": self.tag,
            "StartProjectVersion": lambda _: self.turn("STARTING"),
            "StopProjectVersion": lambda _: self.turn("STOPPING"),
            "DetectCustomLabels": lambda _: {"CustomLabels": []},
        }

    def tag(self, asked: Mapping[str, Any]) -> dict[str, str]:
        self.tags.update(asked["Tags"])
        return {}

    def turn(self, status: str) -> dict[str, str]:
        self.status = status
        return {"Status": status}


class PoweredWorld:
    """The parameters, mappings and queues of some powered models."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PARAMETERS", PARAMETERS)
        monkeypatch.setenv("DEPLOYMENT", "acme-test")
        self.monkeypatch = monkeypatch
        self.ssm, self.sqs, self.functions = boto3.client("ssm"), boto3.client("sqs"), boto3.client("lambda")
        self.service = Service()
        self.wire = Wire("rekognition", {**self.service.answers()})
        self.mappings = dict[str, str]()

    def add(self, name: str, **spec: Any) -> None:
        queue_url = self.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.mappings[name] = self.functions.create_event_source_mapping(
            EventSourceArn=arn, FunctionName=self._labeler(), Enabled=False
        )["UUID"]
        whole = {
            "name": name, "family": "custom_labels", "target": TARGET, "prefix": f"incoming/{name}/", "options": {},
            "queue_url": queue_url, "queue_name": name, "mapping_uuid": self.mappings[name], "power": "office_hours",
            "hours": {"timezone": "Europe/Berlin", "open": WEEK}, "usd_per_hour": 4, **spec,
        }  # fmt: skip
        for kept, value in (("spec", whole), ("memory", {}), ("override", {})):
            self.put(name, kept, json.dumps(value))

    def put(self, name: str, kept: str, text: str) -> None:
        self.ssm.put_parameter(Name=f"{PARAMETERS}/{name}/{kept}", Value=text, Type="String", Overwrite=True)

    def kept(self, name: str, kept: str) -> dict[str, Any]:
        text = self.ssm.get_parameter(Name=f"{PARAMETERS}/{name}/{kept}")["Parameter"]["Value"]
        value: dict[str, Any] = json.loads(text)
        return value

    def gate(self, name: str) -> str:
        return str(self.functions.get_event_source_mapping(UUID=self.mappings[name])["State"])

    def call(self, handler: str, event: dict[str, Any]) -> dict[str, Any]:
        for cached in (bootstrap.client, bootstrap._session, power.settings):
            cached.cache_clear()
        made = bootstrap.client
        self.monkeypatch.setattr(
            power, "client", lambda service: self.wire.client if service == "rekognition" else made(service)
        )
        module = reload(import_module(f"dayshift.handlers.{handler}"))
        for timed in ("reconcile", "stop"):
            self.monkeypatch.setattr(import_module(f"dayshift.handlers.{timed}").time, "sleep", lambda _: None)
        answer: dict[str, Any] = module.handle(event, Context(remaining_ms=900_000))["models"]
        return answer

    def _labeler(self) -> str:
        found = [function["FunctionName"] for function in self.functions.list_functions()["Functions"]]
        if found:
            return found[0]
        role = boto3.client("iam").create_role(RoleName="labeler", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        made = self.functions.create_function(
            FunctionName="labeler", Runtime="python3.13", Role=role, Handler="x.y", Code={"ZipFile": b"PK"}
        )
        return made["FunctionName"]


@pytest.fixture
def powered(world: object, monkeypatch: pytest.MonkeyPatch) -> PoweredWorld:
    found = PoweredWorld(monkeypatch)
    found.add("logos")
    return found


def test_ticks_start_a_model_open_its_gate_and_leave_it_alone(powered: PoweredWorld) -> None:
    assert powered.call("reconcile", {})["logos"]["action"] == "START_MODEL"
    assert powered.service.tags == {"dayshift:deployment": "acme-test"}
    assert powered.call("reconcile", {})["logos"]["action"] == "WAIT"
    assert powered.gate("logos") == "Disabled"
    powered.service.status = "RUNNING"
    powered.call("reconcile", {})
    assert powered.gate("logos") == "Enabled"
    assert powered.call("reconcile", {})["logos"]["action"] == "NONE"
    assert powered.wire.asked.count("StartProjectVersion") == 1
    assert len(powered.kept("logos", "memory")["starts"]) == 1


@pytest.mark.parametrize("door", ["start", "stop", "reconcile"])
def test_every_door_does_what_the_clock_says_whatever_its_name(powered: PoweredWorld, door: str) -> None:
    assert powered.call(door, {"model": "logos"})["logos"]["action"] == "START_MODEL"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    powered.put("logos", "override", json.dumps({"mode": "off", "until": until}))
    powered.service.status = "RUNNING"
    assert powered.call(door, {"model": "logos"})["logos"]["action"] == "STOP_MODEL"


def test_the_tick_writes_one_line_of_metrics_a_model(powered: PoweredWorld, capsys: pytest.CaptureFixture[str]) -> None:
    powered.add("signs", target=TARGET.replace("logos", "signs"))
    capsys.readouterr()
    powered.call("reconcile", {})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert sorted(line["model"] for line in lines) == ["logos", "signs"]
    names = {metric["Name"] for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert {"Desired", "Running", "OverrunMinutes", "LateMinutes", "CostTodayUsd", "StartFailures"} <= names
    assert all(line["Desired"] == [1.0] for line in lines)


def test_one_models_failure_is_raised_after_all_others_were_served(powered: PoweredWorld) -> None:
    powered.add("signs", mapping_uuid="too short", family="rekognition", target=None)  # a bug, by botocore's taste
    powered.wire.answers["DescribeProjectVersions"] = Refusal("ThrottlingException")
    powered.add("photos", family="rekognition", target=None)
    with pytest.raises(TransientError, match=r"logos.*Throttling.*signs.*ParamValidationError"):
        powered.call("reconcile", {})
    assert powered.gate("photos") == "Enabled"


def test_a_spec_that_nobody_understands_keeps_no_other_model_waiting(powered: PoweredWorld) -> None:
    powered.put("broken", "spec", '{"name": "broken"}')
    with pytest.raises(TransientError, match="broken"):
        powered.call("reconcile", {})
    assert powered.service.status == "STARTING"


def test_a_model_with_unreadable_hours_is_stopped(powered: PoweredWorld) -> None:
    powered.add("logos2", target=TARGET, hours={"timezone": "Mars/Phobos", "open": WEEK})
    powered.service.status = "RUNNING"
    beat = powered.call("reconcile", {"model": "logos2"})["logos2"]
    assert (beat["action"], powered.service.status) == ("STOP_MODEL", "STOPPING")
    assert "Mars/Phobos" in beat["reason"]


def test_terraform_changes_nothing_until_it_destroys(powered: PoweredWorld) -> None:
    for action in ("create", "update"):
        assert powered.call("stop", {"model": "logos", "tf": {"action": action}}) == {}
    assert powered.wire.asked == []
    powered.service.status = "RUNNING"
    retired = powered.call("stop", {"model": "logos", "tf": {"action": "delete"}})
    assert retired["logos"]["state"] == "STOPPING"
    assert powered.kept("logos", "override")["mode"] == "off"
    powered.service.status = "STOPPED"
    assert powered.call("reconcile", {})["logos"]["action"] == "NONE", "no tick starts it again"


@pytest.mark.parametrize("event", [{"model": 7}, {"model": "unknown"}, {"tf": {"action": "delete"}}])
def test_an_event_about_no_model_of_ours_is_refused(powered: PoweredWorld, event: dict[str, Any]) -> None:
    with pytest.raises(ForeignMessageError):
        powered.call("stop", event)


def test_settings_name_every_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    from dayshift.settings import PowerSettings

    with pytest.raises(ConfigurationError, match="PARAMETERS is missing; DEPLOYMENT is missing"):
        PowerSettings.from_environment({})
