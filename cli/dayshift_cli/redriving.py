"""Moving dead letters back: by SQS's own task (StartMessageMoveTask), followed to its end, or by hand."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift_cli.errors import Failure, TimedOut, code_of
from dayshift_cli.queues import BATCH, Message, send_batch

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import DeleteMessageBatchRequestEntryTypeDef

_PAUSE_SECONDS = 1.0
# a long poll asks every server of the queue, so that an empty answer means an empty queue
_LONG_POLL_SECONDS = 2
_UNSUPPORTED = {
    "UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation", "InvalidAction", "UnknownOperation",
    "UnknownOperationException", "NotImplemented", "501",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Move:
    """A move task as SQS reports it."""

    status: str
    moved: int
    to_move: int | None
    reason: str | None

    @property
    def is_running(self) -> bool:
        """Whether SQS is still at it."""
        return self.status in ("RUNNING", "CANCELLING")


def start(sqs: "SQSClient", source_arn: str, target_arn: str) -> bool:
    """Starts the move; False if one was running already, which is as good. Raises Failure where SQS cannot do it."""
    newest = _newest(sqs, source_arn)
    if newest is not None and newest.is_running:
        return False
    try:
        sqs.start_message_move_task(SourceArn=source_arn, DestinationArn=target_arn)
    except ClientError as error:
        if code_of(error) not in _UNSUPPORTED:
            raise
        # somebody may have started one between the two calls
        newest = _newest(sqs, source_arn)
        if newest is None or not newest.is_running:
            raise _cannot(error) from error
        return False
    return True


def follow(sqs: "SQSClient", source_arn: str, timeout_seconds: float, progressed: Callable[[Move], None]) -> Move:
    """Asks for the newest task until it ended; raises Failure if it failed, TimedOut if it takes longer."""
    until = time.monotonic() + timeout_seconds
    while True:
        move = _newest(sqs, source_arn)
        if move is None:
            raise Failure(f"SQS reports no move task for {source_arn}; `dayshift status` shows where the messages are.")
        progressed(move)
        if not move.is_running:
            break
        if time.monotonic() >= until:
            raise TimedOut(f"The move is still running after {timeout_seconds:g} s ({move.moved} moved); it goes on.")
        time.sleep(_PAUSE_SECONDS)
    if move.status != "COMPLETED":
        reason = move.reason or "no reason given"
        raise Failure(f"The move ended as {move.status} after {move.moved} messages ({reason}).")
    return move


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


def _newest(sqs: "SQSClient", source_arn: str) -> Move | None:
    try:
        tasks = sqs.list_message_move_tasks(SourceArn=source_arn, MaxResults=1).get("Results", [])
    except ClientError as error:
        if code_of(error) in _UNSUPPORTED:
            raise _cannot(error) from error
        raise
    if not tasks:
        return None
    task = tasks[0]
    return Move(
        str(task.get("Status", "UNKNOWN")),
        int(task.get("ApproximateNumberOfMessagesMoved") or 0),
        task.get("ApproximateNumberOfMessagesToMove"),
        task.get("FailureReason"),
    )


def _cannot(error: ClientError) -> Failure:
    return Failure(
        f"This SQS cannot move messages itself ({error.operation_name}: {code_of(error)}). `--by-hand` receives, sends "
        "and deletes them from here: nothing is lost, but a message may be in both queues for a moment."
    )
