"""A job for a person and for programs: where it is, what it waits for, what comes next, and what it has cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.text import Text

from dayshift.domain.jobs import Attempt, Job, JobState
from dayshift.domain.messages import rfc3339
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.moments import length, told
from dayshift_cli.render import Row

JOB_COLUMNS = ("job", "model", "from", "images", "state", "attempts", "next", "usd", "why")
ENDINGS = ("ok", "none", "rejected", "gone", "failed")
_GOOD = {"ok", "none"}
_ALARMING_REFUSALS = 2  # as the alarm counts them
RED, YELLOW = "bold red", "yellow"


@dataclass(frozen=True, slots=True)
class JobReport:
    """One job as it is now."""

    job: Job
    model: DeployedModel
    now: datetime

    @property
    def is_good(self) -> bool:
        """Whether no image ended but as `ok` or `none`."""
        return not any(count for ending, count in self.job.endings.items() if ending not in _GOOD)

    @property
    def source(self) -> str:
        """The archive that the images came out of, by its key below the model's prefix; empty for single images."""
        archive = self.job.archive
        return archive.key.removeprefix(self.model.prefix) if archive else ""

    def state(self) -> str:
        """`running`, or with the service's own word where that says more: `running (waiting for GPUs)`."""
        job = self.job
        word = job.attempt.word if job.attempt and job.state in (JobState.RUNNING, JobState.STOPPING) else ""
        return f"{job.state} ({word})" if word and word.lower() != job.state else str(job.state)

    def next(self) -> str:
        """What happens when, as far as the clock decides it."""
        job, last = self.job, self.job.attempt
        match job.state:
            case JobState.GATHERING:
                return f"submitted {self._told(job.due_at)}"
            case JobState.WAITING if job.held_until is not None and job.held_until > self.now:
                return f"tried again {self._told(job.held_until)}"
            case JobState.RUNNING | JobState.SUBMITTING if last is not None:
                return f"given up {self._told(last.deadline_at)}"
            case JobState.CLOSED if job.closed_at is not None:
                return f"closed {told(job.closed_at, UTC)}"
            case _:
                return ""

    def why(self) -> str:
        """How its images ended, who cancelled it, and what it waits for or ended by."""
        job = self.job
        ended = ", ".join(f"{ending} {job.endings[ending]}" for ending in ENDINGS if job.endings.get(ending))
        reason = job.reason or (job.attempt.reason if job.attempt else None) or ""
        cancelled = f"cancelled by {job.cancelled_by}" if job.cancelled_by else ""
        return "; ".join(part for part in (ended, "" if cancelled in reason else cancelled, reason) if part)

    def style(self) -> str:
        """Red needs a person, yellow is worth a look."""
        job = self.job
        if job.endings.get("failed") or job.refusals >= _ALARMING_REFUSALS:
            return RED
        if job.state is JobState.CLOSED and self.is_good:
            return "green"
        return YELLOW if not self.is_good or job.refusals or job.cancelled_by or len(job.attempts) > 1 else ""

    def row(self) -> Row:
        """The cells under JOB_COLUMNS."""
        usd = f"{self.job.spent_usd:.2f}" if self.job.attempts else ""
        return (
            self.job.id,
            self.model.name,
            self.source,
            len(self.job.images),
            Text(self.state(), style=self.style()),
            len(self.job.attempts) or "",
            self.next(),
            usd,
            self.why(),
        )

    def value(self) -> dict[str, Any]:
        """Everything but the images themselves."""
        job, archive = self.job, self.job.archive
        return {
            "job": job.id,
            "model": job.model,
            "archive": None if archive is None else {"key": archive.key, "version_id": archive.version_id},
            "images": len(job.images),
            "state": str(job.state),
            "claimed_at": rfc3339(job.claimed_at),
            "due_at": rfc3339(job.due_at),
            "held_until": _instant(job.held_until),
            "refusals": job.refusals,
            "cancelled_by": job.cancelled_by,
            "reason": job.reason,
            "endings": dict(job.endings),
            "closed_at": _instant(job.closed_at),
            "cost_usd": round(self.job.spent_usd, 6),
            "attempts": [_attempt(one) for one in job.attempts],
        }

    def _told(self, moment: datetime) -> str:
        left = f"in {length(moment - self.now)}" if moment > self.now else "now"
        return f"{told(moment, UTC)} ({left})"


def is_changed(before: JobReport | None, after: JobReport) -> bool:
    """Whether a person who was told of the one wants to be told of the other: not for the clock, nor for cents."""
    return before is None or (before.state(), before.why(), len(before.job.images), len(before.job.attempts)) != (
        after.state(), after.why(), len(after.job.images), len(after.job.attempts),
    )  # fmt: skip


def line(one: JobReport) -> str:
    """A job in one sentence, for whoever follows it."""
    source = f" of {one.source}" if one.source else ""
    attempt = f", attempt {len(one.job.attempts)}" if len(one.job.attempts) > 1 else ""
    cost = f", {one.job.spent_usd:.2f} USD" if one.job.spent_usd else ""
    images = f"{len(one.job.images)} image{'s' * (len(one.job.images) != 1)}"
    return ": ".join(
        part for part in (f"job {one.job.id}{source}, {images}: {one.state()}{attempt}{cost}", one.why()) if part
    )


def ordered(reports: Sequence[JobReport]) -> list[JobReport]:
    """The oldest first, so that what changes is near the prompt."""
    return sorted(reports, key=lambda one: (one.job.claimed_at, one.job.id))


def _attempt(one: Attempt) -> dict[str, Any]:
    return {
        "number": one.number, "name": one.name, "service_id": one.service_id, "images": len(one.indexes),
        "word": one.word, "phase": None if one.phase is None else str(one.phase), "began_at": rfc3339(one.began_at),
        "deadline_at": rfc3339(one.deadline_at), "started_at": _instant(one.started_at),
        "ended_at": _instant(one.ended_at), "cost_usd": round(one.cost_usd, 6), "reason": one.reason,
    }  # fmt: skip


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339(moment)
