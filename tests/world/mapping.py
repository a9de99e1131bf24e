"""The event source mapping between a queue and a labeler.

Rules: Lambda Developer Guide, "Using Lambda with Amazon SQS" (up to ten messages a batch, ReportBatchItemFailures,
maximum concurrency of at least 2, a failed invocation returns its whole batch after the visibility timeout);
UpdateEventSourceMapping (ResourceInUseException while the state is Enabling or Disabling). A change takes up to a
minute, and what is Disabling still polls: the worse of what the documentation leaves open (FAILURES D2).
"""

from collections.abc import Callable
from enum import StrEnum

from dayshift.domain.lifecycle import MappingState
from tests.world.clock import EventLoop
from tests.world.queue import Message, Queue

BATCH = 10
Invoke = Callable[[list[Message], Callable[[], None]], None]  # the batch, and what to call at its end


class Word(StrEnum):
    """The service's own words."""

    ENABLED = "Enabled"
    DISABLED = "Disabled"
    ENABLING = "Enabling"
    DISABLING = "Disabling"


class EventSourceMapping:
    """One mapping, created disabled."""

    def __init__(
        self, loop: EventLoop, queue: Queue, invoke: Invoke, lag: Callable[[], float], maximum_concurrency: int = 2,
        batch: int = BATCH,
    ) -> None:  # fmt: skip
        self._loop, self._queue, self._invoke, self._lag, self._batch = loop, queue, invoke, lag, batch
        self._maximum = maximum_concurrency
        self.word = Word.DISABLED
        self.running = 0
        self.history: list[tuple[float, bool]] = []  # since when it polls, or does not
        self.closed_at = loop.now  # when it was last told to close
        self.changed_at = loop.now
        self.on_change: Callable[[], None] = lambda: None
        queue.on_visible = self.poll

    @property
    def polls(self) -> bool:
        """Whether it hands out messages."""
        return self.word in (Word.ENABLED, Word.DISABLING)

    @property
    def state(self) -> MappingState:
        """In our words."""
        return {
            Word.ENABLED: MappingState.ENABLED,
            Word.DISABLED: MappingState.DISABLED,
        }.get(self.word, MappingState.CHANGING)

    def closed_for(self) -> float:
        """Seconds since it was last told to close."""
        return self._loop.now - self.closed_at

    def enable(self) -> None:
        """Opens it, in up to a minute; while it is changing nothing is done (ResourceInUseException)."""
        if self.word is Word.DISABLED:
            self.become(Word.ENABLING)
            self._loop.after(self._lag(), lambda: self._arrive(Word.ENABLING, Word.ENABLED))

    def disable(self) -> None:
        """Closes it, in up to a minute."""
        if self.word is Word.ENABLED:
            self.closed_at = self._loop.now
            self.become(Word.DISABLING)
            self._loop.after(self._lag(), lambda: self._arrive(Word.DISABLING, Word.DISABLED))

    def poll(self) -> None:
        """Hands out what is visible, as far as concurrency allows."""
        while self.polls and self.running < self._maximum:
            batch = self._queue.receive(self._batch)
            if not batch:
                return
            self.running += 1
            self._invoke(batch, self._finished)

    def _finished(self) -> None:
        self.running -= 1
        self.poll()

    def _arrive(self, expected: Word, word: Word) -> None:
        if self.word is expected:
            self.become(word)
            self.poll()

    def become(self, word: Word) -> None:
        """It is so from now on."""
        polled = self.polls
        self.word = word
        self.changed_at = self._loop.now
        if self.polls != polled:
            self.history.append((self._loop.now, self.polls))
        self.on_change()
