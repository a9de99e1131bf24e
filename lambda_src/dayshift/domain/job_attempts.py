"""A job's last attempt, from the moment it begins until it has ended."""

from dataclasses import replace
from datetime import datetime

from dayshift.domain.job_money import reckoned_usd, runs_at_most
from dayshift.domain.job_names import attempt_name
from dayshift.domain.job_ports import Order, ServiceJob
from dayshift.domain.job_rest import noted
from dayshift.domain.jobs import Attempt, Job, JobState, JobTerms, Phase

UNKNOWN_WORD = "unknown to the service"


def begun(job: Job, terms: JobTerms, deployment: str, now: datetime) -> Job:
    """The job before the service is asked: with a new attempt, or with the one that it seems not to have heard of."""
    last = job.attempt
    if job.state is JobState.SUBMITTING and last is not None:
        before = replace(job, attempts=job.attempts[:-1])
        again = replace(last, asked_at=now, deadline_at=now + runs_at_most(before, terms))
        return replace(job, attempts=(*before.attempts, again))
    number = last.number + 1 if last else 1
    attempt = Attempt(
        number=number,
        name=attempt_name(job.id, number, deployment, job.model),
        began_at=now,
        asked_at=now,
        deadline_at=now + runs_at_most(job, terms),
        indexes=tuple(one.index for one in job.images),
    )
    return replace(job, state=JobState.SUBMITTING, attempts=(*job.attempts, attempt), held_until=None, reason=None)


def packed(job: Job, indexes: tuple[int, ...], now: datetime) -> Job:
    """The job at the moment of asking: its attempt is about these images."""
    attempt = job.attempts[-1]
    asked = replace(attempt, indexes=indexes, asked_at=now, deadline_at=now + attempt.runs_at_most)
    return _with(job, asked)


def emptied(job: Job) -> Job:
    """The job that has nothing left to ask for: the attempt never began."""
    return replace(job, state=JobState.COLLECTING, attempts=job.attempts[:-1])


def adopted(job: Job, told: ServiceJob, terms: JobTerms, now: datetime) -> Job:
    """The job whose attempt the service has: it is followed from now on."""
    taken = _with(job, replace(job.attempts[-1], service_id=told.id))
    return followed(replace(taken, state=JobState.RUNNING, refusals=0, reason=None), told, terms, now)


def followed(job: Job, told: ServiceJob | None, terms: JobTerms, now: datetime) -> Job:
    """The job, and what the service says of its attempt; None where it knows it no more."""
    attempt = job.attempts[-1]
    if told is None:
        return _with(job, replace(attempt, phase=Phase.ENDED, word=UNKNOWN_WORD))
    started_at = attempt.started_at or (now if told.phase is Phase.RUNNING else None)
    known = replace(attempt, phase=told.phase, word=told.word, started_at=started_at)
    cost_usd = reckoned_usd(known, told.phase, told.cost_usd, terms, now)
    return _with(job, replace(known, cost_usd=cost_usd))


def given_up(job: Job, why: str, now: datetime) -> Job:
    """The job whose attempt is asked to end, and will be until it has."""
    attempt = replace(noted(job.attempts[-1], why), given_up_at=now)
    return _with(replace(job, state=JobState.STOPPING), attempt)


def ended(job: Job, why: str | None, now: datetime) -> Job:
    """The job whose attempt has ended: what it brought is to be collected."""
    attempt = replace(noted(job.attempts[-1], why), ended_at=now, phase=Phase.ENDED)
    return _with(replace(job, state=JobState.COLLECTING), attempt)


def corrected(job: Job, problem: str | None) -> Job:
    """The job, and what was wrong with what its last attempt brought; said once, however often it is looked at."""
    attempt = job.attempts[-1]
    if not problem or problem in (attempt.reason or ""):
        return job
    return _with(job, noted(attempt, problem))


def order_of(job: Job, attempt: Attempt) -> Order:
    """What the service is, or was, asked for."""
    about = frozenset(attempt.indexes)
    images = tuple(one for one in job.images if one.index in about)
    return Order(job.model, job.id, attempt.number, attempt.name, images, attempt.runs_at_most)


def _with(job: Job, attempt: Attempt) -> Job:
    return replace(job, attempts=(*job.attempts[:-1], attempt))
