"""Retire jobs: before a model of jobs is destroyed, nothing of it is left at the service. Waits until that is so.

Nothing is cancelled for good: images stay in the book, and should the model come back within their two weeks they are
in the next attempt.
"""

from collections.abc import Callable
from dataclasses import replace

from dayshift.domain.errors import TransientError
from dayshift.domain.job_attempts import given_up
from dayshift.domain.job_steps import SUBMIT_LEASE
from dayshift.domain.jobs import AT_SERVICE, Job, JobState
from dayshift.services.job_desk import JobPorts, OpenBook
from dayshift.services.label import Clock, Outcome
from dayshift.services.run_jobs import Tended, tend

WHY = "its model is destroyed"


class Closed:
    """The gate of a model that goes."""

    def is_open(self) -> bool:
        """Nothing begins, and nothing is taken off the queue."""
        return False


def retire_jobs(
    ports: JobPorts,
    clock: Clock,
    pause: Callable[[], None],
    has_time: Callable[[], bool],
    report: Callable[[Outcome], None],
) -> Tended:
    """Asks each job at the service to end, again and again. Raises TransientError where one may still be paid when time
    runs out."""
    closed = replace(ports, gate=Closed())
    while True:
        pages = OpenBook.of(closed)
        for job in pages.book.jobs:
            if job.state is JobState.RUNNING:
                pages.put(job, given_up(job, WHY, clock()))
        tended = tend(closed, clock, lambda: False, report)  # what is long, such as another attempt, is not begun
        alive = [job for job in tended.open if _may_live(job, clock)]
        if not alive:
            return tended
        if not has_time():
            said = "; ".join([*(f"{job.id} is {job.state}" for job in alive), *tended.errors])
            raise TransientError(f"jobs of {ports.model.name} have not ended yet ({said}); try again in some minutes")
        pause()


def _may_live(job: Job, clock: Clock) -> bool:
    """What the service has not heard of after a quarter of an hour, it never will."""
    if job.state is JobState.SUBMITTING and job.attempt is not None:
        return clock() - job.attempt.asked_at < SUBMIT_LEASE
    return job.state in AT_SERVICE
