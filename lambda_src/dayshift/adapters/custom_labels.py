"""Family `custom_labels`: what a model trained with Amazon Rekognition Custom Labels sees in images in S3.

    target  = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000"
    options = {"minimum_confidence_percent": 55, "maximum_labels": 25}

It answers only while it runs, by the hour of each inference unit: custom_labels_power.py starts and stops it.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dayshift.adapters.rekognition_image import box, reading, reading_sent, sent, source
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import CustomLabelTypeDef, ImageTypeDef
    from mypy_boto3_s3 import S3Client

# "Guidelines and quotas in Amazon Rekognition Custom Labels": 15 MB as an S3 object, 64 to 4,096 pixels a side, 20:1.
# An image that is sent along may have 4 MB.
LIMITS = Limits(15 * 1024 * 1024, 64, 4096, ("jpeg", "png"), maximum_proportion=20, maximum_sent_bytes=4 * 1024 * 1024)
# List price of a running hour of one inference unit (pricing page, 2026-10). An image costs nothing more.
USD_PER_UNIT_HOUR = 4.0
DOING = "detecting custom labels"
_ARN = re.compile(
    r"(arn:[a-z\d-]+:rekognition:[a-z\d-]+:\d{12}:project/([\w.-]{1,255}))/version/([\w.-]{1,255})/\d+", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Version:
    """A project version, taken apart. A project's own ARN ends in a number that its versions' ARNs do not tell."""

    arn: str
    project_stem: str  # the project's ARN up to its number
    project: str
    name: str

    @classmethod
    def of(cls, model: ModelSpec) -> "Version":
        """The version that a model names as its target. Raises ConfigurationError."""
        found = _ARN.fullmatch(model.target or "")
        if found is None:
            raise ConfigurationError(
                f"the target of {model.name} must be the ARN of a project version, for example arn:aws:rekognition:"
                f"eu-west-1:123456789012:project/logos/version/v1/1793612467000; got {model.target!r}"
            )
        return cls(found[0], found[1], found[2], found[3])


class CustomLabelsPredictor:
    """Reads images with one project version."""

    limits = LIMITS

    def __init__(self, rekognition: "RekognitionClient", s3: "S3Client", model: ModelSpec) -> None:
        self._rekognition, self._s3, self._version = rekognition, s3, Version.of(model)
        # Without MinConfidence each label keeps the threshold that its training found best.
        confidence, labels = model.options.get("minimum_confidence_percent"), model.options.get("maximum_labels")
        self._wishes: dict[str, Any] = {} if confidence is None else {"MinConfidence": float(confidence)}
        if labels is not None:
            self._wishes["MaxResults"] = int(labels)

    def predict(self, image: ImageRef) -> Prediction:
        """One call. Raises PermanentError, GoneError, TransientError, or ClosedError while the model does not run."""
        with reading(image, self._s3, LIMITS, DOING):
            return self._detected(source(image))

    def predict_bytes(self, content: bytes) -> Prediction:
        """One call. Raises PermanentError, TransientError, or ClosedError while the model does not run."""
        with reading_sent(LIMITS, DOING):
            return self._detected(sent(content))

    def _detected(self, picture: "ImageTypeDef") -> Prediction:
        answer = self._rekognition.detect_custom_labels(
            ProjectVersionArn=self._version.arn, Image=picture, **self._wishes
        )
        found = tuple(_detection(label) for label in answer["CustomLabels"])
        return Prediction(found, model_version=self._version.name, cost_usd=0.0)


def _detection(label: "CustomLabelTypeDef") -> Detection:
    """A label of the whole image has no place."""
    place = label.get("Geometry", {}).get("BoundingBox")
    return Detection(Kind.CUSTOM_LABEL, label["Name"], round(label["Confidence"], 3), box(place))
