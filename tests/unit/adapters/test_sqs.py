"""Nothing is called sent that was not, and messages rest as long as they were told."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber
from mypy_boto3_sqs import SQSClient

from dayshift.adapters.sqs import SqsInbox, SqsQueue
from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.sweeping import QueueDepth
from tests.fakes import image, request

REQUESTS = [request(image(f"incoming/signs/{number}.jpg")) for number in range(25)]


def drain(sqs: SQSClient, url: str) -> list[Any]:
    bodies = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [json.loads(message["Body"]) for message in messages]
    return bodies


def answer(sent: range, failed: range) -> dict[str, Any]:
    return {
        "Successful": [{"Id": str(n), "MessageId": "m", "MD5OfMessageBody": "d"} for n in sent],
        "Failed": [{"Id": str(n), "SenderFault": False, "Code": "InternalError"} for n in failed],
    }


def test_every_request_is_sent_once_in_batches_of_ten(sqs: SQSClient) -> None:
    url = sqs.create_queue(QueueName="signs")["QueueUrl"]
    calls: list[str] = []
    sqs.meta.events.register("before-call.sqs.SendMessageBatch", lambda **_: calls.append("call"))
    queue = SqsQueue(sqs, url)
    queue.send(REQUESTS)
    assert len(calls) == 3
    assert queue.depth() == QueueDepth(25, 0, 0)
    assert sorted((InferenceRequest.from_json(body) for body in drain(sqs, url)), key=str) == sorted(REQUESTS, key=str)


def test_only_what_a_batch_left_unsent_is_sent_again() -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stub:
        stub.add_response("send_message_batch", answer(range(7), range(7, 10)))
        again = [{"Id": str(place), "MessageBody": REQUESTS[7 + place].to_json()} for place in range(3)]
        stub.add_response("send_message_batch", answer(range(3), range(0)), {"QueueUrl": ANY, "Entries": again})
        SqsQueue(sqs, "https://queue").send(REQUESTS[:10])
        stub.assert_no_pending_responses()


def test_what_three_rounds_leave_unsent_is_an_error_with_both_numbers() -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stub:
        stub.add_response("send_message_batch", answer(range(8), range(8, 10)))
        stub.add_response("send_message_batch", answer(range(0), range(2)))
        stub.add_response("send_message_batch", answer(range(0), range(2)))
        with pytest.raises(TransientError, match="2 of 10"):
            SqsQueue(sqs, "https://queue").send(REQUESTS[:10])


def test_sending_nothing_calls_nobody() -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs):
        SqsQueue(sqs, "https://queue").send([])
        SqsInbox(lambda: sqs, "https://queue").rest({})


def test_a_refused_key_closes_the_surroundings() -> None:
    sqs = boto3.client("sqs")
    with Stubber(sqs) as stub:
        stub.add_client_error("send_message_batch", "KmsAccessDenied")
        with pytest.raises(ClosedError, match="KmsAccessDenied while sending"):
            SqsQueue(sqs, "https://queue").send(REQUESTS[:1])


def test_a_resting_message_is_not_delivered(sqs: SQSClient) -> None:
    url = sqs.create_queue(QueueName="signs", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    SqsQueue(sqs, url).send(REQUESTS[:2])
    first, second = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    SqsInbox(lambda: sqs, url).rest({first["ReceiptHandle"]: 600})
    assert [body["image"] for body in (json.loads(second["Body"]),)] == [
        json.loads(message["Body"])["image"] for message in sqs.receive_message(QueueUrl=url)["Messages"]
    ]
