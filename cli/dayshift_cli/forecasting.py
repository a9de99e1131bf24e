"""Forecast: what a policy will do, day by day, as long as nobody switches and no image decides.

The instants are those at which the domain's own `desired` changes its mind, so it cannot differ from the tick.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

from dayshift.domain.calendar import Opening, instant
from dayshift.domain.deadline import due, is_deadline_wake
from dayshift.domain.memory import Memory
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.power import desired
from dayshift.domain.sweeping import QueueDepth

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
_EMPTY = QueueDepth(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Day:
    """One local date: what is open, when the model is started and stopped, and for how long it runs.

    Instants are aware, in UTC. `ran` is None where the model is started by demand alone. `due`: when the images that
    came while it was closed are promised. `note` names a closed date and a change of the clock.
    """

    date: date
    start: datetime
    end: datetime
    open: tuple[Opening, ...]
    starts: tuple[datetime, ...]
    stops: tuple[datetime, ...]
    ran: timedelta | None
    due: tuple[datetime, ...]
    note: str


def is_by_demand(policy: Policy, memory: Memory) -> bool:
    """Whether no calendar but the images decide when the model runs; of a fleet also within office hours."""
    if policy.kind is Kind.OFFICE_HOURS:
        return policy.fleet is not None
    return policy.kind is Kind.ON_DEADLINE and is_deadline_wake(policy, memory)


def days(policy: Policy, memory: Memory, first: date, count: int) -> list[Day]:
    """So many local dates from the first one."""
    zone = policy.zone
    midnights = [midnight(first + DAY * number, zone) for number in range(count + 1)]
    runs = [] if is_by_demand(policy, memory) else _runs(policy, memory, first, midnights[-1])
    opened = _openings(policy, midnights[0], midnights[-1])
    return [_day(policy, memory, start, end, opened, runs) for start, end in pairwise(midnights)]


def midnight(day: date, zone: tzinfo) -> datetime:
    """The first instant of a local date."""
    if isinstance(zone, ZoneInfo):
        return instant(day, time(), zone)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def _day(
    policy: Policy, memory: Memory, start: datetime, end: datetime, opened: Sequence[Opening], runs: Sequence[Opening]
) -> Day:
    day = start.astimezone(policy.zone).date()
    ran = sum((run.end - run.start for run in _within(runs, start, end)), timedelta())
    promised: tuple[datetime, ...] = ()
    if policy.kind is Kind.ON_DEADLINE and policy.calendar:
        promised = tuple(_promise(policy, one) for one in opened if start <= one.start < end)
    return Day(
        day,
        start,
        end,
        open=_within(opened, start, end),
        starts=tuple(run.start for run in runs if start <= run.start < end),
        stops=tuple(run.end for run in runs if start < run.end <= end),
        ran=None if is_by_demand(policy, memory) else ran,
        due=promised,
        note="; ".join(note for note in (_closed(policy, day), clock_change(start, end, policy.zone)) if note),
    )


def _promise(policy: Policy, opening: Opening) -> datetime:
    """When an image that came as soon as it was closed before this opening is due."""
    closed = policy.calendar.last_closing(opening.start - SECOND) if policy.calendar else None
    return due(closed or opening.start - DAY, policy)


def _runs(policy: Policy, memory: Memory, first: date, until: datetime) -> list[Opening]:
    """When the model runs, from some days before the first date, so that what runs at its midnight is seen to begin."""
    # Learned starts count; all else that is remembered is about now.
    plain, horizon = replace(Memory(), starts=memory.starts), until + DAY
    now, found = midnight(first - 3 * DAY, policy.zone), list[Opening]()
    while now < until:
        wish = desired(policy, plain, _EMPTY, None, now)
        end = max(wish.next_change or horizon, now + SECOND)
        if wish.running:
            joined = found.pop().start if found and found[-1].end == now else now
            found.append(Opening(joined, end))
        now = end
    return found if policy.maximum_running >= DAY else list(_allowed(policy, found))


def _allowed(policy: Policy, runs: Sequence[Opening]) -> Iterator[Opening]:
    """The runs without what is beyond `maximum_running_hours_per_day`: off until midnight, then on again."""
    ran: dict[date, timedelta] = {}
    for run in runs:
        start = run.start
        while start < run.end:
            day = start.astimezone(policy.zone).date()
            following = midnight(day + DAY, policy.zone)
            end = min(run.end, following, start + policy.maximum_running - ran.get(day, timedelta()))
            ran[day] = ran.get(day, timedelta()) + end - start
            if end > start:
                yield Opening(start, end)
            start = following


def _openings(policy: Policy, after: datetime, until: datetime) -> list[Opening]:
    if policy.calendar is None:
        return [Opening(after, until)]
    return list(policy.calendar.openings(after, until))


def _within(stretches: Sequence[Opening], start: datetime, end: datetime) -> tuple[Opening, ...]:
    return tuple(
        Opening(max(one.start, start), min(one.end, end)) for one in stretches if one.start < end and one.end > start
    )


def _closed(policy: Policy, day: date) -> str:
    """Says so where a date is closed on which a window would begin."""
    calendar = policy.calendar
    if calendar is None or day not in calendar.closed_on:
        return ""
    return "closed date" if any(day.weekday() in window.days for window in calendar.windows) else ""


def clock_change(start: datetime, end: datetime, zone: tzinfo) -> str:
    """Names a change of the clock between two instants, for example "clock forward 1 h at 02:00 (CET, then CEST)"."""
    before, after = start.astimezone(zone), end.astimezone(zone)
    shift = (after.utcoffset() or timedelta()) - (before.utcoffset() or timedelta())
    if not shift:
        return ""
    low, high = start, end
    while high - low > SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        changed = middle.astimezone(zone).utcoffset() != before.utcoffset()
        low, high = (low, middle) if changed else (middle, high)
    wall = (high.astimezone(zone) - shift).replace(tzinfo=None)
    way = "forward" if shift > timedelta() else "back"
    hours = abs(shift) / timedelta(hours=1)
    return f"clock {way} {hours:g} h at {wall:%H:%M} ({before:%Z}, then {after:%Z})"
