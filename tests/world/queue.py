"""SQS: a standard queue and its dead-letter queue.

Rules: SQS Developer Guide, "Visibility timeout" (12 h from the receive at the most), "Dead-letter queues" (moved when
it would be received more often than maxReceiveCount; the DLQ keeps the enqueue time), "At-least-once delivery", message
retention (14 days at the most), "approximate" counts, which are right about a minute later (GetQueueAttributes).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from dayshift.domain.sweeping import QueueDepth
from tests.world.clock import DAY, HOUR, MINUTE, EventLoop

RETENTION = 14 * DAY
LONGEST_VISIBILITY = 12 * HOUR


class Where(StrEnum):
    """Where a message is."""

    VISIBLE = "visible"
    IN_FLIGHT = "in flight"
    DEAD = "dead-letter queue"
    DONE = "deleted"
    EXPIRED = "expired"


@dataclass(slots=True, eq=False)
class Message:
    """One message; `reasons` are those of its failed receives, for whoever finds it in the DLQ."""

    message_id: str
    body: str
    sent_at: float
    where: Where = Where.VISIBLE
    visible_at: float = 0.0
    received_at: float = 0.0
    receives: int = 0
    reasons: list[str] = field(default_factory=list)


class Queue:
    """One queue with its DLQ; `lag` answers by how many seconds its counts are behind now."""

    def __init__(
        self, loop: EventLoop, visibility: float, maximum_receives: int, lag: Callable[[float], float]
    ) -> None:
        self._loop, self._visibility, self._maximum, self._lag = loop, visibility, maximum_receives, lag
        self._visible: deque[Message] = deque()
        self._counts = {Where.VISIBLE: 0, Where.IN_FLIGHT: 0}
        self._history: deque[tuple[float, QueueDepth]] = deque([(loop.now, QueueDepth(0, 0, 0))])
        self._ids = count(1)
        self.messages: dict[str, Message] = {}  # all that wait or are being read
        self.dead: list[Message] = []
        self.sent = 0
        self.changed_at = loop.now
        self.on_change: Callable[[], None] = lambda: None  # a count changed: somebody may want to look
        self.on_visible: Callable[[], None] = lambda: None

    def send(self, body: str) -> Message:
        """A message from a producer; visible at once."""
        message = Message(f"m{next(self._ids)}", body, self._loop.now)
        self.messages[message.message_id] = message
        self._counts[Where.VISIBLE] += 1
        self.sent += 1
        self._visible.append(message)
        self._loop.after(RETENTION, lambda: self._expire(message))
        self._note()
        self.on_visible()
        return message

    def accept(self, body: str) -> None:
        """A message from a service that wants no answer."""
        self.send(body)

    def receive(self, maximum: int) -> list[Message]:
        """Up to so many visible messages, hidden for the visibility timeout; those received too often go to the DLQ."""
        batch: list[Message] = []
        while self._visible and len(batch) < maximum:
            message = self._visible.popleft()
            if message.where is not Where.VISIBLE:
                continue
            if message.receives >= self._maximum:
                self._move(message, Where.DEAD)
                self.dead.append(message)
                continue
            message.receives += 1
            message.received_at = self._loop.now
            self._move(message, Where.IN_FLIGHT)
            self._hide(message, self._visibility)
            batch.append(message)
        return batch

    def delete(self, message: Message) -> None:
        """Done. A message that was received again meanwhile may be deleted by an older receipt too."""
        if message.where in (Where.VISIBLE, Where.IN_FLIGHT):
            self._move(message, Where.DONE)

    def change_visibility(self, message: Message, seconds: float) -> None:
        """Hides a message in flight for so long from now, up to twelve hours from its receive."""
        if message.where is Where.IN_FLIGHT:
            latest = message.received_at + LONGEST_VISIBILITY
            self._hide(message, min(seconds, latest - self._loop.now))

    def deliver_again(self, message: Message) -> None:
        """At least once: a message that is being read is handed out a second time."""
        if message.where is Where.IN_FLIGHT:
            message.visible_at = self._loop.now
            self._show(message)

    def depth(self) -> QueueDepth:
        """The counts, as they were up to a minute ago."""
        moment = self._loop.now - self._lag(self._loop.now)
        found = self._history[0][1]
        for since, counts in self._history:
            if since > moment:
                break
            found = counts
        return found

    def exact(self) -> QueueDepth:
        """The counts as nobody in AWS is told them."""
        return QueueDepth(self._counts[Where.VISIBLE], self._counts[Where.IN_FLIGHT], 0)

    def _hide(self, message: Message, seconds: float) -> None:
        message.visible_at = self._loop.now + seconds
        self._loop.at(message.visible_at, lambda: self._show(message))

    def _show(self, message: Message) -> None:
        if message.where is Where.IN_FLIGHT and message.visible_at <= self._loop.now:
            self._move(message, Where.VISIBLE)
            self._visible.append(message)
            self.on_visible()

    def _expire(self, message: Message) -> None:
        if message.where in (Where.VISIBLE, Where.IN_FLIGHT):
            self._move(message, Where.EXPIRED)

    def _move(self, message: Message, where: Where) -> None:
        if message.where in self._counts:
            self._counts[message.where] -= 1
        message.where = where
        if where in self._counts:
            self._counts[where] += 1
        else:
            self.messages.pop(message.message_id, None)
        self._note()

    def _note(self) -> None:
        now = self._loop.now
        self._history.append((now, self.exact()))
        while len(self._history) > 1 and self._history[1][0] < now - 2 * MINUTE:
            self._history.popleft()
        self.changed_at = now
        self.on_change()


def sqs_event(batch: list[Message]) -> dict[str, Any]:
    """What a mapping hands to its function; a receipt is a message's id."""
    return {
        "Records": [
            {
                "messageId": message.message_id,
                "receiptHandle": message.message_id,
                "body": message.body,
                "attributes": {"ApproximateReceiveCount": str(message.receives)},
            }
            for message in batch
        ]
    }
