"""The ports of reconcile, over the simulated world."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dayshift.domain.lifecycle import MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.ports import ModelStatus
from tests.world import laws_of_order, ports
from tests.world.site import Site
from tests.world.storage import Bucket


@dataclass(frozen=True, slots=True)
class PowerPort:
    """CustomLabelsPower."""

    line: ports.Line
    site: Site

    def describe(self) -> ModelStatus:
        return self.line.call("power.describe", lambda: ModelStatus(self.site.service.state, self.site.service.state))

    def start(self, workers: int = 1) -> None:
        self.line.call("power.start", self._start)

    def _start(self) -> None:
        self.site.is_claimed = True
        self.site.service.start()

    def stop(self) -> None:
        self.line.call("power.stop", self._stop)

    def _stop(self) -> None:
        laws_of_order.stopping(self.site)
        self.site.service.stop()

    def release(self) -> None:
        self.line.call("power.release", self._release)

    def _release(self) -> None:
        laws_of_order.releasing(self.site)
        self.site.is_claimed = False

    def probe(self) -> bool:
        return self.line.call("power.probe", lambda: self.site.service.state is ModelState.RUNNING)


@dataclass(frozen=True, slots=True)
class GatePort:
    """EventSourceMapping."""

    line: ports.Line
    site: Site

    def state(self) -> MappingState:
        return self.line.call("gate.state", lambda: self.site.mapping.state)

    def enable(self) -> None:
        self.line.call("gate.enable", self._enable)

    def _enable(self) -> None:
        laws_of_order.opening(self.site)
        self.site.mapping.enable()

    def disable(self) -> None:
        self.line.call("gate.disable", self.site.mapping.disable)


@dataclass(frozen=True, slots=True)
class StatePort:
    """SsmPowerState."""

    line: ports.Line
    site: Site

    def remember(self, memory: Memory) -> None:
        self.line.call("state.remember", lambda: setattr(self.site, "memory", json.dumps(memory.to_json())))

    def switch(self, override: Override | None) -> None:
        text = json.dumps(override.to_json() if override else {})
        self.line.call("state.switch", lambda: setattr(self.site, "override", text))


@dataclass(frozen=True, slots=True)
class ArrivalsPort:
    """CloudWatchArrivals, by what was put into the bucket."""

    line: ports.Line
    site: Site
    bucket: Bucket

    def since(self, start: datetime) -> Sequence[tuple[datetime, int]]:
        return self.line.call("arrivals.since", lambda: self._since(start.timestamp()))

    def _since(self, start: float) -> list[tuple[datetime, int]]:
        counts: dict[float, int] = {}
        for stored in self.bucket.images_of(self.site.plan.name):
            if stored.uploaded_at >= start:
                beginning = stored.uploaded_at // 300 * 300
                counts[beginning] = counts.get(beginning, 0) + 1
        return [(ports.moment_of(beginning), counted) for beginning, counted in sorted(counts.items())]
