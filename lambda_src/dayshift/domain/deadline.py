"""Deadline: when results are due, and the last moment at which a sleeping model must be woken for them.

The promise of `results_within` L: an image that arrives while the hours are open is due L later; one that arrives while
they are closed is due L, but at most 30 minutes, after the next opening. Without hours every image is due L later.

Waking takes the warm-up W. Where L covers W and the opening of the gate, the model sleeps until the last moment that
keeps the promise (deadline wake). Where it does not, nothing can be woken in time (warm window, `domain/power`).
"""

import math
from datetime import datetime, timedelta

from dayshift.domain.memory import Memory
from dayshift.domain.policy import MARGIN, Policy

AFTER_OPENING = timedelta(minutes=30)
FEWEST_STARTS = 5  # before so many were seen, the configured warm-up counts too
PERCENTILE = 0.95


def due(arrival: datetime, policy: Policy) -> datetime:
    """When the results of an image are due; arrival + L where the hours never open again."""
    if policy.is_open(arrival) or policy.calendar is None:
        return arrival + policy.results_within
    opening = policy.calendar.next_opening(arrival)
    if opening is None:
        return arrival + policy.results_within
    return max(opening.start + min(policy.results_within, AFTER_OPENING), arrival + policy.results_within)


def warmup(policy: Policy, memory: Memory) -> timedelta:
    """How long a start takes: 95 of 100 of the last ones took no longer; at first what is configured.

    The longest never counts alone: it may have been one whose end nobody saw for hours.
    """
    seen = sorted(timedelta(seconds=seconds) for seconds in memory.starts)
    if len(seen) < FEWEST_STARTS:
        return max([policy.warmup, *seen[:-1]])
    return seen[min(math.ceil(PERCENTILE * len(seen)), len(seen) - 1) - 1]


def drain(images: int, policy: Policy) -> timedelta:
    """How long the model needs for so many images. A fleet has no more workers than clear them within its time."""
    whole = timedelta(minutes=images / policy.images_per_minute)
    return max(whole, policy.fleet.clear_within) if policy.fleet is not None and images else whole


def is_deadline_wake(policy: Policy, memory: Memory) -> bool:
    """Whether the promise leaves time to wake the model after an image has come: L >= W + 3 min.

    Without hours there is nothing to keep warm for: should starts become slower than the promise, it wakes at once.
    """
    return policy.calendar is None or policy.results_within >= warmup(policy, memory) + MARGIN


def wake_at(waiting_since: datetime, images: int, policy: Policy, memory: Memory) -> datetime:
    """The last moment to begin the start that keeps the promise to the oldest waiting image."""
    return due(waiting_since, policy) - warmup(policy, memory) - drain(images, policy) - MARGIN
