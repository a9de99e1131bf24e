"""Rekognition Custom Labels: one project version that is started, billed, asked and stopped.

Rules: Rekognition Custom Labels Developer Guide, "Running a trained model" (states; minutes to start, billed by the
time it runs), StopProjectVersion and StartProjectVersion (ResourceInUseException while STARTING or STOPPING),
DetectCustomLabels (ResourceNotReadyException unless RUNNING). Whether STARTING is billed is not said: counted as if.
"""

from collections import deque
from collections.abc import Callable
from random import Random

from dayshift.domain.lifecycle import ModelState
from tests.world.clock import MINUTE, EventLoop
from tests.world.faults import Fault

NOT_READY = Fault("ResourceNotReadyException")
STARTABLE = (ModelState.STOPPED, ModelState.FAILED)


class CustomLabels:
    """A project version and what it cost."""

    def __init__(
        self, loop: EventLoop, random: Random, start_minutes: tuple[float, float], stop_minutes: tuple[float, float]
    ) -> None:
        self._loop, self._random = loop, random
        self._start_minutes, self._stop_minutes = start_minutes, stop_minutes
        self._run = 0  # which start this is: what an older one had planned no longer happens
        self.state = ModelState.STOPPED
        self.history: list[tuple[float, ModelState]] = [(loop.now, ModelState.STOPPED)]
        self.next_starts: deque[float | None] = deque()  # minutes the next starts take; None: FAILED after ten
        self.seconds_an_image = 0.4
        self.changed_at = loop.now
        self.on_change: Callable[[], None] = lambda: None

    def start(self) -> None:
        """StartProjectVersion. Already so, or on its way, is the wish come true."""
        if self.state not in STARTABLE:
            return
        minutes = self.next_starts.popleft() if self.next_starts else self._random.uniform(*self._start_minutes)
        self.become(ModelState.STARTING)
        then = ModelState.FAILED if minutes is None else ModelState.RUNNING
        self._later(ModelState.STARTING, then, 10.0 if minutes is None else minutes)

    def stop(self) -> None:
        """StopProjectVersion. Refused while STARTING, which the port keeps quiet about."""
        if self.state is ModelState.RUNNING:
            self.become(ModelState.STOPPING)
            self._later(ModelState.STOPPING, ModelState.STOPPED, self._random.uniform(*self._stop_minutes))

    def break_down(self) -> None:
        """It ends by itself, as a capacity failure would end it."""
        if self.state is ModelState.RUNNING:
            self.become(ModelState.FAILED)

    def detect(self) -> None:
        """DetectCustomLabels; raises unless RUNNING."""
        if self.state is not ModelState.RUNNING:
            NOT_READY.strike("DetectCustomLabels")

    def stretches(self, *states: ModelState) -> list[tuple[float, float]]:
        """From when until when it was in one of these states, touching stretches joined."""
        found: list[tuple[float, float]] = []
        ends = [moment for moment, _ in self.history[1:]] + [self._loop.now]
        for (start, state), end in zip(self.history, ends, strict=True):
            if state not in states or end <= start:
                continue
            if found and found[-1][1] == start:
                found[-1] = (found[-1][0], end)
            else:
                found.append((start, end))
        return found

    def _later(self, expected: ModelState, then: ModelState, minutes: float) -> None:
        run = self._run

        def arrive() -> None:
            if self.state is expected and self._run == run:
                self.become(then)

        self._loop.after(minutes * MINUTE, arrive)

    def become(self, state: ModelState) -> None:
        """It is so from now on, and what an earlier start or stop had planned no longer happens."""
        self.state = state
        self._run += 1
        self.changed_at = self._loop.now
        self.history.append((self._loop.now, state))
        self.on_change()
