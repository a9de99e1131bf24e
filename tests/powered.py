"""The power functions as Lambda runs them, over moto; the model's service answers on the wire."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module, reload
from typing import Any

import boto3
import pytest

from dayshift import bootstrap
from dayshift.bootstrap import power
from tests.functions import Context
from tests.unit.adapters.wire import Wire

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
            "UntagResource": self.untag,
            "StartProjectVersion": lambda _: self.turn("STARTING"),
            "StopProjectVersion": lambda _: self.turn("STOPPING"),
            "DetectCustomLabels": lambda _: {"CustomLabels": []},
        }

    def tag(self, asked: Mapping[str, Any]) -> dict[str, str]:
        self.tags.update(asked["Tags"])
        return {}

    def untag(self, asked: Mapping[str, Any]) -> dict[str, str]:
        for key in asked["TagKeys"]:
            self.tags.pop(key, None)
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
        self.used = set[str]()  # IAM actions

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
        self.monkeypatch.setattr(power, "client", self._client)
        module = reload(import_module(f"dayshift.handlers.{handler}"))
        for timed in ("reconcile", "stop"):
            self.monkeypatch.setattr(import_module(f"dayshift.handlers.{timed}").time, "sleep", lambda _: None)
        answer: dict[str, Any] = module.handle(event, Context(remaining_ms=900_000))["models"]
        return answer

    def _client(self, service: str) -> Any:
        if service == "rekognition":
            return self.wire.client
        client = bootstrap.client(service)
        client.meta.events.register("before-call", self._note, unique_id="note")
        return client

    def _note(self, model: Any, **_: object) -> None:
        self.used.add(f"{model.service_model.service_name}:{model.name}")

    def _labeler(self) -> str:
        found = [function["FunctionName"] for function in self.functions.list_functions()["Functions"]]
        if found:
            return found[0]
        role = boto3.client("iam").create_role(RoleName="labeler", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        made = self.functions.create_function(
            FunctionName="labeler", Runtime="python3.13", Role=role, Handler="x.y", Code={"ZipFile": b"PK"}
        )
        return made["FunctionName"]
