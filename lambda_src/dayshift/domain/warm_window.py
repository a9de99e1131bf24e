"""Warm window: how long a warm model should wait for work, learned by replaying the last weeks.

A longer patience T costs warm minutes without work; a shorter one sends the model to sleep before images for which it
cannot be woken in time. Each candidate is replayed over the arrivals of the last three weeks; the smallest that would
have kept the promise to 98 of 100 images at no more than the plain schedule's cost wins. Without one, or with under two
weeks of history, the model keeps to the plain schedule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayshift.domain.calendar import Opening
from dayshift.domain.policy import MARGIN, Policy

HISTORY, LEAST_HISTORY = timedelta(days=21), timedelta(days=14)
EVERY = timedelta(days=7)
CANDIDATES = (1.0, 1.5, 2.0, 3.0, 4.0)  # times the warm-up
LEAST_ON_TIME = 0.98
Arrival = tuple[datetime, int]


@dataclass(slots=True)
class Replay:
    """What a patience would have cost, and how many images would have had their results in time."""

    billed: timedelta = timedelta()
    images: int = 0
    on_time: int = 0


def choose_idle(arrivals: Sequence[Arrival], policy: Policy, warmup: timedelta, now: datetime) -> timedelta | None:
    """The patience to use until the next replay; None for the plain schedule. `arrivals` are in time order."""
    if policy.calendar is None or not arrivals or now - arrivals[0][0] < LEAST_HISTORY:
        return None
    start = max(arrivals[0][0], now - HISTORY)
    openings = [
        Opening(max(opening.start, start), min(opening.end, now)) for opening in policy.calendar.openings(start, now)
    ]
    plain = sum((opening.end - opening.start + warmup for opening in openings), timedelta())
    for factor in CANDIDATES:
        tried = replayed(arrivals, openings, warmup * factor, policy, warmup)
        if tried.on_time >= LEAST_ON_TIME * tried.images and tried.billed <= plain:
            return warmup * factor
    return None


def replayed(
    arrivals: Iterable[Arrival], openings: Iterable[Opening], patience: timedelta, policy: Policy, warmup: timedelta
) -> Replay:
    """The days as they would have gone with this patience: ready at each opening, woken by what finds it asleep."""
    result = Replay()
    coming = iter([*arrivals])
    arrival = next(coming, None)
    for opening in openings:
        ready = opening.start
        until = min(ready + patience, opening.end)
        result.billed += warmup + (until - ready)
        while arrival is not None and arrival[0] < opening.end:
            moment, count = arrival
            arrival = next(coming, None)
            if moment < opening.start:
                continue
            result.images += count
            if moment > until and moment + warmup >= opening.end:
                continue  # too late to be woken today
            if moment > until:
                ready = moment + warmup
                until = min(ready, opening.end)
                result.billed += warmup
            if max(moment, ready) + MARGIN <= moment + policy.results_within:
                result.on_time += count
            extended = min(max(until, max(moment, ready) + patience), opening.end)
            result.billed += extended - until
            until = extended
    return result
