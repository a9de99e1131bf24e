"""Listing the results bucket: where things lie, and when they were written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A version id that overflows every key, which tells where records of overlong keys lie.
OVERLONG_VERSION = "v" * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record lies, and when it was written."""

    key: str
    written_at: datetime


def listed(s3: "S3Client", bucket: str, prefix: str, delimiter: str = "", after: str = "") -> Iterator[Place]:
    """What lies below a prefix; with a delimiter only what lies directly below it, and only keys after that one."""
    where: dict[str, Any] = {"StartAfter": after} if after else {}
    pages = s3.get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix, Delimiter=delimiter, **where):
        for found in page.get("Contents", ()):
            yield Place(found["Key"], found["LastModified"])
