"""Terminal records in the results bucket: found by listing, read one by one, and their wide form.

Where a record lies is the Lambda package's to say (`dayshift.domain.results`); nothing here builds such a key.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from rich.text import Text

from dayshift.domain.archives import Manifest
from dayshift.domain.results import RECORDS_ROOT, record_key
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure, code_of
from dayshift_cli.listing import OVERLONG_VERSION, Place, listed
from dayshift_cli.manifests import Within
from dayshift_cli.render import Row

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WIDE_COLUMNS = ("image", "model", "status", "labels", "text", "reason")
STYLES = {"ok": "green", "none": "dim", "waiting": "yellow", "gone": "yellow", "rejected": "red", "failed": "red"}
_AT_ONCE = 16
Record = dict[str, Any]
NO_ORIGINS: Mapping[str, Within] = MappingProxyType({})


def read(s3: "S3Client", bucket: str, key: str) -> Record | None:
    """The record at this place; None if there is none. Raises Failure for anything that is no record."""
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            return None
        raise
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Failure(f"s3://{bucket}/{key} is not a terminal record ({error}).") from error
    schema = value.get("schema") if isinstance(value, dict) else None
    if schema != 1:
        raise Failure(f"s3://{bucket}/{key} is not a terminal record (schema {schema!r}, this release reads 1).")
    return dict(value)


def read_all(s3: "S3Client", bucket: str, keys: Sequence[str]) -> Iterator[Record | None]:
    """The records at these places, in their order."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(lambda key: read(s3, bucket, key), keys)


def places_of_model(s3: "S3Client", bucket: str, model: str) -> Iterator[Place]:
    """Where the records of one model lie."""
    return listed(s3, bucket, f"{RECORDS_ROOT}{model}/")


def places_of_key(s3: "S3Client", bucket: str, model: str, key: str) -> list[Place]:
    """Where the records of all versions of one object key lie; only of this key, not of keys it is a folder of."""
    folders = {record_key(model, key, version).rpartition("/")[0] + "/" for version in ("v", OVERLONG_VERSION)}
    return [place for folder in sorted(folders) for place in listed(s3, bucket, folder, delimiter="/")]


def places_of_archive(s3: "S3Client", bucket: str, manifest: Manifest) -> Iterator[Place]:
    """Where the records lie of the images that came out of an archive."""
    return listed(s3, bucket, f"{RECORDS_ROOT}{manifest.model}/{manifest.folder}")


def candidates(name: str, models: Sequence[DeployedModel]) -> Iterator[tuple[str, str]]:
    """What a person may mean by a name: `(model, object key)` for a key, a key without its prefix, a local file."""
    for model in models:
        if name.startswith(model.prefix):
            yield model.name, name
    parts = PurePath(name).parts
    for start in range(len(parts)):
        relative = "/".join(part.strip("/") for part in parts[start:]).lstrip("/")
        for model in models:
            yield model.name, model.prefix + relative


def wide(
    record: Record, prefixes: Mapping[str, str], confidence: bool = False, origins: Mapping[str, Within] = NO_ORIGINS
) -> Row:
    """One row an image: its key below its model's prefix, or its name in its archive, labels joined by ", ", lines of
    text by " | "."""
    model, status, key = str(record["model"]["name"]), str(record["status"]), str(record["image"]["key"])
    prefix = prefixes.get(model, "")
    key = origins[key].shown(prefix) if key in origins else key.removeprefix(prefix)
    found = record["detections"]
    labels = _names([one for one in found if one["kind"] != "text"], confidence)
    # the same words on two signs are two lines, but three people are one label
    text = [name for one in found if one["kind"] == "text" for name in _names([one], confidence)]
    styled = Text(status, style=STYLES.get(status, ""))
    return key, model, styled, ", ".join(labels), " | ".join(text), record["reason"] or ""


def _names(detections: Sequence[Record], confidence: bool) -> list[str]:
    """Each name once, in the order found, with its highest confidence if asked for."""
    highest: dict[str, float] = {}
    for one in detections:
        name = str(one["name"])
        highest[name] = max(highest.get(name, 0.0), float(one["confidence_percent"]))
    return [f"{name} ({percent:.0f} %)" if confidence else name for name, percent in highest.items()]
