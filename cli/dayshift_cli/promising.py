"""What a longer promise would save: the images of the last weeks replayed, asleep between them instead of kept warm."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.domain.deadline import drain, is_deadline_wake, wake_at, warmup
from dayshift.domain.errors import TransientError
from dayshift.domain.memory import Memory
from dayshift.domain.policy import MARGIN, Kind, Policy
from dayshift.domain.powered import PoweredModel
from dayshift.domain.warm_window import HISTORY, replayed
from dayshift_cli.errors import own_sentence
from dayshift_cli.moments import length
from dayshift_cli.session import Session

Arrivals = Sequence[tuple[datetime, int]]
_MINUTE, _HOUR, _STEP = timedelta(minutes=1), timedelta(hours=1), 5


@dataclass(frozen=True, slots=True)
class Saving:
    """A promise that leaves time to wake the model, and what the last days would have been billed with either."""

    results_within: timedelta
    now_billed: timedelta
    then_billed: timedelta
    over: timedelta
    usd: float
    of: str = ""  # whose hours these are, where there are several

    def sentence(self) -> str:
        """In one line."""
        billed = f"{self.then_billed / _HOUR:.0f} h instead of {self.now_billed / _HOUR:.0f} h"
        return (
            f"promised within {length(self.results_within)} instead, it could sleep until images are due: about "
            f"{billed} in the last {length(self.over)}{self.of}, {self.usd:,.0f} USD less."
        )


def is_kept_warm(model: PoweredModel) -> bool:
    """Whether the promise is too short to wake the model for it."""
    return model.policy.kind is Kind.ON_DEADLINE and not is_deadline_wake(model.policy, model.memory)


def saving(model: PoweredModel, arrivals: Arrivals, now: datetime) -> Saving | None:
    """What the shortest promise in steps of five minutes that leaves time to wake it would have saved.

    `arrivals` are those of the last three weeks in time order. None where no whole opening lies in what is known, or
    nothing would have been saved.
    """
    policy, memory = model.policy, model.memory
    if policy.calendar is None:
        return None
    lead = warmup(policy, memory)
    start = now - HISTORY
    openings = [one for one in policy.calendar.openings(start, now) if start <= one.start and one.end <= now]
    if not openings or not arrivals:
        return None
    patience = policy.idle or (timedelta(minutes=memory.idle_minutes) if memory.idle_minutes else None)
    warm = (
        replayed(arrivals, openings, patience, policy, lead).billed
        if patience
        else sum((one.end - one.start + lead for one in openings), timedelta())
    )
    longer = replace(policy, results_within=timedelta(minutes=ceil((lead + MARGIN) / _MINUTE / _STEP) * _STEP))
    asleep = _woken(arrivals, longer, memory)
    usd = (warm - asleep) / _HOUR * policy.usd_per_hour
    # What several workers read together they would have read either way; what differs is how long one was kept.
    of = " of one worker" if policy.fleet else ""
    return Saving(longer.results_within, warm, asleep, HISTORY, usd, of) if asleep < warm else None


def savings(session: Session, models: Sequence[PoweredModel], now: datetime) -> dict[str, str]:
    """A line for each model that is kept warm only because its promise is short. Asks CloudWatch for the arrivals;
    who may not ask it sees all the rest of the status all the same."""
    found: dict[str, str] = {}
    for model in models:
        if is_kept_warm(model):
            try:
                arrivals = CloudWatchArrivals(lambda: session.clients.cloudwatch, model.queue_name).since(now - HISTORY)
            except TransientError as error:
                found[model.spec.name] = f"what a longer promise would save is not known: {own_sentence(error)}"
                continue
            if (one := saving(model, arrivals, now)) is not None:
                found[model.spec.name] = one.sentence()
    return found


def _woken(arrivals: Arrivals, policy: Policy, memory: Memory) -> timedelta:
    """For how long a model that sleeps until images are due would have been billed."""
    billed, place = timedelta(), 0
    while place < len(arrivals):
        oldest, images = arrivals[place]
        begun = max(wake_at(oldest, images, policy, memory), oldest)
        ready = begun + warmup(policy, memory)
        place, done = place + 1, ready + drain(images, policy)
        while place < len(arrivals) and arrivals[place][0] <= done:  # served in the same sitting
            images += arrivals[place][1]
            done = max(ready + drain(images, policy), arrivals[place][0])
            place += 1
        billed += done + MARGIN - begun
    return billed
