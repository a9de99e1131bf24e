"""Amazon Rekognition's API as far as the pipeline calls it: DetectLabels and DetectText, answered by local/vision."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.services.rekognition_shapes import labels_answer, text_answer
from local.services.wire import ServiceError
from local.vision.analysis import TEXT_MODEL_VERSION, Analyst
from local.vision.findings import Findings
from local.vision.images import MAXIMUM_INLINE_BYTES, MAXIMUM_S3_BYTES, ImageError

Request = dict[str, Any]
UNREADABLE = "Unable to get object metadata from S3. Check object key, region and/or access permissions."


class Rekognition:
    """One method an operation."""

    def __init__(self, analyst: Analyst, s3: Any) -> None:
        self._analyst, self._s3 = analyst, s3

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {"DetectLabels": self.detect_labels, "DetectText": self.detect_text}

    def detect_labels(self, request: Request) -> Request:
        """Labels, image properties, or both."""
        features = request.get("Features") or ["GENERAL_LABELS"]
        unknown = set(features) - {"GENERAL_LABELS", "IMAGE_PROPERTIES"}
        maximum, minimum = request.get("MaxLabels", 1000), request.get("MinConfidence", 55.0)
        if unknown or not isinstance(maximum, int) or maximum < 0 or not 0 <= minimum <= 100:
            raise _invalid(f"Features {features}, MaxLabels {maximum}, MinConfidence {minimum}")
        found = self._findings(request)
        settings = request.get("Settings") or {}
        return labels_answer(found, features, maximum, minimum, settings) | {
            "LabelModelVersion": self._analyst.label_model_version
        }

    def detect_text(self, request: Request) -> Request:
        """Lines, and the words cut from them."""
        filters = request.get("Filters") or {}
        if filters.get("RegionsOfInterest"):
            raise _invalid("RegionsOfInterest is not understood by this local service")
        return text_answer(self._findings(request), filters) | {"TextModelVersion": TEXT_MODEL_VERSION}

    def _findings(self, request: Request) -> Findings:
        image = request.get("Image") or {}
        if ("Bytes" in image) == ("S3Object" in image):
            raise _invalid("Image must have either Bytes or S3Object")
        try:
            if "Bytes" in image:
                content, most = base64.b64decode(image["Bytes"], validate=True), MAXIMUM_INLINE_BYTES
            else:
                content, most = self._read(image["S3Object"]), MAXIMUM_S3_BYTES
            return self._analyst.findings(content, most)
        except ImageError as error:
            raise ServiceError(error.code, str(error)) from error
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


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameterException", f"Request has invalid parameters: {message}")
