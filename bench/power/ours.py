"""Dayshift in the replay: the real `services.reconcile`, with the world of the replay behind its ports.

Each tick is one call of `attend`, as the tick's function makes it, with the memory that the tick before wrote, through
JSON as in the parameter store. Ticks that the answer itself says cannot matter are left out: the model is off, nothing
came since, and it is before `next_change` (and before the weekly look back).
"""

import json
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bench.power.demand import Demand
from bench.power.trace import MINUTE
from bench.power.world import NEVER, World
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.lifecycle import Action, MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.ports import ModelStatus
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.domain.warm_window import EVERY
from dayshift.services.reconcile import ReconcilePorts, attend


@dataclass(slots=True)
class _Ports:
    """The world as reconcile sees it. Images are done within the minute they are taken in, so none is in flight."""

    world: World
    history: "History"
    memory: Memory

    def describe(self) -> ModelStatus:
        """The model's state."""
        if self.world.started_at is None:
            return ModelStatus(ModelState.STOPPED, "STOPPED")
        state = ModelState.RUNNING if self.world.is_running else ModelState.STARTING
        return ModelStatus(state, state.value)

    def start(self, workers: int = 1) -> None:
        """Starts the model."""
        self.world.start()

    def stop(self) -> None:
        """Stops the model."""
        self.world.stop()

    def probe(self) -> bool:
        """A running model answers."""
        return True

    def state(self) -> MappingState:
        """The gate."""
        return MappingState.ENABLED if self.world.is_gate_open else MappingState.DISABLED

    def enable(self) -> None:
        """Opens the gate."""
        self.world.is_gate_open = True

    def disable(self) -> None:
        """Closes the gate."""
        self.world.is_gate_open = False

    def depth(self) -> QueueDepth:
        """What waits."""
        return QueueDepth(self.world.waiting, 0, 0)

    def remember(self, memory: Memory) -> None:
        """Keeps the memory as the parameter store does: as JSON."""
        self.memory = Memory.from_json(memory.to_json())

    def switch(self, override: Override | None) -> None:
        """Nobody overrides here."""

    def since(self, start: datetime) -> Sequence[tuple[datetime, int]]:
        """The arrivals so far, five minutes by five minutes."""
        return self.history.between(start, self.world.demand.moment(self.world.minute))


class History:
    """Arrivals as CloudWatch counts them: five minutes each, in time order, without the empty ones."""

    def __init__(self, demand: Demand) -> None:
        counts: dict[datetime, int] = {}
        for minute, count in demand.arrivals:
            moment = demand.moment(minute)
            begun = moment.replace(minute=moment.minute // 5 * 5)
            counts[begun] = counts.get(begun, 0) + count
        self._moments, self._rows = list(counts), list(counts.items())

    def between(self, start: datetime, until: datetime) -> Sequence[tuple[datetime, int]]:
        """The counts that begin in [start, until - 5 min]: one that is not over yet is not told."""
        last = bisect_left(self._moments, until - 5 * MINUTE + timedelta(microseconds=1))
        return self._rows[bisect_left(self._moments, start) : last]


def _no_pause() -> None:
    """The gate of the replay follows at once."""


class Dayshift:
    """The model under `on_deadline`. `every_tick`: leave none out."""

    def __init__(self, demand: Demand, *, every_tick: bool = False) -> None:
        setting = demand.setting
        hours = {"timezone": setting.timezone, "open": setting.hours, "closed_on": setting.closed_on}
        spec = {
            "name": "bench",
            "family": "custom_labels",
            "target": None,
            "prefix": "incoming/",
            "queue_url": "",
            "queue_name": "",
            "mapping_uuid": "",
            "power": "on_deadline",
            "hours": hours,
            "warmup_minutes": setting.warmup,
            "results_within_minutes": setting.results_within,
            "images_per_minute": setting.rate_per_minute,
        }
        self._model = PoweredModel.from_stored(json.dumps(spec), "{}", "{}", demand.moment(0))
        if self._model.warnings:
            raise ConfigurationError("; ".join(self._model.warnings))
        self._history, self._every_tick = History(demand), every_tick

    def tick(self, world: World) -> int:
        """One tick."""
        now = world.demand.moment(world.minute)
        ports = _Ports(world, self._history, self._model.memory)
        beat = attend(ReconcilePorts(self._model, ports, ports, ports, ports, ports), lambda: now, _no_pause)
        self._model = replace(self._model, memory=ports.memory)
        if self._every_tick or beat.action is not Action.NONE:
            return world.minute + 1
        learn = ports.memory.learned_at + EVERY if ports.memory.learned_at else None
        changes = [moment for moment in (beat.next_change, learn) if moment is not None]
        if not changes:
            return NEVER
        return world.minute + max(math.ceil((min(changes) - now) / MINUTE), 1)
