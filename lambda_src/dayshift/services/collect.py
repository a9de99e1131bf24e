"""Collect: what an attempt brought becomes terminal records; what it did not bring is tried again, or given up."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from dayshift.domain.errors import TransientError
from dayshift.domain.job_attempts import corrected, order_of
from dayshift.domain.job_money import share_ms, share_usd
from dayshift.domain.job_ports import Results
from dayshift.domain.job_rest import hopeless, is_too_old, resting
from dayshift.domain.jobs import Attempt, Job, JobImage, JobState
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.results import Status, TerminalRecord
from dayshift.services.job_desk import OpenBook, Tick, side_by_side
from dayshift.services.label import Answer, Outcome, conclude

# What an attempt uploads last may be seen after its end is.
GRACE = timedelta(minutes=2)
NOTHING = Results({}, {}, "nothing was ever asked for")


def collect(job: Job, pages: OpenBook, tick: Tick) -> None:
    """An attempt that ended to its records. All of it may be done twice, also at the same time."""
    attempt, now = job.attempt, tick.clock()
    brought = _brought(job, attempt, tick)
    answers = _answers(brought)
    if attempt and not answers and _may_still_come(attempt, now):
        return
    _write(job, answers, tick)
    known = job if attempt is None else corrected(job, brought.problem)
    statuses = tick.statuses(job)
    left = [one for one in job.images if statuses[one.index] is None]
    why = hopeless(known, tick.ports.rules.terms, now) if left else None
    if left and why is None:
        pages.put(job, replace(resting(known, now), endings=_counted(statuses), reason=_still(left, known)))
        return
    if why:
        statuses = _given_up(known, why, left, tick)
    if all(statuses.values()):
        over = replace(known, state=JobState.CLOSED, closed_at=now, held_until=None)
        pages.put(job, replace(over, endings=_counted(statuses), reason=why))


def fail(job: Job, pages: OpenBook, tick: Tick) -> None:
    """The images of a job that nobody waits for any longer end, whatever becomes of its attempt."""
    statuses = tick.statuses(job)
    left = [one for one in job.images if statuses[one.index] is None]
    why = hopeless(job, tick.ports.rules.terms, tick.clock())
    if left and why:
        statuses = _given_up(job, why, left, tick)
    pages.put(job, replace(job, endings=_counted(statuses), reason=why))


def _given_up(job: Job, why: str, left: list[JobImage], tick: Tick) -> dict[int, Status | None]:
    """`failed` records for these images; answers how all ended, since another may have been faster."""
    _write(job, {one.index: Answer(Status.FAILED, why) for one in left}, tick)
    return tick.statuses(job)


def _counted(statuses: Mapping[int, Status | None]) -> dict[str, int]:
    return dict(sorted(Counter(str(status) for status in statuses.values() if status is not None).items()))


def write_record(job: Job, one: JobImage, answer: Answer, tick: Tick) -> Outcome:
    """One image's terminal record, with its part of what the job cost. One that is there already is as good."""
    cost_usd, duration_ms = share_usd(job, one.index), share_ms(job, one.index)
    record = TerminalRecord(
        image=one.image,
        model=tick.ports.model,
        status=answer.status,
        reason=answer.reason,
        detections=answer.prediction.detections,
        model_version=answer.prediction.model_version,
        enqueued_at=one.enqueued_at,
        finished_at=tick.clock(),
        duration_ms=duration_ms,
        cost_usd=cost_usd,
    )
    wrote = tick.ports.records.write(record)
    result = str(answer.status) if wrote else "already"
    return Outcome(one.image.key, result, answer.reason, duration_ms, cost_usd if wrote else 0.0)


def settle(request: InferenceRequest, answer: Answer, tick: Tick) -> None:
    """A record for what becomes part of no job."""
    tick.settle(conclude(request, answer, tick.clock(), tick.ports, tick.clock))


def _brought(job: Job, attempt: Attempt | None, tick: Tick) -> Results:
    """What lies at the expected place. A job that nobody waits for any longer does not wait for S3 either."""
    if attempt is None:
        return NOTHING
    try:
        return tick.ports.service.results(order_of(job, attempt))
    except TransientError as error:
        if not is_too_old(job, tick.clock()):
            raise
        return Results({}, {}, str(error))


def _may_still_come(attempt: Attempt, now: datetime) -> bool:
    return attempt.given_up_at is None and attempt.ended_at is not None and now - attempt.ended_at < GRACE


def _answers(brought: Results) -> dict[int, Answer]:
    answers = {index: Answer(Status.REJECTED, f"model: {why}") for index, why in brought.refusals.items()}
    for index, prediction in brought.predictions.items():
        status = Status.OK if prediction.detections else Status.NONE
        answers[index] = Answer(status, None, prediction)
    return answers


def _write(job: Job, answers: dict[int, Answer], tick: Tick) -> None:
    """Sixteen at once; an answer about an image that this job has not is nobody's."""
    mine = [one for one in job.images if one.index in answers]
    for outcome in side_by_side(lambda one: write_record(job, one, answers[one.index], tick), mine):
        tick.settle(outcome)


def _still(left: list[JobImage], job: Job) -> str:
    said = f": {job.attempt.reason}" if job.attempt and job.attempt.reason else ""
    return f"{len(left)} of {len(job.images)} images are still without a result{said}"
