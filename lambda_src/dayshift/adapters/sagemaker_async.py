"""Family `sagemaker`, endpoints that answer later: the image is laid into S3, and the answer is looked for in S3.

    options = {…, "asynchronous": {"bucket": "acme-prod-results", "prefix": "_async/flowers/"}}

Under the prefix lie, by a hash of configuration, key and version, the request (`.input`) and where its answer will be
(`.json`). So a message that comes back finds what it has asked for, and nothing is computed twice. The request is a
copy, since SageMaker reads no version but the latest of an object.
"""

import json
import re
import time
from collections.abc import Callable
from datetime import timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.image_bytes import read_image
from dayshift.adapters.s3 import MISSING
from dayshift.adapters.sagemaker import REFUSALS, SAID_AT_MOST, ClassNames, Runtime, invoking
from dayshift.adapters.sagemaker_endpoint import Endpoint
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import PermanentError, TransientError
from dayshift.domain.image_header import check_header
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A labeler begins no image with less than 14 s left; the message then rests a minute, and looks again.
LOOKS, SECONDS_BETWEEN_LOOKS = 6, 1.0
QUEUED_SECONDS, COMPUTED_SECONDS = 3600, 900
# By then a request is answered, refused or forgotten: a deleted endpoint takes its queue with it.
FORGOTTEN = timedelta(seconds=QUEUED_SECONDS + COMPUTED_SECONDS)
_CLIENT_ERROR = re.compile(r"client error \((\d{3})\)", re.IGNORECASE)


class SagemakerAsyncPredictor:
    """Reads images with an endpoint that answers through S3."""

    def __init__(
        self, runtime: Runtime, s3: "S3Client", model: ModelSpec, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._runtime, self._s3, self._endpoint, self._pause = runtime, s3, Endpoint.of(model), pause
        self._names = ClassNames(s3, model)
        self._bucket, self._prefix = model.options["asynchronous"]["bucket"], model.options["asynchronous"]["prefix"]
        self.limits = self._endpoint.limits

    def predict(self, image: ImageRef) -> Prediction:
        """Asks unless it was asked; waits a few seconds. Raises TransientError where there is no answer yet,
        PermanentError, GoneError, or ClosedError while there is no endpoint."""
        whole = "\0".join((self._endpoint.configuration, image.bucket, image.key, image.version))
        place = self._prefix + sha256(whole.encode()).hexdigest()
        output, failure = self._asked(place) or self._ask(image, place)
        for look in range(LOOKS):
            if look:
                self._pause(SECONDS_BETWEEN_LOOKS)
            answer = self._read(*_split(output))
            if answer is not None:
                return self._endpoint.prediction(answer[0], self._names.get())
            refusal = self._read(*_split(failure)) if failure else None
            if refusal is not None:
                raise self._refused(refusal[0].decode("utf-8", "replace")[:SAID_AT_MOST], image, place)
        raise TransientError(f"{self._endpoint.name} has not answered yet; what it was asked is kept in {place}")

    def predict_bytes(self, content: bytes) -> Prediction:
        """Raises TransientError always: whoever waits for an answer asks an endpoint that gives it at once."""
        raise TransientError(f"{self._endpoint.name} is asynchronous, and answers nobody at once: queue the image")

    def _ask(self, image: ImageRef, place: str) -> tuple[str, str]:
        """Asks, and keeps where answer or failure will be."""
        content = read_image(self._s3, image)
        check_header(content, self.limits)
        with surroundings(f"writing {place}.input"):
            self._s3.put_object(Bucket=self._bucket, Key=f"{place}.input", Body=self._endpoint.body(content))
        with invoking(f"asking {self._endpoint.name}"):
            answer = self._runtime.invoke_endpoint_async(
                EndpointName=self._endpoint.name,
                InputLocation=f"s3://{self._bucket}/{place}.input",
                RequestTTLSeconds=QUEUED_SECONDS,
                InvocationTimeoutSeconds=COMPUTED_SECONDS,
                **self._endpoint.headers,
            )
        output, failure = answer["OutputLocation"], answer.get("FailureLocation", "")
        kept = json.dumps({"output": output, "failure": failure})
        with surroundings(f"writing {place}.json"):
            self._s3.put_object(Bucket=self._bucket, Key=f"{place}.json", Body=kept.encode())
        return output, failure

    def _asked(self, place: str) -> tuple[str, str] | None:
        """Where answer or failure will be; None if nobody asked, or so long ago that neither will come."""
        kept = self._read(self._bucket, f"{place}.json")
        if kept is None:
            return None
        body, age = kept
        places = json.loads(body)
        if age >= FORGOTTEN and self._read(*_split(places["output"])) is None:
            return None
        return places["output"], places["failure"]

    def _refused(self, said: str, image: ImageRef, place: str) -> PermanentError | TransientError:
        """What a failure means. One that is not about the image is asked for anew, for the delivery after this."""
        found = _CLIENT_ERROR.search(said)
        if found and int(found[1]) in REFUSALS:
            return PermanentError(REFUSALS[int(found[1])], f"the model refuses this image; it says: {said}")
        self._ask(image, place)
        return TransientError(f"{self._endpoint.name} failed, and was asked again; it says: {said}")

    def _read(self, bucket: str, key: str) -> tuple[bytes, timedelta] | None:
        """An object and its age, by S3's own clock; None for one that is not there."""
        with surroundings(f"looking for {key}"):
            try:
                answer = self._s3.get_object(Bucket=bucket, Key=key)
                now = answer["ResponseMetadata"]["HTTPHeaders"].get("date")  # only emulators leave it out
                age = parsedate_to_datetime(now) - answer["LastModified"] if now else timedelta(0)
                return answer["Body"].read(), age
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise


def _split(place: str) -> tuple[str, str]:
    """Bucket and key of `s3://bucket/key`."""
    bucket, _, key = place.removeprefix("s3://").partition("/")
    return bucket, key
