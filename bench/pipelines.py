"""Ours and the seed's pipeline behind the same two doors: an upload event, a batch of messages."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

from bench.seed_pipeline import SeedPipeline
from bench.started import PREFIX
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest

QUEUE = "bench-signs-queue"
ETAG = "9b2cf535f27731c974343645a3985328"


@dataclass(frozen=True, slots=True)
class Context:
    """As much of Lambda's context as the handlers and their logger read."""

    function_name: str = "bench-dev-signs-labeler"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:bench-dev-signs-labeler"
    aws_request_id: str = "52fdfc07-2182-154f-163f-5f0f9a621d72"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


class Ours:
    """The real handlers, imported after the environment is set."""

    def __init__(self) -> None:
        bootstrap = import_module("dayshift.bootstrap")
        self._producer = import_module("dayshift.handlers.producer").handle
        self._labeler = import_module("dayshift.handlers.labeler").handle
        self.clients = {name: bootstrap.client(name) for name in ("s3", "sqs", "rekognition")}

    def produce(self, place: int) -> None:
        thing = {"key": key_of(place), "size": 200_000, "eTag": ETAG, "versionId": version_of(place)}
        s3 = {"bucket": {"name": os.environ["IMAGES_BUCKET"]}, "object": thing}
        record = {"eventName": "ObjectCreated:Put", "eventTime": "2026-11-20T12:00:00.000Z", "s3": s3}
        self._producer({"Records": [record]}, Context())

    def label(self, records: Sequence[dict[str, Any]]) -> None:
        reply = self._labeler({"Records": list(records)}, Context())
        if reply["batchItemFailures"]:
            raise RuntimeError(f"wanted every image labelled; got {reply}")

    def body(self, place: int) -> str:
        image = ImageRef(os.environ["IMAGES_BUCKET"], key_of(place), version_of(place), ETAG, 200_000)
        return InferenceRequest(image, "signs", datetime.now(UTC)).to_json()


class Seed:
    """The rendering of the seed, behind the same two doors."""

    def __init__(self) -> None:
        self._pipeline = SeedPipeline(os.environ["IMAGES_BUCKET"], QUEUE)
        self.clients = self._pipeline.clients

    def produce(self, place: int) -> None:
        self._pipeline.produce()

    def label(self, records: Sequence[dict[str, Any]]) -> None:
        self._pipeline.label(records, os.environ["QUEUE_URL"])

    def body(self, place: int) -> str:
        return key_of(place)


def key_of(place: int) -> str:
    return f"{PREFIX}2026/11/21/photo-{place:06}.jpg"


def version_of(place: int) -> str:
    return f"3sL4kqtJlcpXroDTDmJ.rmSp{place:08}"
