"""Jobs in the results bucket: those in a model's book, and those that are over.

Where a job lies, and how it is written down, is the Lambda package's to say (`dayshift.domain.job_names`, `job_json`).
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from heapq import nlargest
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from dayshift.domain.job_json import book_from_json, job_from_json
from dayshift.domain.job_names import book_key, closed_key, is_job_id
from dayshift.domain.jobs import Job
from dayshift_cli.errors import Failure, code_of
from dayshift_cli.listing import Place, listed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_SHOWN = 20
_AT_ONCE = 16
_T = TypeVar("_T")


def open_jobs(s3: "S3Client", bucket: str, model: str) -> tuple[Job, ...]:
    """The jobs in a model's book; none where there is no book yet. Raises Failure for anything that is no book."""
    book = _read(s3, bucket, book_key(model), book_from_json)
    return book.jobs if book else ()


def closed_job(s3: "S3Client", bucket: str, model: str, job: str) -> Job | None:
    """A job that is over; None if there is none of that name. Raises Failure for anything that is no job."""
    return _read(s3, bucket, closed_key(model, job), job_from_json) if is_job_id(job) else None


def closed_ids(s3: "S3Client", bucket: str, model: str, after: str = "") -> list[str]:
    """The ids of the jobs that are over, in the order in which they were begun; only those begun after that one."""
    return [_id(place) for place in _places(s3, bucket, model, after)]


def newest_closed(s3: "S3Client", bucket: str, models: Sequence[str]) -> list[Job]:
    """The twenty jobs of these models that were begun last and are over."""
    places = [place for model in models for place in _places(s3, bucket, model)]
    return _read_all(s3, bucket, nlargest(_SHOWN, places, key=_id))


def closed_since(s3: "S3Client", bucket: str, model: str, moment: datetime) -> list[Job]:
    """The jobs of a model that were over at that moment or later."""
    return _read_all(s3, bucket, [one for one in _places(s3, bucket, model) if one.written_at >= moment])


def _places(s3: "S3Client", bucket: str, model: str, after: str = "") -> Iterator[Place]:
    folder = book_key(model).rpartition("/")[0] + "/"
    start = closed_key(model, after) if after else ""
    return (place for place in listed(s3, bucket, folder, "/", start) if is_job_id(_id(place)))


def _id(place: Place) -> str:
    """The job's id, which begins with the instant at which it was begun."""
    return place.key.rpartition("/")[2].removesuffix(".json")


def _read_all(s3: "S3Client", bucket: str, places: Sequence[Place]) -> list[Job]:
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = pool.map(lambda place: _read(s3, bucket, place.key, job_from_json), places)
    return [job for job in found if job is not None]


def _read(s3: "S3Client", bucket: str, key: str, parse: Callable[[bytes], _T]) -> _T | None:
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            return None
        raise
    try:
        return parse(text)
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(f"s3://{bucket}/{key} tells of no job that this release understands ({error!r}).") from error
