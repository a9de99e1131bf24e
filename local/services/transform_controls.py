"""The controls at /_local/models for batch transform jobs: what happened to each, and what is to happen to the next.

POST  {"transform_jobs": {"start_delay_seconds": 5, "work_seconds": 60, "stop_delay_seconds": 5,
                          "troubles": ["never_ends", "forges"]}}
      Only what is given changes. Each trouble is for one job, in the order in which they are created; a null is none.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from local.services.sagemaker_store import SageMakerStore
from local.services.timeline import text, told
from local.services.transform_job import Pace, TransformJob, Trouble

PACES = tuple(each.name for each in fields(Pace))
TROUBLES = "troubles"


def shown(store: SageMakerStore) -> dict[str, Any]:
    """Every job that there ever was."""
    with store.open() as book:
        return {"transform_jobs": [_shown(job, book.now) for job in book.transform_jobs.values()]}


def change(store: SageMakerStore, wish: Any) -> None:
    """What POST asks for. Raises ValueError naming what would do."""
    known = (*PACES, TROUBLES)
    if not isinstance(wish, Mapping) or not set(wish) <= set(known):
        raise ValueError(f"transform_jobs takes any of {', '.join(known)}; got {wish!r}")
    for key in PACES:
        if isinstance(wish.get(key, 0), bool) or not isinstance(wish.get(key, 0), int | float) or wish.get(key, 0) < 0:
            raise ValueError(f"{key} must be a number from 0 on; got {wish[key]!r}")
    troubles = wish.get(TROUBLES, [])
    if not isinstance(troubles, list) or not all(each is None or each in list(Trouble) for each in troubles):
        raise ValueError(f"troubles must be a list of {', '.join(Trouble)} and null; got {troubles!r}")
    with store.open() as book:
        book.pace = Pace(**{name: float(wish.get(name, value)) for name, value in asdict(book.pace).items()})
        if TROUBLES in wish:
            book.troubles = [None if each is None else Trouble(each) for each in troubles]


def _shown(job: TransformJob, now: float) -> dict[str, Any]:
    return {
        "transform_job_name": job.name,
        "status": job.status,
        "failure": job.failure,
        "trouble": job.trouble,
        "created_at": text(job.created_at),
        "ended_at": None if job.ended_at is None else text(job.ended_at),
        "billed_seconds": round(job.billed_seconds(now), 3),
        "input": job.request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"],
        **told(job.log, now),
    }
