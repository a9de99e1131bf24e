"""A fleet's queue as its workers read it: long polls that a message ends, messages kept hidden while they are in hand.

Rules: SQS Developer Guide, "Short and long polling" (up to 20 seconds), "Amazon SQS visibility timeout" (a heartbeat
extends it; a message that was received again is another receiver's).
A port, and not below the real SqsMailbox: that one has a thread of its own for its heartbeat.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from dayshift import events
from dayshift.domain.errors import TransientError
from dayshift.domain.messages import Envelope
from tests.world.clock import EventLoop
from tests.world.faults import DEATH, Died
from tests.world.fleet_gate import fleet_gate_of
from tests.world.instances import Instance
from tests.world.ports import Line
from tests.world.queue import Message
from tests.world.site import Site

VISIBILITY, HEARTBEAT = 120.0, 40.0  # modules/model; adapters/worker_mailbox
LONG_POLL = 20.0
BATCH = 4  # messages in one worker's hand: it has two CPUs, and reads two images at once


class Waiting:
    """The waits of one fleet's workers: a message that becomes visible ends one of their long polls."""

    def __init__(self, loop: EventLoop) -> None:
        self._loop, self._polls = loop, deque[Callable[[], None]]()

    def poll(self, seconds: float, instance: Instance) -> None:
        """Lets time pass in a worker until a message comes, or so many seconds, or its death."""
        self._wait(seconds, instance, self._polls)

    def pause(self, seconds: float, instance: Instance) -> None:
        """Lets time pass in a worker for so many seconds, or until it learns that it must go, or its death."""
        self._wait(seconds, instance, deque())

    def wake(self) -> None:
        """A message is visible."""
        if self._polls:
            self._polls[0]()

    def _wait(self, seconds: float, instance: Instance, polls: deque[Callable[[], None]]) -> None:
        process = self._loop.process
        assert process is not None

        def wake() -> None:
            if wake in polls:
                polls.remove(wake)
                instance.wake = instance.hurry = lambda: None
                self._loop.after(0.0, process.resume)

        polls.append(wake)
        instance.wake = wake
        if polls is not self._polls:
            instance.hurry = wake
        self._loop.after(seconds, wake)
        process.yield_()


@dataclass(slots=True)
class MailboxPort:
    """SqsMailbox, which is its worker's inbox too: a receipt is of one receive."""

    line: Line
    site: Site
    loop: EventLoop
    instance: Instance
    waiting: Waiting
    held: dict[str, Message] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)  # done, or told to rest

    def receive(self) -> Sequence[Envelope]:
        batch = self.line.call("mailbox.receive", self._receive)
        self.held = {f"{message.message_id}#{message.receives}": message for message in batch}
        self.settled, self.instance.holds = set(), len(batch)
        return events.envelopes_from_messages(
            (
                {
                    "MessageId": message.message_id,
                    "ReceiptHandle": receipt,
                    "Attributes": {"ApproximateReceiveCount": str(message.receives)},
                    "Body": message.body,
                }
                for receipt, message in self.held.items()
            ),
            self.site.plan.name,
        )

    def _receive(self) -> list[Message]:
        batch = self.site.queue.receive(BATCH)
        if not batch:
            self.waiting.poll(LONG_POLL, self.instance)
            batch = [] if self.line.invocation.dead else self.site.queue.receive(BATCH)
        fleet_gate_of(self.site).took(len(batch))
        return batch

    @contextmanager
    def holding(self, receipts: Sequence[str]) -> Iterator[None]:
        is_over = False

        def beat() -> None:
            if is_over or self.line.invocation.dead:
                return
            with suppress(TransientError, Died):
                self.line.call("mailbox.extend", lambda: self._extend(receipts))
            self.loop.after(HEARTBEAT, beat)

        self.loop.after(HEARTBEAT, beat)
        try:
            yield
        finally:
            is_over = True

    def _extend(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            if receipt not in self.settled and self._is_latest(receipt):
                self.site.queue.change_visibility(self.held[receipt], VISIBILITY)

    def done(self, receipts: Sequence[str]) -> None:
        self.line.call("mailbox.done", lambda: self._done(receipts))

    def _done(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            self.site.queue.delete(self.held[receipt])
        self._settle(receipts)

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        if seconds_by_receipt:
            self.line.call("inbox.rest", lambda: self._rest(seconds_by_receipt))

    def _rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        self._settle(seconds_by_receipt)
        for receipt, seconds in seconds_by_receipt.items():
            if self._is_latest(receipt):
                self.site.queue.change_visibility(self.held[receipt], seconds)

    def _settle(self, receipts: Iterable[str]) -> None:
        self.settled.update(receipts)
        self.instance.holds = len(self.held.keys() - self.settled)

    def _is_latest(self, receipt: str) -> bool:
        return receipt.endswith(f"#{self.held[receipt].receives}")

    def killed(self) -> None:
        """What was in hand comes back when its visibility ends."""
        for message in self.held.values():
            message.reasons.append(DEATH)
