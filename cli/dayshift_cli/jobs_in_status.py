"""The jobs of a model for `dayshift status`: how many are where, how many images are in them, and what today cost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from rich.text import Text

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.errors import TransientError
from dayshift.domain.jobs import Job, JobState
from dayshift.domain.messages import rfc3339
from dayshift_cli import job_reading
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure, own_sentence
from dayshift_cli.job_report import RED, JobReport
from dayshift_cli.moments import length
from dayshift_cli.render import Row
from dayshift_cli.session import Session

JOBS_COLUMNS = ("model", "jobs", "images in jobs", "oldest", "usd today", "needs a person")
# A service that was told to stop a job does so within minutes.
_STOPS_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class JobsReport:
    """A model's open jobs, and those that closed since midnight UTC."""

    model: DeployedModel
    jobs: Sequence[Job]
    closed: Sequence[Job]
    now: datetime
    problem: str = ""  # why they could not be read

    @property
    def images(self) -> int:
        """Those in open jobs: in no queue any more, and not answered yet."""
        return sum(len(job.images) for job in self.jobs)

    @property
    def usd_today(self) -> float:
        """What the attempts have cost that began since midnight UTC."""
        attempts = (one for job in (*self.jobs, *self.closed) for one in job.attempts)
        return sum(one.cost_usd for one in attempts if one.began_at >= midnight(self.now))

    def in_words(self) -> str:
        """`1 running, 2 waiting`"""
        counts = Counter(job.state for job in self.jobs)
        return "" if self.problem else ", ".join(f"{counts[one]} {one}" for one in JobState if counts[one]) or "none"

    def faults(self) -> list[str]:
        """What needs a person: a service that refuses, a job that does not stop, images that failed today."""
        found = [self.problem] if self.problem else []
        found += [
            f"job {job.id}: {job.reason or 'the service refuses it'}"
            for job in self.jobs
            if JobReport(job, self.model, self.now).style() == RED
        ]
        found += [
            f"job {job.id} should have stopped, and may be paid"
            for job in self.jobs
            if job.state is JobState.STOPPING and self._stops_since(job) > _STOPS_WITHIN
        ]
        failed = sum(job.endings.get("failed", 0) for job in self.closed if job.cancelled_by is None)
        return found + ([f"{failed} images failed today; `dayshift jobs --all` says why"] if failed else [])

    def _stops_since(self, job: Job) -> timedelta:
        since = job.attempt and job.attempt.given_up_at
        return self.now - since if since else timedelta()

    def row(self) -> Row:
        """The cells under JOBS_COLUMNS."""
        oldest = min((job.claimed_at for job in self.jobs), default=None)
        return (
            self.model.name,
            self.in_words(),
            "" if self.problem else self.images,
            "" if oldest is None else f"{length(self.now - oldest)} ago",
            "" if self.problem else f"{self.usd_today:.2f}",
            Text("; ".join(self.faults()), style=RED),
        )

    def value(self) -> dict[str, Any]:
        """For programs."""
        if self.problem:
            return {"problem": self.problem}
        oldest = min((job.claimed_at for job in self.jobs), default=None)
        return {
            "open": {str(state): count for state, count in Counter(job.state for job in self.jobs).items()},
            "images": self.images,
            "oldest_claimed_at": None if oldest is None else rfc3339(oldest),
            "cost_today_usd": round(self.usd_today, 6),
            "faults": self.faults(),
        }


def jobs_report(session: Session, model: DeployedModel, now: datetime) -> JobsReport:
    """The model's jobs now; what cannot be read of them hides nothing else. What closed is read after the book: a job
    is written down as closed before it leaves it."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    try:
        with surroundings(f"reading the jobs of {model.name}"):
            jobs = job_reading.open_jobs(s3, bucket, model.name)
            closed = job_reading.closed_since(s3, bucket, model.name, midnight(now))
    except TransientError as error:
        return JobsReport(model, (), (), now, f"not read: {own_sentence(error)}".rstrip("."))
    except Failure as error:
        return JobsReport(model, (), (), now, f"not read: {error.message}".rstrip("."))
    there = {job.id for job in jobs}
    return JobsReport(model, jobs, [job for job in closed if job.id not in there], now)


def midnight(now: datetime) -> datetime:
    """The beginning of the day in UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
