"""One job of the local proxiML: its states, what it costs by the local clock, and what it was told to do wrong. Pure.

new --> waiting for resources --> running --> finished | failed | stopped
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local.services.timeline import Log, entered, text

ENDED = ("finished", "failed", "stopped", "removed")


class Misdeed(StrEnum):
    """What a job does instead of its work."""

    NEVER_START = "never_start"  # no machine is ever free
    NEVER_END = "never_end"  # it is at work for ever, and paid
    LOSE = "lose"  # it finishes and brings nothing
    FORGE = "forge"  # it brings results of images that it was never given, and other nonsense
    FAIL = "fail"  # it fails at once
    LATE = "late"  # it brings its results after it has finished
    UNLISTED = "unlisted"  # it works, and no list has it while it does
    DEAF = "deaf"  # the first three wishes to stop it are not heard
    SELF = "self"  # it does its work


@dataclass(slots=True)
class ProximlJob:
    """Instants are epoch seconds of the local clock."""

    id: str
    project: str
    asked: dict[str, Any]
    created_at: float
    usd_per_hour: float
    does: Misdeed = Misdeed.SELF
    status: str = "new"
    log: Log = field(default_factory=list)
    started_at: float | None = None
    ended_at: float | None = None
    removed: bool = False
    unheard: int = 0  # wishes to stop
    printed: str = ""

    def enter(self, status: str, at: float) -> None:
        """Its next state; what has ended stays as it is."""
        if self.status in ENDED:
            return
        self.status, self.log = status, entered(self.log, status, at)
        if status == "running":
            self.started_at = at
        if status in ENDED:
            self.ended_at = at

    def credits(self, now: float) -> float:
        """What it has cost: its time at work, at its price."""
        if self.started_at is None:
            return 0.0
        end = now if self.ended_at is None else self.ended_at
        return round(max(end - self.started_at, 0.0) / 3600 * self.usd_per_hour, 6)

    def told(self, now: float) -> dict[str, Any]:
        """As the service's API tells of it."""
        environment = {**self.asked.get("environment", {})}
        return {
            "job_uuid": self.id,
            "project_uuid": self.project,
            "customer_uuid": "local",
            "name": self.asked["name"],
            "type": self.asked["type"],
            "status": self.status,
            "start": text(self.created_at),
            "credits": self.credits(now),
            "credits_per_hour": self.usd_per_hour,
            "resources": self.asked["resources"],
            "environment": environment,
            "model": self.asked.get("model", {}),
            "workers": [
                {"job_worker_uuid": f"{self.id}-1", "command": self.asked["workers"][0], "status": self.status}
            ],
        }

    def shown(self, now: float) -> dict[str, Any]:
        """As the controls show it."""
        return {
            "id": self.id,
            "name": self.asked["name"],
            "status": self.status,
            "does": str(self.does),
            "created_at": text(self.created_at),
            "started_at": None if self.started_at is None else text(self.started_at),
            "ended_at": None if self.ended_at is None else text(self.ended_at),
            "credits": self.credits(now),
            "removed": self.removed,
            "states": [status for status, _ in self.log],
            "printed": self.printed,
            "asked": self.asked,
        }
