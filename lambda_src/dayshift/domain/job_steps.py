"""What to do next with a job: from what the book says of it and what the service says, to one step.

The order that nothing may break: the book says SUBMITTING before the service is asked for anything, and another attempt
begins only when the service has said that the last one ended, or does not know it.

    GATHERING -> WAITING -> SUBMITTING -> RUNNING -> COLLECTING -> CLOSED
                    ^          |             |         ^  |
                    |          |             v         |  |
                    |          +--------> STOPPING ----+  |
                    +-------------------------------------+   images are still without their records
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import assert_never

from dayshift.domain.job_attempts import adopted, begun, ended, followed, given_up
from dayshift.domain.job_money import is_running_dry
from dayshift.domain.job_ports import ServiceJob
from dayshift.domain.job_rest import is_too_old, spent
from dayshift.domain.jobs import Job, JobState, JobTerms, Phase

# A function that may still be about to ask has long ended: three times its timeout.
SUBMIT_LEASE = timedelta(minutes=15)
GATHERED, OVERDUE = "no more images are waited for", "it did not end before its deadline"


class Act(StrEnum):
    """The steps there are, after the book says what it must say."""

    LEAVE = "LEAVE"  # nothing to do before the next tick
    AGAIN = "AGAIN"  # only the book changes; there may be more to do at once
    SUBMIT = "SUBMIT"  # pack, and ask for it
    CANCEL = "CANCEL"  # ask for its end
    COLLECT = "COLLECT"  # read what it brought, write records
    FAIL = "FAIL"  # `failed` records for all images without one, though the service may still hold the job
    CLOSE = "CLOSE"  # keep it for people, take it out of the book


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of the world around one job. `told` is what the service says of its attempt, None where it knows
    none; that counts only if the service `answered`."""

    gate_is_open: bool
    has_room: bool
    answered: bool = True
    told: ServiceJob | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do, and the job as the book must have it before."""

    act: Act
    job: Job


@dataclass(frozen=True, slots=True)
class Rules:
    """What a model's jobs are led by: its terms, and the deployment's name in theirs."""

    terms: JobTerms
    deployment: str


def decide(job: Job, rules: Rules, seen: Seen, now: datetime) -> Step:
    """One step towards the job's end."""
    match job.state:
        case JobState.GATHERING:
            return _gathering(job, now)
        case JobState.WAITING:
            return _waiting(job, rules, seen, now)
        case JobState.SUBMITTING:
            return _submitting(job, rules, seen, now)
        case JobState.RUNNING:
            return _running(job, rules.terms, seen, now)
        case JobState.STOPPING:
            return _stopping(job, rules.terms, seen, now)
        case JobState.COLLECTING:
            return Step(Act.COLLECT, job)
        case JobState.CLOSED:
            return Step(Act.CLOSE, job)
        case unknown:
            assert_never(unknown)


def _gathering(job: Job, now: datetime) -> Step:
    if job.cancelled_by is None and now < job.due_at:
        return Step(Act.LEAVE, job)
    return Step(Act.AGAIN, replace(job, state=JobState.WAITING, reason=GATHERED))


def _waiting(job: Job, rules: Rules, seen: Seen, now: datetime) -> Step:
    is_held = job.held_until is not None and now < job.held_until
    may_begin = seen.gate_is_open and seen.has_room and not is_held
    # Age alone ends no job that is tried now, nor one for which only the gate is closed: a long closure costs no image.
    is_given_up = is_too_old(job, now) and not may_begin and (is_held or seen.gate_is_open)
    if is_given_up or spent(job, rules.terms):
        return Step(Act.AGAIN, replace(job, state=JobState.COLLECTING))
    if is_held:
        return Step(Act.LEAVE, job)
    if not seen.gate_is_open:
        return Step(Act.LEAVE, replace(job, reason="the gate is closed"))
    if not seen.has_room:
        return Step(Act.LEAVE, replace(job, reason="other jobs are at the service"))
    return Step(Act.SUBMIT, begun(job, rules.terms, rules.deployment, now))


def _submitting(job: Job, rules: Rules, seen: Seen, now: datetime) -> Step:
    attempt = job.attempt
    if not seen.answered or attempt is None:
        return _unknown(job, now)
    if seen.told is not None:
        return Step(Act.AGAIN, adopted(job, seen.told, rules.terms, now))
    if now - attempt.asked_at < SUBMIT_LEASE:
        return Step(Act.LEAVE, job)
    if job.cancelled_by is not None or is_too_old(job, now):
        return Step(Act.AGAIN, ended(job, "the service never heard of it", now))
    if not seen.gate_is_open:
        return Step(Act.LEAVE, job)
    return Step(Act.SUBMIT, begun(job, rules.terms, rules.deployment, now))


def _running(job: Job, terms: JobTerms, seen: Seen, now: datetime) -> Step:
    known = job
    if seen.answered:
        if seen.told is None or seen.told.phase is Phase.ENDED:
            return Step(Act.AGAIN, ended(followed(job, seen.told, terms, now), _said(job, seen, now), now))
        known = followed(job, seen.told, terms, now)
    if why := _why_stop(known, terms, now):
        return Step(Act.CANCEL, given_up(known, why, now))
    return Step(Act.LEAVE, known)


def _said(job: Job, seen: Seen, now: datetime) -> str | None:
    """What there is to say of an end that nobody asked for. A worker ends itself when its time is up."""
    is_overdue = job.attempt is not None and now >= job.attempt.deadline_at
    return "; ".join(filter(None, (OVERDUE if is_overdue else None, _words(seen)))) or None


def _words(seen: Seen) -> str | None:
    return f"the service says: {seen.told.message}" if seen.told and seen.told.message else None


def _why_stop(job: Job, terms: JobTerms, now: datetime) -> str | None:
    if job.cancelled_by is not None:
        return f"cancelled by {job.cancelled_by}"
    if job.attempt is not None and now >= job.attempt.deadline_at:
        return OVERDUE
    if is_running_dry(job, terms):
        return f"it would cost more than its budget of {terms.budget_usd:g} USD"
    return None


def _stopping(job: Job, terms: JobTerms, seen: Seen, now: datetime) -> Step:
    if not seen.answered:
        return _unknown(job, now)
    known = followed(job, seen.told, terms, now)
    if seen.told is None or seen.told.phase is Phase.ENDED:
        return Step(Act.AGAIN, ended(known, _words(seen), now))
    if is_too_old(known, now) and not known.is_answered:
        return Step(Act.FAIL, known)
    return Step(Act.CANCEL, known)


def _unknown(job: Job, now: datetime) -> Step:
    """The service does not answer, so it may be at work: the job stays, its images are not waited for any longer."""
    give_up = is_too_old(job, now) and not job.is_answered
    asks = Act.CANCEL if job.state is JobState.STOPPING else Act.LEAVE
    return Step(Act.FAIL if give_up else asks, job)
