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
    deadline_at: datetime
    indexes: tuple[int, ...]
    service_id: str | None = None
    phase: Phase | None = None
    word: str = ""  # the service's own
    cost_usd: float = 0.0
    started_at: datetime | None = None  # first seen at work
    ended_at: datetime | None = None
    reason: str | None = None  # why it was given up, or what was wrong with what it brought


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
    attempts: tuple[Attempt, ...] = ()
    held_until: datetime | None = None  # no attempt before
    refusals: int = 0  # of the service, one after the other, to take it
    cancelled_by: str | None = None
    reason: str | None = None  # what it waits for, or how it ended
    endings: Mapping[str, int] = field(default_factory=dict)  # how many images ended how
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """All open jobs of one model."""

    model: str
    jobs: tuple[Job, ...] = ()
