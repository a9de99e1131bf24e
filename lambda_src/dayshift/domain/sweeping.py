"""Sweeping: which images without a terminal record need a new message, and which have had enough.

S3 is the record and SQS a hint, so a hint may be lost. Whether one is lost cannot be asked; it is inferred:

- while messages are visible in the queue, the image's own may be among them, so it is left;
- the wait of a backed-off message counts as in flight, so a fresh hint is sent beside it only after six hours;
- a message about to reach the queue's retention is renewed in any case;
- a try counts against the image only if another image of the model was answered since: three tries in an outage
  say nothing about the image, three tries while others are served do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

MAXIMUM_TRIES = 3
IN_FLIGHT_PATIENCE = timedelta(hours=6)
RENEWAL = timedelta(days=13)  # a day before the queue's retention of fourteen


class Verdict(StrEnum):
    """What the sweep does with one image that has no terminal record."""

    LEAVE = "leave"
    ENQUEUE = "enqueue"
    EXHAUST = "exhaust"


@dataclass(frozen=True, slots=True)
class QueueDepth:
    """A queue's three approximate counts."""

    visible: int
    in_flight: int
    delayed: int

    def __add__(self, other: "QueueDepth") -> "QueueDepth":
        """Both together, as one queue."""
        return QueueDepth(self.visible + other.visible, self.in_flight + other.in_flight, self.delayed + other.delayed)


@dataclass(frozen=True, slots=True)
class Tries:
    """How often an image was enqueued again in vain while others were served, and when it last was enqueued."""

    counted: int
    enqueued_at: datetime

    def next(self, last_answer_at: datetime | None, now: datetime) -> "Tries":
        """The tries after one more message, the last of them counted if it was a fair one."""
        return Tries(self.counted + self.was_fair(last_answer_at), now)

    def was_fair(self, last_answer_at: datetime | None) -> bool:
        """Whether the model answered anything since this image was last enqueued."""
        return last_answer_at is not None and last_answer_at > self.enqueued_at


def verdict(
    tries: Tries, queue: QueueDepth, last_answer_at: datetime | None, patience: timedelta, now: datetime
) -> Verdict:
    """What to do now with an image that has no terminal record and was last enqueued at `tries.enqueued_at`."""
    waited = now - tries.enqueued_at
    if waited >= RENEWAL:
        return Verdict.ENQUEUE
    if waited < patience or queue.visible or queue.delayed:
        return Verdict.LEAVE
    if queue.in_flight and waited < IN_FLIGHT_PATIENCE:
        return Verdict.LEAVE
    if tries.counted < MAXIMUM_TRIES:
        return Verdict.ENQUEUE
    return Verdict.EXHAUST if tries.was_fair(last_answer_at) and not queue.in_flight else Verdict.LEAVE
