"""Jobs: many images in one order at a service outside, which is paid while it works.

A model's open jobs are one object, its book. Every change of the book is conditional on what was read, so that of two
functions at work at the same time only one goes on. What is in the book is in no queue any more; a job leaves it when
each of its images has its terminal record.

    jobs/<model>/open.json                  the book
    jobs/<model>/<id>.json                  a closed job, for people
    job-files/<model>/<id>/<attempt>/…      what an attempt is given, and what it brings; kept for two weeks
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dayshift.domain.images import ImageRef

JOBS_ROOT, JOB_FILES_ROOT = "jobs/", "job-files/"


class JobState(StrEnum):
    """Where a job is."""

    GATHERING = "gathering"  # images still come in
    WAITING = "waiting"  # for the gate, for a place, or for its next attempt
    SUBMITTING = "submitting"  # the book says so; whether the service has heard of it is not known
    RUNNING = "running"  # at the service: in its queue, or at work
    STOPPING = "stopping"  # given up; the service has not said yet that it ended
    COLLECTING = "collecting"  # it ended; what it brought becomes records
    CLOSED = "closed"  # each image has its record


class Phase(StrEnum):
    """What a service's many words come down to."""

    WAITING = "waiting"  # nothing is paid yet
    RUNNING = "running"  # paid
    ENDED = "ended"  # nothing is paid any more, however it went


@dataclass(frozen=True, slots=True)
class JobTerms:
    """What a model's options say of its jobs."""

    gather: timedelta  # from the first image of a batch until it is submitted
    maximum_images: int  # of one job
    jobs_at_once: int
    deadline: timedelta  # of one attempt, from its submission
    maximum_attempts: int  # that were paid
    budget_usd: float  # of all attempts of one job
    maximum_usd_per_hour: float  # the service is told so, and it is what an hour is reckoned with
    margin: timedelta = timedelta(minutes=2)  # before its money is spent, an attempt is given up: a tick and a minute


@dataclass(frozen=True, slots=True)
class JobImage:
    """One image of a job. `index` is its number in the job and its name at the service."""

    index: int
    image: ImageRef
    enqueued_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One order at the service. `indexes` are the images that it is about: those without a record at the time."""

    number: int
    name: str  # its name at the service, by which it is found again
    began_at: datetime
    asked_at: datetime  # when the service was last asked to take it, or was about to be
    deadline_at: datetime
    indexes: tuple[int, ...]
    service_id: str | None = None
    phase: Phase | None = None
    word: str = ""  # the service's own
    cost_usd: float = 0.0
    started_at: datetime | None = None  # first seen at work
    given_up_at: datetime | None = None  # since when it is asked to end
    ended_at: datetime | None = None
    reason: str | None = None  # why it was given up, or what was wrong with what it brought

    @property
    def runs_at_most(self) -> timedelta:
        """What the service is told, so that it ends by itself though nobody looks."""
        return self.deadline_at - self.asked_at

    @property
    def was_paid(self) -> bool:
        """Whether it counts as an attempt: all but one that was given up while it waited in the service's queue."""
        return self.given_up_at is None or self.started_at is not None or self.cost_usd > 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job in the book. `archive` is what its images came out of; None for images that came one by one."""

    id: str
    model: str
    state: JobState
    claimed_at: datetime
    due_at: datetime  # when no more images are waited for
    images: tuple[JobImage, ...]
    archive: ImageRef | None = None
    twins: tuple[ImageRef, ...] = ()  # archives whose images are all in this job, too: they end with it
    attempts: tuple[Attempt, ...] = ()
    held_until: datetime | None = None  # no attempt before
    refusals: int = 0  # of the service, one after the other, to take it
    cancelled_by: str | None = None
    reason: str | None = None  # what it waits for, or how it ended
    endings: Mapping[str, int] = field(default_factory=dict)  # how many images ended how
    closed_at: datetime | None = None

    @property
    def attempt(self) -> Attempt | None:
        """The last one."""
        return self.attempts[-1] if self.attempts else None

    @property
    def spent_usd(self) -> float:
        """What all attempts have cost so far."""
        return sum(attempt.cost_usd for attempt in self.attempts)

    @property
    def is_answered(self) -> bool:
        """Whether each image was seen to have its record."""
        return sum(self.endings.values()) >= len(self.images)


AT_SERVICE = (JobState.SUBMITTING, JobState.RUNNING, JobState.STOPPING)


@dataclass(frozen=True, slots=True)
class Book:
    """All open jobs of one model."""

    model: str
    jobs: tuple[Job, ...] = ()

    def job(self, job_id: str) -> Job | None:
        """The open job of this id."""
        return next((job for job in self.jobs if job.id == job_id), None)

    def has_room(self, jobs_at_once: int) -> bool:
        """Whether another job may be at the service."""
        return sum(job.state in AT_SERVICE for job in self.jobs) < jobs_at_once

    def changed(self, job_id: str, job: Job | None) -> "Book":
        """The book with this job as it is now, new at its end, or without it."""
        if self.job(job_id) is None:
            return Book(self.model, (*self.jobs, job)) if job else self
        jobs = ((job if one.id == job_id else one) for one in self.jobs)
        return Book(self.model, tuple(one for one in jobs if one is not None))
