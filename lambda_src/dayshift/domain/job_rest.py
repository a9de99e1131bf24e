"""When a job goes on and when it does not: how long it is held, and why its images are given up."""

from dataclasses import replace
from datetime import datetime, timedelta

from dayshift.domain.job_money import is_budget_spent
from dayshift.domain.jobs import Attempt, Job, JobState, JobTerms

# As long as a queue keeps a message: images that came one by one would be lost then, and nobody waits for these either.
LONGEST = timedelta(days=14)
REFUSED_MINUTES, LONGEST_REFUSED_MINUTES = 5, 40
RETRY_MINUTES, LONGEST_RETRY_MINUTES = 1, 60
REASON_LENGTH = 500


def is_too_old(job: Job, now: datetime) -> bool:
    """Whether nobody waits for it any longer, whatever it waits for."""
    return now - job.claimed_at >= LONGEST


def hopeless(job: Job, terms: JobTerms, now: datetime) -> str | None:
    """Why no other attempt may begin, ever: the reason of its images' `failed` records. None where one may."""
    if (why := spent(job, terms)) is not None:
        return why
    if is_too_old(job, now):
        last = job.reason or _last_reason(job)
        return f"waited_too_long: {LONGEST.days} days" + (f"; {last}" if last else "")
    return None


def spent(job: Job, terms: JobTerms) -> str | None:
    """Why no other attempt may begin, however young the job is: nobody wants it, or no attempt or money is left."""
    paid = sum(attempt.was_paid for attempt in job.attempts)
    last = _last_reason(job)
    said = f"; the last: {last}" if last else ""
    if job.cancelled_by is not None:
        return f"cancelled: by {job.cancelled_by}"
    if paid >= terms.maximum_attempts:
        return f"no_result: {paid} {'attempt' if paid == 1 else 'attempts'} brought none{said}"
    if is_budget_spent(job, terms):
        left_usd = max(terms.budget_usd - job.spent_usd, 0.0)
        return f"budget_spent: {left_usd:.2f} of {terms.budget_usd:g} USD are left for another attempt{said}"
    return None


def _last_reason(job: Job) -> str | None:
    return next((attempt.reason for attempt in reversed(job.attempts) if attempt.reason), None)


def resting(job: Job, now: datetime) -> Job:
    """The job before its next attempt: held a minute after the first, then twice as long each time.

    Of an attempt that never began the images are forgotten: in two weeks of no free machine there may be a hundred.
    """
    attempts = tuple(one if one.was_paid else replace(one, indexes=()) for one in job.attempts)
    minutes = min(RETRY_MINUTES << min(max(len(job.attempts) - 1, 0), 10), LONGEST_RETRY_MINUTES)
    return replace(job, state=JobState.WAITING, attempts=attempts, held_until=now + timedelta(minutes=minutes))


def refused(job: Job, why: str, now: datetime) -> Job:
    """The job after the service, or what is around us, did not let its attempt begin: as if it had never begun.

    Held 5, 10, 20, then 40 minutes.
    """
    minutes = min(REFUSED_MINUTES << min(job.refusals, 10), LONGEST_REFUSED_MINUTES)
    return replace(
        job,
        state=JobState.WAITING,
        attempts=job.attempts[:-1],
        refusals=job.refusals + 1,
        held_until=now + timedelta(minutes=minutes),
        reason=why[:REASON_LENGTH],
    )


def unheard(job: Job, why: str) -> Job:
    """The job after nobody could tell whether the service took it."""
    return replace(job, refusals=job.refusals + 1, reason=why[:REASON_LENGTH])


def noted(attempt: Attempt, reason: str | None) -> Attempt:
    """The attempt with one more thing to say of it."""
    if not reason:
        return attempt
    said = f"{attempt.reason}; {reason}" if attempt.reason else reason
    return replace(attempt, reason=said[:REASON_LENGTH])
