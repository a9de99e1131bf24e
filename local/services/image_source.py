"""The image that a request names: its own bytes, or a version of an object in S3."""

import base64
import binascii
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.services.service_error import ServiceError, invalid
from local.vision.images import MAXIMUM_S3_BYTES, ImageError, Picture, open_picture

Request = dict[str, Any]
UNREADABLE = "Unable to get object metadata from S3. Check object key, region and/or access permissions."


class ImageSource:
    """Reads what `Image` names."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3

    def picture(self, request: Request, maximum_inline_bytes: int, sides: tuple[int, int]) -> Picture:
        """The picture, opened. Raises ServiceError."""
        content, most = self.content(request, maximum_inline_bytes)
        try:
            return open_picture(content, most, sides)
        except ImageError as error:
            raise ServiceError(error.code, str(error)) from error

    def content(self, request: Request, maximum_inline_bytes: int) -> tuple[bytes, int]:
        """The bytes, and how many of them are allowed. Raises ServiceError."""
        image = request.get("Image") or {}
        if ("Bytes" in image) == ("S3Object" in image):
            raise invalid("Image must have either Bytes or S3Object")
        if "S3Object" in image:
            return self._read(image["S3Object"]), MAXIMUM_S3_BYTES
        try:
            return base64.b64decode(image["Bytes"], validate=True), maximum_inline_bytes
        except binascii.Error as error:
            raise ServiceError("SerializationException", f"Image.Bytes is not base64: {error}") from error

    def _read(self, place: Request) -> bytes:
        version = {"VersionId": place["Version"]} if place.get("Version") else {}
        try:
            found = self._s3.get_object(Bucket=place.get("Bucket", ""), Key=place.get("Name", ""), **version)
            # One byte more than is allowed tells "too large" without reading it all.
            return bytes(found["Body"].read(MAXIMUM_S3_BYTES + 1))
        except ClientError as error:
            if error.response["ResponseMetadata"].get("HTTPStatusCode", 500) >= 500:
                raise ServiceError("InternalServerError", f"S3 failed: {error}", 500) from error
            raise ServiceError("InvalidS3ObjectException", UNREADABLE) from error
        except BotoCoreError as error:
            raise ServiceError("InternalServerError", f"S3 cannot be reached: {error}", 500) from error
