"""Schedule expressions of EventBridge Scheduler: which instants `at`, `rate` and `cron` mean in a time zone.

Pure. The rules are those of the user guide's page "Schedule types on EventBridge Scheduler":
a wall time that the spring change skips does not fire; one that the autumn change repeats fires the first time only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

UNITS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}
YEARS = range(1970, 2200)
DAY_NUMBERS = re.compile(r"(?<![#\d])(\d+)")


class ExpressionError(ValueError):
    """An expression that AWS would refuse."""


@dataclass(frozen=True, slots=True)
class At:
    """Once, at a wall time."""

    local: datetime

    def next_after(self, after: datetime, anchor: datetime, zone: ZoneInfo) -> datetime | None:
        """The instant, if it is still to come."""
        instant = _instant(self.local, zone)
        return instant if instant is not None and instant > after else None


@dataclass(frozen=True, slots=True)
class Rate:
    """Again and again from the anchor (the start date, or else when it was made), which itself is the first."""

    every: timedelta

    def next_after(self, after: datetime, anchor: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant later than `after`."""
        if anchor > after:
            return anchor
        return anchor + ((after - anchor) // self.every + 1) * self.every


@dataclass(frozen=True, slots=True)
class Cron:
    """At wall times; `fields` is in cronsim's grammar, the years apart."""

    fields: str
    years: frozenset[int]

    def next_after(self, after: datetime, anchor: datetime, zone: ZoneInfo) -> datetime | None:
        """The first instant later than `after`, or None when no year is left."""
        start = after.astimezone(zone).replace(tzinfo=None)
        # The hour that autumn repeats lies behind in wall time, but its first half may still be to come.
        for local in self._wall_times(start - timedelta(hours=3)):
            instant = _instant(local, zone)
            if instant is not None and instant > after:
                return instant
        return None

    def _wall_times(self, start: datetime) -> Iterator[datetime]:
        for year in sorted(year for year in self.years if year >= start.year):
            first = max(start, datetime(year, 1, 1) - timedelta(seconds=1))
            for local in CronSim(self.fields, first):
                if local.year > year:
                    break
                if local.year == year:
                    yield local


Expression = At | Rate | Cron


def parse(text: str) -> Expression:
    """The expression that this text means. Raises ExpressionError."""
    match = re.fullmatch(r"(at|rate|cron)\((.*)\)", text.strip())
    if match is None:
        raise ExpressionError(f"Invalid Schedule Expression {text}.")
    kind, inner = match.groups()
    try:
        return {"at": _at, "rate": _rate, "cron": _cron}[kind](inner)
    except (ValueError, CronSimError) as error:
        raise ExpressionError(f"Invalid Schedule Expression {text}. {error}".strip()) from error


def _at(inner: str) -> Expression:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}", inner):
        raise ValueError('at() wants yyyy-mm-ddThh:mm:ss, for example "at(2026-11-23T08:00:00)"')
    return At(datetime.fromisoformat(inner))


def _rate(inner: str) -> Expression:
    match = re.fullmatch(r"([1-9]\d*) (minute|hour|day)s?", inner)
    if match is None:
        raise ValueError('rate() wants a value and minutes, hours or days, for example "rate(5 minutes)"')
    return Rate(int(match[1]) * UNITS[match[2]])


def _cron(inner: str) -> Expression:
    fields = inner.upper().split()
    if len(fields) != 6:
        raise ValueError(f'cron() wants six fields, for example "cron(0 8 ? * MON-FRI *)"; got {len(fields)}')
    minutes, hours, day_of_month, month, day_of_week, years = fields
    if (day_of_month == "?") == (day_of_week == "?"):
        raise ValueError("one of day-of-month and day-of-week must be ?, and only one")
    if day_of_month[:-1].isdigit() and day_of_month.endswith("W"):
        raise ValueError("a weekday near a date, such as 15W, is understood by AWS but not by this local scheduler")
    plain = " ".join((minutes, hours, day_of_month.replace("?", "*"), month, _days_of_week(day_of_week)))
    if "?" in plain:
        raise ValueError("? belongs in day-of-month or day-of-week")
    CronSim(plain, datetime(2000, 1, 1))
    return Cron(plain, _years(years))


def _days_of_week(field: str) -> str:
    """AWS counts from 1, Sunday; cronsim from 0. What follows # counts weeks and / counts steps: left alone."""
    if field in ("?", "*"):
        return "*"
    if field == "L":  # the last day of the week
        return "6"
    head, slash, step = field.partition("/")
    if any(not 1 <= int(number) <= 7 for number in DAY_NUMBERS.findall(head)):
        raise ValueError(f"day-of-week counts from 1 (Sunday) to 7, or SUN to SAT; got {field}")
    return DAY_NUMBERS.sub(lambda number: str(int(number[1]) - 1), head) + slash + step


def _years(field: str) -> frozenset[int]:
    chosen: set[int] = set()
    for part in field.split(","):
        match = re.fullmatch(r"(\*|\d{4})(?:-(\d{4}))?(?:/(\d+))?", part)
        if match is None:
            raise ValueError(f'the year must be like "*", "2027", "2026-2028" or "2026/2"; got {field}')
        first = YEARS.start if match[1] == "*" else int(match[1])
        last = int(match[2]) if match[2] else (YEARS.stop - 1 if match[1] == "*" or match[3] else first)
        chosen.update(range(first, last + 1, int(match[3] or 1)))
    if not chosen <= set(YEARS):
        raise ValueError(f"years run from {YEARS.start} to {YEARS.stop - 1}; got {field}")
    return frozenset(chosen)


def _instant(local: datetime, zone: ZoneInfo) -> datetime | None:
    """The first instant that has this wall time, or None where the clocks skip it."""
    instant = local.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == local else None
