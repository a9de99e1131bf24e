"""The handlers as Lambda runs them: real events in, real adapters, moto behind them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, reload
from typing import Any

import boto3
import pytest
from moto import mock_aws

from dayshift import bootstrap
from dayshift.domain.errors import ConfigurationError, ForeignMessageError
from dayshift.domain.results import csv_key, record_key
from tests.fakes import IMAGES, RESULTS

Handle = Callable[[dict[str, Any], Any], Any]


@dataclass
class Context:
    """As much of Lambda's context as the handlers and their logger read."""

    function_name: str = "acme-test-function"
    memory_limit_in_mb: int = 256
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:acme-test-function"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"
    remaining_ms: int = 60_000

    def get_remaining_time_in_millis(self) -> int:
        return self.remaining_ms


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator["World"]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield World(monkeypatch)


class World:
    """Two buckets, a queue, and the three functions with the environment that Terraform gives them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.s3, self.sqs = boto3.client("s3"), boto3.client("sqs")
        for bucket in (IMAGES, RESULTS):
            self.s3.create_bucket(Bucket=bucket)
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.queue_url = self.sqs.create_queue(QueueName="signs", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        model: dict[str, Any] = {
            "name": "signs",
            "family": "rekognition",
            "target": None,
            "prefix": "incoming/signs/",
            "options": {},
        }
        route = {"model": "signs", "family": "rekognition", "prefix": "incoming/signs/", "queue_url": self.queue_url}
        for name, value in {
            "IMAGES_BUCKET": IMAGES, "RESULTS_BUCKET": RESULTS, "MODEL": json.dumps(model),
            "ROUTES": json.dumps([route]), "QUEUE_URL": self.queue_url, "MAX_RECEIVE_COUNT": "20",
            "SWEEP_AFTER_MINUTES": "30",
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)

    def handler(self, name: str) -> Handle:
        """A cold start: the module is imported anew, with nothing cached."""
        for cached in (bootstrap.client, bootstrap.producer, bootstrap.labeler, bootstrap.sweeper, bootstrap._session):
            cached.cache_clear()
        handle: Handle = reload(import_module(f"dayshift.handlers.{name}")).handle
        return handle

    def upload(self, key: str = "incoming/signs/a b+c.jpg", size: int = 1000) -> tuple[str, dict[str, Any]]:
        """An object, and S3's event about it."""
        answer = self.s3.put_object(Bucket=IMAGES, Key=key, Body=b"x" * size)
        thing = {
            "key": key.replace("+", "%2B").replace(" ", "+"), "size": size,
            "eTag": answer["ETag"].strip('"'), "versionId": answer["VersionId"],
        }  # fmt: skip
        s3 = {"bucket": {"name": IMAGES}, "object": thing}
        event = {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-11-20T12:00:00.000Z", "s3": s3}]}
        return answer["VersionId"], event

    def batch(self) -> dict[str, Any]:
        """What the event source mapping would hand to the labeler."""
        received = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
        )
        return {
            "Records": [
                {
                    "messageId": message["MessageId"],
                    "receiptHandle": message["ReceiptHandle"],
                    "body": message["Body"],
                    "attributes": message["Attributes"],
                }
                for message in received.get("Messages", [])
            ]
        }

    def record(self, key: str, version: str) -> dict[str, Any]:
        place = record_key("signs", key, version)
        value: dict[str, Any] = json.loads(self.s3.get_object(Bucket=RESULTS, Key=place)["Body"].read())
        return value


def test_an_uploaded_image_ends_as_json_and_csv_in_the_results_bucket_only(world: World) -> None:
    key = "incoming/signs/a b+c.jpg"
    version, event = world.upload(key)
    assert world.handler("producer")(event, Context()) == {"enqueued": 1}
    assert world.handler("labeler")(world.batch(), Context()) == {"batchItemFailures": []}
    record = world.record(key, version)
    assert (record["status"], record["image"]["key"], record["cost_usd"]) == ("ok", key, 0.002)
    assert {found["kind"] for found in record["detections"]} == {"label", "text"}
    rows = world.s3.get_object(Bucket=RESULTS, Key=csv_key("signs", key, version))["Body"].read().decode().splitlines()
    assert len(rows) == 1 + len(record["detections"])
    assert [found["Key"] for found in world.s3.list_objects_v2(Bucket=IMAGES)["Contents"]] == [key]


def test_an_event_delivered_twice_is_one_payment(world: World) -> None:
    _, event = world.upload()
    produce, label = world.handler("producer"), world.handler("labeler")
    for _ in range(2):
        produce(event, Context())
    calls: list[str] = []
    bootstrap.client("rekognition").meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    for _ in range(3):
        label(world.batch(), Context())
    assert sorted(calls) == ["DetectLabels", "DetectText"]


def test_an_event_enqueues_its_own_image_however_many_wait(world: World) -> None:
    produce = world.handler("producer")
    uploads = [world.upload(f"incoming/signs/{number}.jpg") for number in range(7)]
    answers = [produce(event, Context()) for _, event in uploads]
    assert answers == [{"enqueued": 1}] * 7
    asked = world.sqs.get_queue_attributes(QueueUrl=world.queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    assert asked["Attributes"]["ApproximateNumberOfMessages"] == "7"


def test_the_log_names_each_image_and_the_metrics_count_it(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    _, event = world.upload()
    world.handler("producer")(event, Context())
    label = world.handler("labeler")
    capsys.readouterr()
    caplog.clear()
    label(world.batch(), Context())
    (settled,) = [vars(record) for record in caplog.records if record.message == "image_settled"]
    assert (settled["image"], settled["result"]) == ("incoming/signs/a b+c.jpg", "ok")
    (measured,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (measured["ImagesOk"], measured["CostUsd"], measured["model"]) == ([1.0], [0.002], "signs")


def test_without_time_left_the_whole_batch_comes_back(world: World) -> None:
    _, event = world.upload()
    world.handler("producer")(event, Context())
    batch = world.batch()
    reply = world.handler("labeler")(batch, Context(remaining_ms=13_000))
    assert reply == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}


def test_a_lost_event_is_found_by_the_sweep(world: World) -> None:
    key = "incoming/signs/lost.jpg"
    version, _ = world.upload(key)
    sweep = world.handler("sweep")
    assert sweep({}, Context(remaining_ms=900_000))["models"]["signs"]["enqueued"] == 0
    swept = sweep({"older_than_minutes": 0}, Context(remaining_ms=900_000))
    assert swept["models"]["signs"] == {"seen": 1, "enqueued": 1, "exhausted": 0, "finished": True, "error": None}
    world.handler("labeler")(world.batch(), Context())
    assert world.record(key, version)["status"] == "ok"


def test_a_sweep_of_an_unknown_model_names_those_there_are(world: World) -> None:
    with pytest.raises(ForeignMessageError, match="'signs'"):
        world.handler("sweep")({"model": "sings"}, Context())


def test_what_is_no_notification_is_an_error_not_a_silence(world: World) -> None:
    with pytest.raises(ForeignMessageError):
        world.handler("producer")({"Records": [{"not": "s3"}]}, Context())
    assert world.handler("producer")({"Event": "s3:TestEvent"}, Context()) == {"enqueued": 0}


def test_an_image_that_no_model_reads_is_said_aloud(world: World, caplog: pytest.LogCaptureFixture) -> None:
    _, event = world.upload("incoming/nobody/a.jpg")
    assert world.handler("producer")(event, Context()) == {"enqueued": 0}
    (said,) = [vars(record) for record in caplog.records if record.message == "image_unrouted"]
    assert said["image"] == "incoming/nobody/a.jpg"


@pytest.mark.parametrize("name", ["producer", "labeler", "sweep"])
def test_a_function_without_its_settings_does_not_start(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.handler(name)
    for setting in ("IMAGES_BUCKET", "ROUTES", "MODEL", "SWEEP_AFTER_MINUTES"):
        monkeypatch.delenv(setting)
    with pytest.raises(ConfigurationError, match="IMAGES_BUCKET is missing"):
        world.handler(name)


def test_every_call_has_a_timeout_and_three_attempts(world: World) -> None:
    world.handler("sweep")
    config = bootstrap.client("s3").meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 10)
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 3)
