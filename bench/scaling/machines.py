"""A fleet, second by second: instances that take minutes to boot, a queue, workers that read an image at a time.

As in tests/world (group.py, launches.py), without anything that goes wrong: a launch begins 1 to 15 seconds after a
wish, an instance reads 1 to 4 minutes later, it is paid from its launch and a minute at the least; SQS's counts are up
to 55 seconds old.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

MINUTE = 60
BEGINS_WITHIN, BOOTS_WITHIN = (1, 15), (60, 240)
COUNTS_LAG = 55
HIDDEN_SECONDS = 30  # how long a killed worker's image is hidden, where nobody keeps it so


@dataclass(slots=True, eq=False)
class Instance:
    """One instance; `reading`: the arrival of the image in its hand, `until` when that is read."""

    launched_at: int
    ready_at: int
    gone_at: int | None = None
    reading: int | None = None
    until: int = 0


class Machines:
    """All of them. `seconds_an_image`: of one worker."""

    def __init__(self, arrivals: Sequence[int], maximum: int, seconds_an_image: int, seed: int) -> None:
        self.arrivals, self.maximum, self._seconds = deque(arrivals), maximum, seconds_an_image
        self._random = Random(seed)
        self.now, self.desired, self.is_gate_open = 0, 0, True
        self.waiting: deque[int] = deque()
        self.came: list[int] = []
        self._hidden: deque[tuple[int, int]] = deque()  # visible again when, and its arrival
        self.here: list[Instance] = []
        self.all: list[Instance] = []
        self.lags: list[int] = []
        self.wishes: list[tuple[int, int]] = []
        self.killed = 0
        self._begins_at = 0
        self._counts: deque[tuple[int, int]] = deque([(0, 0)] * (COUNTS_LAG + 1), maxlen=COUNTS_LAG + 1)

    def wish(self, workers: int) -> None:
        """SetDesiredCapacity."""
        workers = min(max(workers, 0), self.maximum)
        if workers != self.desired:
            self.desired = workers
            self.wishes.append((self.now, workers))
            self._begins_at = self.now + self._random.randint(*BEGINS_WITHIN)

    def end(self, instance: Instance) -> None:
        """An instance is ended; the image in its hand comes back."""
        if instance.reading is not None:
            self.killed += 1
            self._hidden.append((self.now + HIDDEN_SECONDS, instance.reading))
        instance.gone_at = self.now
        self.here.remove(instance)

    def serving(self) -> list[Instance]:
        """Those in service."""
        return [one for one in self.here if one.ready_at <= self.now]

    def counts(self) -> tuple[int, int]:
        """How many wait and how many are in flight, as SQS tells it now."""
        return self._counts[self._random.randrange(len(self._counts))]

    def step(self) -> None:
        """The next second."""
        self.now += 1
        while self.arrivals and self.arrivals[0] <= self.now:
            self.waiting.append(self.arrivals.popleft())
            self.came.append(self.waiting[-1])
        while self._hidden and self._hidden[0][0] <= self.now:
            self.waiting.appendleft(self._hidden.popleft()[1])
        self._read()
        if self.now >= self._begins_at and len(self.here) != self.desired:
            self._scale()
        self._counts.append((len(self.waiting), self._in_flight()))

    @property
    def is_done(self) -> bool:
        """Whether everything that came is read, and nothing is paid any more."""
        return not (self.arrivals or self.waiting or self._hidden or self.here)

    def paid_hours(self) -> float:
        """Instance-hours."""
        ends = [(one, self.now if one.gone_at is None else one.gone_at) for one in self.all]
        return sum(max(end - one.launched_at, MINUTE) for one, end in ends) / 3600

    def _in_flight(self) -> int:
        return sum(one.reading is not None for one in self.here) + len(self._hidden)

    def _read(self) -> None:
        for one in self.here:
            if one.reading is not None and one.until <= self.now:
                self.lags.append(self.now - one.reading)
                one.reading = None
            if one.reading is None and self.is_gate_open and self.waiting and one.ready_at <= self.now:
                one.reading, one.until = self.waiting.popleft(), self.now + self._seconds

    def _scale(self) -> None:
        """Launches what is missing; ends those that have nothing in hand, as they are not protected."""
        for _ in range(self.desired - len(self.here)):
            one = Instance(self.now, self.now + self._random.randint(*BOOTS_WITHIN))
            self.here.append(one)
            self.all.append(one)
        idle = [one for one in self.here if one.reading is None]
        for one in idle[: max(len(self.here) - self.desired, 0)]:
            self.end(one)
