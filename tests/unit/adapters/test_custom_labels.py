"""What a model trained with Custom Labels sees, what it refuses, and whose fault each of its errors is."""

from dataclasses import replace
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.custom_labels import CustomLabelsPredictor
from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.errors import ClosedError, ConfigurationError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from tests.fakes import IMAGES, image
from tests.unit.adapters.wire import Refusal, Wire, declared

VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026-11-02T09.41.07/1793612467000"
LOGOS = ModelSpec("logos", "custom_labels", VERSION, "incoming/logos/", {"minimum_confidence_percent": 80})
BOX = {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}
SEEN = {
    "CustomLabels": [
        {"Name": "lantern", "Confidence": 97.1234, "Geometry": {"BoundingBox": BOX, "Polygon": []}},
        {"Name": "harbour", "Confidence": 90.0},
    ]
}
ABOUT_THE_IMAGE = {"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"}
# None of these passes with the next image: the model is off, deleted, or not ours to ask.
CLOSED = {"ResourceNotReadyException", "ResourceNotFoundException", "AccessDeniedException"}
ERRORS = declared("rekognition", "DetectCustomLabels")


class Bench:
    """A predictor over canned answers of Rekognition and moto's S3."""

    def __init__(self, s3: S3Client, model: ModelSpec = LOGOS) -> None:
        self.wire = Wire("rekognition", {"DetectCustomLabels": SEEN})
        self.predictor = CustomLabelsPredictor(self.wire.client, s3, model)


@pytest.fixture
def bench(s3: S3Client) -> Bench:
    return Bench(s3)


def uploaded(s3: S3Client) -> ImageRef:
    version = s3.put_object(Bucket=IMAGES, Key="incoming/logos/a.jpg", Body=b"x" * 100)["VersionId"]
    return image("incoming/logos/a.jpg", version_id=version)


def test_the_version_and_the_object_are_named(bench: Bench) -> None:
    bench.predictor.predict(image())
    assert bench.wire.calls == [
        (
            "DetectCustomLabels",
            {
                "ProjectVersionArn": VERSION,
                "Image": {"S3Object": {"Bucket": IMAGES, "Name": image().key, "Version": "v1"}},
                "MinConfidence": 80.0,
            },
        )
    ]


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({}, {}),
        ({"minimum_confidence_percent": None, "maximum_labels": None}, {}),
        ({"minimum_confidence_percent": 0, "maximum_labels": 3}, {"MinConfidence": 0.0, "MaxResults": 3}),
    ],
)
def test_what_is_not_wished_for_is_left_to_the_models_own_thresholds(
    s3: S3Client, options: dict[str, Any], sent: dict[str, Any]
) -> None:
    bench = Bench(s3, replace(LOGOS, options=options))
    bench.predictor.predict(image())
    asked = bench.wire.last("DetectCustomLabels")
    assert {name: asked[name] for name in asked if name not in ("ProjectVersionArn", "Image")} == sent


def test_a_label_has_its_place_if_the_model_names_one(bench: Bench) -> None:
    prediction = bench.predictor.predict(image())
    assert prediction.detections == (
        Detection(Kind.CUSTOM_LABEL, "lantern", 97.123, BoundingBox(0.1, 0.2, 0.3, 0.4)),
        Detection(Kind.CUSTOM_LABEL, "harbour", 90.0),
    )


def test_the_versions_name_speaks_and_an_image_costs_nothing_more(bench: Bench) -> None:
    prediction = bench.predictor.predict(image())
    assert (prediction.model_version, prediction.cost_usd) == ("logos.2026-11-02T09.41.07", 0.0)


@pytest.mark.parametrize("target", [None, "", "logos", VERSION.rpartition("/")[0], VERSION.replace("/version", "")])
def test_a_target_that_is_no_version_is_refused_with_one_that_would_do(s3: S3Client, target: str | None) -> None:
    with pytest.raises(ConfigurationError, match=r"logos must be the ARN .*:project/logos/version/v1/1793612467000"):
        Bench(s3, replace(LOGOS, target=target))


@pytest.mark.parametrize("code", ERRORS)
def test_only_an_error_about_the_image_is_permanent(bench: Bench, s3: S3Client, code: str) -> None:
    bench.wire.answers["DetectCustomLabels"] = Refusal(code)
    with pytest.raises((PermanentError, TransientError)) as caught:
        bench.predictor.predict(uploaded(s3))
    assert isinstance(caught.value, PermanentError) == (code in ABOUT_THE_IMAGE)
    assert isinstance(caught.value, ClosedError) == (code in CLOSED)
    assert "the service's own words" in str(caught.value)


def test_every_error_that_is_sorted_here_is_declared_there() -> None:
    assert set(ERRORS) >= ABOUT_THE_IMAGE | CLOSED | {"InvalidS3ObjectException", "LimitExceededException"}


def test_a_refused_image_is_told_the_limits_of_custom_labels(bench: Bench) -> None:
    bench.wire.answers["DetectCustomLabels"] = Refusal("InvalidParameterException", "too narrow")
    limits = r"JPEG or PNG, 64 to 4,096 pixels a side and 20:1, at most 15,728,640 bytes; it says: too narrow"
    with pytest.raises(PermanentError, match=limits):
        bench.predictor.predict(image())


def test_an_unreadable_object_is_gone_only_if_s3_says_so(bench: Bench, s3: S3Client) -> None:
    there = uploaded(s3)
    bench.wire.answers["DetectCustomLabels"] = Refusal("InvalidS3ObjectException")
    with pytest.raises(TransientError, match="cannot read an object that exists"):
        bench.predictor.predict(there)
    s3.delete_object(Bucket=IMAGES, Key=there.key, VersionId=str(there.version_id))
    with pytest.raises(GoneError):
        bench.predictor.predict(there)


def test_bytes_that_lie_nowhere_are_sent_along(bench: Bench) -> None:
    prediction = bench.predictor.predict_bytes(b"the image")
    assert [found.name for found in prediction.detections] == ["lantern", "harbour"]
    assert bench.wire.last("DetectCustomLabels")["Image"] == {"Bytes": b"the image"}
    assert bench.predictor.limits.maximum_sent_bytes == 4 * 1024 * 1024


@pytest.mark.parametrize("code", ERRORS)
def test_of_bytes_too_only_an_error_about_the_image_is_permanent(bench: Bench, code: str) -> None:
    bench.wire.answers["DetectCustomLabels"] = Refusal(code)
    with pytest.raises((PermanentError, TransientError), match="the service's own words") as caught:
        bench.predictor.predict_bytes(b"the image")
    assert isinstance(caught.value, PermanentError) == (code in ABOUT_THE_IMAGE)
    assert isinstance(caught.value, ClosedError) == (code in CLOSED)
