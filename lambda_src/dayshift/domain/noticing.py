"""Noticing: how one tick's look at a model changes what is remembered, before and after the decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dayshift.domain.lifecycle import Action, MappingState, ModelState, Observed
from dayshift.domain.memory import STARTS_KEPT, Memory
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.sweeping import QueueDepth

DRAIN = timedelta(minutes=10)
HOLD_OFF, LONGEST_HOLD_OFF = timedelta(minutes=5), timedelta(minutes=40)
BILLED = (ModelState.STARTING, ModelState.RUNNING)
FORGET_START = timedelta(minutes=5)  # a model still STOPPED so long after its start was stopped by somebody


def noticed(
    memory: Memory,
    policy: Policy,
    state: ModelState,
    mapping: MappingState,
    depth: QueueDepth,
    now: datetime,
    workers: int = 1,
) -> Memory:
    """The memory after a look at the model, its gate and its queue; `workers`: how many of a fleet are paid."""
    memory = _starts(_hours(memory, policy, state, now), state, now)
    if policy.fleet is not None:
        memory = _work(memory, workers, now)
    total = depth.visible + depth.in_flight + depth.delayed
    is_open = mapping is MappingState.ENABLED and state is ModelState.RUNNING
    # What an open gate clears within a minute, or a fleet within its time, is being read, not waiting.
    at_once = policy.images_per_minute if policy.fleet is None else policy.fleet.clears(workers)
    waits = total > 0 and not (is_open and depth.visible <= at_once)
    is_idle = depth.visible + depth.delayed == 0
    return replace(
        memory,
        waiting_since=(memory.waiting_since or now) if waits else None,
        idle_since=(memory.idle_since or now) if is_idle else None,
    )


def settled(
    memory: Memory,
    policy: Policy,
    running: bool,
    by_policy: bool,
    seen: Observed,
    action: Action,
    now: datetime,
) -> Memory:
    """The memory after the decision and its step; `by_policy`: the policy, and no override, wishes it to run."""
    state = seen.model
    is_open = seen.mapping is MappingState.ENABLED and state is ModelState.RUNNING
    is_on = state is ModelState.RUNNING or (state is ModelState.STARTING and seen.interruptible)
    drains = not running and is_on and action is not Action.STOP_MODEL
    # Whoever opens the gate by hand meanwhile lets in what needs its own time.
    drained_from = None if action is Action.DISABLE_MAPPING else memory.draining_since
    awake = by_policy and policy.kind is Kind.ON_DEADLINE
    began = memory.start_began or (now if action is Action.START_MODEL or state is ModelState.STARTING else None)
    return replace(
        memory,
        wanted_since=(memory.wanted_since or now) if running and not is_open else None,
        unwanted_since=(memory.unwanted_since or now) if not running and state in BILLED else None,
        draining_since=(drained_from or now) if drains else None,
        awake_since=(memory.awake_since or now) if awake else None,
        start_began=began,
    )


def is_held_off(memory: Memory, now: datetime) -> bool:
    """Whether the next start must wait: 5, 10, 20, then 40 minutes after each start in a row that FAILED."""
    if memory.failed_at is None or memory.failures < 1:
        return False
    wait: timedelta = min(HOLD_OFF * 2 ** (memory.failures - 1), LONGEST_HOLD_OFF)
    return now < memory.failed_at + wait


def is_drain_over(memory: Memory, now: datetime) -> bool:
    """Whether what is still in flight is no longer waited for."""
    return memory.draining_since is not None and now - memory.draining_since >= DRAIN


def _starts(memory: Memory, state: ModelState, now: datetime) -> Memory:
    began = memory.start_began
    match state:
        case ModelState.RUNNING:
            took = (round((now - began).total_seconds()),) if began is not None else ()
            starts = (*memory.starts, *took)[-STARTS_KEPT:]
            return replace(memory, starts=starts, start_began=None, failures=0, failed_at=None)
        case ModelState.FAILED if began is not None:
            return replace(memory, start_began=None, failures=memory.failures + 1, failed_at=now)
        case ModelState.STOPPED if began is not None and now - began >= FORGET_START:
            return replace(memory, start_began=None)
    return memory


def _hours(memory: Memory, policy: Policy, state: ModelState, now: datetime) -> Memory:
    """Counts how long the model is billed in each local day."""
    is_billed, since = state in BILLED, memory.running_since
    midnight = now.astimezone(policy.zone).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    today = now.astimezone(policy.zone).date().isoformat()
    if memory.day != today:
        ran = memory.ran_seconds + memory.worker_seconds + memory.workers
        if not is_billed and since is None and ran == 0:
            return memory  # a day on which nothing happens is not worth a write
        since = max(since, midnight) if since is not None else None
        memory = _first_of_the_day(replace(memory, day=today, ran_seconds=0, running_since=since), midnight)
    if is_billed:
        return replace(memory, running_since=since or now)
    ran = round((now - since).total_seconds()) if since is not None else 0
    return replace(memory, running_since=None, ran_seconds=memory.ran_seconds + ran)


def _first_of_the_day(memory: Memory, midnight: datetime) -> Memory:
    since = memory.workers_since
    return replace(memory, worker_seconds=0, workers_since=max(since, midnight) if since is not None else None)


def _work(memory: Memory, workers: int, now: datetime) -> Memory:
    """Counts how long a fleet's workers are paid in the day of `_hours`; written only when their number changes."""
    if workers == memory.workers:
        return memory
    worked = round(memory.worked(now).total_seconds())
    return replace(memory, workers=workers, workers_since=now if workers else None, worker_seconds=worked)
