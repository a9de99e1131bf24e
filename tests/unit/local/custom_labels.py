"""The local Custom Labels behind boto3: real serialisers and parsers of botocore, our operations in between."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from PIL import Image

from local.places import SAMPLES
from local.services.clock import Clock
from local.services.custom_labels import CustomLabels
from local.services.image_source import ImageSource
from local.services.model_controls import change, shown
from local.services.model_store import ModelStore
from local.services.service_error import ServiceError
from local.vision.examples import Examples
from tests.unit.adapters.wire import Raw

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
PLACE = "arn:aws:rekognition:us-east-1:000000000000"
PROJECT = f"{PLACE}:project/logos/1767225600000"
VERSION = f"{PLACE}:project/logos/version/v1/1767229300000"


class World:
    """The operations behind a boto3 client, on a clock that moves when it is told."""

    def __init__(self, file: Path | None = None) -> None:
        self.time, self.file = MONDAY, file
        self.clock = Clock(lambda: self.time)
        self.store = ModelStore(file, self.clock.now, "000000000000")
        self.operations = CustomLabels(self.store, ImageSource(None), Examples(SAMPLES), PLACE).operations()
        self.client: Any = boto3.client(
            "rekognition", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.client.meta.events.register("before-send.rekognition", self._answer)

    def _answer(self, request: Any, **_: Any) -> Any:
        operation = request.headers["X-Amz-Target"].decode().split(".")[1]
        try:
            status, body = 200, self.operations[operation](json.loads(request.body))
        except ServiceError as error:
            status, body = error.status, {"__type": error.code, "message": error.message}
        return AWSResponse("http://local", status, HTTPHeaders(), Raw(json.dumps(body).encode()))

    def pass_time(self, **time: float) -> None:
        self.time += timedelta(**time)

    def start(self, units: int = 1) -> str:
        return str(self.client.start_project_version(ProjectVersionArn=VERSION, MinInferenceUnits=units)["Status"])

    def stop(self) -> str:
        return str(self.client.stop_project_version(ProjectVersionArn=VERSION)["Status"])

    def described(self) -> dict[str, Any]:
        (found,) = self.client.describe_project_versions(ProjectArn=PROJECT, VersionNames=["v1"])[
            "ProjectVersionDescriptions"
        ]
        return dict(found)

    def status(self) -> str:
        return str(self.described()["Status"])

    def tell(self, **wish: Any) -> None:
        change(self.store, {"version_arn": VERSION, **wish})

    def log(self) -> list[tuple[str, str]]:
        (model,) = shown(self.store)["models"]
        return [(entry["status"], entry["at"][11:16]) for entry in model["log"]]


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


def picture(size: tuple[int, int]) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, "white").save(body, "PNG")
    return body.getvalue()
