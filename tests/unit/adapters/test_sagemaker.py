"""What an endpoint is sent, how its answer is read, and whose fault each of its errors is."""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import IncompleteReadError, ReadTimeoutError
from mypy_boto3_s3 import S3Client

from dayshift.adapters.sagemaker import SagemakerPredictor
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.errors import ClosedError, ConfigurationError, GoneError, PermanentError, TransientError
from dayshift.domain.model import ModelSpec
from tests.fakes import RESULTS, image
from tests.unit.adapters.endpoints import CLASSES, CONFIGURATION, NAME, PNG, flowers, refused, uploaded
from tests.unit.adapters.wire import Answer, Payload, Refusal, Wire, declared

ROSE = Payload(b'{"rose": 0.9, "daisy": 0.1}', {"x-Amzn-Invoked-Production-Variant": "main"})
ERRORS = declared("sagemaker-runtime", "InvokeEndpoint")
CLOSED = {"ValidationError", "ModelNotReadyException", "AccessDeniedException", "ExpiredToken"}
AROUND = '{"instances": [{"b64": "$image"}], "parameters": {"k": 5}}'


class Bench:
    """A predictor over canned answers of the endpoint and moto's S3."""

    def __init__(self, s3: S3Client, model: ModelSpec | None = None, answer: Answer = ROSE) -> None:
        self.wire = Wire("sagemaker-runtime", {"InvokeEndpoint": answer})
        self.predictor = SagemakerPredictor(self.wire.client, s3, model or flowers())


@pytest.fixture
def bench(s3: S3Client) -> Bench:
    return Bench(s3)


def test_the_bytes_of_the_version_are_sent_as_they_lie(bench: Bench, s3: S3Client) -> None:
    there = uploaded(s3)
    uploaded(s3, b"another version", there.key)
    bench.predictor.predict(there)
    assert bench.wire.calls == [
        (
            "InvokeEndpoint",
            {"EndpointName": NAME, "Body": PNG, "ContentType": "application/x-image", "Accept": "application/json"},
        )
    ]


def test_within_json_the_image_stands_in_base64(s3: S3Client) -> None:
    options = {"json": AROUND, "content_type": "application/json", "accept": "application/jsonlines"}
    bench = Bench(s3, flowers(**options))
    bench.predictor.predict_bytes(PNG)
    sent = bench.wire.last("InvokeEndpoint")
    assert json.loads(sent["Body"]) == {"instances": [{"b64": b64encode(PNG).decode()}], "parameters": {"k": 5}}
    assert (sent["ContentType"], sent["Accept"]) == ("application/json", "application/jsonlines")


def test_what_is_seen_is_a_class_and_the_variant_that_spoke_is_named(bench: Bench, s3: S3Client) -> None:
    prediction = bench.predictor.predict(uploaded(s3))
    assert prediction.detections == (Detection(Kind.CLASS, "rose", 90.0), Detection(Kind.CLASS, "daisy", 10.0))
    assert (prediction.model_version, prediction.cost_usd) == (f"{CONFIGURATION}/main", 0.0)


def test_without_a_variant_the_configuration_alone_speaks(s3: S3Client) -> None:
    bench = Bench(s3, answer=Payload(b"[1]"))
    assert bench.predictor.predict_bytes(PNG).model_version == CONFIGURATION


@pytest.mark.parametrize("text", [b"rose\ndaisy\n", b"\xef\xbb\xbfrose\r\ndaisy", b" rose \ndaisy\n\n\n"])
def test_classes_are_named_by_their_file_which_is_read_once(s3: S3Client, text: bytes) -> None:
    s3.put_object(Bucket=RESULTS, Key=CLASSES["key"], Body=text)
    bench = Bench(s3, flowers(classes=CLASSES), Payload(b"[0.25, 0.75]"))
    assert [found.name for found in bench.predictor.predict_bytes(PNG).detections] == ["daisy", "rose"]
    s3.delete_object(Bucket=RESULTS, Key=CLASSES["key"])
    assert [found.name for found in bench.predictor.predict_bytes(PNG).detections] == ["daisy", "rose"]


def test_a_blank_line_is_a_class_too_so_that_those_behind_it_keep_their_place(s3: S3Client) -> None:
    s3.put_object(Bucket=RESULTS, Key=CLASSES["key"], Body=b"rose\n\ndaisy")
    bench = Bench(s3, flowers(classes=CLASSES), Payload(b"[0.1, 0.2, 0.7]"))
    assert [found.name for found in bench.predictor.predict_bytes(PNG).detections] == ["daisy", "", "rose"]


def test_a_line_ends_at_a_line_feed_and_nowhere_else(s3: S3Client) -> None:
    s3.put_object(Bucket=RESULTS, Key=CLASSES["key"], Body="rose\u2028red\ndai\fsy".encode())
    bench = Bench(s3, flowers(classes=CLASSES), Payload(b"[0.9, 0.1]"))
    assert [found.name for found in bench.predictor.predict_bytes(PNG).detections] == ["rose\u2028red", "dai\fsy"]


def test_without_its_class_file_a_model_is_not_even_asked(s3: S3Client) -> None:
    bench = Bench(s3, flowers(classes=CLASSES))
    with pytest.raises(TransientError, match=r"NoSuchKey while reading the class names in _models/flowers"):
        bench.predictor.predict_bytes(PNG)
    assert bench.wire.calls == []


def test_the_mapping_of_the_model_is_followed(s3: S3Client) -> None:
    answer = Payload(b'{"predictions": [{"scores": [1, 4, 2], "of": ["a", "b", "c"]}]}')
    response = {"at": "predictions.0.scores", "names_at": "predictions.0.of", "scores_are": "logits"}
    bench = Bench(s3, flowers(response=response, maximum_labels=2, minimum_confidence_percent=50), answer)
    assert bench.predictor.predict_bytes(PNG).detections == (Detection(Kind.CLASS, "b", 84.379),)


@pytest.mark.parametrize("answer", [b"0.1,0.9", b"", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json_is_not_the_images_fault(s3: S3Client, answer: bytes) -> None:
    with pytest.raises(TransientError, match=r"no JSON.*`accept` must ask for JSON"):
        Bench(s3, answer=Payload(answer)).predictor.predict_bytes(PNG)


def test_what_is_no_image_never_reaches_the_model(bench: Bench, s3: S3Client) -> None:
    with pytest.raises(PermanentError, match="unsupported_format: this is GIF"):
        bench.predictor.predict(uploaded(s3, b"GIF89a" + bytes(100)))
    assert bench.wire.calls == []


def test_a_version_that_was_deleted_is_gone(bench: Bench, s3: S3Client) -> None:
    there = uploaded(s3)
    s3.delete_object(Bucket=there.bucket, Key=there.key, VersionId=str(there.version_id))
    with pytest.raises(GoneError):
        bench.predictor.predict(there)


def test_in_a_bucket_without_versions_the_object_is_read(bench: Bench, s3: S3Client) -> None:
    bench.predictor.predict(replace(uploaded(s3), version_id=None))
    assert bench.wire.last("InvokeEndpoint")["Body"] == PNG
    with pytest.raises(GoneError):
        bench.predictor.predict(image("incoming/flowers/nothing.jpg", version_id=None))


@pytest.mark.parametrize("code", ["AccessDenied", "SlowDown", "InvalidObjectState", "KMS.DisabledException"])
def test_an_image_that_s3_does_not_give_is_not_gone(s3: S3Client, code: str) -> None:
    refusing = Wire("s3", {"GetObject": Refusal(code)})
    predictor = SagemakerPredictor(None, refusing.client, flowers())
    with pytest.raises(TransientError):
        predictor.predict(image())


@pytest.mark.parametrize("code", ERRORS)
def test_no_declared_error_but_the_models_own_is_about_the_image(bench: Bench, code: str) -> None:
    bench.wire.answers["InvokeEndpoint"] = Refusal(code)
    with pytest.raises(TransientError, match="the service's own words") as caught:
        bench.predictor.predict_bytes(PNG)
    assert isinstance(caught.value, ClosedError) == (code in CLOSED)


def test_every_error_that_is_sorted_here_is_declared_there() -> None:
    assert set(ERRORS) >= {"ValidationError", "ModelNotReadyException", "ModelError", "InternalDependencyException"}


@pytest.mark.parametrize(("status", "code"), [(400, "unreadable"), (413, "too_large"), (422, "unreadable")])
def test_a_container_that_refuses_the_image_rejects_it_in_its_own_words(bench: Bench, status: int, code: str) -> None:
    bench.wire.answers["InvokeEndpoint"] = refused(status, "cannot identify image file")
    with pytest.raises(PermanentError, match="it says: cannot identify image file") as caught:
        bench.predictor.predict_bytes(PNG)
    assert caught.value.code == code
    assert "arn:" not in str(caught.value)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 408, 415, 429, 500, 502, 503, 504])
def test_whatever_else_a_container_answers_goes_back(bench: Bench, status: int) -> None:
    bench.wire.answers["InvokeEndpoint"] = refused(status)
    with pytest.raises(TransientError, match="ModelError") as caught:
        bench.predictor.predict_bytes(PNG)
    assert not isinstance(caught.value, ClosedError)


def test_of_a_page_of_html_only_the_beginning_is_kept(bench: Bench) -> None:
    bench.wire.answers["InvokeEndpoint"] = refused(400, "<p>" * 10_000)
    with pytest.raises(PermanentError) as caught:
        bench.predictor.predict_bytes(PNG)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "refusal", [Refusal("413", "too long"), Refusal("ValidationError", "Request 1 has oversize body.")]
)
def test_a_body_that_the_service_finds_too_large_is(bench: Bench, refusal: Refusal) -> None:
    bench.wire.answers["InvokeEndpoint"] = refusal
    with pytest.raises(PermanentError, match=f"too_large: .*it says: {refusal.message}"):
        bench.predictor.predict_bytes(PNG)


def test_a_body_that_ends_too_early_is_tried_again(bench: Bench) -> None:
    bench.wire.answers["InvokeEndpoint"] = Payload(b"[1]", {"Content-Length": "100"})
    with pytest.raises(TransientError, match=IncompleteReadError.__name__):
        bench.predictor.predict_bytes(PNG)


def test_an_endpoint_that_is_silent_is_tried_again(bench: Bench) -> None:
    bench.wire.answers["InvokeEndpoint"] = ReadTimeoutError(endpoint_url="https://runtime.sagemaker")
    with pytest.raises(TransientError, match="ReadTimeoutError while asking acme-prod-flowers"):
        bench.predictor.predict_bytes(PNG)


@pytest.mark.parametrize(
    ("options", "most"),
    [
        ({}, 6_291_456),
        ({"serverless": True}, 4_194_304),
        ({"asynchronous": {"bucket": "b", "prefix": "p"}}, 15_728_640),
        ({"serverless": True, "asynchronous": {"bucket": "b", "prefix": "p"}}, 15_728_640),
        ({"json": '{"b64": "$image"}'}, 4_718_583),
    ],
)
def test_no_larger_image_is_read_than_fits_into_the_body(s3: S3Client, options: dict[str, Any], most: int) -> None:
    predictor = Bench(s3, flowers(**options)).predictor
    assert predictor.limits.maximum_bytes == most
    assert (predictor.limits.formats, predictor.limits.maximum_pixels) == (("jpeg", "png"), 10_000)


@pytest.mark.parametrize("spaces", range(4))
def test_the_largest_image_fills_a_json_body_to_the_last_four_bytes(s3: S3Client, spaces: int) -> None:
    bench = Bench(s3, flowers(json=AROUND + " " * spaces))
    most = bench.predictor.limits.maximum_bytes
    bench.predictor.predict_bytes(PNG.ljust(most, b"\0"))
    assert 6_291_456 - 4 < len(bench.wire.last("InvokeEndpoint")["Body"]) <= 6_291_456


@pytest.mark.parametrize(
    "target", [None, "", "-a", "a-", "a_b", "a" * 64, "a-b" * 22, "arn:aws:sagemaker:::endpoint/a", "a\n"]
)
def test_a_target_that_is_no_endpoint_is_refused_with_one_that_would_do(s3: S3Client, target: str | None) -> None:
    with pytest.raises(ConfigurationError, match="target of flowers must be the name of an endpoint, for example acme"):
        Bench(s3, replace(flowers(), target=target))


@pytest.mark.parametrize("configuration", [None, 7, "", "a" * 64])
def test_a_configuration_that_is_none_is_refused(s3: S3Client, configuration: object) -> None:
    with pytest.raises(ConfigurationError, match="configuration of flowers must be the name of an endpoint conf"):
        Bench(s3, flowers(configuration=configuration))


def test_the_longest_name_that_there_is_will_do(s3: S3Client) -> None:
    Bench(s3, replace(flowers(), target="a" * 63)).predictor.predict_bytes(PNG)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("$image", "must be JSON"),
        (7, "must be JSON"),
        ("{}", 'must have "\\$image" once'),
        ('["$image", "$image"]', 'must have "\\$image" once'),
    ],
)
def test_json_without_one_place_for_the_image_is_refused(s3: S3Client, template: object, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        Bench(s3, flowers(json=template))
