"""What Rekognition says, what it refuses, and whose fault each of its errors is."""

from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError
from botocore.stub import Stubber
from mypy_boto3_s3 import S3Client

from dayshift.adapters.rekognition import RekognitionPredictor
from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.errors import ClosedError, ConfigurationError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from tests.fakes import IMAGES, SIGNS, image

BOX = {"Left": 0.1, "Top": 0.2, "Width": 0.3, "Height": 0.4}
LABELS = {
    "Labels": [
        {"Name": "Cat", "Confidence": 97.1234, "Instances": [{"Confidence": 96.5, "BoundingBox": BOX}] * 2},
        {"Name": "Animal", "Confidence": 99.0, "Instances": []},
    ],
    "LabelModelVersion": "3.0",
}
TEXT = {
    "TextDetections": [
        {"DetectedText": "OPEN LATE", "Type": "LINE", "Confidence": 91.5, "Geometry": {"BoundingBox": BOX}},
        {"DetectedText": "OPEN", "Type": "WORD", "Confidence": 91.5, "Geometry": {"BoundingBox": BOX}},
    ],
    "TextModelVersion": "3.1",
}
ABOUT_THE_IMAGE = {"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"}


class Bench:
    """A predictor over a stubbed Rekognition and moto's S3."""

    def __init__(self, s3: S3Client, model: ModelSpec = SIGNS) -> None:
        self.rekognition = boto3.client("rekognition")
        self.stub = Stubber(self.rekognition)
        self.stub.activate()
        self.predictor = RekognitionPredictor(self.rekognition, s3, model)


@pytest.fixture
def bench(s3: S3Client) -> Bench:
    return Bench(s3)


def uploaded(s3: S3Client) -> ImageRef:
    version = s3.put_object(Bucket=IMAGES, Key="incoming/signs/a.jpg", Body=b"x" * 100)["VersionId"]
    return image("incoming/signs/a.jpg", version_id=version)


def test_the_object_goes_by_reference_with_its_version(bench: Bench) -> None:
    place = {"Image": {"S3Object": {"Bucket": IMAGES, "Name": image().key, "Version": "v1"}}}
    bench.stub.add_response("detect_labels", LABELS, {**place, "MaxLabels": 25, "MinConfidence": 55.0})
    bench.stub.add_response("detect_text", TEXT, {**place, "Filters": {"WordFilter": {"MinConfidence": 55.0}}})
    prediction = bench.predictor.predict(image())
    assert prediction.model_version == "labels 3.0, text 3.1"
    assert prediction.cost_usd == 0.002
    bench.stub.assert_no_pending_responses()


def test_each_place_of_a_thing_is_a_detection_and_words_are_not_said_twice(bench: Bench) -> None:
    bench.stub.add_response("detect_labels", LABELS)
    bench.stub.add_response("detect_text", TEXT)
    cat = Detection(Kind.LABEL, "Cat", 96.5, BoundingBox(0.1, 0.2, 0.3, 0.4))
    assert bench.predictor.predict(image()).detections == (
        cat,
        cat,
        Detection(Kind.LABEL, "Animal", 99.0),
        Detection(Kind.TEXT, "OPEN LATE", 91.5, BoundingBox(0.1, 0.2, 0.3, 0.4)),
    )


def test_a_line_below_the_minimum_confidence_is_left_out(s3: S3Client) -> None:
    bench = Bench(
        s3, ModelSpec("t", "rekognition", None, "t/", {"features": ["text"], "minimum_confidence_percent": 92})
    )
    bench.stub.add_response("detect_text", TEXT)
    assert bench.predictor.predict(image()).detections == ()


def test_one_feature_is_one_call_and_one_price(s3: S3Client) -> None:
    bench = Bench(s3, ModelSpec("t", "rekognition", None, "t/", {"features": ["text"]}))
    bench.stub.add_response("detect_text", {"TextDetections": [], "TextModelVersion": "3.1"})
    prediction = bench.predictor.predict(image())
    assert (prediction.detections, prediction.cost_usd) == ((), 0.001)


@pytest.mark.parametrize("features", [[], ["faces"], ["labels", "smell"]])
def test_a_feature_that_is_none_is_refused_before_any_image(s3: S3Client, features: list[str]) -> None:
    with pytest.raises(ConfigurationError, match="labels"):
        Bench(s3, ModelSpec("t", "rekognition", None, "t/", {"features": features}))


def declared_errors() -> list[str]:
    """Every error that the service model declares for the two operations, and the ones that none declares."""
    service = botocore.session.get_session().get_service_model("rekognition")
    shapes = {
        shape.name for name in ("DetectLabels", "DetectText") for shape in service.operation_model(name).error_shapes
    }
    return sorted(shapes | {"ServiceUnavailable", "ExpiredTokenException", "UnrecognizedClientException"})


@pytest.mark.parametrize("code", declared_errors())
def test_only_an_error_about_the_image_is_permanent(bench: Bench, s3: S3Client, code: str) -> None:
    bench.stub.add_client_error("detect_labels", code, "the service's own words")
    with pytest.raises((PermanentError, TransientError)) as caught:
        bench.predictor.predict(uploaded(s3))
    assert isinstance(caught.value, PermanentError) == (code in ABOUT_THE_IMAGE)
    assert "the service's own words" in str(caught.value)


def test_a_refused_format_names_what_would_do(bench: Bench) -> None:
    bench.stub.add_client_error("detect_labels", "InvalidImageFormatException")
    with pytest.raises(PermanentError, match="JPEG or PNG, 80 to 10,000 pixels a side, at most 15,728,640 bytes"):
        bench.predictor.predict(image())


def test_a_missing_permission_closes_the_batch(bench: Bench) -> None:
    bench.stub.add_client_error("detect_labels", "AccessDeniedException")
    with pytest.raises(ClosedError):
        bench.predictor.predict(image())


def test_an_unreadable_object_is_gone_only_if_s3_says_so(bench: Bench, s3: S3Client) -> None:
    there = uploaded(s3)
    bench.stub.add_client_error("detect_labels", "InvalidS3ObjectException")
    with pytest.raises(TransientError, match="cannot read an object that exists"):
        bench.predictor.predict(there)
    s3.delete_object(Bucket=IMAGES, Key=there.key, VersionId=str(there.version_id))
    bench.stub.add_client_error("detect_labels", "InvalidS3ObjectException")
    with pytest.raises(GoneError):
        bench.predictor.predict(there)


@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url="https://x"), EndpointConnectionError(endpoint_url="https://x")]
)
def test_a_connection_that_fails_is_the_surroundings(s3: S3Client, error: Exception) -> None:
    rekognition: Any = boto3.client("rekognition")

    def fail(**_: object) -> None:
        raise error

    rekognition.meta.events.register("before-send.rekognition", fail)
    with pytest.raises(TransientError):
        RekognitionPredictor(rekognition, s3, SIGNS).predict(image())


def test_bytes_that_lie_nowhere_are_sent_along(bench: Bench) -> None:
    sent = {"Image": {"Bytes": b"the image"}}
    bench.stub.add_response("detect_labels", LABELS, {**sent, "MaxLabels": 25, "MinConfidence": 55.0})
    bench.stub.add_response("detect_text", TEXT, {**sent, "Filters": {"WordFilter": {"MinConfidence": 55.0}}})
    prediction = bench.predictor.predict_bytes(b"the image")
    assert [found.name for found in prediction.detections] == ["Cat", "Cat", "Animal", "OPEN LATE"]
    assert prediction.cost_usd == 0.002


@pytest.mark.parametrize("code", declared_errors())
def test_of_bytes_too_only_an_error_about_the_image_is_permanent(bench: Bench, code: str) -> None:
    bench.stub.add_client_error("detect_labels", code, "the service's own words")
    with pytest.raises((PermanentError, TransientError), match="the service's own words") as caught:
        bench.predictor.predict_bytes(b"the image")
    assert isinstance(caught.value, PermanentError) == (code in ABOUT_THE_IMAGE)
