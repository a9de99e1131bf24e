"""The functions as Lambda runs them: imported cold, with Terraform's environment, over moto."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module, reload
from typing import Any

import boto3
import pytest

from dayshift import bootstrap
from dayshift.bootstrap import expander, jobs, labeler, producer, sweep
from dayshift.domain.results import record_key
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


class World:
    """Two buckets, two queues, and the four functions with the environment that Terraform gives them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.s3, self.sqs = boto3.client("s3"), boto3.client("sqs")
        for bucket in (IMAGES, RESULTS):
            self.s3.create_bucket(Bucket=bucket)
            self.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        self.queue_url = self.sqs.create_queue(QueueName="signs", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
        self.archives_url = self.sqs.create_queue(QueueName="archives", Attributes={"VisibilityTimeout": "0"})[
            "QueueUrl"
        ]
        self._monkeypatch = monkeypatch
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
            "SWEEP_AFTER_MINUTES": "30", "ARCHIVES_QUEUE_URL": self.archives_url,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)

    def handler(self, name: str) -> Handle:
        """A cold start: the module is imported anew, with nothing cached."""
        for cached in (
            bootstrap.client,
            bootstrap._session,
            producer.ports,
            labeler.ports,
            expander.ports,
            jobs.ports,
            jobs.settings,
            jobs._signer,
            sweep.ports,
            sweep.patience,
        ):
            cached.cache_clear()
        self._monkeypatch.setenv("QUEUE_URL", self.archives_url if name == "expander" else self.queue_url)
        handle: Handle = reload(import_module(f"dayshift.handlers.{name}")).handle
        return handle

    def upload(
        self, key: str = "incoming/signs/a b+c.jpg", size: int = 1000, content: bytes | None = None
    ) -> tuple[str, dict[str, Any]]:
        """An object, and S3's event about it."""
        body = b"x" * size if content is None else content
        answer = self.s3.put_object(Bucket=IMAGES, Key=key, Body=body)
        thing = {
            "key": key.replace("+", "%2B").replace(" ", "+"), "size": len(body),
            "eTag": answer["ETag"].strip('"'), "versionId": answer["VersionId"],
        }  # fmt: skip
        s3 = {"bucket": {"name": IMAGES}, "object": thing}
        event = {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-11-20T12:00:00.000Z", "s3": s3}]}
        return answer["VersionId"], event

    def batch(self, queue_url: str | None = None) -> dict[str, Any]:
        """What the event source mapping would hand to the labeler, or to the expander, of whose queue it is."""
        received = self.sqs.receive_message(
            QueueUrl=queue_url or self.queue_url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"]
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
