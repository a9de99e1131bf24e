"""What a job, its attempts, its images and its files are called. Every name is a function of what it names."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256

from dayshift.domain.images import ImageRef
from dayshift.domain.jobs import JOB_FILES_ROOT, JOBS_ROOT

MAXIMUM_NAME_LENGTH = 63  # CreateTransformJob, "TransformJobName"
RESULTS_NAME = "results.jsonl"
_IMAGE_NAME = re.compile(r"(\d{4})\.(?:jpg|png)", re.ASCII)
_JOB_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}", re.ASCII)


def job_id(model: str, claimed_at: datetime, images: Iterable[ImageRef]) -> str:
    """`20261121-120000-1a2b3c4d`: when it was claimed, and a hash of what for."""
    names = [f"{image.bucket}/{image.key}\n{image.version}" for image in images]
    text = "\n".join([model, claimed_at.astimezone(UTC).isoformat(), *names])
    return f"{claimed_at.astimezone(UTC):%Y%m%d-%H%M%S}-{sha256(text.encode()).hexdigest()[:8]}"


def is_job_id(text: str) -> bool:
    """Whether a text could be one."""
    return _JOB_ID.fullmatch(text) is not None


def attempt_name(job: str, attempt: int, deployment: str, model: str) -> str:
    """An attempt's name at the service: told apart by its beginning, the rest is for people."""
    name = f"{job}-{attempt}-{deployment}-{model}"
    return re.sub(r"[^A-Za-z0-9-]+", "-", name)[:MAXIMUM_NAME_LENGTH].strip("-")


def image_name(index: int, form: str) -> str:
    """An image's name at the service: `0007.jpg`. `form` is "jpeg" or "png"."""
    return f"{index:04}.{'png' if form == 'png' else 'jpg'}"


def index_of(name: str) -> int | None:
    """The index of an image by its name at the service; None for a text that is no such name."""
    found = _IMAGE_NAME.fullmatch(name)
    return int(found[1]) if found else None


def book_key(model: str) -> str:
    """Where a model's book lies in the results bucket."""
    return f"{JOBS_ROOT}{model}/open.json"


def closed_key(model: str, job: str) -> str:
    """Where a closed job lies in the results bucket."""
    return f"{JOBS_ROOT}{model}/{job}.json"


def files_prefix(model: str, job: str, attempt: int) -> str:
    """Below which all files of an attempt lie in the results bucket."""
    return f"{JOB_FILES_ROOT}{model}/{job}/{attempt}/"


def results_key(model: str, job: str, attempt: int) -> str:
    """The one place where an attempt's results are looked for."""
    return f"{files_prefix(model, job, attempt)}{RESULTS_NAME}"
