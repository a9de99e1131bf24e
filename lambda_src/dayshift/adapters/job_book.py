"""A model's book of open jobs, and its closed ones, in the results bucket."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING, WRITTEN_ALREADY
from dayshift.domain.errors import TransientError
from dayshift.domain.job_json import book_from_json, book_to_json, job_to_json
from dayshift.domain.job_names import book_key, closed_key
from dayshift.domain.jobs import Book, Job

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# 409 is another conditional write of the same key under way, 404 an If-Match where nothing lies any more (S3,
# "Conditional writes"): what was read is not there as it was.
CHANGED = WRITTEN_ALREADY | MISSING | {"ConditionalRequestConflict", "409"}


class S3JobBook:
    """One object, whose mark is its ETag."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._model, self._key = s3, bucket, model, book_key(model)

    def read(self) -> tuple[Book, str | None]:
        """One GET. A book that nobody can read raises TransientError: it is never begun anew over jobs that run."""
        with surroundings(f"reading {self._key}"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=self._key)
                content, mark = answer["Body"].read(), answer["ETag"]
            except ClientError as error:
                if code_of(error) in MISSING:
                    return Book(self._model), None
                raise
        try:
            return book_from_json(content), mark
        except (ValueError, KeyError, TypeError) as error:
            raise TransientError(f"{self._key} is no book of this release ({type(error).__name__}: {error})") from error

    def write(self, book: Book, mark: str | None) -> str | None:
        """One PUT, with If-Match, or If-None-Match where there was no book."""
        only_if: dict[str, Any] = {"IfNoneMatch": "*"} if mark is None else {"IfMatch": mark}
        with surroundings(f"writing {self._key}"):
            try:
                return self._s3.put_object(
                    Bucket=self._bucket,
                    Key=self._key,
                    Body=book_to_json(book).encode(),
                    ContentType="application/json",
                    **only_if,
                )["ETag"]
            except ClientError as error:
                if code_of(error) in CHANGED:
                    return None
                raise


class S3ClosedJobs:
    """One object a job."""

    def __init__(self, s3: "S3Client", bucket: str, model: str) -> None:
        self._s3, self._bucket, self._model = s3, bucket, model

    def keep(self, job: Job) -> None:
        """One PUT."""
        key = closed_key(self._model, job.id)
        with surroundings(f"writing {key}"):
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=job_to_json(job).encode(), ContentType="application/json"
            )
