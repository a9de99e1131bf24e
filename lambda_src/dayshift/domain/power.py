"""Power: whether a model should run now, why, and when that changes. A person's override beats the policy.

Policies:
  office_hours  from the opening less the warm-up until the closing; a fleet within these hours only while there is work
  on_deadline   by the promise of results within L minutes (domain/deadline). Where L leaves time to wake the model, it
                sleeps until the last moment and serves everything that came meanwhile. Where L does not, it is warm
                while the hours are open, except after a pause of T without work (domain/warm_window learns T)
  always_on     always
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import assert_never

from dayshift.domain.calendar import Calendar
from dayshift.domain.deadline import AFTER_OPENING, drain, due, is_deadline_wake, wake_at, warmup
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.policy import MARGIN, Kind, Policy
from dayshift.domain.sweeping import QueueDepth

A_DAY = timedelta(hours=24)
AFTER_CLOSING = timedelta(minutes=15)  # what came before closing may be read so much longer, where results are promised
RESTING = timedelta(
    minutes=7
)  # longer than the visibility timeout: what is in flight still is not being read but rests


@dataclass(frozen=True, slots=True)
class Desired:
    """What a model should be. `next_change` is as far as is known now; new images or a person may change it before."""

    running: bool
    reason: str
    next_change: datetime | None = None
    capped: bool = False  # the most hours a day were reached


def desired(policy: Policy, memory: Memory, backlog: QueueDepth, override: Override | None, now: datetime) -> Desired:
    """Whether the model should run now."""
    if override is not None:
        by = f" by {override.by}" if override.by else ""
        mode = "on" if override.running else "off"
        return Desired(override.running, f"switched {mode}{by} until {_clock(override.until, policy)}", override.until)
    if policy.fault:
        return Desired(False, f"kept off: {policy.fault}")
    if (capped := _capped(policy, memory, now)) is not None:
        return capped
    match policy.kind:
        case Kind.ALWAYS_ON:
            return Desired(True, "always on")
        case Kind.OFFICE_HOURS if policy.fleet is not None:
            return _while_there_is_work(policy, policy.fleet.idle, memory, backlog, now)
        case Kind.OFFICE_HOURS:
            return _in_office_hours(policy, policy.warmup, memory, now)
        case Kind.ON_DEADLINE if is_deadline_wake(policy, memory):
            return _woken_for_the_deadline(policy, memory, backlog, now)
        case Kind.ON_DEADLINE:
            return _in_the_warm_window(policy, memory, backlog, now)
        case unknown:
            assert_never(unknown)


def _capped(policy: Policy, memory: Memory, now: datetime) -> Desired | None:
    local = now.astimezone(policy.zone)
    ran = memory.ran(now) if memory.day == local.date().isoformat() else timedelta()
    if policy.maximum_running >= A_DAY or ran < policy.maximum_running:
        return None
    midnight = (local + A_DAY).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    hours = policy.maximum_running / timedelta(hours=1)
    return Desired(False, f"ran {hours:g} h today, the most that is allowed", midnight, capped=True)


def _in_office_hours(policy: Policy, lead: timedelta, memory: Memory, now: datetime) -> Desired:
    calendar = _calendar(policy)
    opening = calendar.opening_at(now)
    if opening is not None:
        end = _end(calendar, opening.end, lead)
        if memory.running_since is None and now + lead >= end:
            return Desired(False, f"off, and could not be ready before {_clock(end, policy)}", end)
        return Desired(True, f"open until {_clock(end, policy)}", end)
    coming = calendar.next_opening(now)
    if coming is None:
        return Desired(False, "closed, and no opening is to come")
    if now >= coming.start - lead:
        return Desired(True, f"opens at {_clock(coming.start, policy)}", _end(calendar, coming.end, lead))
    return Desired(False, f"closed until {_clock(coming.start, policy)}", coming.start - lead)


def _while_there_is_work(
    policy: Policy, idle: timedelta, memory: Memory, backlog: QueueDepth, now: datetime
) -> Desired:
    """In the hours: from the first image that waits until so long after the last. What is in flight while nobody reads
    rests, and is seen when it waits again."""
    hours = _in_office_hours(policy, policy.warmup, memory, now)
    if not hours.running:
        return hours
    if backlog.visible + backlog.delayed > 0:
        images = backlog.visible + backlog.in_flight + backlog.delayed
        return Desired(True, f"{images} images to read")
    if memory.running_since is None:
        return Desired(False, "nothing waits; the next image wakes it")
    asleep_at = (memory.idle_since or now) + idle
    if now < asleep_at:
        return Desired(True, "more may come", min(asleep_at, hours.next_change or asleep_at))
    return Desired(False, f"no work for {idle / timedelta(minutes=1):g} min; the next image wakes it")


def _end(calendar: Calendar, end: datetime, lead: timedelta) -> datetime:
    """When it really ends: a break shorter than the warm-up is no end."""
    for _ in range(20):
        coming = calendar.next_opening(end - timedelta(seconds=1))
        if coming is None or coming.start - lead > end:
            break
        end = coming.end
    return end


def _woken_for_the_deadline(policy: Policy, memory: Memory, backlog: QueueDepth, now: datetime) -> Desired:
    images = backlog.visible + backlog.in_flight + backlog.delayed
    if memory.awake_since is not None and not _is_done(memory, backlog, now):
        return Desired(True, f"{images} images to read before it sleeps again")
    if memory.waiting_since is None:
        return Desired(False, "nothing waits")
    wake, promised = wake_at(memory.waiting_since, images, policy, memory), due(memory.waiting_since, policy)
    if now >= wake:
        return Desired(True, f"{images} images wait, the first is due at {_clock(promised, policy)}")
    return Desired(False, f"{images} images wait, due at {_clock(promised, policy)}", wake)


def _is_done(memory: Memory, backlog: QueueDepth, now: datetime) -> bool:
    """Nothing is left to read. SQS counts what was sent a minute ago rightly, so one look tells of all older images;
    those that come while the gate closes are due a whole promise later."""
    if memory.idle_since is None:
        return False
    return backlog.in_flight == 0 or now - memory.idle_since >= RESTING


def _in_the_warm_window(policy: Policy, memory: Memory, backlog: QueueDepth, now: datetime) -> Desired:
    calendar, lead, wait = _calendar(policy), warmup(policy, memory), patience(policy, memory)
    opening = calendar.opening_at(now)
    images = backlog.visible + backlog.in_flight + backlog.delayed
    if opening is None:
        closed = calendar.last_closing(now)
        is_late = memory.awake_since is not None and closed is not None and now - closed < AFTER_CLOSING
        if is_late and not _is_done(memory, backlog, now):
            return Desired(True, f"{images} images to read that came before closing")
        # The overnight backlog must not keep the first images of the day from their promise.
        early = max(drain(images, policy) - min(policy.results_within, AFTER_OPENING) + MARGIN, timedelta())
        return _in_office_hours(policy, lead + early, memory, now)
    if wait is None or memory.idle_since is None:
        return _in_office_hours(policy, lead, memory, now)
    asleep_at = max(memory.idle_since, opening.start) + wait
    if now < asleep_at:
        return Desired(True, "warm: more may come", min(asleep_at, opening.end))
    minutes = wait / timedelta(minutes=1)
    return Desired(False, f"no work for {minutes:g} min; the next image wakes it")


def patience(policy: Policy, memory: Memory) -> timedelta | None:
    """How long a warm model waits for work before it sleeps; None: it does not, or there is no warm window."""
    if policy.fleet is not None and policy.kind is Kind.OFFICE_HOURS:
        return policy.fleet.idle
    if policy.kind is not Kind.ON_DEADLINE or is_deadline_wake(policy, memory):
        return None
    return policy.idle or (timedelta(minutes=memory.idle_minutes) if memory.idle_minutes else None)


def _calendar(policy: Policy) -> Calendar:
    if policy.calendar is None:  # Policy.from_json refuses it
        raise ValueError(f"{policy.kind} without hours")
    return policy.calendar


def _clock(moment: datetime, policy: Policy) -> str:
    return f"{moment.astimezone(policy.zone):%a %d %b %H:%M %Z}"
