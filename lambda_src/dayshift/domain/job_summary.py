"""Jobs as people and alarms see them: a few words and numbers, never their images one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dayshift.domain.jobs import Attempt, Job, JobState
from dayshift.domain.messages import rfc3339

MINUTE = timedelta(minutes=1)


def summary(job: Job, now: datetime) -> dict[str, Any]:
    """One job as JSON. `cost_usd` is of all its attempts; `endings` counts the images that have their record."""
    attempt = job.attempt
    return {
        "id": job.id,
        "state": str(job.state),
        "images": len(job.images),
        "archive": None if job.archive is None else job.archive.key,
        "attempts": len(job.attempts),
        "service_id": attempt and attempt.service_id,
        "word": attempt and attempt.word,
        "deadline_at": attempt and rfc3339(attempt.deadline_at),
        "cost_usd": round(job.spent_usd, 4),
        "age_minutes": round((now - job.claimed_at) / MINUTE, 1),
        "held_until": job.held_until and rfc3339(job.held_until),
        "refusals": job.refusals,
        "cancelled_by": job.cancelled_by,
        "reason": job.reason or (attempt and attempt.reason),
        "endings": dict(job.endings),
    }


def gauges(jobs: Sequence[Job], now: datetime) -> Mapping[str, float]:
    """What the alarms look at, each of all open jobs."""
    stopping = [job.attempt for job in jobs if job.state is JobState.STOPPING and job.attempt]
    return {
        "JobsOpen": len(jobs),
        "JobsRefused": max((job.refusals for job in jobs), default=0),
        "JobNotStoppingMinutes": max((_minutes_since_given_up(one, now) for one in stopping), default=0.0),
        "OldestJobMinutes": max(((now - job.claimed_at) / MINUTE for job in jobs), default=0.0),
        "JobsCostUsd": sum(job.spent_usd for job in jobs),
    }


def _minutes_since_given_up(attempt: Attempt, now: datetime) -> float:
    return 0.0 if attempt.given_up_at is None else (now - attempt.given_up_at) / MINUTE
