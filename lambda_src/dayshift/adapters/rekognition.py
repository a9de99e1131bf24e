"""Family `rekognition`: labels and text of images that Amazon Rekognition reads from S3 itself.

    options = {"features": ["labels", "text"], "minimum_confidence_percent": 55, "maximum_labels": 25}

Its bytes never pass through the Lambda: Rekognition reads the object, version included, with the caller's rights.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import is_there
from dayshift.domain.detections import BoundingBox, Detection, Kind, Prediction
from dayshift.domain.errors import ConfigurationError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import BoundingBoxTypeDef, ImageTypeDef, S3ObjectTypeDef
    from mypy_boto3_s3 import S3Client

# "Guidelines and quotas in Amazon Rekognition": 15 MB as an S3 object, 80 pixels to 10K a side, JPEG and PNG.
LIMITS = Limits(maximum_bytes=15 * 1024 * 1024, minimum_pixels=80, maximum_pixels=10_000, formats=("jpeg", "png"))
# List price of the first million images a month, Group 2 APIs; each API is charged by itself (pricing page, 2026-10).
USD_PER_CALL = 0.001
# What Rekognition says of an image that it will never read, in our words. `InvalidParameter` is among them since all
# other parameters were checked at plan: what is left is the image, for example one of 50 pixels.
REFUSALS = {
    "InvalidImageFormatException": "unsupported_format",
    "ImageTooLargeException": "too_large",
    "InvalidParameterException": "unreadable",
}
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
        place: S3ObjectTypeDef = {"Bucket": image.bucket, "Name": image.key}
        if image.version_id is not None:
            place["Version"] = image.version_id
        found = {name: self._call(name, call, {"S3Object": place}, image) for name, call in self._features.items()}
        return Prediction(
            detections=tuple(detection for detections, _ in found.values() for detection in detections),
            model_version=", ".join(f"{name} {version}" for name, (_, version) in found.items()),
            cost_usd=USD_PER_CALL * len(found),
        )

    def _call(
        self, feature: str, call: "Callable[[ImageTypeDef], Found]", source: "ImageTypeDef", image: ImageRef
    ) -> Found:
        with surroundings(f"detecting {feature}"):
            try:
                return call(source)
            except ClientError as error:
                self._raise_if_about(image, error)
                raise

    def _raise_if_about(self, image: ImageRef, error: ClientError) -> None:
        """Raises for what is about this image; returns for all else."""
        code, message = code_of(error), error.response["Error"].get("Message", "")
        if code in REFUSALS:
            sentence = f"Rekognition reads {LIMITS.sentence()}; it says: {message}"
            raise PermanentError(REFUSALS[code], sentence) from error
        if code == "InvalidS3ObjectException":  # deleted, or not readable to us: S3 itself knows which
            if not is_there(self._s3, image.bucket, image.key, image.version_id):
                raise GoneError("this version was deleted before it was read") from error
            raise TransientError(f"Rekognition cannot read an object that exists: {message}") from error

    def _labels(self, source: "ImageTypeDef") -> Found:
        answer = self._rekognition.detect_labels(
            Image=source, MaxLabels=self._maximum_labels, MinConfidence=self._minimum_confidence_percent
        )
        detections = tuple(detection for label in answer["Labels"] for detection in _label(label))
        return detections, answer.get("LabelModelVersion", "unknown")

    def _text(self, source: "ImageTypeDef") -> Found:
        answer = self._rekognition.detect_text(
            Image=source, Filters={"WordFilter": {"MinConfidence": self._minimum_confidence_percent}}
        )
        # A line holds its words: both would say everything twice. The filter above is for words; lines keep their own.
        lines = [
            text
            for text in answer["TextDetections"]
            if text.get("Type") == "LINE" and text["Confidence"] >= self._minimum_confidence_percent
        ]
        detections = tuple(
            Detection(
                Kind.TEXT, text["DetectedText"], round(text["Confidence"], 3), _box(text["Geometry"]["BoundingBox"])
            )
            for text in lines
        )
        return detections, answer.get("TextModelVersion", "unknown")


def _label(label: Mapping[str, Any]) -> Iterable[Detection]:
    """One detection for each place where the thing is seen; one without a box where no place is named."""
    for seen in label.get("Instances") or ({"Confidence": label["Confidence"], "BoundingBox": None},):
        yield Detection(Kind.LABEL, label["Name"], round(seen["Confidence"], 3), _box(seen["BoundingBox"]))


def _box(box: "BoundingBoxTypeDef | None") -> BoundingBox | None:
    if box is None:
        return None
    return BoundingBox(*(round(box[side], 5) for side in ("Left", "Top", "Width", "Height")))
