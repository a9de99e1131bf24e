"""How many workers there should be, by four rules; each is asked every second, and says when it acts.

tracking    EC2 Auto Scaling on the backlog per instance (EC2 Auto Scaling User Guide, "Scaling policy based on
            Amazon SQS", "Create a target tracking scaling policy using metric math"): the alarms that it makes
            look at three minutes to scale out and at fifteen to scale in; an instance counts as there, and not as
            reading, while it warms up. Without an instance the metric has no value, so it cannot leave zero: a
            step policy on the number of visible messages does (one datapoint).
the seed's  Each message should have a running instance; more are started, those too much are stopped at once,
            whatever they do (tests/world/seed_fleet.py).
one each    The same wish on an Auto Scaling group, every minute: who reads is protected.
by minutes  Dayshift: the real reconcile with domain/fleet, every minute.
"""

import json
import math
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bench.scaling.machines import MINUTE, Machines
from dayshift.domain.lifecycle import MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.ports import ModelStatus
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.services.reconcile import GATE_STEPS, LOOKS, ReconcilePorts, reconcile

OUT, IN, IN_BELOW = 3, 15, 0.9  # datapoints; and the share of the target below which it scales in
WARMUP = 4 * MINUTE
FIVE_MINUTES = 5 * MINUTE
LOOK_SECONDS = 15  # handlers/reconcile
BEGIN = datetime(2026, 11, 23, tzinfo=UTC)
HOURS = {"timezone": "UTC", "open": ["Mon-Sun 00:00-24:00"], "closed_on": []}


class Rule(Protocol):
    """Asked every second."""

    def tick(self, machines: Machines) -> None:
        """Scales, where it is time to."""


@dataclass(slots=True)
class TargetTracking:
    """With zero as the minimum, and a step policy to leave it."""

    target: float  # messages an instance
    high: int = 0  # datapoints in a row above the target
    low: int = 0

    def tick(self, machines: Machines) -> None:
        """Each minute one datapoint: kinder than CloudWatch, it is there at once."""
        if machines.now % MINUTE:
            return
        visible, serving = machines.counts()[0], len(machines.serving())
        if not machines.desired:
            machines.wish(1 if visible else 0)
        if not serving:
            self.high = self.low = 0
            return
        metric = visible / serving
        self.high = self.high + 1 if metric > self.target else 0
        self.low = self.low + 1 if metric < IN_BELOW * self.target else 0
        if self.high >= OUT:
            warming = sum(one.ready_at + WARMUP > machines.now for one in machines.here)
            machines.wish(max(math.ceil(serving * metric / self.target), machines.desired if warming else 0))
        elif self.low >= IN:
            machines.wish(math.ceil(serving * metric / self.target))


@dataclass(slots=True)
class Seed:
    """The seed's controller, every half minute; a worker that it stops is not asked."""

    every: int = 30

    def tick(self, machines: Machines) -> None:
        """One look."""
        if machines.now % self.every:
            return
        messages, running = sum(machines.counts()), len(machines.serving())
        if messages > running:
            machines.wish(min(len(machines.here) + min(messages - running, machines.maximum - running), 19))
        for one in machines.serving()[: max(running - messages, 0)]:
            machines.end(one)
            machines.wish(len(machines.here))


class AWorkerEach:
    """As many workers as messages, by reconcile's beat and with protection."""

    def tick(self, machines: Machines) -> None:
        """One look."""
        if machines.now % MINUTE == 0:
            machines.wish(sum(machines.counts()))


@dataclass(slots=True)
class _Ports:
    machines: Machines
    memory: Memory

    def describe(self) -> ModelStatus:
        machines, paid = self.machines, len(self.machines.here)
        if not machines.desired:
            state = ModelState.STOPPING if paid else ModelState.STOPPED
        else:
            state = ModelState.RUNNING if machines.serving() else ModelState.STARTING
        return ModelStatus(state, state, capacity=machines.desired, workers=paid)

    def start(self, workers: int = 1) -> None:
        self.machines.wish(workers)

    def stop(self) -> None:
        self.machines.wish(0)

    def probe(self) -> bool:
        return True

    def state(self) -> MappingState:
        return MappingState.ENABLED if self.machines.is_gate_open else MappingState.DISABLED

    def enable(self) -> None:
        self.machines.is_gate_open = True

    def disable(self) -> None:
        self.machines.is_gate_open = False

    def depth(self) -> QueueDepth:
        return QueueDepth(*self.machines.counts(), 0)

    def remember(self, memory: Memory) -> None:
        self.memory = Memory.from_json(memory.to_json())

    def switch(self, override: Override | None) -> None:
        """Nobody overrides here."""

    def since(self, start: datetime) -> list[tuple[datetime, int]]:
        """The arrivals, five minutes by five minutes, the last of them not over yet."""
        counts = Counter(moment // FIVE_MINUTES * FIVE_MINUTES for moment in self.machines.came)
        told = [(BEGIN + timedelta(seconds=begun), count) for begun, count in sorted(counts.items())]
        return [(begun, count) for begun, count in told if begun >= start]


@dataclass(slots=True)
class MinutesOfWork:
    """The real reconcile."""

    maximum: int
    images_per_minute: int
    clear_within_minutes: float = 5
    idle_minutes: float = 5
    looks: set[int] = field(default_factory=set)
    model: PoweredModel | None = None

    def tick(self, machines: Machines) -> None:
        """Every minute, and a few looks more after the gate was moved."""
        if machines.now % MINUTE and machines.now not in self.looks:
            return
        model, now = self.model or self._made(machines), BEGIN + timedelta(seconds=machines.now)
        ports = _Ports(machines, model.memory)
        beat = reconcile(ReconcilePorts(model, ports, ports, ports, ports, ports), now)
        if beat.action in GATE_STEPS and machines.now not in self.looks:
            self.looks = {machines.now + LOOK_SECONDS * look for look in range(1, LOOKS + 1)}
        self.model = replace(model, memory=ports.memory)

    def _made(self, machines: Machines) -> PoweredModel:
        machines.is_gate_open = False
        fleet = {
            "maximum": self.maximum,
            "images_per_minute": self.images_per_minute,
            "clear_within_minutes": self.clear_within_minutes,
            "idle_minutes": self.idle_minutes,
        }
        spec = {
            "name": "bench", "family": "face_fleet", "target": "bench", "prefix": "incoming/", "queue_url": "",
            "queue_name": "", "mapping_uuid": None, "power": "office_hours", "hours": HOURS, "warmup_minutes": 5,
            "images_per_minute": self.images_per_minute * self.maximum, "fleet": fleet,
        }  # fmt: skip
        return PoweredModel.from_stored(json.dumps(spec), "{}", "{}", BEGIN)
