"""SQS as a worker reads it: long polls, messages kept hidden while they are in hand, and taken off when they are done.

A message that was told to rest is let go of: no heartbeat shortens its rest, nor hides what should be seen at once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any

from dayshift.adapters.aws_errors import surroundings
from dayshift.adapters.sqs import BATCH, SqsInbox, batches
from dayshift.domain.errors import TransientError
from dayshift.domain.messages import Envelope

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import BatchResultErrorEntryTypeDef, ChangeMessageVisibilityBatchRequestEntryTypeDef

LONG_POLL_SECONDS = 20  # the longest that SQS allows
DELETE_ROUNDS = 3
LEAST_BEAT_SECONDS = 0.1  # a timeout of 0 must not make it spin
Say = Callable[[str], None]
Read = Callable[[Iterable[Mapping[str, Any]]], tuple[Envelope, ...]]


class SqsMailbox:
    """One queue, for whoever fetches its messages himself. `read` makes envelopes of SQS's messages; `wait_seconds` is
    how long to wait for the first."""

    def __init__(
        self,
        sqs: "SQSClient",
        url: str,
        read: Read,
        *,
        at_once: int,
        visibility_seconds: int,
        say: Say,
        wait_seconds: int = LONG_POLL_SECONDS,
    ) -> None:
        self._sqs, self._url, self._read, self._say, self._wait_seconds = sqs, url, read, say, wait_seconds
        self._at_once, self._visibility_seconds = min(at_once, BATCH), visibility_seconds
        self._inbox = SqsInbox(lambda: sqs, url)
        self._held: set[str] = set()
        self._lock = Lock()  # a heartbeat under way must not overtake a rest

    def receive(self) -> Sequence[Envelope]:
        """ReceiveMessage; the client's read timeout must be longer than the long poll."""
        with surroundings("receiving messages"):
            answer = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=self._at_once,
                WaitTimeSeconds=self._wait_seconds,
                VisibilityTimeout=self._visibility_seconds,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
        return self._read(answer.get("Messages", ()))

    @contextmanager
    def holding(self, receipts: Sequence[str]) -> Iterator[None]:
        """Every third of the visibility timeout the messages are hidden for all of it again."""
        self._held = set(receipts)
        over = Event()
        heart = Thread(target=self._beat, args=(over,), name="heartbeat", daemon=True)
        heart.start()
        try:
            yield
        finally:
            over.set()
            heart.join()
            self._held = set()

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        """As the labeler's queue does; and these are held no longer."""
        with self._lock:
            self._inbox.rest(seconds_by_receipt)
            self._held -= set(seconds_by_receipt)

    def done(self, receipts: Sequence[str]) -> None:
        """DeleteMessageBatch, again for what was not taken; what three rounds leave raises TransientError.

        A receipt that SQS knows no longer is let be: whoever gets that message next finds its record.
        """
        left = list(receipts)
        for _ in range(DELETE_ROUNDS):
            left = [receipt for batch in batches(left) for receipt in self._delete(batch)]
            if not left:
                break
        with self._lock:
            self._held -= set(receipts)
        if left:
            raise TransientError(f"messages were not deleted: {len(left)} of {len(receipts)}")

    def _delete(self, receipts: Sequence[str]) -> list[str]:
        """Deletes up to ten and answers those worth another round."""
        with surroundings("deleting messages"):
            answer = self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(place), "ReceiptHandle": receipt} for place, receipt in enumerate(receipts)],
            )
        return [receipts[int(entry["Id"])] for entry in self._refused("delete", answer.get("Failed", ()))]

    def _beat(self, over: Event) -> None:
        while not over.wait(max(LEAST_BEAT_SECONDS, self._visibility_seconds / 3)):
            with self._lock:
                for batch in batches(sorted(self._held)):
                    self._hide(batch)

    def _hide(self, receipts: Sequence[str]) -> None:
        """Best effort: two more heartbeats come before the messages do."""
        entries: list[ChangeMessageVisibilityBatchRequestEntryTypeDef] = [
            {"Id": str(place), "ReceiptHandle": receipt, "VisibilityTimeout": self._visibility_seconds}
            for place, receipt in enumerate(receipts)
        ]
        try:
            with surroundings("keeping messages hidden"):
                answer = self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
        except TransientError as error:
            self._say(str(error))
            return
        self._refused("hide", answer.get("Failed", ()))

    def _refused(
        self, verb: str, failed: "Sequence[BatchResultErrorEntryTypeDef]"
    ) -> "list[BatchResultErrorEntryTypeDef]":
        """Says what was refused, and answers what was no fault of ours."""
        for entry in failed:
            self._say(f"{entry['Code']} of SQS, asked to {verb} a message: {entry.get('Message', '')}")
        return [entry for entry in failed if not entry["SenderFault"]]
