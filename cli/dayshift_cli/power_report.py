"""A powered model for `dayshift status`: what it should be and is, why, what changes next, and what needs a person."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.text import Text

from dayshift.domain.deadline import FEWEST_STARTS, is_deadline_wake, warmup
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.lifecycle import MappingState, ModelState
from dayshift.domain.policy import Kind
from dayshift.domain.powered import PoweredModel
from dayshift.services.heartbeat import Heartbeat
from dayshift_cli import powering
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import own_sentence
from dayshift_cli.moments import length, told
from dayshift_cli.render import Row
from dayshift_cli.session import Session

POWER_COLUMNS = ("model", "power", "wanted", "is", "next change", "why")
FLEET_COLUMNS = (*POWER_COLUMNS[:4], "workers", *POWER_COLUMNS[4:])  # where any model is a fleet
# After a closing so long is paid at most, as the images that are being read are finished.
_GRACE_MINUTES = 20
_MINUTE = timedelta(minutes=1)
RED, YELLOW = "bold red", "yellow"


@dataclass(frozen=True, slots=True)
class PowerReport:
    """One powered model now. `beat` is None where it could not be read; `problem` says why."""

    name: str
    power: str
    model: PoweredModel | None
    beat: Heartbeat | None
    problem: str
    now: datetime

    def faults(self) -> list[tuple[str, str]]:
        """What needs a person (red) or is worth a look (yellow), each in one sentence."""
        if self.model is None or self.beat is None:
            return [(RED, self.problem)]
        beat = self.beat
        found = [(YELLOW, warning) for warning in self.model.warnings]
        if beat.state is ModelState.UNMANAGEABLE:
            found.append((RED, f"it cannot be managed: {beat.state_message}"))
        if beat.state is ModelState.FAILED:
            found.append((RED, f"its last start failed ({beat.start_failures} in a row): {beat.state_message}"))
        if beat.mapping is MappingState.MISSING:
            gate = "the parameter of its gate" if self.model.mapping_uuid is None else "its event source mapping"
            found.append((RED, f"{gate} is missing; apply the Terraform configuration again"))
        if beat.running and not beat.desired:
            since = f" since {beat.overrun_minutes:g} min" if beat.overrun_minutes else ""
            style = RED if beat.overrun_minutes > _GRACE_MINUTES else YELLOW
            found.append((style, f"it should be off{since}, and is paid"))
        if beat.late_minutes > 0:
            found.append((YELLOW, f"it should be open since {beat.late_minutes:g} min"))
        if beat.overdue_minutes > 0:
            found.append((RED, f"its oldest image is overdue by {beat.overdue_minutes:g} min"))
        if beat.hours_exceeded:
            found.append((YELLOW, beat.reason))
        return found

    def row(self, with_workers: bool = False) -> Row:
        """The cells under POWER_COLUMNS, or under FLEET_COLUMNS."""
        workers = [self.workers()] if with_workers else []
        if self.model is None or self.beat is None:
            return (self.name, self.power, "", "", *workers, "", Text(self.problem, style=RED))
        faults, beat = self.faults(), self.beat
        worst = RED if any(style == RED for style, _ in faults) else YELLOW if faults else ""
        return (
            self.name,
            self.power,
            "on" if beat.desired else "off",
            Text(_state(beat), style=worst),
            *workers,
            "" if beat.next_change is None else self._coming(beat.next_change),
            Text(beat.reason, style=YELLOW if self.model.override else ""),
        )

    def workers(self) -> str:
        """Of a fleet: how many there are, how many there should be, and how many there may be; else nothing."""
        fleet = self.model.policy.fleet if self.model else None
        if fleet is None or self.beat is None:
            return ""
        return f"{self.beat.workers} of {self.beat.wanted_workers}, at most {fleet.maximum}"

    def lines(self, hint: str | None = None) -> list[Text]:
        """What stands under the table: faults, what reconcile does next, how a promise is kept, and a hint."""
        lines = [Text(f"{self.name}: {sentence}.", style=style) for style, sentence in self.faults()]
        if self.beat is not None and self.beat.action not in ("NONE", "WAIT"):
            lines.append(Text(f"{self.name}: the next tick does {self.beat.action} ({self.beat.action_reason})."))
        if regime := self.regime():
            lines.append(Text(f"{self.name}: {regime}"))
        if hint:
            lines.append(Text(f"{self.name}: {hint}"))
        return lines

    def regime(self) -> str:
        """For on_deadline: which of its two ways it goes, and by which warm-up; else nothing."""
        if self.model is None or self.model.policy.kind is not Kind.ON_DEADLINE:
            return ""
        policy, memory = self.model.policy, self.model.memory
        starts, promise = len(memory.starts), length(policy.results_within)
        learned = f"learned from {starts} starts" if starts >= FEWEST_STARTS else "as configured"
        lead = f"a warm-up of {length(warmup(policy, memory))} ({learned})"
        if is_deadline_wake(policy, memory):
            return f"deadline wake: results within {promise} leave time for {lead}; it sleeps until images are due."
        patience = policy.idle or (timedelta(minutes=memory.idle_minutes) if memory.idle_minutes else None)
        sleeps = f"it sleeps after {length(patience)} without work" if patience else "it stays on while open"
        return f"warm window: results within {promise} leave no time for {lead}; {sleeps}."

    def value(self) -> dict[str, Any]:
        """Everything, for json."""
        if self.model is None or self.beat is None:
            return {"power": self.power, "problem": self.problem}
        model, beat = self.model, self.beat
        return {
            **asdict(beat),
            "power": self.power,
            "maximum_workers": model.policy.fleet.maximum if model.policy.fleet else None,
            "next_change": None if beat.next_change is None else beat.next_change.isoformat(),
            "override": model.override.to_json() if model.override else {},
            "memory": beat.memory.to_json(),
            "timezone": str(model.policy.zone),
            "warmup_minutes": round(warmup(model.policy, model.memory) / _MINUTE, 1),
            "starts_seen": len(model.memory.starts),
            "regime": self.regime(),
            "faults": [sentence for _, sentence in self.faults()],
        }

    def _coming(self, moment: datetime) -> str:
        zone = self.model.policy.zone if self.model else None
        return f"{told(moment, zone)} (in {length(moment - self.now)})" if zone else ""


def report(session: Session, deployed: DeployedModel, now: datetime) -> PowerReport:
    """The model as a tick would see it; what cannot be read of it hides nothing of the others."""
    model: PoweredModel | None = None
    power = str(deployed.power)
    try:
        model = powering.stored(session, deployed, now)
        power = power if model.policy.fault else str(model.policy.kind)
        beat = powering.observe(session, deployed, model, now)
        return PowerReport(deployed.name, power, model, beat, "", now)
    except (TransientError, ConfigurationError) as error:
        return PowerReport(deployed.name, power, model, None, f"not read: {own_sentence(error)}".rstrip("."), now)


def _state(beat: Heartbeat) -> str:
    is_plain = beat.state_message in ("", beat.state)
    return str(beat.state) if is_plain or len(beat.state_message) > 30 else f"{beat.state} ({beat.state_message})"
