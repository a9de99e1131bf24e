"""Family `sagemaker`: the classes that a classifier sees behind a SageMaker endpoint that answers at once.

What it is told is in sagemaker_endpoint.py. The endpoint is there only while it runs: sagemaker_power.py makes it from
its configuration, and deletes it.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.image_bytes import read_image
from dayshift.adapters.sagemaker_endpoint import Endpoint
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ClosedError, PermanentError
from dayshift.domain.image_header import check_header
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Runtime = Any  # the stubs of SageMaker's clients are larger than all of ours

# How a container says, through SageMaker's ModelError, that it will never read this image.
REFUSALS = {400: "unreadable", 413: "too_large", 422: "unreadable"}
# ValidationError: no such endpoint, one that is not in service, an inference component without a copy.
ASLEEP = {"ValidationError", "ModelNotReadyException"}
OVERSIZE = "oversize body"  # the one ValidationError that is about the image
SAID_AT_MOST = 300  # characters of what a container says; some answer with a page of HTML


class SagemakerPredictor:
    """Reads images with one endpoint."""

    def __init__(self, runtime: Runtime, s3: "S3Client", model: ModelSpec) -> None:
        self._runtime, self._s3, self._endpoint = runtime, s3, Endpoint.of(model)
        self._names = ClassNames(s3, model)
        self.limits = self._endpoint.limits

    def predict(self, image: ImageRef) -> Prediction:
        """One call. Raises PermanentError, GoneError, TransientError, or ClosedError while there is no endpoint."""
        return self.predict_bytes(read_image(self._s3, image))

    def predict_bytes(self, content: bytes) -> Prediction:
        """The same for bytes that lie nowhere."""
        check_header(content, self.limits)
        names = self._names.get()
        with invoking(f"asking {self._endpoint.name}"):
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._endpoint.name, Body=self._endpoint.body(content), **self._endpoint.headers
            )
            body = answer["Body"].read()
        return self._endpoint.prediction(body, names, answer.get("InvokedProductionVariant"))


class ClassNames:
    """The names of a model's classes, read from S3 once."""

    def __init__(self, s3: "S3Client", model: ModelSpec) -> None:
        place = model.options.get("classes")
        self._s3, self._place = s3, (place["bucket"], place["key"]) if place else None
        self._names: Sequence[str] | None = None

    def get(self) -> Sequence[str]:
        """One name a line; () without a file. Raises TransientError."""
        if self._place is None:
            return ()
        if self._names is None:
            bucket, key = self._place
            with surroundings(f"reading the class names in {key}"):
                text = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read().decode("utf-8-sig", "replace")
            self._names = tuple(line.strip() for line in text.rstrip().split("\n"))
        return self._names


@contextmanager
def invoking(doing: str) -> Iterator[None]:
    """Around one call of an endpoint. Raises PermanentError, TransientError or ClosedError."""
    with surroundings(doing):
        try:
            yield
        except ClientError as error:
            code, status, said = code_of(error), status_of(error), said_by(error)
            if code == "413" or OVERSIZE in said:
                raise PermanentError(
                    "too_large", f"the endpoint takes no body of this size; it says: {said}"
                ) from error
            if code == "ModelError" and status in REFUSALS:
                raise PermanentError(REFUSALS[status], f"the model refuses this image; it says: {said}") from error
            if code in ASLEEP:
                raise ClosedError(f"{code} while {doing}: {said}") from error
            raise


def status_of(error: ClientError) -> int:
    """What the container itself answered; 0 where it did not."""
    answer: Any = error.response  # ModelError has fields that other errors have not
    return int(answer.get("OriginalStatusCode") or 0)


def said_by(error: ClientError) -> str:
    """The container's words where there are any, else the service's."""
    answer: Any = error.response
    return str(answer.get("OriginalMessage") or answer["Error"].get("Message", ""))[:SAID_AT_MOST]
