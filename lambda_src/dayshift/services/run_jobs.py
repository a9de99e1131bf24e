"""Run jobs: what waits becomes jobs, and each open job comes some steps nearer to its end. Nobody waits for a job.

The tick calls it each minute; it may be called more often, late, twice at the same time, and may die anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import assert_never

from dayshift.domain.errors import ForeignMessageError, TransientError
from dayshift.domain.job_ports import ServiceJob
from dayshift.domain.job_steps import Act, Seen, Step, decide
from dayshift.domain.jobs import AT_SERVICE, Book, Job, JobState
from dayshift.domain.messages import InferenceRequest
from dayshift.services.collect import collect, fail
from dayshift.services.gather import gather
from dayshift.services.job_desk import JobPorts, OpenBook, Tick, each_by_itself
from dayshift.services.label import Clock, Outcome
from dayshift.services.submit import submit

STEPS = 6  # of one job in one tick: from gathering to running are three, from its end to its closing are three
MARKS = 5
# What costs money while nobody looks comes first, then what is nearest to its end.
URGENCY = (
    JobState.STOPPING, JobState.RUNNING, JobState.SUBMITTING, JobState.CLOSED, JobState.COLLECTING, JobState.WAITING,
    JobState.GATHERING,
)  # fmt: skip
LONG = (Act.SUBMIT, Act.COLLECT, Act.FAIL)


@dataclass(frozen=True, slots=True)
class Tended:
    """What one tick came to: the jobs that are open, those it closed, images taken, endings by word, and troubles."""

    open: tuple[Job, ...]
    closed: tuple[Job, ...]
    taken: int
    settled: dict[str, int]
    errors: tuple[str, ...]


def tend(ports: JobPorts, clock: Clock, has_time: Callable[[], bool], report: Callable[[Outcome], None]) -> Tended:
    """Fills the book from the queue, then goes through it. What fails for one job fails for no other.

    `has_time`: whether a job can still be packed, or its results be collected. Raises TransientError where not even
    the book can be read.
    """
    tick = Tick(ports, clock, has_time, report)
    pages = OpenBook.of(ports)
    is_open = _is_open(tick)
    if is_open:
        _by_itself("gathering", lambda _: gather(pages, tick), tick)
    for job in sorted(pages.book.jobs, key=_order):
        _by_itself(job.id, lambda job_id: _tend_job(job_id, is_open, pages, tick), tick)
    return Tended(pages.book.jobs, tuple(tick.closed), tick.taken, dict(tick.settled), tuple(tick.errors))


def cancel(ports: JobPorts, job_id: str, who: str) -> Job:
    """Writes down that a job is not wanted any more; the ticks see to it. Raises ForeignMessageError for a job that is
    not open."""
    for _ in range(MARKS):
        pages = OpenBook.of(ports)
        job = pages.book.job(job_id)
        if job is None:
            raise ForeignMessageError(f"job must be one of {[one.id for one in pages.book.jobs]}; got {job_id!r}")
        if job.cancelled_by is not None:
            return job
        cancelled = replace(job, cancelled_by=who)
        if pages.put(job, cancelled):
            return cancelled
    raise TransientError(f"the book changes all the time: {job_id} is not cancelled; ask again")


def _by_itself(what: str, work: Callable[[str], None], tick: Tick) -> None:
    """Whatever goes wrong in it, foreseen or not, is said, and nothing else ends with it: other jobs may cost money."""
    [(_, future)] = each_by_itself(work, [what])
    error = future.exception()
    if error is not None:
        said = str(error) if isinstance(error, TransientError) else f"unforeseen: {type(error).__name__}: {error}"
        tick.errors.append(f"{what}: {said}")


def _order(job: Job) -> tuple[int, str]:
    return URGENCY.index(job.state), job.id


def _is_open(tick: Tick) -> bool:
    """A gate that cannot be looked at begins nothing; what is under way is followed all the same."""
    try:
        return tick.ports.gate.is_open()
    except TransientError as error:
        tick.errors.append(f"the gate: {error}")
        return False


def _tend_job(job_id: str, is_open: bool, pages: OpenBook, tick: Tick) -> None:
    """Steps until there is nothing to do before the next tick, or somebody else has changed the job."""
    most = tick.ports.rules.terms.jobs_at_once
    for _ in range(STEPS):
        job = pages.book.job(job_id)
        if job is None:
            return
        answered, told = _told(job, tick)
        seen = Seen(is_open, pages.book.has_room(most), answered, told)
        step = decide(job, tick.ports.rules, seen, tick.clock())
        if step.act in LONG and not tick.has_time():
            return
        if step.job != job and not pages.put(job, step.job, _room_for(job, step, most)):
            return
        _do(job, step, pages, tick)
        goes_on = step.act is Act.AGAIN or (step.act is Act.COLLECT and pages.book.job(job_id) != step.job)
        if not goes_on:
            return


def _room_for(job: Job, step: Step, jobs_at_once: int) -> Callable[[Book], bool]:
    """Another function may have begun another job since the book was read."""
    begins = step.act is Act.SUBMIT and job.state is JobState.WAITING
    return lambda book: not begins or book.has_room(jobs_at_once)


def _do(job: Job, step: Step, pages: OpenBook, tick: Tick) -> None:
    """Takes the step; the book has what it must have before. `job` is as it was."""
    attempt = step.job.attempt
    match step.act:
        case Act.LEAVE | Act.AGAIN:
            pass
        case Act.SUBMIT:
            submit(step.job, job.state is JobState.SUBMITTING, pages, tick)
        case Act.CANCEL:
            if attempt and attempt.service_id:
                tick.ports.service.cancel(attempt.service_id)
        case Act.COLLECT:
            collect(step.job, pages, tick)
        case Act.FAIL:
            fail(step.job, pages, tick)
        case Act.CLOSE:
            _close(step.job, pages, tick)
        case unknown:
            assert_never(unknown)


def _close(job: Job, pages: OpenBook, tick: Tick) -> None:
    """Each image has its record: the job is kept for people, and whoever waits for an archive looks at it now."""
    ports = tick.ports
    ports.closed.keep(job)
    archives = [archive for archive in (job.archive, *job.twins) if archive is not None]
    if archives:
        ports.archives.send([InferenceRequest(archive, ports.model.name, tick.clock()) for archive in archives])
    if pages.put(job, None):
        tick.closed.append(job)


def _told(job: Job, tick: Tick) -> tuple[bool, ServiceJob | None]:
    """Whether the service answers, and what it says of the job's last attempt. It is asked only where that counts."""
    attempt = job.attempt
    if attempt is None or job.state not in AT_SERVICE:
        return True, None
    service = tick.ports.service
    try:
        return True, service.look(attempt.service_id) if attempt.service_id else service.find(attempt.name)
    except TransientError as error:
        tick.errors.append(f"{job.id}: {error}")
        return False, None
