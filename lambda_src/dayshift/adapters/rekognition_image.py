"""What all of Rekognition's operations on one image share: naming it in S3, and telling whose fault an error is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import is_there
from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef, Limits

if TYPE_CHECKING:
    from mypy_boto3_rekognition.type_defs import BoundingBoxTypeDef, ImageTypeDef, S3ObjectTypeDef
    from mypy_boto3_s3 import S3Client

# What Rekognition says of an image that it will never read, in our words. `InvalidParameter` is among them since all
# other parameters were checked at plan: what is left is the image, for example one of 50 pixels.
REFUSALS = {
    "InvalidImageFormatException": "unsupported_format",
    "ImageTooLargeException": "too_large",
    "InvalidParameterException": "unreadable",
}


def source(image: ImageRef) -> "ImageTypeDef":
    """The image by reference, version included: its bytes never pass through the Lambda."""
    place: S3ObjectTypeDef = {"Bucket": image.bucket, "Name": image.key}
    if image.version_id is not None:
        place["Version"] = image.version_id
    return {"S3Object": place}


def sent(content: bytes) -> "ImageTypeDef":
    """The image itself, sent along with the call."""
    return {"Bytes": content}


@contextmanager
def reading(image: ImageRef, s3: "S3Client", limits: Limits, doing: str) -> Iterator[None]:
    """Around one call. Raises PermanentError, GoneError, TransientError or ClosedError."""
    with surroundings(doing):
        try:
            yield
        except ClientError as error:
            _raise_if_refused(limits, error)
            _raise_if_missing(image, s3, error)
            raise


@contextmanager
def reading_sent(limits: Limits, doing: str) -> Iterator[None]:
    """Around one call with the image's own bytes. Raises PermanentError, TransientError or ClosedError."""
    with surroundings(doing):
        try:
            yield
        except ClientError as error:
            _raise_if_refused(limits, error)
            raise


def box(found: "BoundingBoxTypeDef | None") -> BoundingBox | None:
    """A place in our words."""
    if found is None:
        return None
    return BoundingBox(*(round(found[side], 5) for side in ("Left", "Top", "Width", "Height")))


def _raise_if_refused(limits: Limits, error: ClientError) -> None:
    """Raises for what is about this image; returns for all else."""
    if (code := code_of(error)) in REFUSALS:
        sentence = f"Rekognition reads {limits.sentence()}; it says: {_said(error)}"
        raise PermanentError(REFUSALS[code], sentence) from error


def _raise_if_missing(image: ImageRef, s3: "S3Client", error: ClientError) -> None:
    """Deleted, or not readable to us: S3 itself knows which."""
    if code_of(error) == "InvalidS3ObjectException":
        if not is_there(s3, image.bucket, image.key, image.version_id):
            raise GoneError("this version was deleted before it was read") from error
        raise TransientError(f"Rekognition cannot read an object that exists: {_said(error)}") from error


def _said(error: ClientError) -> str:
    return error.response["Error"].get("Message", "")
