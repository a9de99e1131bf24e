"""What a model is at its service: started, billed, asked and stopped. Rekognition Custom Labels: a project version.

Rules: Rekognition Custom Labels Developer Guide, "Running a trained model" (states; minutes to start, billed by the
time it runs), StopProjectVersion and StartProjectVersion (ResourceInUseException while STARTING or STOPPING),
DetectCustomLabels (ResourceNotReadyException unless RUNNING). Whether STARTING is billed is not said: counted as if.
"""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Collection, Sequence
from random import Random

from dayshift.domain.lifecycle import ModelState
from tests.world.clock import MINUTE, EventLoop
from tests.world.faults import Fault
from tests.world.hours import Span

NOT_READY = Fault("ResourceNotReadyException")
STARTABLE = (ModelState.STOPPED, ModelState.FAILED)
FAILED_AFTER = 10.0  # minutes until a start that comes to nothing says so


class Service(ABC):
    """A model at its service, and what it cost. What is asked by hand, and by the backstop, is refused quietly."""

    def __init__(
        self, loop: EventLoop, random: Random, start_minutes: tuple[float, float], stop_minutes: tuple[float, float]
    ) -> None:
        self._loop, self._random = loop, random
        self._start_minutes, self._stop_minutes = start_minutes, stop_minutes
        self._run = 0  # which change this is: what an older one had planned no longer happens
        self.state = ModelState.STOPPED
        self.history: list[tuple[float, ModelState]] = [(loop.now, ModelState.STOPPED)]
        self.next_starts: deque[float | None] = deque()  # minutes the next starts take; None: they come to nothing
        self.seconds_an_image = 0.4
        self.changed_at = loop.now
        self.on_change: Callable[[], None] = lambda: None

    @abstractmethod
    def start(self) -> None:
        """Somebody starts it by hand."""

    @abstractmethod
    def stop(self) -> None:
        """Somebody stops it by hand."""

    @abstractmethod
    def break_down(self) -> None:
        """It ends by itself."""

    @property
    @abstractmethod
    def is_off(self) -> bool:
        """Whether nothing of it is left that could be billed."""

    @property
    @abstractmethod
    def is_stoppable(self) -> bool:
        """Whether a stop would be done."""

    @abstractmethod
    def billed(self) -> list[Span]:
        """From when until when it was paid for."""

    @abstractmethod
    def unstoppable(self) -> list[Span]:
        """From when until when nobody could have stopped it."""

    def stretches(self, *states: ModelState) -> list[Span]:
        """From when until when it was in one of these states, touching stretches joined."""
        return joined(self.history, states, self._loop.now)

    def become(self, state: ModelState) -> None:
        """It is so from now on, and what an earlier start or stop had planned no longer happens."""
        self.state = state
        self._run += 1
        self.changed_at = self._loop.now
        self.history.append((self._loop.now, state))
        self.on_change()

    def _next_start(self) -> float | None:
        return self.next_starts.popleft() if self.next_starts else self._random.uniform(*self._start_minutes)

    def _unless_changed(self, minutes: float, do: Callable[[], None]) -> None:
        run = self._run
        self._loop.after(minutes * MINUTE, lambda: do() if self._run == run else None)


def joined(history: Sequence[tuple[float, object]], wanted: Collection[object], now: float) -> list[Span]:
    """From when until when it was one of these, touching stretches joined."""
    found: list[Span] = []
    ends = [moment for moment, _ in history[1:]] + [now]
    for (start, state), end in zip(history, ends, strict=True):
        if state not in wanted or end <= start:
            continue
        if found and found[-1][1] == start:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


class CustomLabels(Service):
    """A project version."""

    def start(self) -> None:
        """StartProjectVersion. Already so, or on its way, is the wish come true."""
        if self.state not in STARTABLE:
            return
        minutes = self._next_start()
        self.become(ModelState.STARTING)
        then = ModelState.FAILED if minutes is None else ModelState.RUNNING
        self._unless_changed(FAILED_AFTER if minutes is None else minutes, lambda: self.become(then))

    def stop(self) -> None:
        """StopProjectVersion. Refused while STARTING, which the port keeps quiet about."""
        if self.state is ModelState.RUNNING:
            self.become(ModelState.STOPPING)
            self._unless_changed(self._random.uniform(*self._stop_minutes), lambda: self.become(ModelState.STOPPED))

    def break_down(self) -> None:
        """As a capacity failure would end it."""
        if self.state is ModelState.RUNNING:
            self.become(ModelState.FAILED)

    @property
    def is_off(self) -> bool:
        """Whether nothing is billed."""
        return self.state in STARTABLE

    @property
    def is_stoppable(self) -> bool:
        """RUNNING."""
        return self.state is ModelState.RUNNING

    def billed(self) -> list[Span]:
        """STARTING and RUNNING."""
        return self.stretches(ModelState.STARTING, ModelState.RUNNING)

    def unstoppable(self) -> list[Span]:
        """STARTING."""
        return self.stretches(ModelState.STARTING)

    def detect(self) -> None:
        """DetectCustomLabels; raises unless RUNNING."""
        if self.state is not ModelState.RUNNING:
            NOT_READY.strike("DetectCustomLabels")
