"""What a firing calls: a queue, any operation of AWS, and the dead-letter queue; on moto."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local.services.firing import DeliveryError
from local.services.schedule_store import Delivery
from local.services.targets import AwsTargets

ARN = "arn:aws:sqs:us-east-1:123456789012:"
EIGHT = 1_795_420_800.0  # 2026-11-23T08:00:00Z


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        client = boto3.client("sqs")
        for name in ("work", "dead"):
            client.create_queue(QueueName=name)
        yield client


def delivery(arn: str, given: str | None = None, **more: Any) -> Delivery:
    schedule = "arn:aws:scheduler:us-east-1:000000000000:schedule/default/start"
    target = {"Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/r", **({"Input": given} if given else {}), **more}
    return Delivery(EIGHT, "default", "start", schedule, target, EIGHT, "execution", attempt=1)


def received(sqs: Any, name: str) -> list[dict[str, Any]]:
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    found: list[dict[str, Any]] = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"]).get("Messages", [])
    return found


def test_a_queue_gets_the_input_with_the_schedulers_words_replaced(sqs: Any) -> None:
    words = "<aws.scheduler.scheduled-time> <aws.scheduler.attempt-number> <aws.scheduler.execution-id>"
    AwsTargets().deliver(delivery(ARN + "work", words), wait=False)
    assert received(sqs, "work")[0]["Body"] == "2026-11-23T08:00:00Z 2 execution"


def test_without_an_input_the_event_of_aws_is_sent(sqs: Any) -> None:
    AwsTargets().deliver(delivery(ARN + "work"), wait=False)
    event = json.loads(received(sqs, "work")[0]["Body"])
    assert (event["detail-type"], event["time"]) == ("Scheduled Event", "2026-11-23T08:00:00Z")


def test_a_universal_target_calls_the_operation_with_its_input(sqs: Any) -> None:
    url = sqs.get_queue_url(QueueName="work")["QueueUrl"]
    given = json.dumps({"QueueUrl": url, "MessageBody": "from anywhere"})
    AwsTargets().deliver(delivery("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", given), wait=False)
    assert received(sqs, "work")[0]["Body"] == "from anywhere"


@pytest.mark.parametrize(
    ("arn", "given"),
    [
        (ARN + "missing", "{}"),
        ("arn:aws:scheduler:::aws-sdk:sqs:paintMessage", "{}"),
        ("arn:aws:scheduler:::aws-sdk:sqs:sendMessage", '{"Colour": "red"}'),
        ("arn:aws:scheduler:::aws-sdk:nothing:start", "{}"),
    ],
)
def test_what_can_never_work_is_final(sqs: Any, arn: str, given: str) -> None:
    with pytest.raises(DeliveryError) as failure:
        AwsTargets().deliver(delivery(arn, given), wait=False)
    assert failure.value.is_final


def test_a_buried_event_says_why_and_which(sqs: Any) -> None:
    dead = {"DeadLetterConfig": {"Arn": ARN + "dead"}}
    error = DeliveryError("ThrottlingException", "slow down", is_final=False)
    AwsTargets().bury(delivery(ARN + "work", "{}", **dead), error, "MaximumRetryAttempts")
    message = received(sqs, "dead")[0]
    attributes = {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}
    assert (message["Body"], attributes["ERROR_CODE"]) == ("{}", "ThrottlingException")
    assert (attributes["EXHAUSTED_RETRY_CONDITION"], attributes["RETRY_ATTEMPTS"]) == ("MaximumRetryAttempts", "1")
