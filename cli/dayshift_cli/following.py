"""Following jobs: looks again and again, and tells what changed, until none is open and nothing waits for one."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dayshift.domain.jobs import JobState
from dayshift_cli import job_reading, queues
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.job_report import JobReport, is_changed, ordered
from dayshift_cli.session import Session

PAUSE_SECONDS = 3.0
# What was just uploaded is in no queue yet, and what was just received in no book: one look is not enough.
_QUIET_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Look:
    """What is there now: the open jobs and those that closed since the first look, oldest first; which of them are not
    as they were at the last look; and how many messages wait for a job, or for the expander."""

    jobs: Sequence[JobReport]
    changed: Sequence[JobReport]
    waiting: int

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is left to come."""
        return not self.waiting and all(one.job.state is JobState.CLOSED for one in self.jobs)


class Watch:
    """The jobs of some models since the first look."""

    def __init__(self, session: Session, models: Sequence[DeployedModel]) -> None:
        self._session, self._models = session, models
        self._known: dict[str, dict[str, JobReport]] = {}  # by model, then by id
        self._newest: dict[str, str] = {}  # by model: the newest closed job, when it was looked at first

    def look(self) -> tuple[list[JobReport], list[JobReport]]:
        """All jobs, and those that changed."""
        before = {one.job.id: one for known in self._known.values() for one in known.values()}
        for model in self._models:
            self._known[model.name] = self._of_model(model)
        after = ordered([one for known in self._known.values() for one in known.values()])
        return after, [one for one in after if is_changed(before.get(one.job.id), one)]

    def _of_model(self, model: DeployedModel) -> dict[str, JobReport]:
        """The book is read first: a job is closed before it leaves it, so one that is in neither is gone for good."""
        s3, bucket, now = self._session.clients.s3, self._session.deployment.results_bucket, self._session.now()
        known = self._known.get(model.name, {})
        found = {job.id: job for job in job_reading.open_jobs(s3, bucket, model.name)}
        if model.name not in self._newest:
            ids = job_reading.closed_ids(s3, bucket, model.name)
            self._newest[model.name] = ids[-1] if ids else ""
        left = set(known) | set(job_reading.closed_ids(s3, bucket, model.name, self._newest[model.name]))
        for name in sorted(left - found.keys()):
            ended = known[name].job if name in known and known[name].job.state is JobState.CLOSED else None
            if job := ended or job_reading.closed_job(s3, bucket, model.name, name):
                found[name] = job
        return {name: JobReport(job, model, now) for name, job in found.items()}


def follow(session: Session, models: Sequence[DeployedModel], timeout_seconds: float | None) -> Iterator[Look]:
    """Yields a look every few seconds; after two quiet ones, or when the time is over, it ends."""
    until = None if timeout_seconds is None else time.monotonic() + timeout_seconds
    watch, quiet = Watch(session, models), 0
    while True:
        waiting = _waiting(session, models)
        jobs, changed = watch.look()
        look = Look(jobs, changed, waiting)
        yield look
        quiet = quiet + 1 if look.is_quiet else 0
        left = PAUSE_SECONDS if until is None else until - time.monotonic()
        if quiet >= _QUIET_LOOKS or left <= 0:
            return
        time.sleep(min(PAUSE_SECONDS, left))


def _waiting(session: Session, models: Sequence[DeployedModel]) -> int:
    archives = session.deployment.archives
    urls = [one.queue_url for one in models] + ([archives.queue_url] if archives else [])
    return sum(queues.depth(session.clients.sqs, url).total for url in urls)
