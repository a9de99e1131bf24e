"""Heartbeat: what one tick saw of a model, wished and did, for its log line, its metrics and whoever asks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from dayshift.domain.deadline import due, warmup
from dayshift.domain.lifecycle import Action, Decision, MappingState, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.noticing import BILLED
from dayshift.domain.ports import ModelStatus
from dayshift.domain.power import Desired
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Times in minutes, money in USD."""

    model: str
    desired: bool
    reason: str
    next_change: datetime | None
    state: ModelState
    state_message: str
    mapping: MappingState
    action: Action
    action_reason: str
    running: bool
    backlog: int
    in_flight: int
    oldest_waiting_minutes: float
    overdue_minutes: float  # the oldest image's results are late by so much
    late_minutes: float  # it should be open since so long
    overrun_minutes: float  # it should be off since so long
    ran_minutes_today: float
    cost_today_usd: float
    start_failures: int
    hours_exceeded: bool
    unmanageable: bool
    memory: Memory  # as it was written
    workers: int | None = None  # of a fleet: how many are paid
    wanted_workers: int | None = None  # of a fleet: how many there should be, 0 while it should not run


def heartbeat(
    model: PoweredModel,
    wish: Desired,
    status: ModelStatus,
    mapping: MappingState,
    decision: Decision,
    depth: QueueDepth,
    memory: Memory,
    now: datetime,
    wanted_workers: int = 1,
) -> Heartbeat:
    """The heartbeat of a model after its step."""
    policy = model.policy
    waiting, wanted = memory.waiting_since, memory.wanted_since
    ran = memory.ran(now)
    paid = ran if policy.fleet is None else memory.worked(now)
    return Heartbeat(
        model=model.spec.name,
        desired=wish.running,
        reason=wish.reason,
        next_change=wish.next_change,
        state=status.state,
        state_message=status.message or status.word,
        mapping=mapping,
        action=decision.action,
        action_reason=decision.reason,
        running=status.state in BILLED,
        backlog=depth.visible + depth.delayed,
        in_flight=depth.in_flight,
        oldest_waiting_minutes=_minutes(now - waiting) if waiting else 0.0,
        overdue_minutes=_minutes(now - due(waiting, policy)) if waiting else 0.0,
        late_minutes=_minutes(now - wanted - warmup(policy, memory)) if wanted else 0.0,
        overrun_minutes=_minutes(now - memory.unwanted_since) if memory.unwanted_since else 0.0,
        ran_minutes_today=_minutes(ran),
        cost_today_usd=round(paid / timedelta(hours=1) * policy.usd_per_hour, 4),
        start_failures=memory.failures,
        hours_exceeded=wish.capped,
        unmanageable=status.state is ModelState.UNMANAGEABLE or mapping is MappingState.MISSING,
        memory=memory,
        workers=status.workers if policy.fleet else None,
        wanted_workers=wanted_workers * wish.running if policy.fleet else None,
    )


def _minutes(span: timedelta) -> float:
    return round(max(span / MINUTE, 0.0), 1)
