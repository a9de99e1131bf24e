"""The policies of others, as they are meant: their ticks come when they should, and nothing of theirs ever fails."""

from bisect import bisect_right
from dataclasses import dataclass

from bench.power.demand import Demand
from bench.power.world import World

HOUR = 60
LEAD = 30


class AlwaysOn:
    """The model is started once and never stopped."""

    def tick(self, world: World) -> int:
        """On."""
        world.start()
        world.is_gate_open = True
        return world.minute + 1


class FixedSchedule:
    """The model is started 30 minutes before each opening and stopped at closing, whatever comes."""

    def __init__(self, demand: Demand) -> None:
        merged: list[tuple[int, int]] = []
        for start, end in demand.openings:
            if merged and start - LEAD <= merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
            else:
                merged.append((max(start - LEAD, 0), end))
        self._windows = merged
        self._starts = [start for start, _ in merged]

    def tick(self, world: World) -> int:
        """On inside a window."""
        place = bisect_right(self._starts, world.minute)
        world.is_gate_open = place > 0 and world.minute < self._windows[place - 1][1]
        if world.is_gate_open:
            world.start()
        else:
            world.stop()
        return self._starts[place] if place < len(self._starts) else world.minute + HOUR * 24


@dataclass
class HourlyWake:
    """The AWS sample for batches with Custom Labels (aws-samples/amazon-rekognition-custom-labels-batch-processing).

    Each full hour it looks whether images wait, and if so starts the model; it looks every 15 minutes whether it runs,
    opens the gate, holds for 59 minutes, looks at the queue, and holds again until the queue is empty.
    """

    hold: int = 59
    look: int = 15
    _opened_at: int | None = None

    def tick(self, world: World) -> int:
        """The state machine's next step."""
        if world.started_at is None:
            if world.minute % HOUR == 0 and world.waiting:
                world.start()
                self._opened_at = None
            return (world.minute // HOUR + 1) * HOUR
        if self._opened_at is None:
            if world.is_running and (world.minute - world.started_at) % self.look == 0:
                world.is_gate_open, self._opened_at = True, world.minute
        elif world.minute - self._opened_at >= self.hold:
            if world.waiting:
                self._opened_at = world.minute
            else:
                world.is_gate_open = False
                world.stop()
        return world.minute + 1


class QueueDriven:
    """Started as soon as anything waits, stopped as soon as nothing does: scaling to zero by the queue's length."""

    def tick(self, world: World) -> int:
        """On while something waits."""
        if world.waiting:
            world.start()
            world.is_gate_open = True
        elif world.is_running:
            world.is_gate_open = False
            world.stop()
        return world.minute + 1 if world.waiting else world.minute + HOUR * 24
