"""boto3's clients, below the real adapters of the family: every call of theirs passes the line and may fail there.

The image of a version is a PNG of which nothing but the header is right, with the version's id behind it.
"""

import json
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar

from botocore.exceptions import ClientError

from dayshift.adapters.families import Client
from tests.world import laws_of_order
from tests.world.clock import EventLoop
from tests.world.endpoint import ARN, Endpoint, Word, endpoint_of, refusal
from tests.world.faults import Died, Fault
from tests.world.ports import Line
from tests.world.site import Site
from tests.world.storage import Bucket, Payment, Stored

T = TypeVar("T")
SIDE = 640
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBBI", 13, b"IHDR", SIDE, SIDE, 8, 2, 0, 0, 0, 0)
HTML = b"<html>" + b" " * 100
BROKEN = "broken"
ANSWER = {"label": "daisy", "score": 0.975}


def clients(line: Line, site: Site, bucket: Bucket, loop: EventLoop) -> Client:
    """What gives an adapter its clients, for one invocation."""
    made = {
        "sagemaker": ControlPlane(line, site),
        "sagemaker-runtime": Runtime(line, site, bucket, loop),
        "s3": Objects(line, bucket),
    }
    return made.__getitem__


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The client of `sagemaker`."""

    line: Line
    site: Site

    @property
    def _endpoint(self) -> Endpoint:
        return endpoint_of(self.site)

    def describe_endpoint(self, *, EndpointName: str) -> dict[str, Any]:
        def describe() -> dict[str, Any]:
            self._named(EndpointName, "DescribeEndpoint")
            return {
                "EndpointName": EndpointName,
                "EndpointArn": f"{ARN}/{EndpointName}",
                "EndpointConfigName": self._endpoint.configuration,
                "EndpointStatus": str(self._endpoint.word),
            }

        return self._call("describe_endpoint", describe)

    def list_tags(self, *, ResourceArn: str, **_: int) -> dict[str, Any]:
        def tags() -> dict[str, Any]:
            self._named(ResourceArn.rpartition("/")[2], "ListTags")
            owner = self._endpoint.owner
            return {"Tags": [{"Key": "dayshift:deployment", "Value": owner}] if owner else []}

        return self._call("list_tags", tags)

    def describe_endpoint_config(self, *, EndpointConfigName: str) -> dict[str, Any]:
        def describe() -> dict[str, Any]:
            if EndpointConfigName not in self._endpoint.configurations:
                raise refusal("DescribeEndpointConfig", f'Could not find endpoint configuration "{EndpointConfigName}"')
            return {"EndpointConfigName": EndpointConfigName, "ProductionVariants": [{"VariantName": "main"}]}

        return self._call("describe_endpoint_config", describe)

    def create_endpoint(self, *, EndpointName: str, EndpointConfigName: str, Tags: list[Any]) -> dict[str, Any]:
        def create() -> dict[str, Any]:
            owner = next((str(tag["Value"]) for tag in Tags if tag["Key"] == "dayshift:deployment"), None)
            laws_of_order.creating(self.site, owner)
            self._endpoint.create(EndpointConfigName, owner)
            return {"EndpointArn": f"{ARN}/{EndpointName}"}

        return self._call("create_endpoint", create)

    def delete_endpoint(self, *, EndpointName: str) -> None:
        def delete() -> None:
            self._named(EndpointName, "DeleteEndpoint")
            laws_of_order.deleting(self.site)
            self._endpoint.delete()

        self._call("delete_endpoint", delete)

    def _named(self, name: str, operation: str) -> None:
        if name != self.site.plan.target or self._endpoint.word is Word.NONE:
            raise refusal(operation, f'Could not find endpoint "{ARN}/{name}"')

    def _call(self, name: str, effect: Callable[[], T]) -> T:
        return self.line.call(f"power.{name}", effect, Fault.strike_adapter)


@dataclass(frozen=True, slots=True)
class Runtime:
    """The client of `sagemaker-runtime`: the container takes its time, refuses what is no image, and is paid."""

    line: Line
    site: Site
    bucket: Bucket
    loop: EventLoop

    def invoke_endpoint(self, *, EndpointName: str, Body: bytes, **_: str) -> dict[str, Any]:
        stored = stored_in(Body, self.bucket)
        name = "power.invoke_endpoint" if stored is None else "predictor.invoke_endpoint"
        return self.line.call(name, lambda: self._invoke(EndpointName, stored), Fault.strike_adapter)

    def _invoke(self, name: str, stored: Stored | None) -> dict[str, Any]:
        endpoint, began = endpoint_of(self.site), self.loop.now
        if stored is not None:
            left = self.line.invocation.deadline - self.loop.now
            self.loop.sleep(min(endpoint.seconds_an_image, left))
            if endpoint.seconds_an_image >= left:  # Lambda's timeout
                self.line.invocation.struck = self.line.invocation.dead = True
                raise Died
        if name != self.site.plan.target or not endpoint.answers():
            raise refusal("InvokeEndpoint", f"Endpoint {name} of account 123456789012 not found.", "ValidationError")
        if stored is not None and not stored.is_readable:
            raise model_error(400, "cannot identify image file")
        if stored is not None:
            stored.paid.append(Payment(self.line.invocation, began, by=endpoint.configuration))
        return {
            "Body": BytesIO(json.dumps([ANSWER]).encode()),
            "ContentType": "application/json",
            "InvokedProductionVariant": "main",
        }


@dataclass(frozen=True, slots=True)
class Objects:
    """The client of `s3`, for the images bucket."""

    line: Line
    bucket: Bucket

    def get_object(self, *, Bucket: str, Key: str, VersionId: str, **_: str) -> dict[str, Any]:
        def get() -> dict[str, Any]:
            stored = self.bucket.versions[Key, VersionId]
            if stored.deleted_at is not None:
                raise refusal("GetObject", f"no {Key} in {Bucket}", "NoSuchVersion")
            content = content_of(stored)
            return {"Body": BytesIO(content), "ContentLength": len(content)}

        return self.line.call("predictor.get_object", get, Fault.strike_adapter)


def content_of(stored: Stored) -> bytes:
    """The bytes of a version. What cannot be read is no image at all, or one that only the container refuses."""
    name = [stored.image.key, stored.image.version]
    if not stored.is_readable and stored.image.size_bytes % 2:
        return HTML
    return PNG + json.dumps(name if stored.is_readable else [*name, BROKEN]).encode()


def stored_in(content: bytes, bucket: Bucket) -> Stored | None:
    """The version of which these are the bytes; None for those of a probe."""
    known: Mapping[tuple[str, str], Stored] = bucket.versions
    try:
        key, version, *_ = json.loads(content.removeprefix(PNG))
    except ValueError:
        return None
    return known[key, version]


def model_error(status: int, message: str) -> ClientError:
    """What the container says through the service."""
    said = {"Code": "ModelError", "Message": f"Received client error ({status}) from main: {message}"}
    answer: Any = {"Error": said, "OriginalStatusCode": status, "OriginalMessage": message}
    return ClientError(answer, "InvokeEndpoint")
