"""A batch of archives: each is settled by itself, and its message is done only when nothing of it can be lost."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from dayshift.domain.errors import TransientError
from dayshift.domain.messages import Envelope, InferenceRequest, backoff_seconds
from dayshift.services.batch import OFTEN
from dayshift.services.expand import Turn, expand, model_of
from dayshift.services.label import Outcome, conclude, unforeseen


def expand_batch(messages: Sequence[Envelope], turn: Turn, report: Callable[[Outcome], None]) -> tuple[str, ...]:
    """Expands one archive after the other; answers the ids of the messages to deliver again."""
    returned = []
    for message in messages:
        rest_seconds = backoff_seconds(message.receive_count)
        if message.receive_count >= OFTEN:
            _rest(message, rest_seconds, turn)  # should the function die of it, it comes back later each time
        try:
            for outcome in _settled(message, turn):
                report(outcome)
        except TransientError as error:
            for key in [request.image.key for request in message.requests] or [f"message/{message.message_id}"]:
                report(Outcome(key, "returned", str(error)))
            _rest(message, rest_seconds, turn)
            returned.append(message.message_id)
    return tuple(returned)


def _settled(message: Envelope, turn: Turn) -> list[Outcome]:
    """What became of the message's archives. Raises TransientError."""
    if message.problem is not None:
        raise TransientError(f"foreign_message: {message.problem}")
    if not turn.has_time():
        raise TransientError("no time left in this invocation")
    return [_one(request, message, turn) for request in message.requests]


def _one(request: InferenceRequest, message: Envelope, turn: Turn) -> Outcome:
    """An error that nobody named goes back like any other; on the last receive but one it ends the archive."""
    with ThreadPoolExecutor(1, thread_name_prefix="expand") as pool:  # whose future keeps the error, whatever it is
        future = pool.submit(expand, request, turn)
        error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, TransientError):
        raise error
    answer = unforeseen(message, error, turn.ports.maximum_receive_count)
    return conclude(request, answer, turn.clock(), model_of(request, turn.ports), turn.clock)


def _rest(message: Envelope, seconds: int, turn: Turn) -> None:
    with suppress(TransientError):  # it comes back all the same, after the queue's own visibility timeout
        turn.ports.inbox.rest({message.receipt: seconds})
