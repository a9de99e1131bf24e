"""Calendars against a brute-force oracle that only watches a wall clock: all zones, every clock change 2024 to 2030."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayshift.domain.calendar import Calendar, Opening
from dayshift.domain.windows import DAYS, Window

ZONES = sorted(zoneinfo.available_timezones() - {"localtime"})
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AROUND = 3 * HOUR
WINDOWS = (
    "Mon-Sun 00:30-01:30",
    "Sat,Sun 02:15-02:45",
    "Mon-Sun 23:10-00:20",
    "Sun 03:00-04:30",
    "Mon-Sat 02:30-05:00",
)


def transitions(zone: ZoneInfo) -> Iterator[datetime]:
    """The instants at which the zone's offset changes, to the minute."""
    step, at = timedelta(days=1), FIRST
    while at < LAST:
        if (at + step).astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
            low, high = at, at + step
            while high - low > MINUTE:
                middle = low + (high - low) / 2
                middle = middle.replace(second=0, microsecond=0)
                is_before = middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset()
                low, high = (middle, high) if is_before else (low, middle)
            yield high
        at += step


class Watcher:
    """Knows nothing of offsets: it looks at the wall clock minute by minute, and notes when each time first shows."""

    def __init__(self, zone: ZoneInfo, start: datetime, end: datetime) -> None:
        self._seen: list[tuple[datetime, datetime]] = []
        at, latest = start, start.astimezone(zone).replace(tzinfo=None) - MINUTE
        while at < end:
            wall = at.astimezone(zone).replace(tzinfo=None)
            if wall > latest:
                latest = wall
                self._seen.append((wall, at))
            at += MINUTE
        self.start, self.end = start, end

    def first(self, day: date, since_midnight: timedelta) -> datetime:
        """The first instant that shows this time or a later one; the beginning or end of the watch beyond it."""
        wanted = datetime.combine(day, time()) + since_midnight
        if wanted <= self._seen[0][0]:
            return self.start
        low, high = 0, len(self._seen)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._seen[middle][0] >= wanted else (middle + 1, high)
        return self._seen[low][1] if low < len(self._seen) else self.end

    def is_open(self, windows: tuple[Window, ...], at: datetime, days: list[date]) -> bool:
        for window in windows:
            begin = timedelta(hours=window.start.hour, minutes=window.start.minute)
            for day in days:
                if day.weekday() in window.days and self.first(day, begin) <= at < self.first(day, window.until):
                    return True
        return False


@pytest.mark.parametrize("shard", range(8))
def test_every_zone_around_every_clock_change_agrees_with_the_wall_clock(shard: int) -> None:
    checked = 0
    for name in ZONES[shard::8]:
        zone = ZoneInfo(name)
        calendar = Calendar.of(name, WINDOWS)
        for change in transitions(zone):
            watcher = Watcher(zone, change - 30 * HOUR, change + 30 * HOUR)
            today = change.astimezone(zone).date()
            days = [today + timedelta(days=count) for count in (-2, -1, 0, 1, 2)]
            openings = list(calendar.openings(change - AROUND, change + AROUND))
            at = change - AROUND
            while at < change + AROUND:
                expected = watcher.is_open(calendar.windows, at, days)
                got = any(opening.start <= at < opening.end for opening in openings)
                assert got == expected, f"{name} at {at.astimezone(zone)}: wanted open={expected}"
                checked += 1
                at += 5 * MINUTE
    assert checked > 0


def windows() -> st.SearchStrategy[str]:
    times = st.integers(0, 24 * 60 - 1).map(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}")
    span = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS), times, times | st.just("24:00"))
    return span.filter(lambda each: each[2] != each[3]).map(lambda each: f"{each[0]}-{each[1]} {each[2]}-{each[3]}")


instants = st.integers(int(FIRST.timestamp()), int(LAST.timestamp())).map(lambda at: datetime.fromtimestamp(at, UTC))


@given(st.lists(windows(), min_size=1, max_size=4), st.permutations(range(4)), st.sampled_from(ZONES), instants)
def test_the_order_of_windows_does_not_matter_and_openings_are_apart(
    texts: list[str], order: list[int], zone: str, now: datetime
) -> None:
    calendar = Calendar.of(zone, texts)
    found = list(calendar.openings(now, now + timedelta(days=9)))
    shuffled = [texts[place] for place in order if place < len(texts)]
    assert list(Calendar.of(zone, shuffled).openings(now, now + timedelta(days=9))) == found
    for one, next_one in pairwise(found):
        assert one.start < one.end < next_one.start < next_one.end


@given(st.lists(windows(), min_size=1, max_size=3), st.sampled_from(ZONES), instants)
def test_the_questions_about_now_agree_with_the_openings(texts: list[str], zone: str, now: datetime) -> None:
    calendar = Calendar.of(zone, texts)
    around = list(calendar.openings(now - timedelta(days=20), now + timedelta(days=20)))
    current = [opening for opening in around if opening.start <= now < opening.end]
    assert calendar.is_open(now) == bool(current)
    opening = calendar.opening_at(now)
    assert (opening is None) == (not current)
    if opening is not None and current[0].end < now + timedelta(days=19):
        assert opening.end == current[0].end
    coming = calendar.next_opening(now)
    later = [opening for opening in around if opening.start > now]
    if later:
        assert coming == later[0] or later[0].end >= now + timedelta(days=20)
    ended = [opening.end for opening in around if opening.end <= now]
    if ended:
        assert calendar.last_closing(now) == max(ended)


def test_a_closed_date_drops_the_windows_that_begin_on_it_and_no_other() -> None:
    calendar = Calendar.of("Europe/Berlin", ["Mon-Fri 22:00-02:00"], ["2026-12-24"])
    berlin = ZoneInfo("Europe/Berlin")
    starts = [
        opening.start.astimezone(berlin).date()
        for opening in calendar.openings(datetime(2026, 12, 22, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=UTC))
    ]
    assert starts == [date(2026, 12, 21), date(2026, 12, 22), date(2026, 12, 23), date(2026, 12, 25)]


def test_a_place_that_never_closes_is_one_opening() -> None:
    calendar = Calendar.of("Asia/Kathmandu", ["Mon-Sun 00:00-24:00"])
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert calendar.is_open(now)
    assert calendar.next_opening(now) is None
    found = list(calendar.openings(now, now + timedelta(days=30)))
    assert len(found) == 1
    assert isinstance(found[0], Opening)
