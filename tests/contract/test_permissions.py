"""The permissions that Terraform grants are those that Python uses: recorded calls against `permissions.json`.

A call that is not granted fails here, and so does a grant that no call needs.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from dayshift import bootstrap
from dayshift.adapters.families import FAMILIES
from dayshift.domain.model import ModelSpec
from tests.fakes import RESULTS
from tests.functions import Context, World
from tests.powered import PoweredWorld

CONTRACT = json.loads((Path(__file__).parent / "permissions.json").read_text())
# Service Authorization Reference: where an action is not named like its operation.
ACTIONS = {
    "HeadObject": "s3:GetObject",
    "ListObjectsV2": "s3:ListBucket",
    "ListObjectVersions": "s3:ListBucketVersions",
    "SendMessageBatch": "sqs:SendMessage",
    "ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
}
# A target of each family that has one, as Terraform would hand it to the functions.
TARGETS = {"custom_labels": "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000"}


class Recorder:
    """The IAM actions that a function's clients have used."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def watch(self) -> None:
        for service in ("s3", "sqs", "rekognition"):
            bootstrap.client(service).meta.events.register("before-call", self._note)

    def _note(self, model: Any, params: Any, **_: object) -> None:
        action = ACTIONS.get(model.name, f"{model.service_model.service_name}:{model.name}")
        versioned = "versionId" in params.get("query_string", {}) or b"Version" in _body(params)
        if model.service_model.service_name == "rekognition":
            self.used.add("s3:GetObjectVersion" if versioned else "s3:GetObject")  # read with the caller's rights
        self.used.add("s3:GetObjectVersion" if action == "s3:GetObject" and versioned else action)


def _body(params: Any) -> bytes:
    body = params.get("body")
    return body if isinstance(body, bytes) else str(body).encode()


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def granted(function: str, *more: str) -> set[str]:
    return {*CONTRACT["functions"][function]["called"], *more}


def test_the_producer_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    produce = world.handler("producer")
    recorder.watch()
    produce(world.upload()[1], Context())
    assert recorder.used == granted("producer")


@pytest.mark.parametrize("family", FAMILIES)
def test_the_labeler_uses_exactly_what_it_is_granted(
    world: World, recorder: Recorder, family: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = {"name": "signs", "family": family, "target": TARGETS.get(family), "prefix": "incoming/signs/"}
    monkeypatch.setenv("MODEL", json.dumps(model))
    _, event = world.upload()
    produce = world.handler("producer")
    produce(event, Context())
    produce(event, Context())
    label = world.handler("labeler")
    recorder.watch()
    refusals = ["InvalidS3ObjectException"]  # once, so that S3 is asked for the version, and the message told to rest

    def refuse_once(model: Any, **_: object) -> None:
        if refusals:
            raise ClientError({"Error": {"Code": refusals.pop(), "Message": ""}}, model.name)

    bootstrap.client("rekognition").meta.events.register("before-call", refuse_once)
    assert len(label(world.batch(), Context())["batchItemFailures"]) == 1
    models = [action for actions in CONTRACT["families"][family].values() for action in actions]
    assert recorder.used == granted("labeler", *models)


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("family", [name for name, family in FAMILIES.items() if family.power])
def test_powering_a_model_uses_exactly_what_it_is_granted(family: str) -> None:
    """Of a model that is there, stopped and nobody's: moto has no such model, so the answers are written out."""
    used = set[str]()
    version, number = TARGETS[family].rsplit("/", 1)
    answers: dict[str, Any] = {
        "DescribeProjects": {"ProjectDescriptions": [{"ProjectArn": f"{version.split('/version/')[0]}/{number}"}]},
        "DescribeProjectVersions": {
            "ProjectVersionDescriptions": [{"ProjectVersionArn": TARGETS[family], "Status": "STOPPED"}]
        },
        "ListTagsForResource": {"Tags": {}},
    }

    def answer(model: Any, **_: object) -> tuple[Any, Any]:
        used.add(f"{model.service_model.service_name}:{model.name}")
        return Answered(), answers.get(model.name, {})

    def client(service: str) -> Any:
        made = session.client(service)
        made.meta.events.register("before-call", answer)
        return made

    session: Any = boto3.Session()
    make = FAMILIES[family].power
    assert make
    power = make(client, ModelSpec("m", family, TARGETS[family], "m/"), "acme-prod")
    for verb in (power.describe, power.start, power.stop, power.probe):
        verb()
    answers["ListTagsForResource"] = {"Tags": {"dayshift:deployment": "acme-prod"}}  # since `start`
    power.release()
    assert used == set(CONTRACT["families_power"][family])


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("door", ["start", "stop", "reconcile"])
def test_each_power_function_uses_exactly_what_it_is_granted(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    powered = PoweredWorld(monkeypatch)
    powered.add("logos")
    powered.call(door, {"model": "logos"})
    powered.service.status = "RUNNING"
    powered.call(door, {"model": "logos"})
    assert powered.gate("logos") == "Enabled"
    assert powered.used == granted(door)


@pytest.mark.usefixtures("world")
def test_the_history_is_read_only_where_a_promise_leaves_no_time_to_wake(monkeypatch: pytest.MonkeyPatch) -> None:
    powered = PoweredWorld(monkeypatch)
    powered.add("logos", power="on_deadline", results_within_minutes=15)
    powered.call("reconcile", {"model": "logos"})
    assert powered.used == {*granted("reconcile"), *CONTRACT["promises"]["on_deadline"]} - {
        "lambda:UpdateEventSourceMapping"
    }


@dataclass(frozen=True)
class Answered:
    """An HTTP response of which nothing but its status is read."""

    status_code: int = 200


def test_the_sweep_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    world.upload("incoming/signs/lost.jpg")
    sweep = world.handler("sweep")
    recorder.watch()
    sweep({"older_than_minutes": 0}, Context(remaining_ms=900_000))
    assert recorder.used == granted("sweep")


def test_no_labeler_may_feed_its_own_queue_or_touch_an_image() -> None:
    labeler = CONTRACT["functions"]["labeler"]
    everything = {*labeler["called"], *labeler["implied"]}
    assert not everything & {"sqs:SendMessage", "s3:DeleteObject", "s3:DeleteObjectVersion"}


def test_the_images_bucket_is_written_by_nobody(world: World) -> None:
    _, event = world.upload()
    written: list[str] = []

    def note(params: Any, **_: object) -> None:
        written.append(params["Bucket"])

    for name in ("producer", "labeler", "sweep"):
        handle = world.handler(name)
        bootstrap.client("s3").meta.events.register("provide-client-params.s3.PutObject", note)
        handle({"producer": event, "labeler": world.batch(), "sweep": {}}[name], Context(remaining_ms=900_000))
    assert set(written) == {RESULTS}
