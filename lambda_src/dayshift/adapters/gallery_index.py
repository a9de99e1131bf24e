"""Indexes of a gallery, beside the results: `_gallery/<model>/<fingerprint>.json`. All workers share them.

Needs s3:ListBucket, without which a missing index reads as a missing permission.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING, WRITTEN_ALREADY
from dayshift.domain.gallery import Place, Seen, fingerprint, from_json, to_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ROOT = "_gallery/"


class S3Indexes:
    """The indexes of one model."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._folder = s3, bucket, f"{ROOT}{model}/"

    def read(self, name: str) -> Mapping[Place, Seen]:
        """The index of this fingerprint; nothing where there is none. Raises TransientError."""
        return self._read(f"{self._folder}{name}.json")

    def newest(self) -> Mapping[Place, Seen]:
        """What was written last, of whatever photos: most of them are there still. Raises TransientError."""
        with surroundings(f"listing {self._folder}"):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._folder)
            found = [entry for page in pages for entry in page.get("Contents", ())]
        latest = max(found, key=lambda entry: entry["LastModified"], default=None)
        return self._read(latest["Key"]) if latest else {}

    def write(self, seen: Collection[Seen]) -> None:
        """Writes what is seen in these photos, unless another worker has written the same. Raises TransientError."""
        key = f"{self._folder}{fingerprint(one.photo for one in seen)}.json"
        with surroundings(f"writing {key}"):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=to_json(seen).encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) not in WRITTEN_ALREADY:
                    raise

    def _read(self, key: str) -> Mapping[Place, Seen]:
        with surroundings(f"reading {key}"):
            try:
                return from_json(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            except ClientError as error:
                if code_of(error) in MISSING:
                    return {}
                raise
