"""A powered model `logos` beside `signs` and `pets`: its parameters in moto, its project version and mapping faked, and
the function `reconcile` as the real service over them."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import boto3

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.adapters.custom_labels_power import CustomLabelsPower
from dayshift.adapters.event_source_mapping import EventSourceMapping
from dayshift.adapters.power_state import SsmPowerState, read_models
from dayshift.adapters.sqs import SqsQueue
from dayshift.domain.memory import Memory
from dayshift.domain.powered import PoweredModel
from dayshift.services.reconcile import ReconcilePorts, reconcile
from tests.unit.cli.conftest import REGION, World

PATH = "/dayshift/test/models"
PROJECT = "arn:aws:rekognition:eu-central-1:123456789012:project/logos"
TARGET = f"{PROJECT}/version/v1/1793612467000"
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"], "closed_on": ["2026-11-26"]}


@dataclass
class Logos:
    """The model as AWS has it; tests change it."""

    aws: World
    status: str = "STOPPED"
    message: str = ""
    mapping: str = "Disabled"
    tags: dict[str, str] = field(default_factory=dict)
    started: int = 0
    stopped: int = 0

    def store(self, memory: Memory | None = None, override: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Writes the three parameters; `changes` are of the spec."""
        spec = {
            "name": "logos", "family": "custom_labels", "target": TARGET, "prefix": "incoming/logos/",
            "options": {"inference_units": 1}, "queue_url": self.aws.url("logos"),
            "queue_name": "dayshift-test-logos-queue", "mapping_uuid": "00000000-0000-0000-0000-0000000logos",
            "power": "office_hours", "hours": HOURS, "warmup_minutes": 30, "usd_per_hour": 4.0, **changes,
        }  # fmt: skip
        values = {"spec": spec, "memory": memory.to_json() if memory else {}, "override": override or {}}
        for leaf, value in values.items():
            self.write(leaf, json.dumps(value))

    def write(self, leaf: str, text: str) -> None:
        """Writes one parameter as it is."""
        self.aws.ssm.put_parameter(Name=f"{PATH}/logos/{leaf}", Type="String", Value=text, Overwrite=True)

    def override(self) -> Any:
        """The override that is written."""
        return json.loads(self.aws.ssm.get_parameter(Name=f"{PATH}/logos/override")["Parameter"]["Value"])

    def invoked(self) -> list[Any]:
        """What the functions were told."""
        return [json.loads(given["Payload"]) for operation, given in self.aws.calls if operation == "Invoke"]


def deploy_logos(aws: World, **changes: Any) -> Logos:
    """Adds the model to the deployment; `changes` are of its spec."""
    queues = {
        f"{role}_url": aws.sqs.create_queue(QueueName=f"dayshift-test-logos-{role}")["QueueUrl"]
        for role in ("queue", "dlq")
    }
    aws.deployment["models"]["logos"] = {
        "family": "custom_labels", "prefix": "incoming/logos/", **queues, "labeler": "dayshift-test-logos-labeler",
        "mapping_uuid": "00000000-0000-0000-0000-0000000logos", "power": changes.get("power", "office_hours"),
        "parameters": f"{PATH}/logos", "queue_name": "dayshift-test-logos-queue",
    }  # fmt: skip
    aws.deployment["functions"] |= {name: f"dayshift-test-{name}" for name in ("start", "stop", "reconcile")}
    aws.redeploy()
    logos = Logos(aws)
    logos.store(**changes)
    _answer(aws, logos)
    return logos


def _answer(aws: World, logos: Logos) -> None:
    def start(_: Any) -> Any:
        logos.started, logos.status = logos.started + 1, "STARTING"
        return {"Status": "STARTING"}

    def stop(_: Any) -> Any:
        logos.stopped, logos.status = logos.stopped + 1, "STOPPING"
        return {"Status": "STOPPING"}

    def tag(given: Mapping[str, Any]) -> Any:
        logos.tags |= given["Tags"]
        return {}

    def turn(given: Mapping[str, Any]) -> Any:
        logos.mapping = "Enabling" if given["Enabled"] else "Disabling"
        return {"State": logos.mapping}

    def mapping(given: Mapping[str, Any]) -> Any:
        return {"State": logos.mapping} if given["UUID"].endswith("logos") else None

    aws.answers |= {
        "DescribeProjects": lambda _: {"ProjectDescriptions": [{"ProjectArn": f"{PROJECT}/1700000000000"}]},
        "DescribeProjectVersions": lambda _: {
            "ProjectVersionDescriptions": [
                {"ProjectVersionArn": TARGET, "Status": logos.status, "StatusMessage": logos.message}
            ]
        },
        "ListTagsForResource": lambda _: {"Tags": logos.tags},
        "TagResource": tag,
        "StartProjectVersion": start,
        "StopProjectVersion": stop,
        "DetectCustomLabels": lambda _: {"CustomLabels": []},
        "GetEventSourceMapping": mapping,
        "UpdateEventSourceMapping": turn,
        "Invoke": lambda given: _invoked(aws, given),
        "GetCallerIdentity": lambda _: {"Arn": "arn:aws:sts::123456789012:assumed-role/Operators/ada"},
    }


def _invoked(aws: World, given: Mapping[str, Any]) -> Any:
    """The function `reconcile`, as its handler answers."""
    wish = json.loads(given["Payload"])
    assert given["FunctionName"] == "dayshift-test-reconcile"

    session: Any = boto3.Session(region_name=REGION)  # typed, its `client` wants the name as a literal
    client = session.client

    models = {}
    for one in read_models(client("ssm"), PATH):
        if one.name == wish["model"]:
            model = PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, aws.now)
            ports = ReconcilePorts(
                model=model,
                power=CustomLabelsPower(client("rekognition"), model.spec, "dayshift-test"),
                gate=EventSourceMapping(client("lambda"), str(model.mapping_uuid)),
                queue=SqsQueue(client("sqs"), model.queue_url),
                state=SsmPowerState(client("ssm"), PATH, one.name),
                arrivals=CloudWatchArrivals(lambda: client("cloudwatch"), model.queue_name),
            )
            beat = reconcile(ports, aws.now)
            models[one.name] = json.loads(json.dumps(asdict(beat) | {"memory": beat.memory.to_json()}, default=str))
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps({"models": models}).encode())}
