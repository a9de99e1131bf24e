"""S3: images that come in through the API, by form or as they are."""

from datetime import datetime
from typing import TYPE_CHECKING

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.api_ports import Form
from dayshift.domain.images import MINIMUM_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FORM_SECONDS = 300


class S3Uploads:
    """The images bucket. The client must sign by Signature Version 4."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3, self._bucket = s3, bucket

    def form(self, key: str, content_type: str, maximum_bytes: int) -> Form:
        """A presigned POST. It is signed here, without a call, with the function's own right to write.

        A presigned PUT could not bound the size (S3, "POST Policy": content-length-range).
        """
        made = self._s3.generate_presigned_post(
            Bucket=self._bucket,
            Key=key,
            Fields={"Content-Type": content_type},
            Conditions=[{"Content-Type": content_type}, ["content-length-range", MINIMUM_BYTES, maximum_bytes]],
            ExpiresIn=FORM_SECONDS,
        )
        return Form(made["url"], made["fields"])

    def put(self, key: str, content_type: str, content: bytes) -> None:
        """One PUT, of which S3 tells the producer as of any other. Raises TransientError."""
        with surroundings(f"storing {key}"):
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)

    def uploaded_at(self, key: str) -> datetime | None:
        """One listing: a HEAD would need the right to read images, which nobody behind the API has."""
        with surroundings(f"looking for {key}"):
            answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=key, MaxKeys=1)
        return next((found["LastModified"] for found in answer.get("Contents", ()) if found["Key"] == key), None)
