"""S3: the images bucket as it is listed, and the terminal records of one model."""

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.domain.images import ImageRef
from dayshift.domain.ports import Page, StoredImage
from dayshift.domain.results import Status, TerminalRecord, csv_key, record_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectVersionTypeDef

# HEAD has no body, so botocore can only name the status.
MISSING = {"404", "NoSuchKey", "NoSuchVersion"}
# 409: another conditional write of the same key is under way (S3, "Conditional writes"); it goes back like throttling.
WRITTEN_ALREADY = {"PreconditionFailed", "412"}


class S3Records:
    """The terminal records of one model in the results bucket."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._model = s3, bucket, model

    def exists(self, image: ImageRef) -> bool:
        """One HEAD. Needs s3:ListBucket, without which a missing record reads as a missing permission."""
        return is_there(self._s3, self._bucket, record_key(self._model, image.key, image.version))

    def status(self, image: ImageRef) -> Status | None:
        """One GET: how this image ended. Needs s3:ListBucket as `exists` does."""
        place = record_key(self._model, image.key, image.version)
        with surroundings(f"reading {place}"):
            try:
                content = self._s3.get_object(Bucket=self._bucket, Key=place)["Body"].read()
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
        return Status(json.loads(content)["status"])

    def write(self, record: TerminalRecord) -> bool:
        """The CSV first, so that whoever sees the record finds its CSV; False if the record was there already."""
        image = record.image
        place = csv_key(self._model, image.key, image.version)
        with surroundings(f"writing {place}"):
            self._s3.put_object(
                Bucket=self._bucket, Key=place, Body=record.to_csv().encode(), ContentType="text/csv; charset=utf-8"
            )
        place = record_key(self._model, image.key, image.version)
        with surroundings(f"writing {place}"):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=place,
                    Body=record.to_json().encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) in WRITTEN_ALREADY:
                    return False
                raise
        return True


class S3Images:
    """The versions in the images bucket, in listing order."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def pages(self, prefix: str, start: tuple[str, str] | None) -> Iterator[Page]:
        """Pages of up to 1,000 versions (ListObjectVersions); delete markers are not images."""
        marker: Mapping[str, Any] = {} if start is None else {"KeyMarker": start[0], "VersionIdMarker": start[1]}
        while True:
            with surroundings(f"listing the versions under {prefix}"):
                answer = self._s3.list_object_versions(Bucket=self._bucket, Prefix=prefix, **marker)
            images = tuple(_stored(self._bucket, version) for version in answer.get("Versions", ()))
            if not answer.get("IsTruncated"):
                yield Page(images, None)
                return
            following = (answer["NextKeyMarker"], answer["NextVersionIdMarker"])
            yield Page(images, following)
            marker = {"KeyMarker": following[0], "VersionIdMarker": following[1]}


def is_there(s3: "S3Client", bucket: str, key: str, version_id: str | None = None) -> bool:
    """Whether an object, or one version of it, exists. Raises TransientError where that cannot be told."""
    version: Mapping[str, Any] = {} if version_id is None else {"VersionId": version_id}
    with surroundings(f"looking for {key}"):
        try:
            s3.head_object(Bucket=bucket, Key=key, **version)
        except ClientError as error:
            if code_of(error) in MISSING:
                return False
            raise
    return True


def _stored(bucket: str, version: "ObjectVersionTypeDef") -> StoredImage:
    version_id = version["VersionId"]
    image = ImageRef(
        bucket=bucket,
        key=version["Key"],
        version_id=None if version_id == "null" else version_id,
        etag=version["ETag"].strip('"'),
        size_bytes=version["Size"],
    )
    return StoredImage(image, version["LastModified"])
