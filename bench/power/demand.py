"""Demand: a trace in minutes since its first midnight, each image with the minute by which its results are due.

The objective is the same for every policy: of the images that arrive in hours at least 95 of 100 have their results
within L; those that arrive outside of hours have theirs by the next opening + 30 min, or arrival + L if that is later.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cached_property

from bench.power.trace import MINUTE, Trace
from dayshift.domain.calendar import Calendar, instant
from dayshift.domain.errors import ConfigurationError

AFTER_OPENING = 30
LEAST_ON_TIME = 0.95
LOOK_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Setting:
    """The promise, the model and the hours that a trace is replayed with; times in minutes."""

    results_within: int = 60
    warmup: int = 30
    rate_per_minute: int = 300
    hours: tuple[str, ...] = ("Mon-Fri 09:00-18:00",)
    timezone: str = "UTC"
    closed_on: tuple[str, ...] = ()

    @property
    def calendar(self) -> Calendar:
        """The hours. Raises ConfigurationError."""
        return Calendar.of(self.timezone, self.hours, self.closed_on)


@dataclass(frozen=True)
class Demand:
    """Images by the minute of their arrival; `due` is the minute before whose beginning they must be done."""

    setting: Setting
    origin: datetime
    minutes: int  # how long it is replayed and billed at least
    openings: tuple[tuple[int, int], ...]  # those after the end too: what is left then waits for them
    arrivals: tuple[tuple[int, int], ...]
    in_hours: tuple[bool, ...]
    due: tuple[int, ...]

    @cached_property
    def images(self) -> int:
        """How many images there are in all."""
        return sum(count for _, count in self.arrivals)

    @cached_property
    def images_in_hours(self) -> int:
        """How many of them come in hours."""
        return sum(count for (_, count), is_open in zip(self.arrivals, self.in_hours, strict=True) if is_open)

    def moment(self, minute: int) -> datetime:
        """When a minute begins."""
        return self.origin + minute * MINUTE


def demand_of(trace: Trace, setting: Setting) -> Demand:
    """A trace under a setting: from the midnight before it to the midnight after the last row and the last promise.

    Raises ConfigurationError.
    """
    calendar = setting.calendar
    origin = instant(trace.first.astimezone(calendar.zone).date(), time(), calendar.zone)
    openings = tuple(
        (_minutes(opening.start - origin), _minutes(opening.end - origin))
        for opening in calendar.openings(origin - timedelta(days=1), trace.last + LOOK_AHEAD)
    )
    if not openings:
        raise ConfigurationError("the hours must open within a year of the trace; these never do")
    arrivals = tuple((_minutes(moment - origin), count) for moment, count in trace.arrivals)
    due, in_hours = [], []
    starts = [start for start, _ in openings]
    for minute, _ in arrivals:
        place = bisect_right(starts, minute)
        is_open = place > 0 and minute < openings[place - 1][1]
        coming = None if is_open or place == len(starts) else starts[place] + AFTER_OPENING
        in_hours.append(is_open)
        due.append(max(minute + setting.results_within, coming or 0))
    last = max(trace.last, *(origin + minute * MINUTE for minute in due))
    midnight = instant(last.astimezone(calendar.zone).date() + timedelta(days=1), time(), calendar.zone)
    end = _minutes(midnight - origin)
    kept = tuple((max(start, 0), until) for start, until in openings if until > 0)
    return Demand(setting, origin.astimezone(UTC), end, kept, arrivals, tuple(in_hours), tuple(due))


def _minutes(span: timedelta) -> int:
    return span // MINUTE
