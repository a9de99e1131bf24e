"""Pictures on their way through jobs: packed together, taken apart again, and what each came to."""

import io
import zipfile
from datetime import datetime
from itertools import pairwise
from typing import Any

from dayshift.domain.archives import Manifest
from tests.e2e.jobs import Image, Jobs


def archive(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return made.getvalue()


def images(manifest: Manifest) -> list[Image]:
    """The images that came out of an archive."""
    return [(one.image.key, one.image.version) for one in manifest.images]


def names(jobs: Jobs, image: Image) -> list[str]:
    """What was seen in an image."""
    return [found["name"] for found in (jobs.record(image) or {"detections": ()})["detections"]]


def endings(jobs: Jobs, image: Image) -> tuple[str, str]:
    """How an image ended, and the first word of the reason."""
    record = jobs.record(image) or {}
    return str(record.get("status")), str(record.get("reason") or "").partition(":")[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def assert_no_two_at_once(orders: list[dict[str, Any]]) -> None:
    """Of one job never two attempts live at the same time."""
    lives: dict[str, list[tuple[datetime, datetime]]] = {}
    for order in orders:
        job = "-".join(order["name"].split("-")[:3])
        lives.setdefault(job, []).append((moment(order["created_at"]), moment(order["ended_at"])))
    for each in lives.values():
        ordered = sorted(each)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered)), ordered
