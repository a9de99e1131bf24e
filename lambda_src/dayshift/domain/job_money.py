"""What jobs cost: what may still be spent, how long that lasts, and which part of it is one image's."""

from datetime import datetime, timedelta

from dayshift.domain.jobs import Attempt, Job, JobTerms, Phase

HOUR = timedelta(hours=1)
# Money for less than this begins nothing: a machine has hardly fetched the model by then.
LEAST_RUN = timedelta(minutes=5)


def paid_time(job: Job, terms: JobTerms) -> timedelta:
    """How long an attempt that begins now may run, by what the attempts before it have left of the budget."""
    left_usd = max(terms.budget_usd - job.spent_usd, 0.0)
    return timedelta(hours=left_usd / terms.maximum_usd_per_hour) - terms.margin


def runs_at_most(job: Job, terms: JobTerms) -> timedelta:
    """How long an attempt that begins now is given, its time in the service's queue included."""
    return min(terms.deadline, paid_time(job, terms))


def is_budget_spent(job: Job, terms: JobTerms) -> bool:
    """Whether what is left of the budget begins no other attempt. A rounding error is no minute."""
    return paid_time(job, terms) + timedelta(seconds=1) < LEAST_RUN


def is_running_dry(job: Job, terms: JobTerms) -> bool:
    """Whether the attempt under way must end now, to cost no more than the budget."""
    return job.spent_usd + terms.maximum_usd_per_hour * (terms.margin / HOUR) > terms.budget_usd


def reckoned_usd(attempt: Attempt, phase: Phase, told_usd: float, terms: JobTerms, now: datetime) -> float:
    """What an attempt has cost: as the service tells, or its time at work at the greatest price where that is more.

    Of one that has ended nobody knows since when; what was reckoned while it was at work stands.
    """
    cost = max(attempt.cost_usd, told_usd)
    if phase is Phase.RUNNING and attempt.started_at is not None:
        cost = max(cost, terms.maximum_usd_per_hour * ((now - attempt.started_at) / HOUR))
    return cost


def share_usd(job: Job, index: int) -> float:
    """One image's part: of each attempt that was about it, the same part for each image. All parts are the whole."""
    return sum(one.cost_usd / len(one.indexes) for one in job.attempts if index in one.indexes)


def share_ms(job: Job, index: int) -> int:
    """The same of the time at work, in milliseconds."""
    return round(
        sum(
            (one.ended_at - one.started_at) / timedelta(milliseconds=1) / len(one.indexes)
            for one in job.attempts
            if index in one.indexes and one.started_at and one.ended_at
        )
    )
