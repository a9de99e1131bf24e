"""The whole system, once for all tests here: the real Terraform, the real zip, roles enforced, real recognition."""

import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from dayshift.domain.results import csv_key, record_key
from local.stack import LocalAws, free_ports

LOOK_SECONDS = 0.5


@dataclass
class Pipeline:
    """One deployed model, and what was uploaded for it."""

    aws: LocalAws
    deployment: Mapping[str, Any]
    model: str
    uploaded: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.s3, self.sqs, self.lambda_ = (self.aws.client(name) for name in ("s3", "sqs", "lambda"))
        self.images, self.results = self.deployment["images_bucket"], self.deployment["results_bucket"]
        self.spec = self.deployment["models"][self.model]

    def upload(self, name: str, body: bytes) -> tuple[str, str]:
        """Key and version of a new image under the model's prefix."""
        key = self.spec["prefix"] + name
        version = self.s3.put_object(Bucket=self.images, Key=key, Body=body)["VersionId"]
        self.uploaded[key, version] = body
        return key, version

    def record(self, key: str, version: str) -> dict[str, Any]:
        """The terminal record of one image."""
        place = record_key(self.model, key, version)
        return dict(json.loads(self.s3.get_object(Bucket=self.results, Key=place)["Body"].read()))

    def stored(self, root: str) -> set[str]:
        """All objects of this model under `results/` or `csv/`."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.results, Prefix=f"{root}/{self.model}/")
        return {entry["Key"] for page in pages for entry in page.get("Contents", ())}

    def waiting(self) -> set[tuple[str, str]]:
        """The uploaded images that have no record yet."""
        there = self.stored("results")
        return {image for image in self.uploaded if record_key(self.model, *image) not in there}

    def wait(self, seconds: float) -> None:
        """Until every uploaded image has its record and its CSV; fails with the ones that have not."""
        deadline = time.monotonic() + seconds
        while waiting := self.waiting():
            assert time.monotonic() < deadline, f"{len(waiting)} images wait, among them {sorted(waiting)[:3]}"
            time.sleep(LOOK_SECONDS)
        assert {csv_key(self.model, *image) for image in self.uploaded} <= self.stored("csv")

    def depth(self, url: str) -> int:
        """Messages in a queue, visible, in flight or delayed."""
        counts = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in counts.items() if name.startswith("ApproximateNumberOfMessages"))

    def dead_letters(self) -> int:
        """Messages in the DLQ."""
        return self.depth(self.spec["dlq_url"])

    def calls(self, operation: str) -> int:
        """How often the local Rekognition was asked for this."""
        return int(json.loads(self.aws.services_call("/_local/health"))["calls"].get(f"rekognition.{operation}", 0))


def picture(text: str, size: tuple[int, int] = (240, 100), kind: str = "JPEG", background: str = "white") -> bytes:
    """A small picture that says something."""
    image = Image.new("RGB", size, background)
    ImageDraw.Draw(image).text((20, 30), text, fill="black", font=ImageFont.load_default(32))
    body = io.BytesIO()
    image.save(body, kind)
    return body.getvalue()


def own_or_kept(folders: pytest.TempPathFactory, name: str) -> LocalAws:
    """Not yet started."""
    return LocalAws() if "DAYSHIFT_LOCAL_DIR" in os.environ else LocalAws(folders.mktemp(name), free_ports())


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of its own, deployed to from nothing; with DAYSHIFT_LOCAL_DIR, the one that is kept there."""
    with own_or_kept(tmp_path_factory, "aws") as aws:
        aws.deploy()
        yield aws


@pytest.fixture(scope="session")
def api_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Another of its own for the tests of the API, which change who may call it."""
    with own_or_kept(tmp_path_factory, "api") as aws:
        yield aws


@pytest.fixture
def signs(aws: LocalAws) -> Pipeline:
    """The model that reads labels and text."""
    return Pipeline(aws, aws.deploy().values, "signs")
