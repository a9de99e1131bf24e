"""Making a SageMaker endpoint from its configuration, deleting it, and telling whose it is.

Terraform owns the endpoint configuration; the endpoint is made and deleted here alone, so that nothing drifts
(docs/decisions/0014). A deployment owns an endpoint by a tag that it is made with.
"""

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError, ReadTimeoutError

from dayshift.adapters.aws_errors import ALLOW_IT, code_of, surroundings
from dayshift.adapters.sagemaker import ASLEEP, Runtime, said_by, status_of
from dayshift.adapters.sagemaker_endpoint import Endpoint
from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from dayshift.domain.ports import ModelStatus

OWNER_TAG = "dayshift:deployment"
MOST_TAGS = 50  # that a resource can have
INVALID = "ValidationException"  # SageMaker says so of what is not there, is there already, or is changing
STATES: Mapping[str, ModelState] = {
    "Creating": ModelState.STARTING,
    "InService": ModelState.RUNNING,
    "Updating": ModelState.RUNNING,
    "SystemUpdating": ModelState.RUNNING,
    "RollingBack": ModelState.RUNNING,
    "Deleting": ModelState.STOPPING,
    "Failed": ModelState.FAILED,
    "OutOfService": ModelState.FAILED,
    "UpdateRollbackFailed": ModelState.FAILED,
}
ADVICE: Mapping[str, str] = {
    "ResourceLimitExceeded": "ask Service Quotas for more instances of this type for endpoints, or name another type",
    "AccessDeniedException": ALLOW_IT,
    INVALID: "what was made a moment ago is not seen everywhere at once: each tick tries again",
    "ThrottlingException": "nothing to do: each tick tries again",
}
PROBE_PIXELS = 224  # what most classifiers were trained with


class SagemakerPower:
    """One endpoint, for one deployment."""

    def __init__(self, sagemaker: Any, runtime: Runtime, model: ModelSpec, deployment: str) -> None:
        self._sagemaker, self._runtime, self._deployment = sagemaker, runtime, deployment
        self._endpoint, self._is_asynchronous = Endpoint.of(model), bool(model.options.get("asynchronous"))

    def describe(self) -> ModelStatus:
        """The endpoint's status: STOPPED where there is none, UNMANAGEABLE, and why, where it is another's."""
        with surroundings("describing the endpoint", ADVICE):
            found = self._found()
            if found is None:
                return ModelStatus(ModelState.STOPPED, "NotFound")
            word, message = found["EndpointStatus"], found.get("FailureReason", "")
            if word not in STATES:
                return self._unmanageable(
                    word, f"is {word}; no release of ours that you run knows this word: look for a newer one"
                )
            # While it is Deleting its tags may go first; whoever's it is, its name is free when it is gone.
            if STATES[word] is not ModelState.STOPPING and not self._is_ours(found):
                return self._unmanageable(word, self._not_ours())
        state = self._state(found)
        if state is not STATES[word]:
            made_from, wanted = found["EndpointConfigName"], self._endpoint.configuration
            message = f"it was made from {made_from}, and is made anew from {wanted}"
        # One whose update failed is "in service" all the same, and billed: what is there must be deleted.
        return ModelStatus(state, word, message, lingers=state is ModelState.FAILED)

    def start(self, workers: int = 1) -> None:
        """Makes the endpoint; one that FAILED, or is another model's, is deleted, and made anew by a later tick."""
        with surroundings("starting the endpoint", ADVICE):
            found = self._found()
            if found is None:
                self._create()
            elif not self._is_ours(found):
                raise TransientError(f"{self._endpoint.name} {self._not_ours()}")
            elif self._state(found) is ModelState.FAILED:
                self._delete()

    def stop(self) -> None:
        """Deletes it. Refused where it is not there, and while SystemUpdating: both return quietly.

        Reconcile acts on what it observes: as long as the endpoint is there and unwanted, each tick asks again.
        """
        with surroundings("stopping the endpoint", ADVICE):
            self._delete()

    def release(self) -> None:
        """Nothing: an endpoint is stopped by being deleted, one that FAILED too, and its tag goes with it."""

    def probe(self) -> bool:
        """One inference of a plain image. True for an asynchronous endpoint, which cannot be asked so cheaply.

        A model that refuses it, or whose answer does not fit, would make bad records of good images: TransientError, so
        that the gate stays closed and somebody is told.
        """
        if self._is_asynchronous:
            return True
        with surroundings("trying the model", ADVICE):
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName=self._endpoint.name,
                    Body=self._endpoint.body(plain_png(PROBE_PIXELS)),
                    **self._endpoint.headers,
                )
                body = answer["Body"].read()
            except ReadTimeoutError:
                return False  # a serverless endpoint loads its model at the first call
            except ClientError as error:
                if code_of(error) in ASLEEP:
                    return False
                if 400 <= status_of(error) < 500:
                    raise TransientError(
                        f"the model refuses even a plain image ({status_of(error)}: {said_by(error)}); "
                        f"content_type, accept and json in the model's options must be what its container reads"
                    ) from error
                raise
        self._endpoint.prediction(body)
        return True

    def _delete(self) -> None:
        """Quiet where SageMaker refuses."""
        try:
            self._sagemaker.delete_endpoint(EndpointName=self._endpoint.name)
        except ClientError as error:
            if code_of(error) != INVALID:
                raise

    def _state(self, found: Mapping[str, Any]) -> ModelState:
        """Our word for it. One that runs with another configuration answers as another model: as good as FAILED."""
        state = STATES.get(found["EndpointStatus"], ModelState.UNMANAGEABLE)
        is_another = found["EndpointConfigName"] != self._endpoint.configuration
        return ModelState.FAILED if state is ModelState.RUNNING and is_another else state

    def _found(self) -> dict[str, Any] | None:
        """The endpoint; None if there is none."""
        try:
            found: dict[str, Any] = self._sagemaker.describe_endpoint(EndpointName=self._endpoint.name)
        except ClientError as error:
            if code_of(error) == INVALID:
                return None
            raise
        return found

    def _is_ours(self, found: Mapping[str, Any]) -> bool:
        tags = self._sagemaker.list_tags(ResourceArn=found["EndpointArn"], MaxResults=MOST_TAGS)["Tags"]
        return {"Key": OWNER_TAG, "Value": self._deployment} in tags

    def _create(self) -> None:
        """SageMaker's own advice for what is not seen everywhere yet: look for the configuration first, and retry."""
        name, configuration = self._endpoint.name, self._endpoint.configuration
        try:
            self._sagemaker.describe_endpoint_config(EndpointConfigName=configuration)
        except ClientError as error:
            if code_of(error) != INVALID:
                raise
            raise TransientError(
                f"the endpoint configuration {configuration} is not there; apply the configuration again"
            ) from error
        tags = [{"Key": OWNER_TAG, "Value": self._deployment}]
        try:
            self._sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=configuration, Tags=tags)
        except ClientError as error:
            if "already exist" not in error.response["Error"].get("Message", ""):
                raise

    def _not_ours(self) -> str:
        return (
            f"is there without the tag {OWNER_TAG} = {self._deployment}, so it is not ours to stop; "
            f"delete it, or tag it so if it should be"
        )

    def _unmanageable(self, word: str, why: str) -> ModelStatus:
        return ModelStatus(ModelState.UNMANAGEABLE, word, f"{self._endpoint.name} {why}")
