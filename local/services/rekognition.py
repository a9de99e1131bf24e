"""Amazon Rekognition's API as far as the pipeline calls it: DetectLabels and DetectText, answered by local/vision."""

from collections.abc import Callable
from typing import Any

from local.services.image_source import ImageSource
from local.services.rekognition_shapes import labels_answer, text_answer
from local.services.service_error import ServiceError, invalid
from local.vision.analysis import TEXT_MODEL_VERSION, Analyst
from local.vision.findings import Findings
from local.vision.images import MAXIMUM_INLINE_BYTES, ImageError

Request = dict[str, Any]


class Rekognition:
    """One method an operation."""

    def __init__(self, analyst: Analyst, images: ImageSource) -> None:
        self._analyst, self._images = analyst, images

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {"DetectLabels": self.detect_labels, "DetectText": self.detect_text}

    def detect_labels(self, request: Request) -> Request:
        """Labels, image properties, or both."""
        features = request.get("Features") or ["GENERAL_LABELS"]
        unknown = set(features) - {"GENERAL_LABELS", "IMAGE_PROPERTIES"}
        maximum, minimum = request.get("MaxLabels", 1000), request.get("MinConfidence", 55.0)
        if unknown or not isinstance(maximum, int) or maximum < 0 or not 0 <= minimum <= 100:
            raise invalid(f"Features {features}, MaxLabels {maximum}, MinConfidence {minimum}")
        found = self._findings(request)
        settings = request.get("Settings") or {}
        return labels_answer(found, features, maximum, minimum, settings) | {
            "LabelModelVersion": self._analyst.label_model_version
        }

    def detect_text(self, request: Request) -> Request:
        """Lines, and the words cut from them."""
        filters = request.get("Filters") or {}
        if filters.get("RegionsOfInterest"):
            raise invalid("RegionsOfInterest is not understood by this local service")
        return text_answer(self._findings(request), filters) | {"TextModelVersion": TEXT_MODEL_VERSION}

    def _findings(self, request: Request) -> Findings:
        content, most = self._images.content(request, MAXIMUM_INLINE_BYTES)
        try:
            return self._analyst.findings(content, most)
        except ImageError as error:
            raise ServiceError(error.code, str(error)) from error
