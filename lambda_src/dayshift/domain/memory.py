"""Memory: what one model's reconcile keeps from tick to tick, as one small JSON in an SSM parameter.

Nothing in it is needed for being right in the end: a lost memory costs a warm-up or a minute, never an image.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

STARTS_KEPT = 20


@dataclass(frozen=True, slots=True)
class Memory:
    """Instants are aware, in UTC, to the second; None: not so now."""

    waiting_since: datetime | None = None  # images wait and nobody is about to read them
    idle_since: datetime | None = None  # the gate is open and nothing waits or is being read
    awake_since: datetime | None = None  # woken for waiting images, and not yet stopped
    wanted_since: datetime | None = None  # running is wished for, and the gate is not open yet
    unwanted_since: datetime | None = None  # running is not wished for, and the model is not off yet
    draining_since: datetime | None = None  # the gate was closed for a stop
    start_began: datetime | None = None
    failed_at: datetime | None = None  # the last start that ended in FAILED
    running_since: datetime | None = None  # in this local day
    learned_at: datetime | None = None
    day: str = ""  # the local date that ran_seconds is about
    ran_seconds: int = 0  # on that date, before running_since
    failures: int = 0  # starts in a row that ended in FAILED
    idle_minutes: int | None = None  # how long the warm window waits for work, as learned; None: the plain schedule
    starts: tuple[int, ...] = ()  # how many seconds the last starts took
    workers: int = 0  # of a fleet: how many are paid
    workers_since: datetime | None = None  # there are so many, in this local day
    worker_seconds: int = 0  # paid on that date, before workers_since

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Memory":
        """Reads what `to_json` wrote. What another release wrote, or nobody understands, is forgotten."""
        known = {field.name: field.type for field in fields(cls)}
        memory = cls()
        for name, given in value.items():
            try:
                match name:
                    case "starts":
                        read: Any = tuple(int(seconds) for seconds in given)[-STARTS_KEPT:]
                    case "ran_seconds" | "failures" | "idle_minutes" | "workers" | "worker_seconds":
                        read = int(given)
                    case "day":
                        read = str(given)
                    case _:
                        read = datetime.fromtimestamp(int(given), UTC)
                memory = replace(memory, **{name: read}) if name in known else memory
            except (TypeError, ValueError, OverflowError, OSError):
                continue
        return memory

    def to_json(self) -> dict[str, Any]:
        """Only what differs from an empty memory; instants as whole seconds since 1970."""
        empty = Memory()
        return {
            field.name: _plain(getattr(self, field.name))
            for field in fields(self)
            if getattr(self, field.name) != getattr(empty, field.name)
        }

    def ran(self, now: datetime) -> timedelta:
        """How long the model has run in the day that is remembered."""
        begun = (now - self.running_since) if self.running_since else timedelta()
        return timedelta(seconds=self.ran_seconds) + max(begun, timedelta())

    def worked(self, now: datetime) -> timedelta:
        """How long a fleet's workers have been paid in the day that is remembered: two for an hour are two hours."""
        begun = (now - self.workers_since) if self.workers_since else timedelta()
        return timedelta(seconds=self.worker_seconds) + self.workers * max(begun, timedelta())


def _plain(value: Any) -> Any:
    return int(value.timestamp()) if isinstance(value, datetime) else value
