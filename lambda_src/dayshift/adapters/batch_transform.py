"""Jobs as SageMaker's batch transform: instances that start for one job, send each image to the model, and go.

A job is found by its name, which is unique in the account for ever, so that asking twice makes one. SageMaker knows no
limit to how long a job may take: it is stopped by whoever watches it, and a job that is stopped brings nothing.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import ALLOW_IT, code_of, surroundings
from dayshift.adapters.gpu_job import LIMITS
from dayshift.adapters.sagemaker import ClassNames
from dayshift.adapters.transform_files import Answers, Place, TransformParcel
from dayshift.adapters.transform_job import described, request
from dayshift.adapters.transform_model import TransformModel
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import RefusedError, TransientError
from dayshift.domain.images import Limits
from dayshift.domain.job_ports import Order, Parcel, Results, ServiceJob
from dayshift.domain.job_results import told
from dayshift.domain.jobs import Phase
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# SageMaker says ValidationException of most jobs that are not there, and of one that cannot be stopped any more.
NOT_THERE = {"ValidationException", "ResourceNotFound", "ResourceNotFoundException"}
THERE_ALREADY = {"ResourceInUse", "ResourceInUseException"}
ADVICE: Mapping[str, str] = {
    "ResourceLimitExceeded": "ask Service Quotas for more instances of this type for transform jobs, or name another",
    "AccessDeniedException": ALLOW_IT,
    "ValidationException": "the SageMaker model, its role and instance_type in the model's options must be right",
    "ResourceNotFound": "model_name in the model's options must be a SageMaker model of this region",
}


class BatchTransform:
    """One model's transform jobs. `bucket` is that of the results."""

    def __init__(self, sagemaker: Any, s3: "S3Client", model: ModelSpec, bucket: str) -> None:
        self._sagemaker, self._s3, self._bucket = sagemaker, s3, bucket
        self._model, self._names = TransformModel.of(model), ClassNames(s3, model)

    @property
    def limits(self) -> Limits:
        """The same for every model."""
        return LIMITS

    def parcel(self, order: Order) -> Parcel:
        """A manifest and copies of the images, under the attempt's own prefix."""
        return TransformParcel(self._s3, Place.of(self._bucket, order), self._model)

    def find(self, name: str) -> ServiceJob | None:
        """One DescribeTransformJob: the name is the id."""
        return self.look(name)

    def submit(self, order: Order) -> ServiceJob:
        """One CreateTransformJob. A name that is taken is this very order, taken before."""
        with surroundings("asking for a transform job"):
            try:
                self._sagemaker.create_transform_job(**request(order, Place.of(self._bucket, order), self._model))
            except ClientError as error:
                if code_of(error) not in THERE_ALREADY:
                    refusal = _refusal(error)
                    raise error if refusal is None else refusal from error
                found = self.look(order.name)
                if found is None:
                    raise TransientError(f"{order.name} is taken, and not to be seen yet") from error
                return found
        return ServiceJob(order.name, Phase.WAITING, "InProgress")

    def look(self, service_id: str) -> ServiceJob | None:
        """One DescribeTransformJob."""
        with surroundings("describing a transform job", ADVICE):
            try:
                found = self._sagemaker.describe_transform_job(TransformJobName=service_id)
            except ClientError as error:
                if code_of(error) in NOT_THERE:
                    return None
                raise
        return described(found, self._model)

    def cancel(self, service_id: str) -> None:
        """One StopTransformJob."""
        with surroundings("stopping a transform job", ADVICE):
            try:
                self._sagemaker.stop_transform_job(TransformJobName=service_id)
            except ClientError as error:
                if code_of(error) not in NOT_THERE:
                    raise

    def results(self, order: Order) -> Results:
        """The answers in the attempt's own output folder; one that fits no class scores counts for nothing."""
        names, place = self._names.get(), Place.of(self._bucket, order)
        answers = Answers(self._s3, place)
        bodies = answers.read(image.index for image in order.images)
        predictions, refusals, wrong = dict[int, Prediction](), dict[int, str](), answers.strange
        for index, body in bodies.items():
            try:
                answer = self._model.answer(body, names)
            except TransientError as error:
                wrong.append(f"{index:04d}: {error}")
                continue
            if isinstance(answer, str):
                refusals[index] = answer
            else:
                predictions[index] = answer
        if not bodies and not wrong:
            wrong.append(f"nothing lies under {place.url(place.output)}")
        missing = len(order.images) - len(predictions) - len(refusals)
        return Results(predictions, refusals, told(wrong, missing))


def _refusal(error: ClientError) -> RefusedError | None:
    """A refusal is certain where it answers the first try: a try before it may have been taken, unheard."""
    metadata: Any = error.response["ResponseMetadata"]
    code, said = code_of(error), error.response["Error"].get("Message", "")
    if metadata.get("RetryAttempts", 0) or not 400 <= metadata.get("HTTPStatusCode", 500) < 500:
        return None
    return RefusedError("; ".join(filter(None, (f"SageMaker refuses the job: {code}: {said}", ADVICE.get(code)))))
