"""A deployment in moto, and the command run against it as a person would."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import boto3
import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from botocore.loaders import Loader, create_loader
from click.testing import CliRunner, Result
from moto import mock_aws

from dayshift.domain.detections import Detection, Kind
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord, csv_key, record_key
from dayshift_cli.main import cli

REGION: Final = "eu-central-1"
IMAGES, RESULTS = "dayshift-test-images", "dayshift-test-results"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


@dataclass
class World:
    """A deployment with the models `signs` and `pets`, seen through boto3."""

    s3: Any
    sqs: Any
    ssm: Any
    deployment: dict[str, Any]
    calls: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    answers: dict[str, Callable[[Mapping[str, Any]], Any]] = field(default_factory=dict)
    now: datetime = NOW

    def run(self, *arguments: str | Path, stdin: str | None = None) -> Result:
        """Runs `dayshift --env test …`."""
        given = ["--env", "test", "--region", REGION, *map(str, arguments)]
        return CliRunner().invoke(cli, given, input=stdin, obj=lambda: self.now)

    def url(self, model: str, role: str = "queue") -> str:
        """The URL of a model's `queue` or `dlq`."""
        return str(self.deployment["models"][model][f"{role}_url"])

    def keys(self, bucket: str = IMAGES) -> list[str]:
        """The keys of all current objects."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        return [found["Key"] for page in pages for found in page.get("Contents", ())]

    def put(self, key: str, body: bytes = b"\xff\xd8 an image") -> ImageRef:
        """An image that lies in the bucket."""
        answer = self.s3.put_object(Bucket=IMAGES, Key=key, Body=body)
        return ImageRef(IMAGES, key, answer["VersionId"], answer["ETag"].strip('"'), len(body))

    def answer(
        self, image: ImageRef, status: Status = Status.OK, names: Sequence[str] = ("label:Sign",),
        reason: str | None = None, model: str = "signs",
    ) -> None:  # fmt: skip
        """The terminal record and the CSV of an image, as the labeler writes them."""
        detections = tuple(
            Detection(Kind(kind), name, 97.5) for kind, _, name in (given.partition(":") for given in names)
        )
        spec = ModelSpec(model, "rekognition", None, f"incoming/{model}/")
        record = TerminalRecord(image, spec, status, reason, detections, "test", NOW, NOW, 120, 0.002)
        for key, body in (
            (record_key(model, image.key, image.version), record.to_json()),
            (csv_key(model, image.key, image.version), record.to_csv()),
        ):
            self.s3.put_object(Bucket=RESULTS, Key=key, Body=body.encode())

    def messages(self, model: str = "signs", role: str = "queue") -> list[Any]:
        """The bodies of all messages; they are gone then."""
        bodies = []
        while found := self.sqs.receive_message(
            QueueUrl=self.url(model, role), MaxNumberOfMessages=10, WaitTimeSeconds=0
        ).get("Messages"):
            bodies += [json.loads(message["Body"]) for message in found]
            entries = [{"Id": one["MessageId"], "ReceiptHandle": one["ReceiptHandle"]} for one in found]
            self.sqs.delete_message_batch(QueueUrl=self.url(model, role), Entries=entries)
        return bodies

    def redeploy(self) -> None:
        """Writes `deployment` where the command reads it."""
        self.ssm.put_parameter(
            Name="/dayshift/test/deployment", Type="String", Value=json.dumps(self.deployment), Overwrite=True
        )

    def refuse(self, operation: str, code: str, message: str = "in words") -> None:
        """Every call of this operation is refused."""

        def refusal(_: Mapping[str, Any]) -> Any:
            raise ClientError({"Error": {"Code": code, "Message": message}}, operation)

        self.answers[operation] = refusal


@pytest.fixture(scope="session")
def loader() -> Loader:
    """One reader of botocore's service descriptions: a new one for each client takes most of a test's time."""
    return create_loader()


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch, loader: Loader) -> Iterator[World]:
    """The deployment; `answers` replaces an operation's answer (None: go on to moto), `calls` has all of them."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "DAYSHIFT_")) or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    monkeypatch.setattr(botocore.session, "create_loader", lambda _: loader)
    with mock_aws(config={"lambda": {"use_docker": False}}):
        world = _deploy()
        real: Any = vars(BaseClient)["_make_api_call"]

        def call(self: Any, operation: str, parameters: Mapping[str, Any]) -> Any:
            world.calls.append((operation, parameters))
            own = world.answers.get(operation, lambda _: None)(parameters)
            return real(self, operation, parameters) if own is None else own

        monkeypatch.setattr(BaseClient, "_make_api_call", call)
        yield world


def _deploy() -> World:
    s3 = boto3.client("s3", region_name=REGION)
    sqs = boto3.client("sqs", region_name=REGION)
    ssm = boto3.client("ssm", region_name=REGION)
    for bucket in (IMAGES, RESULTS):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    models = {
        name: {
            "family": "rekognition",
            "prefix": f"incoming/{name}/",
            "queue_url": sqs.create_queue(QueueName=f"dayshift-test-{name}-queue")["QueueUrl"],
            "dlq_url": sqs.create_queue(QueueName=f"dayshift-test-{name}-dlq")["QueueUrl"],
            "mapping_uuid": f"00000000-0000-0000-0000-{name:0>12}",
            "labeler": f"dayshift-test-{name}-labeler",
        }
        for name in ("signs", "pets")
    }
    deployment = {
        "name": "dayshift", "environment": "test", "region": REGION, "images_bucket": IMAGES,
        "results_bucket": RESULTS, "models": models,
        "functions": {"producer": "dayshift-test-producer", "sweep": "dayshift-test-sweep"},
    }  # fmt: skip
    world = World(s3, sqs, ssm, deployment)
    world.redeploy()
    return world
