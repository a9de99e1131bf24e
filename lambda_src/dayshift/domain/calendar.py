"""Calendar: when a place is open, by its own wall clock.

Several windows (domain/windows) are their union. A window belongs to the date on which it begins: a closed date drops
the windows that begin on it. A wall time means the first instant at which the clock shows it or a later one: of a time
skipped in spring the moment of the skip, of one that comes twice in autumn the first. EventBridge Scheduler does the
same, except that it skips what is skipped (Scheduler user guide, "Daylight saving time"); the tick heals that.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.windows import DAY, Window, wall_time

SECOND = timedelta(seconds=1)
LONGEST_SEARCH = timedelta(days=400)  # a window that does not open within this never will


@dataclass(frozen=True, slots=True)
class Opening:
    """A stretch during which the place is open, from `start` up to but not at `end`; both aware, in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """The windows of a place, its time zone, and the dates on which it stays closed."""

    zone: ZoneInfo
    windows: tuple[Window, ...]
    closed_on: frozenset[date] = frozenset()

    @classmethod
    def of(cls, timezone: str, opened: Iterable[str], closed_on: Iterable[str] = ()) -> "Calendar":
        """Reads the calendar as it is configured. Raises ConfigurationError."""
        windows = tuple(Window.parse(text) for text in opened)
        if not windows:
            raise ConfigurationError('hours need at least one window, for example ["Mon-Fri 09:00-18:00"]; got none')
        return cls(zone_of(timezone), windows, frozenset(_date(text) for text in closed_on))

    def openings(self, after: datetime, until: datetime) -> Iterator[Opening]:
        """The stretches that overlap [after, until), in order; those that touch or overlap are one."""
        first = (after.astimezone(self.zone) - 2 * DAY).date()
        last = (until.astimezone(self.zone) + DAY).date()
        current: Opening | None = None
        for found in sorted(self._windows_from(first, last), key=lambda opening: opening.start):
            if current is not None and found.start <= current.end:
                current = Opening(current.start, max(current.end, found.end))
                continue
            if current is not None and current.end > after:
                yield current
            if found.start >= until:
                return
            current = found
        if current is not None and current.end > after and current.start < until:
            yield current

    def opening_at(self, now: datetime) -> Opening | None:
        """The stretch that is open now, with its true beginning and end; None while closed."""
        for opening in self.openings(now, now + SECOND):
            return self._whole(opening) if opening.start <= now else None
        return None

    def is_open(self, now: datetime) -> bool:
        """Whether it is open now."""
        return any(opening.start <= now for opening in self.openings(now, now + SECOND))

    def next_opening(self, now: datetime) -> Opening | None:
        """The first stretch that begins after now; None where none begins within 400 days."""
        horizon = 4 * DAY
        while horizon <= 2 * LONGEST_SEARCH:  # nearly always it is found within days: look no further than needed
            for opening in self.openings(now, now + horizon):
                if opening.start > now:
                    return self._whole(opening)
            horizon *= 4
        return None

    def last_closing(self, now: datetime) -> datetime | None:
        """When the latest stretch that has ended by now ended; None where none did within 400 days."""
        horizon = 4 * DAY
        while horizon <= 2 * LONGEST_SEARCH:
            ends = [opening.end for opening in self.openings(now - horizon, now + SECOND) if opening.end <= now]
            if ends:
                return max(ends)
            horizon *= 4
        return None

    def _whole(self, opening: Opening) -> Opening:
        """The same stretch without the cut of a short look ahead; one that never closes is told 60 days long."""
        for ahead in (7 * DAY, 60 * DAY):
            whole = next(self.openings(opening.start, opening.start + ahead), opening)
            if whole.end < opening.start + ahead:
                return whole
        return Opening(opening.start, opening.start + 60 * DAY)

    def _windows_from(self, first: date, last: date) -> Iterator[Opening]:
        for count in range((last - first).days + 1):
            yield from _windows_on(first + DAY * count, self)


@lru_cache(maxsize=4096)
def _windows_on(day: date, calendar: Calendar) -> tuple[Opening, ...]:
    """The windows that begin on a day. Kept, since every tick asks about the same few days."""
    if day in calendar.closed_on:
        return ()
    found = []
    for window in calendar.windows:
        if day.weekday() in window.days:
            start = instant(day, window.start, calendar.zone)
            end = instant(day + DAY * (window.until // DAY), wall_time(window.until % DAY), calendar.zone)
            if start < end:  # a window that lies in a skipped hour has no length
                found.append(Opening(start, end))
    return tuple(found)


def zone_of(name: str) -> ZoneInfo:
    """The time zone. Raises ConfigurationError where the machine knows none of that name."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, TypeError, LookupError) as error:
        raise ConfigurationError(f'timezone must be an IANA name such as "Europe/Berlin"; got {name!r}') from error


def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, at which the zone's clock shows this time of this day, or a later one."""
    local = datetime.combine(day, wall, tzinfo=zone)  # fold 0: of a doubled time the first
    found = local.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
        return found
    before, after = local.replace(fold=1).astimezone(UTC), found  # the skip lies between
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f'a closed date must be written like "2026-12-24"; got {text!r}') from error
