"""SageMaker's control plane for batch transform jobs: created, described, stopped."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from flask import Response, after_this_request

from local.services.endpoint import refused
from local.services.sagemaker_rules import check_transform, name_in
from local.services.sagemaker_store import Book, SageMakerStore
from local.services.service_error import ServiceError
from local.services.transform_job import TransformJob
from local.services.transform_work import object_at

Request = dict[str, Any]
GIVEN = (
    "TransformJobName", "ModelName", "MaxConcurrentTransforms", "ModelClientConfig", "MaxPayloadInMB", "BatchStrategy",
    "Environment", "TransformInput", "TransformOutput", "TransformResources",
)  # fmt: skip
NAME = "TransformJobName"


class TransformJobs:
    """One method an operation."""

    def __init__(self, store: SageMakerStore, s3: Any) -> None:
        self._store, self._s3 = store, s3

    def operations(self) -> dict[str, Callable[[Request], Request]]:
        """By the name in X-Amz-Target."""
        return {
            "CreateTransformJob": self.create_transform_job,
            "DescribeTransformJob": self.describe_transform_job,
            "StopTransformJob": self.stop_transform_job,
        }

    def create_transform_job(self, request: Request) -> Request:
        """A new job, whose model and whose input must be there. A name is used once, for ever."""
        name = name_in(request, NAME)
        check_transform(request)
        self._check_input(request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"])
        arn = self._store.arn("transform-job", name)
        with self._store.open() as book:
            if name in book.transform_jobs:
                text = f"Job name must be unique within an account and region; there is a job of this name ({arn})."
                raise ServiceError("ResourceInUse", text)
            model = self._store.record(book, "model", name_in(request, "ModelName"))
            container = model.get("PrimaryContainer") or model["Containers"][0]
            given = {key: request[key] for key in GIVEN if key in request}
            trouble = book.troubles.pop(0) if book.troubles else None
            job = TransformJob(arn, given, book.now, replace(book.pace), container, trouble)
            job.settle(book.now)
            book.transform_jobs[name] = job
        return {"TransformJobArn": arn}

    def describe_transform_job(self, request: Request) -> Request:
        """The job as it is now; the answer's Date is of the local clock, since it tells how long the job has worked."""
        with self._store.open() as book:
            job, now = _found(book, request), book.now
            shape = {
                **job.request,
                "TransformJobArn": job.arn,
                "TransformJobStatus": job.status,
                "CreationTime": round(job.created_at, 3),
            }
            times = {"TransformStartTime": job.started_at, "TransformEndTime": job.ended_at}
            shape |= {key: round(at, 3) for key, at in times.items() if at is not None}
        after_this_request(lambda answer: _dated(answer, now))
        return shape | ({"FailureReason": job.failure} if job.failure else {})

    def stop_transform_job(self, request: Request) -> Request:
        """Begins to stop it."""
        with self._store.open() as book:
            _found(book, request).stop(book.now)
        return {}

    def _check_input(self, url: str) -> None:
        try:
            object_at(self._s3, url)
        except ClientError as error:
            raise refused(f'No S3 objects found under S3 URL "{url}" given in input data source: {error}') from error


def _dated(answer: Response, now: float) -> Response:
    answer.date = datetime.fromtimestamp(now, UTC)
    return answer


def _found(book: Book, request: Request) -> TransformJob:
    name = name_in(request, NAME)
    if name not in book.transform_jobs:
        raise refused(f"Could not find requested job with name: {name}")
    return book.transform_jobs[name]
