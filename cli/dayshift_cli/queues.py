"""A model's two queues: how full they are, filling one, emptying them, and moving the dead letters back."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
        DeleteMessageBatchRequestEntryTypeDef,
        MessageAttributeValueOutputTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

BATCH = 10  # Amazon SQS, "Quotas"
_SEND_ATTEMPTS = 6
# a long poll asks every server of the queue, so that an empty answer means an empty queue
_LONG_POLL_SECONDS = 2
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
        f"({failed[0].get('Code')}: {failed[0].get('Message')}); run the command again, nothing is done twice."
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


def move_by_hand(sqs: "SQSClient", source_url: str, target_url: str, moved: Callable[[int], None]) -> None:
    """Receives, sends, then deletes, so that at every moment a message is in one of the queues, at worst in both."""
    while True:
        received = sqs.receive_message(
            QueueUrl=source_url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=_LONG_POLL_SECONDS,
            VisibilityTimeout=120,
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        if not received:
            return
        copies = [Message(message["Body"], message.get("MessageAttributes", {})) for message in received]
        send_batch(sqs, target_url, copies)
        receipts: list[DeleteMessageBatchRequestEntryTypeDef] = [
            {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]} for number, message in enumerate(received)
        ]
        kept = sqs.delete_message_batch(QueueUrl=source_url, Entries=receipts).get("Failed", [])
        moved(len(received))
        if kept:
            raise Failure(
                f"{len(kept)} messages are in both queues now, since the dead-letter queue kept its copy "
                f"({kept[0].get('Code')}); that costs a repeated read, nothing more. Run the command again."
            )
