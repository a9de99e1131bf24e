"""The world of the replay: a queue, a gate and a model, minute by minute.

- A model is billed from the start call through its warm-up and on until the stop call; it can be started again at once.
- Within a minute the policy looks first, so it sees what came before; then that minute's images come; then an open
  gate in front of a running model lets at most `rate_per_minute` through, first come, first served, done by its end.
- A gate opens and closes at once.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from bench.power.demand import LEAST_ON_TIME, Demand

NEVER = 1 << 60
LONGEST_TAIL = 60 * 24 * 60  # a policy that has not served all so long after the end never will


@dataclass(slots=True)
class World:
    """What a policy acts on. `runs` are the stretches that are billed."""

    demand: Demand
    minute: int = 0
    started_at: int | None = None
    is_gate_open: bool = False
    waiting: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)
    on_time_in_hours: int = 0
    on_time_overnight: int = 0
    longest_wait: int = 0
    _queue: deque[list[int]] = field(default_factory=deque)  # [place in the demand, images left]
    _coming: int = 0

    @property
    def is_running(self) -> bool:
        """Whether the warm-up is over."""
        return self.started_at is not None and self.minute >= self.started_at + self.demand.setting.warmup

    @property
    def next_arrival(self) -> int:
        """The minute of the next images that have not come yet."""
        arrivals = self.demand.arrivals
        return arrivals[self._coming][0] if self._coming < len(arrivals) else NEVER

    def start(self) -> None:
        """Starts the model; one that is on stays on."""
        if self.started_at is None:
            self.started_at = self.minute

    def stop(self) -> None:
        """Stops the model; one that is off stays off."""
        if self.started_at is not None:
            self.runs.append((self.started_at, self.minute))
            self.started_at = None

    def pass_minute(self) -> None:
        """Lets the minute's images come, and those through that the model can do."""
        arrivals = self.demand.arrivals
        while self._coming < len(arrivals) and arrivals[self._coming][0] <= self.minute:
            count = arrivals[self._coming][1]
            self._queue.append([self._coming, count])
            self.waiting += count
            self._coming += 1
        if self.waiting and self.is_gate_open and self.is_running:
            self._serve(self.demand.setting.rate_per_minute)

    def _serve(self, capacity: int) -> None:
        demand, done = self.demand, self.minute + 1
        while capacity and self._queue:
            place, left = self._queue[0]
            served = min(left, capacity)
            capacity -= served
            self.waiting -= served
            self.longest_wait = max(self.longest_wait, done - demand.arrivals[place][0])
            if done <= demand.due[place]:
                if demand.in_hours[place]:
                    self.on_time_in_hours += served
                else:
                    self.on_time_overnight += served
            if served == left:
                self._queue.popleft()
            else:
                self._queue[0][1] -= served


class Policy(Protocol):
    """Who decides. `tick` acts on the world and answers the next minute at which it must be asked though nothing comes
    (while the model is on, it is asked each minute in any case)."""

    def tick(self, world: World) -> int:
        """One look, and what follows from it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a policy came to."""

    billed_minutes: int
    starts: int
    on_time: float
    on_time_in_hours: float
    on_time_overnight: float
    unserved: int
    longest_wait: int
    ticks: int
    runs: tuple[tuple[int, int], ...]

    @property
    def hours(self) -> float:
        """The hours that are billed."""
        return self.billed_minutes / 60

    @property
    def objective_met(self) -> bool:
        """At least 95 of 100 images that came in hours, and all others, had their results in time."""
        return self.on_time_in_hours >= LEAST_ON_TIME and self.on_time_overnight == 1 and not self.unserved


def replay(demand: Demand, policy: Policy, horizon: int | None = None) -> Outcome:
    """Runs a policy through the demand, and on until nothing waits and the model is off or the time is over."""
    end = demand.minutes if horizon is None else horizon
    world, ticks = World(demand), 0
    while world.minute < end or ((world.waiting or world.next_arrival < NEVER) and world.minute < end + LONGEST_TAIL):
        seen = world.waiting
        wanted = policy.tick(world)
        ticks += 1
        world.pass_minute()
        if world.started_at is not None or world.waiting != seen:
            wanted = 0  # it is on, or something came that it has not seen
        last = end if world.minute < end else NEVER
        world.minute = max(world.minute + 1, min(wanted, world.next_arrival, last))
    world.stop()
    return _outcome(world, ticks)


def _outcome(world: World, ticks: int) -> Outcome:
    demand = world.demand
    inside = demand.images_in_hours
    outside = demand.images - inside
    return Outcome(
        billed_minutes=sum(until - start for start, until in world.runs),
        starts=len(world.runs),
        on_time=(world.on_time_in_hours + world.on_time_overnight) / demand.images,
        on_time_in_hours=world.on_time_in_hours / inside if inside else 1.0,
        on_time_overnight=world.on_time_overnight / outside if outside else 1.0,
        unserved=world.waiting,
        longest_wait=world.longest_wait,
        ticks=ticks,
        runs=tuple(world.runs),
    )
