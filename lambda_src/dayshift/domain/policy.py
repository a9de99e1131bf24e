"""Policy: how a model is powered, as one entry of `var.models` says it.

{"power": "on_deadline", "hours": {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"], "closed_on": []},
 "warmup_minutes": 30, "results_within_minutes": 60, "idle_minutes": null, "images_per_minute": 60,
 "maximum_running_hours_per_day": 24, "usd_per_hour": 4.0, "fleet": null}

With a `fleet` (domain/fleet), `images_per_minute` is that of all its workers, and `usd_per_hour` that of one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from dayshift.domain.calendar import Calendar
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.fleet import Fleet


class Kind(StrEnum):
    """When the model runs."""

    OFFICE_HOURS = "office_hours"
    ON_DEADLINE = "on_deadline"
    ALWAYS_ON = "always_on"


# Between the tick that starts a model and the first image read: a tick that sees it run, the mapping's lag, a spare.
MARGIN = timedelta(minutes=3)
_EXAMPLE = '{"power": "office_hours", "hours": {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}}'


@dataclass(frozen=True, slots=True)
class Policy:
    """How a model is powered. A policy with a `fault` keeps its model off: to be closed is the cheap mistake."""

    kind: Kind
    calendar: Calendar | None = None  # None: open day and night
    warmup: timedelta = timedelta(minutes=30)
    results_within: timedelta = timedelta(minutes=60)
    idle: timedelta | None = None  # None: learned
    images_per_minute: float = 60.0
    maximum_running: timedelta = timedelta(hours=24)  # a local day
    usd_per_hour: float = 0.0
    fault: str = ""
    fleet: Fleet | None = None  # None: one model, and not workers that read for it

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Policy":
        """Reads the shape above. Raises ConfigurationError."""
        try:
            return cls._read(value)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ConfigurationError(
                f"a powered model must say how, for example {_EXAMPLE}; {type(error).__name__}: {error}"
            ) from error

    @classmethod
    def _read(cls, value: Mapping[str, Any]) -> "Policy":
        kind, hours = Kind(value["power"]), value.get("hours")
        policy = cls(
            kind,
            Calendar.of(hours["timezone"], hours["open"], hours.get("closed_on", ())) if hours else None,
            warmup=timedelta(minutes=value.get("warmup_minutes", 30)),
            results_within=timedelta(minutes=value.get("results_within_minutes", 60)),
            idle=timedelta(minutes=value["idle_minutes"]) if value.get("idle_minutes") else None,
            images_per_minute=float(value.get("images_per_minute", 60)),
            maximum_running=timedelta(hours=value.get("maximum_running_hours_per_day", 24)),
            usd_per_hour=float(value.get("usd_per_hour") or 0),
            fleet=None if value.get("fleet") is None else Fleet.from_json(value["fleet"]),
        )
        if policy.images_per_minute <= 0:
            raise ConfigurationError(f"images_per_minute must be above 0; got {policy.images_per_minute}")
        if kind is Kind.OFFICE_HOURS and policy.calendar is None:
            raise ConfigurationError(f"office_hours need hours, for example {_EXAMPLE}")
        if kind is Kind.ON_DEADLINE and policy.calendar is None and policy.results_within < policy.warmup + MARGIN:
            raise ConfigurationError(
                f"results within {_minutes(policy.results_within)} min cannot be kept day and night: waking takes "
                f"{_minutes(policy.warmup)} min and {_minutes(MARGIN)} more to open. Promise at least "
                f"{_minutes(policy.warmup + MARGIN)} min, or give hours in which the model is kept warm"
            )
        return policy

    @property
    def zone(self) -> tzinfo:
        """The zone whose midnight begins a day of the daily limit."""
        return self.calendar.zone if self.calendar else UTC

    def is_open(self, now: datetime) -> bool:
        """Whether the hours are open, or there are none."""
        return self.calendar is None or self.calendar.is_open(now)


def _minutes(span: timedelta) -> str:
    return f"{span / timedelta(minutes=1):g}"
