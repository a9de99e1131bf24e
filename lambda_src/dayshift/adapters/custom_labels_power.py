"""Starting and stopping a project version of Custom Labels, and telling whose it is.

    options = {"inference_units": 1, "maximum_inference_units": null}

A deployment owns a version by a tag on it. Two deployments never start or stop the same version against each other.
"""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import ALLOW_IT, code_of, surroundings
from dayshift.adapters.custom_labels import Version
from dayshift.adapters.rekognition_image import REFUSALS
from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from dayshift.domain.ports import ModelStatus

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

OWNER_TAG = "dayshift:deployment"
PROBE_PIXELS = 64  # the least that the model reads
NOT_THERE, IN_USE, NOT_READY = "ResourceNotFoundException", "ResourceInUseException", "ResourceNotReadyException"
STATES: Mapping[str, ModelState] = {
    "TRAINING_COMPLETED": ModelState.STOPPED,
    "COPYING_COMPLETED": ModelState.STOPPED,
    "STOPPED": ModelState.STOPPED,
    "STARTING": ModelState.STARTING,
    "RUNNING": ModelState.RUNNING,
    "STOPPING": ModelState.STOPPING,
    "FAILED": ModelState.FAILED,
}
# A version in any other status cannot be started; here is what to do about it.
_ANOTHER = "name another version as the model's target"
REMEDIES: Mapping[str, str] = {
    "TRAINING_IN_PROGRESS": "wait until its training ends",
    "TRAINING_FAILED": f"train again, and {_ANOTHER}",
    "COPYING_IN_PROGRESS": "wait until its copying ends",
    "COPYING_FAILED": f"copy it again, and {_ANOTHER}",
    "DELETING": _ANOTHER,
    "DEPRECATED": f"train again, and {_ANOTHER}",
    "EXPIRED": f"train again, and {_ANOTHER}",
}
ADVICE: Mapping[str, str] = {
    "LimitExceededException": "stop another model, or ask Service Quotas for more inference units",
    "AccessDeniedException": ALLOW_IT,
    "InvalidParameterException": "check inference_units, maximum_inference_units and target",
    "ServiceQuotaExceededException": f"remove a tag from the version, so that {OWNER_TAG} has a place",
    NOT_THERE: _ANOTHER,
    "InternalServerError": "nothing to do: each tick tries again",
    "ThrottlingException": "nothing to do: each tick tries again",
    "ProvisionedThroughputExceededException": "nothing to do: each tick tries again",
}


class CustomLabelsPower:
    """One project version, for one deployment."""

    def __init__(self, rekognition: "RekognitionClient", model: ModelSpec, deployment: str) -> None:
        self._rekognition, self._deployment, self._version = rekognition, deployment, Version.of(model)
        least, most = model.options.get("inference_units"), model.options.get("maximum_inference_units")
        self._units: dict[str, Any] = {"MinInferenceUnits": int(least or 1)}
        if most is not None:
            self._units["MaxInferenceUnits"] = int(most)

    def describe(self) -> ModelStatus:
        """The version's status; UNMANAGEABLE, and why, if it is not there, another's, or not to be started."""
        with surroundings("describing the model", ADVICE):
            try:
                owner, found = self._owner(), self._described()
            except ClientError as error:
                if code_of(error) != NOT_THERE:
                    raise
                owner, found = None, None
        if found is None:
            return self._unmanageable("NOT_FOUND", f"is not there; {_ANOTHER}")
        word, message = found
        if word not in STATES:
            remedy = REMEDIES.get(word, "no release of ours that you run knows this word: look for a newer one")
            return self._unmanageable(word, f"is {word}{f' ({message})' if message else ''}; {remedy}")
        if owner not in (None, self._deployment):
            return self._unmanageable(word, self._belongs_to(owner))
        return ModelStatus(STATES[word], word, message)

    def start(self, workers: int = 1) -> None:
        """Claims a version that is nobody's, then starts it. ResourceInUse: it is started, or not yet stopped, already.

        Whoever loses a race of two claims sees the winner's tag at its next look, and keeps its hands off.
        """
        with surroundings("starting the model", ADVICE):
            owner = self._owner()
            if owner not in (None, self._deployment):
                raise TransientError(f"{self._version.arn} {self._belongs_to(owner)}")
            if owner is None:
                self._rekognition.tag_resource(ResourceArn=self._version.arn, Tags={OWNER_TAG: self._deployment})
            try:
                self._rekognition.start_project_version(ProjectVersionArn=self._version.arn, **self._units)
            except ClientError as error:
                if code_of(error) != IN_USE:
                    raise

    def stop(self) -> None:
        """Stops it. ResourceInUse: it is stopping or stopped already, or still STARTING and cannot be stopped yet.

        The last is a refusal, and yet returns quietly: reconcile acts on what it observes, never on what it has done.
        As long as the model is on and unwanted, each tick asks again, and OverrunMinutes counts from the first.
        """
        with surroundings("stopping the model", ADVICE):
            try:
                self._rekognition.stop_project_version(ProjectVersionArn=self._version.arn)
            except ClientError as error:
                if code_of(error) != IN_USE:
                    raise

    def release(self) -> None:
        """Takes our own tag off (API Reference, "UntagResource"). ResourceNotFound: nothing is left to be anybody's."""
        with surroundings("giving the model back", ADVICE):
            try:
                if self._owner() == self._deployment:
                    self._rekognition.untag_resource(ResourceArn=self._version.arn, TagKeys=[OWNER_TAG])
            except ClientError as error:
                if code_of(error) != NOT_THERE:
                    raise

    def probe(self) -> bool:
        """One inference of a small image, which costs nothing more. To dislike the image is an answer too.

        InvalidParameter is about the image here as well: the version's ARN is the one that `describe` was answered.
        """
        with surroundings("trying the model", ADVICE):
            try:
                self._rekognition.detect_custom_labels(
                    ProjectVersionArn=self._version.arn, Image={"Bytes": plain_png(PROBE_PIXELS)}
                )
            except ClientError as error:
                if code_of(error) == NOT_READY:
                    return False
                if code_of(error) not in REFUSALS:
                    raise
        return True

    def _described(self) -> tuple[str, str] | None:
        """The service's word and sentence; None for a version that is not there, even if another has its name."""
        project = _project_arn(self._rekognition, self._version.project_stem, self._version.project)
        answer = self._rekognition.describe_project_versions(ProjectArn=project, VersionNames=[self._version.name])
        for version in answer["ProjectVersionDescriptions"]:
            if version["ProjectVersionArn"] == self._version.arn:
                return version["Status"], version.get("StatusMessage", "")
        return None

    def _owner(self) -> str | None:
        """The deployment to which the version belongs; None for nobody's."""
        return self._rekognition.list_tags_for_resource(ResourceArn=self._version.arn)["Tags"].get(OWNER_TAG)

    def _belongs_to(self, owner: str | None) -> str:
        return (
            f"belongs to {owner}, not to {self._deployment}; name a version of your own, "
            f"or remove its tag {OWNER_TAG} if that deployment is gone"
        )

    def _unmanageable(self, word: str, why: str) -> ModelStatus:
        return ModelStatus(ModelState.UNMANAGEABLE, word, f"{self._version.arn} {why}")


@cache
def _project_arn(rekognition: "RekognitionClient", stem: str, name: str) -> str:
    """The ARN of a project, which stays while it does. Raises ClientError, also for a project that is not there."""
    for project in rekognition.describe_projects(ProjectNames=[name])["ProjectDescriptions"]:
        if project["ProjectArn"].rpartition("/")[0] == stem:
            return project["ProjectArn"]
    raise ClientError({"Error": {"Code": NOT_THERE, "Message": f"no project {name}"}}, "DescribeProjects")
