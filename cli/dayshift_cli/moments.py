"""Moments: what a person means by `--until 22:00` or `--for 90m`, and how instants and spans are told to one.

A wall time without a date is the next one that the zone's clock shows; one that comes twice in autumn counts twice.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

import click

from dayshift.domain.calendar import instant
from dayshift.domain.override import LONGEST

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_WALL = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_SPAN = re.compile(r"(?:(?P<hours>\d{1,3})h)?(?:(?P<minutes>\d{1,4})m)?")
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}(?::\d{2})?)")
_UNTIL_EXAMPLES = "22:00, 24:00, 2026-11-22T01:00 (both by the model's own clock) or 2026-11-22T00:00:00Z"


def ending(until: str | None, span: str | None, zone: tzinfo, now: datetime) -> datetime:
    """When what is asked for ends. Raises UsageError unless it is said exactly once, is to come, and within 24 h."""
    if until is not None and span is None:
        moment, said = moment_of(until, zone, now), f"--until {until}"
    elif span is not None and until is None:
        moment, said = now + span_of(span), f"--for {span}"
    else:
        got = "both" if until is not None else "neither"
        raise click.UsageError(
            f"Say how long, by --until 22:00 or by --for 2h, one of the two; got {got}. "
            "It ends by itself, so that nothing stays forgotten; at most 24 hours."
        )
    if moment <= now:
        raise click.UsageError(f"{said} is over: it is {told(now, zone)} now. Want {_UNTIL_EXAMPLES}.")
    if moment > now + LONGEST:
        raise click.UsageError(
            f"{said} is {told(moment, zone)}, more than 24 hours ahead; the latest possible is "
            f"{told(now + LONGEST, zone)}. Hours that are to last belong into the configuration."
        )
    return moment


def moment_of(text: str, zone: tzinfo, now: datetime) -> datetime:
    """The instant that `--until` means. Raises UsageError that shows what would do."""
    if _WALL.fullmatch(text) or text == "24:00":
        return _next(text, zone, now)
    dated = _DATED.fullmatch(text)
    try:
        if dated:
            return _instant(date.fromisoformat(dated[1]), time.fromisoformat(dated[2]), zone, now)
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise click.UsageError(f"--until wants {_UNTIL_EXAMPLES}; got {text!r}.")
    return moment.astimezone(UTC)


def span_of(text: str) -> timedelta:
    """The span that `--for` means. Raises UsageError that shows what would do."""
    found = _SPAN.fullmatch(text)
    span = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0)) if found else timedelta()
    if not span:
        raise click.UsageError(f"--for wants 2h, 90m or 1h30m; got {text!r}.")
    return span


def told(moment: datetime, zone: tzinfo) -> str:
    """`Mon 23 Nov 08:30 CET`, by the zone's clock."""
    return f"{moment.astimezone(zone):%a %d %b %H:%M %Z}"


def length(span: timedelta) -> str:
    """`2 d 12 h`, `1 h 5 min`, `35 min`: as exactly as a person needs it."""
    minutes = max(round(span / _MINUTE), 0)
    days, hours = minutes // (24 * 60), minutes // 60 % 24
    parts = [(days, "d"), (hours, "h"), (0 if days else minutes % 60, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "under a minute"


def _next(wall: str, zone: tzinfo, now: datetime) -> datetime:
    """The next time that the clock shows this: today, tomorrow, or for the second time today."""
    today = now.astimezone(zone).date()
    late = wall == "24:00"
    at = time() if late else time.fromisoformat(wall)
    return next(
        moment
        for day in (today, today + _DAY, today + 2 * _DAY)
        if (moment := _instant(day + _DAY if late else day, at, zone, now)) > now
    )


def _instant(day: date, wall: time, zone: tzinfo, now: datetime) -> datetime:
    """The first instant of that wall time; where it comes twice and the first is over, the second."""
    local = datetime.combine(day, wall, tzinfo=zone)
    first = instant(day, wall, zone) if isinstance(zone, ZoneInfo) else local.astimezone(UTC)
    second = local.replace(fold=1).astimezone(UTC)
    return second if first <= now < second else first
