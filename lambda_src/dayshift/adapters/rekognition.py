"""Family `rekognition`: labels and text of images that Amazon Rekognition reads from S3 itself.

    options = {"features": ["labels", "text"], "minimum_confidence_percent": 55, "maximum_labels": 25}

Rekognition reads the object, version included, with the caller's rights.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from dayshift.adapters.rekognition_image import box, reading, reading_sent, sent, source
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ImageTypeDef
    from mypy_boto3_s3 import S3Client

# "Guidelines and quotas in Amazon Rekognition": 15 MB as an S3 object, 80 pixels to 10K a side, JPEG and PNG.
LIMITS = Limits(maximum_bytes=15 * 1024 * 1024, minimum_pixels=80, maximum_pixels=10_000, formats=("jpeg", "png"))
# List price of the first million images a month, Group 2 APIs; each API is charged by itself (pricing page, 2026-10).
USD_PER_CALL = 0.001
Found = tuple[tuple[Detection, ...], str]


class RekognitionPredictor:
    """Reads images with the features that the model's options name."""

    limits = LIMITS

    def __init__(self, rekognition: "RekognitionClient", s3: "S3Client", model: ModelSpec) -> None:
        self._rekognition, self._s3 = rekognition, s3
        options = model.options
        self._minimum_confidence_percent = float(options.get("minimum_confidence_percent", 55))
        self._maximum_labels = int(options.get("maximum_labels", 25))
        known: Mapping[str, Callable[[ImageTypeDef], Found]] = {"labels": self._labels, "text": self._text}
        features = options.get("features", list(known))
        if not features or set(features) - known.keys():
            raise ConfigurationError(f"features must be among {sorted(known)}, at least one; got {features!r}")
        self._features = {name: known[name] for name in features}

    def predict(self, image: ImageRef) -> Prediction:
        """One call a feature. Raises PermanentError, GoneError or TransientError."""
        return self._seen(source(image), lambda doing: reading(image, self._s3, LIMITS, doing))

    def predict_bytes(self, content: bytes) -> Prediction:
        """One call a feature. Raises PermanentError or TransientError."""
        return self._seen(sent(content), lambda doing: reading_sent(LIMITS, doing))

    def _seen(self, picture: "ImageTypeDef", guard: Callable[[str], AbstractContextManager[None]]) -> Prediction:
        found: dict[str, Found] = {}
        for name, call in self._features.items():
            with guard(f"detecting {name}"):
                found[name] = call(picture)
        return Prediction(
            detections=tuple(detection for detections, _ in found.values() for detection in detections),
            model_version=", ".join(f"{name} {version}" for name, (_, version) in found.items()),
            cost_usd=USD_PER_CALL * len(found),
        )

    def _labels(self, picture: "ImageTypeDef") -> Found:
        answer = self._rekognition.detect_labels(
            Image=picture, MaxLabels=self._maximum_labels, MinConfidence=self._minimum_confidence_percent
        )
        detections = tuple(detection for label in answer["Labels"] for detection in _label(label))
        return detections, answer.get("LabelModelVersion", "unknown")

    def _text(self, picture: "ImageTypeDef") -> Found:
        answer = self._rekognition.detect_text(
            Image=picture, Filters={"WordFilter": {"MinConfidence": self._minimum_confidence_percent}}
        )
        # A line holds its words: both would say everything twice. The filter above is for words; lines keep their own.
        lines = [
            text
            for text in answer["TextDetections"]
            if text.get("Type") == "LINE" and text["Confidence"] >= self._minimum_confidence_percent
        ]
        detections = tuple(
            Detection(
                Kind.TEXT, text["DetectedText"], round(text["Confidence"], 3), box(text["Geometry"]["BoundingBox"])
            )
            for text in lines
        )
        return detections, answer.get("TextModelVersion", "unknown")


def _label(label: Mapping[str, Any]) -> Iterable[Detection]:
    """One detection for each place where the thing is seen; one without a box where no place is named."""
    for seen in label.get("Instances") or ({"Confidence": label["Confidence"], "BoundingBox": None},):
        yield Detection(Kind.LABEL, label["Name"], round(seen["Confidence"], 3), box(seen["BoundingBox"]))
