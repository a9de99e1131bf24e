"""The book and closed jobs as JSON, read back exactly as they were.

An image is a list, since a book may hold twenty thousand: [index, key, version id or null, ETag, bytes, enqueued at].
Its bucket is said once for each job.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from dayshift.domain.images import ImageRef
from dayshift.domain.jobs import Attempt, Book, Job, JobImage, JobState, Phase

VERSION = 1
_ATTEMPT_MOMENTS = ("began_at", "asked_at", "deadline_at", "started_at", "given_up_at", "ended_at")


def book_to_json(book: Book) -> str:
    """One line."""
    return _dumped({"v": VERSION, "model": book.model, "jobs": [_job(job) for job in book.jobs]})


def book_from_json(text: str | bytes) -> Book:
    """Reads what `book_to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    value = _versioned(text)
    return Book(value["model"], tuple(_job_from(job) for job in value["jobs"]))


def job_to_json(job: Job) -> str:
    """One line."""
    return _dumped({"v": VERSION, **_job(job)})


def job_from_json(text: str | bytes) -> Job:
    """Reads what `job_to_json` wrote. Raises as `book_from_json` does."""
    return _job_from(_versioned(text))


def _dumped(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), default=_moment) + "\n"  # ASCII: a key may hold lone surrogates


def _moment(value: object) -> str:
    """To the microsecond: what is read back must equal what was written, or nobody could change it."""
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {value!r}")


def _versioned(text: str | bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    if value["v"] != VERSION:
        raise ValueError(f"version {value['v']!r}; this release reads {VERSION}")
    return value


def _job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "model": job.model,
        "state": job.state,
        "claimed_at": job.claimed_at,
        "due_at": job.due_at,
        "bucket": job.images[0].image.bucket if job.images else None,
        "images": [_image(one) for one in job.images],
        "archive": None if job.archive is None else asdict(job.archive),
        "twins": [asdict(twin) for twin in job.twins],
        "attempts": [asdict(attempt) for attempt in job.attempts],
        "held_until": job.held_until,
        "refusals": job.refusals,
        "cancelled_by": job.cancelled_by,
        "reason": job.reason,
        "endings": dict(job.endings),
        "closed_at": job.closed_at,
    }


def _image(one: JobImage) -> list[Any]:
    image = one.image
    return [one.index, image.key, image.version_id, image.etag, image.size_bytes, one.enqueued_at]


def _job_from(value: Mapping[str, Any]) -> Job:
    archive = value["archive"]
    return Job(
        id=value["id"],
        model=value["model"],
        state=JobState(value["state"]),
        claimed_at=datetime.fromisoformat(value["claimed_at"]),
        due_at=datetime.fromisoformat(value["due_at"]),
        images=tuple(_image_from(one, value["bucket"]) for one in value["images"]),
        archive=None if archive is None else ImageRef(**archive),
        twins=tuple(ImageRef(**twin) for twin in value["twins"]),
        attempts=tuple(_attempt_from(attempt) for attempt in value["attempts"]),
        held_until=_moment_from(value["held_until"]),
        refusals=value["refusals"],
        cancelled_by=value["cancelled_by"],
        reason=value["reason"],
        endings=value["endings"],
        closed_at=_moment_from(value["closed_at"]),
    )


def _image_from(one: list[Any], bucket: str) -> JobImage:
    index, key, version_id, etag, size_bytes, enqueued_at = one
    return JobImage(index, ImageRef(bucket, key, version_id, etag, size_bytes), datetime.fromisoformat(enqueued_at))


def _attempt_from(value: Mapping[str, Any]) -> Attempt:
    moments = {name: _moment_from(value[name]) for name in _ATTEMPT_MOMENTS}
    phase = None if value["phase"] is None else Phase(value["phase"])
    return Attempt(**{**value, **moments, "indexes": tuple(value["indexes"]), "phase": phase})


def _moment_from(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
