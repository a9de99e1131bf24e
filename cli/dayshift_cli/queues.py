"""A model's two queues: how full they are, filling and emptying them."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift_cli.errors import Failure, code_of
from dayshift_cli.render import say

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import (
        BatchResultErrorEntryTypeDef,
        MessageAttributeValueOutputTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

BATCH = 10  # Amazon SQS, "Quotas"
_SEND_ATTEMPTS = 6
_PURGE_PAUSE_SECONDS = 60  # Amazon SQS, "PurgeQueue": one a minute


@dataclass(frozen=True, slots=True)
class Depth:
    """About how many messages wait, are being read, and are delayed."""

    visible: int
    in_flight: int
    delayed: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.visible + self.in_flight + self.delayed


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: a body, and attributes that somebody gave it."""

    body: str
    attributes: "Mapping[str, MessageAttributeValueOutputTypeDef]" = field(default_factory=dict)


def depth(sqs: "SQSClient", queue_url: str) -> Depth:
    """How full a queue is."""
    found = sqs.get_queue_attributes(
        QueueUrl=queue_url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )["Attributes"]
    return Depth(
        visible=int(found["ApproximateNumberOfMessages"]),
        in_flight=int(found["ApproximateNumberOfMessagesNotVisible"]),
        delayed=int(found["ApproximateNumberOfMessagesDelayed"]),
    )


def arn(sqs: "SQSClient", queue_url: str) -> str:
    """The queue's ARN."""
    found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    return str(found["Attributes"]["QueueArn"])


def send(sqs: "SQSClient", queue_url: str, bodies: Iterable[str]) -> Iterator[int]:
    """Sends the messages in batches of ten and yields how many each batch held.

    What SQS refuses is sent again, longer and longer after; raises Failure when some of a batch stay unsent.
    """
    left = iter(bodies)
    while batch := list(islice(left, BATCH)):
        send_batch(sqs, queue_url, [Message(body) for body in batch])
        yield len(batch)


def send_batch(sqs: "SQSClient", queue_url: str, messages: Sequence[Message]) -> None:
    """Sends at most ten messages; raises Failure when some stay unsent."""
    left: list[SendMessageBatchRequestEntryTypeDef] = [
        {"Id": str(number), "MessageBody": message.body, "MessageAttributes": message.attributes}
        for number, message in enumerate(messages)
    ]
    failed: list[BatchResultErrorEntryTypeDef] = []
    for attempt in range(_SEND_ATTEMPTS):
        if attempt:
            time.sleep(0.1 * 2**attempt)
        failed = sqs.send_message_batch(QueueUrl=queue_url, Entries=left).get("Failed", [])
        if not failed:
            return
        again = {entry["Id"] for entry in failed}
        left = [entry for entry in left if entry["Id"] in again]
    raise Failure(
        f"{len(left)} messages could not be sent to {queue_url} in {_SEND_ATTEMPTS} attempts "
        f"({failed[0].get('Code')}: {failed[0].get('Message')}); run it again: an image sent twice is read once."
    )


def empty(sqs: "SQSClient", queue_url: str) -> None:
    """Deletes every message of the queue; waits where another purge ran in the last minute."""
    try:
        sqs.purge_queue(QueueUrl=queue_url)
    except ClientError as error:
        if not code_of(error).endswith("PurgeQueueInProgress"):
            raise
        # that purge spares what came after it, so it does not count as this one
        say(f"{queue_url} was purged less than a minute ago; waiting {_PURGE_PAUSE_SECONDS} s to do it again.")
        time.sleep(_PURGE_PAUSE_SECONDS)
        sqs.purge_queue(QueueUrl=queue_url)
