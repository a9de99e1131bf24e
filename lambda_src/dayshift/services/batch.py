"""A batch of messages: each is settled by itself, side by side, and done only after its records are written."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event

from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import Envelope, backoff_seconds
from dayshift.domain.results import Status
from dayshift.services.label import Answer, Clock, LabelPorts, Outcome, conclude, label, message_request, unforeseen

OFTEN = 5  # receives


@dataclass(frozen=True, slots=True)
class Shift:
    """One invocation: its ports and clock, whether another image can be finished, and `closed` once none can."""

    ports: LabelPorts
    clock: Clock
    has_time: Callable[[], bool]
    closed: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class Settled:
    """A message after its delivery: done, or to be delivered again after so many seconds."""

    outcomes: tuple[Outcome, ...]
    rest_seconds: int | None = None


def label_batch(messages: Sequence[Envelope], shift: Shift, report: Callable[[Outcome], None]) -> tuple[str, ...]:
    """Labels a batch concurrently; answers the ids of the messages to deliver again. No image costs another."""
    _rest_beforehand(messages, shift)
    rest: dict[str, int] = {}
    returned: list[str] = []
    with ThreadPoolExecutor(shift.ports.calls_in_flight, thread_name_prefix="label") as pool:
        for wave in _waves(messages):
            running = {pool.submit(_settle, message, shift): message for message in wave}
            for future in as_completed(running):
                message, error = running[future], future.exception()
                settled = _settle_unforeseen(message, error, shift) if error else future.result()
                for outcome in settled.outcomes:
                    report(outcome)
                if settled.rest_seconds is not None:
                    rest[message.receipt] = settled.rest_seconds
                    returned.append(message.message_id)
    with suppress(TransientError):  # they come back all the same, after the queue's own visibility timeout
        shift.ports.inbox.rest(rest)
    return tuple(returned)


def _rest_beforehand(messages: Sequence[Envelope], shift: Shift) -> None:
    """A message that came back often is told to rest before the work: should the labeler die of it, or die anyway, it
    comes back later each time, and a breakdown of hours does not use up its receives. Done, it is deleted all the same.
    """
    often = [message for message in messages if message.receive_count >= OFTEN]
    if often:
        with suppress(TransientError):
            shift.ports.inbox.rest({message.receipt: backoff_seconds(message.receive_count) for message in often})


def _waves(messages: Sequence[Envelope]) -> Iterable[list[Envelope]]:
    """The batch in waves without two messages about one image: the second then finds the record, and is not paid."""
    waves: dict[int, list[Envelope]] = defaultdict(list)
    met: Counter[ImageRef] = Counter()
    for message in messages:
        images = [request.image for request in message.requests]
        waves[max((met[image] for image in images), default=0)].append(message)
        met.update(images)
    return waves.values()


def _settle(message: Envelope, shift: Shift) -> Settled:
    """Does what a message asks, if there is time and no other image found the surroundings closed."""
    if not shift.has_time():
        return _returned(message, "no time left in this invocation", rest_seconds=0)
    if shift.closed.is_set():
        return _returned(message, "the surroundings refused another image of this batch")
    try:
        if message.problem is not None:
            return Settled((_give_up_message(message, shift),))
        return Settled(tuple(label(request, shift.ports, shift.clock) for request in message.requests))
    except ClosedError as error:
        shift.closed.set()
        return _returned(message, str(error))
    except TransientError as error:
        return _returned(message, str(error))


def _settle_unforeseen(message: Envelope, error: BaseException, shift: Shift) -> Settled:
    """An error that nobody named goes back like any other; on the last receive but one it ends the image."""
    try:
        failed = unforeseen(message, error, shift.ports.maximum_receive_count)
    except TransientError as transient:
        return _returned(message, str(transient))
    try:
        return Settled(
            tuple(conclude(request, failed, shift.clock(), shift.ports, shift.clock) for request in message.requests)
        )
    except TransientError as transient:
        return _returned(message, f"{failed.reason}; then {transient}")


def _give_up_message(message: Envelope, shift: Shift) -> Outcome:
    """A message that names no image of ours ends as a failed record under its own id, its body's beginning kept."""
    now = shift.clock()
    request = message_request(message, shift.ports.images_bucket, shift.ports.model, now)
    answer = Answer(Status.FAILED, f"foreign_message: {message.problem}")
    return conclude(request, answer, now, shift.ports, shift.clock)


def _returned(message: Envelope, reason: str, rest_seconds: int | None = None) -> Settled:
    seconds = backoff_seconds(message.receive_count) if rest_seconds is None else rest_seconds
    keys = [request.image.key for request in message.requests] or [f"message/{message.message_id}"]
    return Settled(tuple(Outcome(key, "returned", reason) for key in keys), seconds)
