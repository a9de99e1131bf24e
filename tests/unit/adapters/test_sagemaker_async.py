"""What is asked is kept: a message that comes back waits for the same answer, and never asks twice without need."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.sagemaker_async import LOOKS, SagemakerAsyncPredictor
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.errors import ClosedError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from tests.fakes import RESULTS
from tests.unit.adapters.endpoints import ASYNCHRONOUS, CONFIGURATION, NAME, PNG, flowers, uploaded
from tests.unit.adapters.wire import Payload, Refusal, Wire, declared

CLOSED = {"ValidationError", "AccessDeniedException", "ExpiredToken"}


@dataclass
class Bench:
    """A predictor over an endpoint that answers at the `answers_at`-th pause, with success or `failure`."""

    s3: S3Client
    model: ModelSpec = field(default_factory=lambda: flowers(asynchronous=ASYNCHRONOUS))
    answers_at: int | None = 1
    failure: bytes | None = None
    has_failure_path: bool = True
    pauses: list[float] = field(default_factory=list)
    minutes_later: int = 0  # S3's clock goes on

    def __post_init__(self) -> None:
        self.wire = Wire("sagemaker-runtime", {"InvokeEndpointAsync": self._enqueue})
        self.predictor = SagemakerAsyncPredictor(self.wire.client, self.s3, self.model, self._pause)
        self.s3.meta.events.register("after-call.s3.GetObject", self._date)

    def _enqueue(self, asked: Mapping[str, Any]) -> Any:
        number = len(self.wire.calls)
        places = {"X-Amzn-SageMaker-OutputLocation": f"s3://{RESULTS}/_async/flowers/answers/{number}.out"}
        if self.has_failure_path:
            places["X-Amzn-SageMaker-FailureLocation"] = f"s3://{RESULTS}/_async/flowers/failures/{number}.out"
        return Payload(b'{"InferenceId": "1"}', places)

    def _date(self, parsed: dict[str, Any], **_: object) -> None:
        """The header that S3 sends with every answer, and moto does not."""
        if "LastModified" in parsed:
            now = parsed["LastModified"].astimezone(UTC) + timedelta(minutes=self.minutes_later)
            parsed["ResponseMetadata"]["HTTPHeaders"]["date"] = format_datetime(now, usegmt=True)

    def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if len(self.pauses) == self.answers_at:
            self.finish()

    def finish(self, answer: bytes = b'{"rose": 0.9}') -> None:
        number = len(self.wire.calls)
        place, body = ("answers", answer) if self.failure is None else ("failures", self.failure)
        self.s3.put_object(Bucket=RESULTS, Key=f"_async/flowers/{place}/{number}.out", Body=body)

    def kept(self, suffix: str) -> Iterator[bytes]:
        listed = self.s3.list_objects_v2(Bucket=RESULTS, Prefix="_async/flowers/").get("Contents", [])
        for one in listed:
            if one["Key"].endswith(suffix):
                yield self.s3.get_object(Bucket=RESULTS, Key=one["Key"])["Body"].read()


@pytest.fixture
def bench(s3: S3Client) -> Bench:
    return Bench(s3)


@pytest.fixture
def there(s3: S3Client) -> ImageRef:
    return uploaded(s3)


def test_the_version_is_laid_where_the_endpoint_reads_and_its_answer_waited_for(bench: Bench, there: ImageRef) -> None:
    uploaded(bench.s3, b"another version", there.key)
    prediction = bench.predictor.predict(there)
    assert prediction.detections == (Detection(Kind.CLASS, "rose", 90.0),)
    assert (prediction.model_version, prediction.cost_usd) == (CONFIGURATION, 0.0)
    asked = dict(bench.wire.last("InvokeEndpointAsync"))
    bucket, _, key = asked.pop("InputLocation").removeprefix("s3://").partition("/")
    assert (bucket, key.startswith("_async/flowers/"), key.endswith(".input")) == (RESULTS, True, True)
    assert bench.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == PNG
    assert asked == {
        "EndpointName": NAME, "ContentType": "application/x-image", "Accept": "application/json",
        "RequestTTLSeconds": 3600, "InvocationTimeoutSeconds": 900,
    }  # fmt: skip
    assert bench.pauses == [1.0]


def test_within_json_the_request_is_json(s3: S3Client, there: ImageRef) -> None:
    bench = Bench(s3, flowers(asynchronous=ASYNCHRONOUS, json='{"b64": "$image"}'))
    bench.predictor.predict(there)
    (body,) = bench.kept(".input")
    assert json.loads(body)["b64"].startswith("iVBORw0KGgo")


def test_an_answer_that_takes_longer_than_an_invocation_is_found_by_the_next(s3: S3Client, there: ImageRef) -> None:
    bench = Bench(s3, answers_at=None)
    with pytest.raises(TransientError, match=f"{NAME} has not answered yet; what it was asked is kept in _async/flow"):
        bench.predictor.predict(there)
    assert len(bench.pauses) == LOOKS - 1
    with pytest.raises(TransientError, match="not answered yet"):
        bench.predictor.predict(there)
    bench.finish()
    assert bench.predictor.predict(there).detections[0].name == "rose"
    assert bench.wire.asked == ["InvokeEndpointAsync"]


def test_each_version_and_each_configuration_is_asked_for_itself(s3: S3Client, there: ImageRef) -> None:
    bench = Bench(s3, answers_at=None)
    again = uploaded(s3, key=there.key)
    newer = flowers(asynchronous=ASYNCHRONOUS, configuration="acme-prod-flowers-00000000")
    other = SagemakerAsyncPredictor(bench.wire.client, s3, newer, lambda _: None)
    for predictor, image in ((bench.predictor, there), (bench.predictor, again), (other, there)):
        with pytest.raises(TransientError):
            predictor.predict(image)
    inputs = {asked["InputLocation"] for _, asked in bench.wire.calls}
    assert len(inputs) == 3


def test_what_is_no_image_or_is_gone_is_never_asked(bench: Bench, there: ImageRef) -> None:
    with pytest.raises(PermanentError, match="this is GIF"):
        bench.predictor.predict(uploaded(bench.s3, b"GIF89a" + bytes(100)))
    bench.s3.delete_object(Bucket=there.bucket, Key=there.key, VersionId=str(there.version_id))
    with pytest.raises(GoneError):
        bench.predictor.predict(there)
    assert bench.wire.calls == []
    assert [*bench.kept("")] == []


@pytest.mark.parametrize(("status", "code"), [(400, "unreadable"), (413, "too_large"), (422, "unreadable")])
def test_a_container_that_refuses_the_image_rejects_it(s3: S3Client, there: ImageRef, status: int, code: str) -> None:
    bench = Bench(s3, failure=f'Received client error ({status}) from primary with message "no image"'.encode())
    with pytest.raises(PermanentError, match=r"it says: .*no image") as caught:
        bench.predictor.predict(there)
    assert caught.value.code == code
    assert bench.wire.asked == ["InvokeEndpointAsync"]


@pytest.mark.parametrize(
    "failure", [b"Received server error (500) from primary", b"Received client error (415) from primary", b"", b"\xff"]
)
def test_any_other_failure_is_asked_anew_for_the_next_delivery(s3: S3Client, there: ImageRef, failure: bytes) -> None:
    bench = Bench(s3, failure=failure)
    with pytest.raises(TransientError, match=f"{NAME} failed, and was asked again"):
        bench.predictor.predict(there)
    assert bench.wire.asked == ["InvokeEndpointAsync"] * 2
    bench.failure = None
    bench.finish()
    assert bench.predictor.predict(there).detections[0].name == "rose"
    assert bench.wire.asked == ["InvokeEndpointAsync"] * 2


def test_without_a_place_for_failures_only_answers_are_looked_for(s3: S3Client, there: ImageRef) -> None:
    bench = Bench(s3, has_failure_path=False)
    assert bench.predictor.predict(there).detections[0].name == "rose"


@pytest.mark.parametrize(("minutes", "asked"), [(75, 2), (74, 1)])
def test_what_was_asked_so_long_ago_that_it_is_forgotten_is_asked_anew(
    s3: S3Client, there: ImageRef, minutes: int, asked: int
) -> None:
    bench = Bench(s3, answers_at=None)
    with pytest.raises(TransientError):
        bench.predictor.predict(there)
    bench.minutes_later = minutes
    with pytest.raises(TransientError):
        bench.predictor.predict(there)
    assert bench.wire.asked == ["InvokeEndpointAsync"] * asked


def test_an_old_answer_is_still_an_answer(s3: S3Client, there: ImageRef) -> None:
    bench = Bench(s3, answers_at=None)
    with pytest.raises(TransientError):
        bench.predictor.predict(there)
    bench.finish()
    bench.minutes_later = 600
    assert bench.predictor.predict(there).detections[0].name == "rose"
    assert bench.wire.asked == ["InvokeEndpointAsync"]


@pytest.mark.parametrize("code", declared("sagemaker-runtime", "InvokeEndpointAsync"))
def test_no_declared_error_is_about_the_image_and_nothing_is_kept_of_it(
    bench: Bench, there: ImageRef, code: str
) -> None:
    bench.wire.answers["InvokeEndpointAsync"] = Refusal(code)
    with pytest.raises(TransientError, match=f"{code} while asking {NAME}: the service's own words") as caught:
        bench.predictor.predict(there)
    assert isinstance(caught.value, ClosedError) == (code in CLOSED)
    assert [*bench.kept(".json")] == []


def test_whoever_waits_is_told_that_it_answers_nobody_at_once(bench: Bench) -> None:
    with pytest.raises(TransientError, match="asynchronous, and answers nobody at once: queue the image"):
        bench.predictor.predict_bytes(PNG)
    assert bench.wire.calls == []
