"""An image's bytes, for families whose service does not read S3 itself."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING
from dayshift.domain.errors import GoneError
from dayshift.domain.images import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def read_image(s3: "S3Client", image: ImageRef) -> bytes:
    """All bytes of exactly this version. Raises GoneError for one that is not there, TransientError, ClosedError.

    Needs s3:ListBucketVersions, without which a version that was deleted reads as a missing permission.
    """
    version: Mapping[str, Any] = {} if image.version_id is None else {"VersionId": image.version_id}
    with surroundings(f"reading {image.key}"):
        try:
            return s3.get_object(Bucket=image.bucket, Key=image.key, **version)["Body"].read()
        except ClientError as error:
            if code_of(error) in MISSING:
                raise GoneError("this version was deleted before it was read") from error
            raise


class S3ImageContents:
    """The images bucket, as images are read from it whole."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    def read(self, image: ImageRef) -> bytes:
        """As `read_image`."""
        return read_image(self._s3, image)
