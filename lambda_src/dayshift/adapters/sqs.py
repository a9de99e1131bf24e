"""SQS: sending in batches of ten, the depth of a queue, and letting a message rest."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.errors import TransientError
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.sweeping import QueueDepth

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.literals import QueueAttributeNameType
    from mypy_boto3_sqs.type_defs import (
        ChangeMessageVisibilityBatchRequestEntryTypeDef,
        SendMessageBatchRequestEntryTypeDef,
    )

T = TypeVar("T")
BATCH = 10  # the most that SendMessageBatch and ChangeMessageVisibilityBatch take
SEND_ROUNDS = 3
COUNTS: "Sequence[QueueAttributeNameType]" = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)


class SqsQueue:
    """One queue, for those who write to it."""

    def __init__(self, sqs: "SQSClient", url: str) -> None:
        self._sqs, self._url = sqs, url

    def send(self, requests: Sequence[InferenceRequest]) -> None:
        """Sends all. What a batch leaves unsent is sent again; what three rounds leave raises TransientError."""
        unsent = [request.to_json() for request in requests]
        for _ in range(SEND_ROUNDS):
            unsent = [body for batch in batches(unsent) for body in self._send_batch(batch)]
            if not unsent:
                return
        raise TransientError(f"{len(unsent)} of {len(requests)} messages were not accepted by {self._url}")

    def depth(self) -> QueueDepth:
        """GetQueueAttributes: three counts, each approximate."""
        with surroundings("reading the queue's depth"):
            counts = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=COUNTS)["Attributes"]
        return QueueDepth(*(int(counts[name]) for name in COUNTS))

    def _send_batch(self, bodies: Sequence[str]) -> list[str]:
        """Sends up to ten and answers those that SQS did not take."""
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(place), "MessageBody": body} for place, body in enumerate(bodies)
        ]
        with surroundings("sending messages"):
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        return [bodies[int(failed["Id"])] for failed in answer.get("Failed", ())]


class SqsInbox:
    """One queue, for the labeler that reads it through its mapping.

    The client is asked for when a first message must rest: a labeler that meets no trouble never makes it.
    """

    def __init__(self, sqs: "Callable[[], SQSClient]", url: str) -> None:
        self._sqs, self._url = sqs, url

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        """ChangeMessageVisibilityBatch; an entry that is refused comes back at the queue's own visibility timeout."""
        for batch in batches(list(seconds_by_receipt.items())):
            entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
                {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
                for place, (receipt, seconds) in enumerate(batch)
            ]
            with surroundings("letting messages rest"):
                self._sqs().change_message_visibility_batch(QueueUrl=self._url, Entries=entries)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """The items by tens."""
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
