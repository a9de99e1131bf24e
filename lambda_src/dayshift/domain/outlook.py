"""Outlook: whether a powered model is awake, and by when an image that waits for it will have been read.

It is the policy's own answer (domain/power, domain/deadline), asked again at each instant at which it says that it will
change. New images, or a person, may make it earlier or later; nobody is told more than is known now.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from dayshift.domain.deadline import drain, due, warmup
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.policy import MARGIN, Kind, Policy
from dayshift.domain.power import Desired, desired
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth

CHANGES = 8  # an override, a cap, a weekend: what changes more often will change again before it is read
SECOND = timedelta(seconds=1)


class Wakefulness(StrEnum):
    """What a model would do with an image now."""

    AWAKE = "awake"
    STARTING = "starting"
    ASLEEP = "asleep"
    ALWAYS = "always"  # nobody starts or stops it


@dataclass(frozen=True, slots=True)
class Outlook:
    """`wakes_at`, of a model that is asleep; `read_by`, of an image that waits: None where nobody can tell."""

    state: Wakefulness
    reason: str
    wakes_at: datetime | None = None
    read_by: datetime | None = None


ALWAYS_THERE = Outlook(Wakefulness.ALWAYS, "always there")
UNKNOWN = Outlook(Wakefulness.ASLEEP, "kept off: what it was configured with cannot be read")


def wakefulness(wish: Desired, memory: Memory) -> Wakefulness:
    """Of a powered model, as the last tick left it."""
    if not wish.running:
        return Wakefulness.ASLEEP
    is_open = memory.running_since is not None and memory.wanted_since is None and memory.unwanted_since is None
    return Wakefulness.AWAKE if is_open else Wakefulness.STARTING


def wish_for(model: PoweredModel, backlog: QueueDepth, now: datetime) -> Desired:
    """What the model should be now that an image has come. The backlog counts only where results are promised."""
    memory, backlog = _joined(model.memory, backlog, now)
    return desired(model.policy, memory, backlog, model.override, now)


def outlook(model: PoweredModel, backlog: QueueDepth, uploaded_at: datetime, now: datetime) -> Outlook:
    """The outlook of an image that was uploaded then and is not read yet."""
    policy, came = model.policy, min(uploaded_at, now)
    memory, backlog = _joined(model.memory, backlog, came)
    wish = desired(policy, memory, backlog, model.override, now)
    state = wakefulness(wish, memory)
    wakes_at = _wakes_at(policy, memory, backlog, model.override, now)
    if wakes_at is None:
        return Outlook(state, wish.reason)
    began = (memory.start_began or now) if state is Wakefulness.STARTING else wakes_at
    start = timedelta() if state is Wakefulness.AWAKE else warmup(policy, memory)
    read_by = max(began + start, now) + MARGIN + drain(backlog.visible + backlog.in_flight + backlog.delayed, policy)
    if policy.kind is Kind.ON_DEADLINE:
        read_by = max(read_by, due(came, policy))
    return Outlook(state, wish.reason, wakes_at if state is Wakefulness.ASLEEP else None, _whole(read_by))


def _joined(memory: Memory, backlog: QueueDepth, came: datetime) -> tuple[Memory, QueueDepth]:
    """Memory and backlog with an image that came then, as the next tick will see them."""
    memory = replace(memory, waiting_since=min(memory.waiting_since or came, came), idle_since=None)
    return memory, replace(backlog, visible=max(backlog.visible, 1))


def _wakes_at(
    policy: Policy, memory: Memory, backlog: QueueDepth, override: Override | None, now: datetime
) -> datetime | None:
    """The first instant at which it is wished to run; None where the policy names none."""
    wish = desired(policy, memory, backlog, override, now)
    asleep = replace(memory, running_since=None, ran_seconds=round(memory.ran(now).total_seconds()))
    at = now
    for _ in range(CHANGES):
        if wish.running:
            return at
        if wish.next_change is None or wish.next_change <= at:
            return None
        at = wish.next_change
        word = override if override is not None and at < override.until else None
        wish = desired(policy, asleep, backlog, word, at)
    return None


def _whole(moment: datetime) -> datetime:
    """The end of its second, as people are told it."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + SECOND
