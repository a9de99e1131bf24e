"""What an archive becomes in S3: its images, its manifest, and how those images ended."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import MISSING, WRITTEN_ALREADY, is_there
from dayshift.domain.archives import Manifest, manifest_key
from dayshift.domain.images import ImageRef
from dayshift.domain.results import record_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

READS_AT_ONCE = 8  # a thousand records take some seconds


class S3ExpandedImages:
    """The images bucket, below the folder of expanded archives."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def put(self, key: str, content: bytes, content_type: str) -> ImageRef:
        """One PUT, and a HEAD where another delivery was first: both then speak of the same version."""
        with surroundings(f"writing {key}"):
            try:
                answer = self._s3.put_object(
                    Bucket=self._bucket, Key=key, Body=content, ContentType=content_type, IfNoneMatch="*"
                )
                version_id, etag = answer.get("VersionId"), answer["ETag"]
            except ClientError as error:
                if code_of(error) not in WRITTEN_ALREADY:
                    raise
                found = self._s3.head_object(Bucket=self._bucket, Key=key)
                version_id, etag = found.get("VersionId"), found["ETag"]
        known = None if version_id in (None, "null") else version_id
        return ImageRef(self._bucket, key, known, etag.strip('"'), len(content))


class S3Manifests:
    """The manifests of one model's archives in the results bucket."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._model = s3, bucket, model

    def exists(self, archive: ImageRef) -> bool:
        """One HEAD."""
        return is_there(self._s3, self._bucket, manifest_key(self._model, archive))

    def read(self, archive: ImageRef) -> Manifest | None:
        """One GET."""
        key = manifest_key(self._model, archive)
        with surroundings(f"reading {key}"):
            try:
                return Manifest.from_json(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise

    def write(self, manifest: Manifest) -> bool:
        """One PUT, with If-None-Match: nobody overwrites a manifest."""
        key = manifest_key(self._model, manifest.archive)
        with surroundings(f"writing {key}"):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=manifest.to_json().encode(),
                    ContentType="application/json",
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if code_of(error) in WRITTEN_ALREADY:
                    return False
                raise
        return True


class S3Endings:
    """The records of one model's images, as whoever waits for all of them sees them."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._model = s3, bucket, model

    def of(self, images: Sequence[ImageRef]) -> Mapping[str, int] | None:
        """A listing of the records, which are adjacent; and only if none is missing, a GET for each."""
        if not images:
            return {}
        answered, _ = S3Ledger(self._s3, self._bucket, self._model).answered(images)
        if len(answered) < len(set(images)):
            return None
        with ThreadPoolExecutor(READS_AT_ONCE, thread_name_prefix="endings") as pool:
            return Counter(pool.map(self._status, images))

    def _status(self, image: ImageRef) -> str:
        key = record_key(self._model, image.key, image.version)
        with surroundings(f"reading {key}"):
            return str(json.loads(self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read())["status"])
