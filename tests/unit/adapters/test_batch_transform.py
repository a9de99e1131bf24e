"""A transform job is asked for, told apart, stopped and paid in the words of SageMaker."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from mypy_boto3_s3 import S3Client

from dayshift.adapters.batch_transform import ADVICE, BatchTransform
from dayshift.domain.errors import ConfigurationError, RefusedError, TransientError
from dayshift.domain.jobs import Phase
from dayshift.domain.model import ModelSpec
from tests.fakes import RESULTS
from tests.unit.adapters.transforms import MANIFEST, NAME, ORDER, OUTPUT, flowers
from tests.unit.adapters.wire import Answer, Payload, Refusal, Wire, declared

ARN = f"arn:aws:sagemaker:us-east-1:123456789012:transform-job/{NAME}"
NOT_THERE = Refusal("ValidationException", f"Could not find requested job with name: {NAME}")
TAKEN = Refusal("ResourceInUse", f"Job name must be unique, and a job with this name already exists ({ARN})")
BEGAN = datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
SERVICE: Any = botocore.session.get_session().get_service_model("sagemaker")
TAKES_NO_FOR_GONE = {"ResourceNotFound", "ValidationException"}


class Bench:
    """A service over a SageMaker that answers what it is told to."""

    def __init__(self, s3: S3Client, model: ModelSpec | None = None) -> None:
        self.wire = Wire("sagemaker", {"DescribeTransformJob": NOT_THERE, "StopTransformJob": {}})
        self.answer(CreateTransformJob={"TransformJobArn": ARN})
        self.service = BatchTransform(self.wire.client, s3, model or flowers(), RESULTS)

    def answer(self, **answers: Answer) -> None:
        self.wire.answers.update(answers)

    def is_at(self, word: str, now: datetime | None = None, **times: datetime) -> None:
        """DescribeTransformJob answers so, at this instant of SageMaker's clock."""
        found = {"TransformJobName": NAME, "TransformJobArn": ARN, "TransformJobStatus": word, "FailureReason": "why"}
        shape = {**found, **{name: at.timestamp() for name, at in times.items()}}
        headers = {"Date": format_datetime(now, usegmt=True)} if now else {}
        self.answer(DescribeTransformJob=Payload(json.dumps(shape).encode(), headers))


@pytest.fixture
def bench(s3: S3Client) -> Bench:
    return Bench(s3)


def test_an_order_is_one_create_that_names_the_manifest_and_the_attempts_own_folder(bench: Bench) -> None:
    job = bench.service.submit(ORDER)
    assert (job.id, job.phase, job.cost_usd) == (NAME, Phase.WAITING, 0.0)
    assert bench.wire.last("CreateTransformJob") == {
        "TransformJobName": NAME,
        "ModelName": "acme-prod-flowers-1a2b3c4d",
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": 300, "InvocationsMaxRetries": 1},
        "BatchStrategy": "SingleRecord",
        "MaxPayloadInMB": 16,
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": f"s3://{RESULTS}/{MANIFEST}"}},
            "ContentType": "application/x-image",
            "SplitType": "None",
            "CompressionType": "None",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://{RESULTS}/{OUTPUT.rstrip('/')}",
            "Accept": "application/json",
            "AssembleWith": "None",
        },
        "TransformResources": {"InstanceType": "ml.g4dn.xlarge", "InstanceCount": 1},
    }  # fmt: skip


def test_what_the_options_say_of_instances_payload_and_key_is_told(s3: S3Client) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/1"
    told = Bench(s3, flowers(instance_count=3, json='{"b64": "$image"}', accept="application/x-json", kms_key_arn=key))
    told.service.submit(ORDER)
    asked = told.wire.last("CreateTransformJob")
    assert asked["TransformResources"]["InstanceCount"] == 3
    assert asked["MaxPayloadInMB"] == 21  # 15 MiB in base64
    assert (asked["TransformOutput"]["Accept"], asked["TransformOutput"]["KmsKeyId"]) == ("application/x-json", key)


def test_a_name_that_is_taken_is_the_same_order_taken_before(bench: Bench) -> None:
    bench.answer(CreateTransformJob=TAKEN)
    bench.is_at("InProgress", TransformStartTime=BEGAN)
    assert bench.service.submit(ORDER).phase is Phase.RUNNING
    bench.answer(DescribeTransformJob=NOT_THERE)
    with pytest.raises(TransientError, match="taken, and not to be seen yet") as caught:
        bench.service.submit(ORDER)
    assert not isinstance(caught.value, RefusedError)


@pytest.mark.parametrize("code", [each for each in declared("sagemaker", "CreateTransformJob") if "InUse" not in each])
def test_a_refusal_of_the_first_try_is_certain_and_says_what_to_do(bench: Bench, code: str) -> None:
    bench.answer(CreateTransformJob=Refusal(code))
    with pytest.raises(RefusedError, match=f"refuses the job: {code}: the service's own words") as caught:
        bench.service.submit(ORDER)
    assert ADVICE.get(code, "") in str(caught.value)


def test_a_refusal_of_a_second_try_is_not_since_the_first_may_have_been_taken(bench: Bench) -> None:
    tries: list[Answer] = [ReadTimeoutError(endpoint_url="https://sagemaker"), Refusal("AccessDeniedException")]
    twice = _answering(bench, tries)
    with pytest.raises(TransientError, match="AccessDenied") as caught:
        twice.submit(ORDER)
    assert not isinstance(caught.value, RefusedError)
    assert tries == []


def _answering(bench: Bench, tries: list[Answer]) -> BatchTransform:
    """A service whose client tries again, and is answered one after the other."""
    wire = Wire("sagemaker", {"CreateTransformJob": lambda _: tries.pop(0)}, attempts=len(tries))
    return BatchTransform(wire.client, bench.service._s3, flowers(), RESULTS)


@pytest.mark.parametrize("lost", [ReadTimeoutError, ConnectionClosedError])
def test_a_lost_answer_is_no_refusal(bench: Bench, lost: Any) -> None:
    bench.answer(CreateTransformJob=lost(endpoint_url="https://sagemaker"))
    with pytest.raises(TransientError) as caught:
        bench.service.submit(ORDER)
    assert not isinstance(caught.value, RefusedError)


@pytest.mark.parametrize("word", [*SERVICE.shape_for("TransformJobStatus").enum, "Pausing"])
@pytest.mark.parametrize("has_begun", [False, True])
def test_each_word_of_sagemakers_is_a_phase(bench: Bench, word: str, has_begun: bool) -> None:
    bench.is_at(word, **({"TransformStartTime": BEGAN} if has_begun else {}))
    ended, waits = word in ("Completed", "Failed", "Stopped"), word in ("InProgress", "Stopping") and not has_begun
    wanted = Phase.ENDED if ended else Phase.WAITING if waits else Phase.RUNNING
    job = bench.service.look(NAME)
    assert job is not None
    assert (job.phase, job.word, job.message) == (wanted, word, "why")


def test_what_is_not_there_is_none_and_any_other_error_is_told(bench: Bench) -> None:
    for code in declared("sagemaker", "DescribeTransformJob"):
        bench.answer(DescribeTransformJob=Refusal(code))
        if code in TAKES_NO_FOR_GONE:
            assert bench.service.find(NAME) is bench.service.look(NAME) is None
            continue
        with pytest.raises(TransientError, match=code):
            bench.service.look(NAME)


def test_a_job_costs_from_its_start_on_the_instances_to_its_end(bench: Bench) -> None:
    hour = timedelta(hours=1)

    def cost() -> float:
        job = bench.service.look(NAME)
        assert job is not None
        return round(job.cost_usd, 6)

    bench.is_at("InProgress", now=BEGAN + hour, CreationTime=BEGAN)
    assert cost() == 0.0
    bench.is_at("InProgress", now=BEGAN + 2 * hour, TransformStartTime=BEGAN)
    assert cost() == 1.8
    bench.is_at("Stopped", now=BEGAN + 9 * hour, TransformStartTime=BEGAN, TransformEndTime=BEGAN + hour / 2)
    assert cost() == 0.45
    bench.is_at("InProgress", now=BEGAN - hour, TransformStartTime=BEGAN)
    assert cost() == 0.0
    bench.is_at("InProgress", TransformStartTime=BEGAN)
    assert cost() == 0.0


@pytest.mark.parametrize("code", declared("sagemaker", "StopTransformJob"))
def test_stopping_what_ended_or_is_not_there_is_quiet(bench: Bench, code: str) -> None:
    bench.answer(StopTransformJob=Refusal(code))
    if code in TAKES_NO_FOR_GONE:
        bench.service.cancel(NAME)
    else:
        with pytest.raises(TransientError, match=code):
            bench.service.cancel(NAME)
    assert bench.wire.last("StopTransformJob") == {"TransformJobName": NAME}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"model_name": "acme prod"}, "model_name of flowers must be the name of a SageMaker model, for example acme"),
        ({"model_name": None}, "model_name of flowers"),
        ({"instance_type": "g4dn.xlarge"}, "for example ml.g4dn.xlarge; got 'g4dn.xlarge'"),
        ({"instance_count": 101}, "instance_count of flowers must be 1 to 100; got 101"),
        ({"instance_count": True}, "instance_count"),
        ({"maximum_usd_per_hour": 0}, "maximum_usd_per_hour of flowers must be what an hour of all its instances"),
        ({"maximum_usd_per_hour": "0.9"}, "got '0.9'"),
        ({"json": "{}"}, r'json of flowers must have "\$image" once'),
        ({"response": {"scores_are": "odds"}}, "scores_are must be one of"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_asked(
    s3: S3Client, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        BatchTransform(Wire("sagemaker").client, s3, flowers(**options), RESULTS)
