"""Telling an Auto Scaling group how many workers to have, and what those it has are doing.

The group's desired capacity is the model's power: 0 is off. An instance is InService once its worker has loaded its
model: until then the launching hook keeps it in Pending:Wait, and ends it where no worker comes up. A deployment
owns a group by a tag that Terraform makes it with.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

from dayshift.adapters.aws_errors import ALLOW_IT, surroundings
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import ModelStatus

OWNER_TAG = "dayshift:deployment"
ACTIVITIES = 20  # so many of the latest hold a launch, even where several workers were ended since
LAUNCH = "Launching"  # how the description of one begins
FAILURES = ("Failed", "Cancelled")  # DescribeScalingActivities: of a launch that failed
_AGAIN = "nothing to do: each tick tries again"


class Phase(Enum):
    """What an instance is to its group."""

    READY = "reads, or may"
    COMING = "is being made ready"
    THERE = "is paid, and is no reader"
    AWAY = "is no longer there, or waits in the warm pool, stopped"


# Every word that Auto Scaling has for an instance's LifecycleState.
PHASES: Mapping[str, Phase] = {
    "Pending": Phase.COMING,
    "Pending:Wait": Phase.COMING,
    "Pending:Proceed": Phase.COMING,
    "Quarantined": Phase.THERE,
    "InService": Phase.READY,
    "Terminating": Phase.THERE,
    "Terminating:Wait": Phase.THERE,
    "Terminating:Proceed": Phase.THERE,
    "Terminating:Retained": Phase.THERE,
    "Terminated": Phase.AWAY,
    "Detaching": Phase.THERE,
    "Detached": Phase.AWAY,
    "EnteringStandby": Phase.THERE,
    "Standby": Phase.THERE,
    "ReplacingRootVolume": Phase.THERE,
    "ReplacingRootVolume:Wait": Phase.THERE,
    "ReplacingRootVolume:Proceed": Phase.THERE,
    "RootVolumeReplaced": Phase.THERE,
    "Warmed:Pending": Phase.AWAY,
    "Warmed:Pending:Wait": Phase.AWAY,
    "Warmed:Pending:Proceed": Phase.AWAY,
    "Warmed:Pending:Retained": Phase.AWAY,
    "Warmed:Terminating": Phase.AWAY,
    "Warmed:Terminating:Wait": Phase.AWAY,
    "Warmed:Terminating:Proceed": Phase.AWAY,
    "Warmed:Terminating:Retained": Phase.AWAY,
    "Warmed:Terminated": Phase.AWAY,
    "Warmed:Stopped": Phase.AWAY,
    "Warmed:Running": Phase.AWAY,
    "Warmed:Hibernated": Phase.AWAY,
}
ADVICE: Mapping[str, str] = {
    "ScalingActivityInProgress": _AGAIN,
    "ResourceContention": _AGAIN,
    "Throttling": _AGAIN,
    "AccessDenied": ALLOW_IT,
    "ValidationError": "maximum_workers must be what the group was made with: apply the configuration again",
}


class FaceFleetPower:
    """One group, for one deployment."""

    def __init__(self, autoscaling: Any, model: ModelSpec, deployment: str) -> None:
        if not model.target:
            raise ConfigurationError(
                f"the target of {model.name} must be the name of an Auto Scaling group, for example acme-prod-faces; "
                f"got {model.target!r}"
            )
        self._autoscaling, self._group, self._deployment = autoscaling, model.target, deployment

    def describe(self) -> ModelStatus:
        """What the group's instances are doing; UNMANAGEABLE, and why, where it is not there or another's.

        A word that Auto Scaling did not have when this was written is an instance that is paid and does not read.
        """
        with surroundings("describing the workers", ADVICE):
            answer = self._autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self._group])
            found = next(iter(answer["AutoScalingGroups"]), None)
            if found is None:
                return self._unmanageable("NotFound", "is not there; apply the configuration again")
            if word := found.get("Status"):  # only a group that is being deleted has one
                return self._unmanageable(word, "is being deleted")
            if not self._is_ours(found):
                return self._unmanageable("NotOurs", f"is there without the tag {OWNER_TAG} = {self._deployment}")
            capacity, words = found["DesiredCapacity"], [one["LifecycleState"] for one in found["Instances"]]
            paid = [word for word in words if PHASES.get(word) is not Phase.AWAY]
            state = _state(capacity, paid)
            is_coming = any(PHASES.get(word) is Phase.COMING for word in paid)
            failure = self._failure() if state is ModelState.STARTING and not is_coming else None
        told = ", ".join(f"{count} {word}" for word, count in sorted(Counter(paid).items())) or "no instance"
        if failure is not None:  # the group tries again by itself, until it is told to have none
            return ModelStatus(ModelState.FAILED, told, failure, lingers=True, capacity=capacity, workers=len(paid))
        return ModelStatus(state, told, capacity=capacity, workers=len(paid))

    def start(self, workers: int = 1) -> None:
        """SetDesiredCapacity, for a start and for more or fewer. Which are ended, and when, is the group's own matter:
        never one that protects itself because it reads."""
        with surroundings(f"asking for {workers} workers", ADVICE):
            self._set(workers)

    def stop(self) -> None:
        """SetDesiredCapacity 0."""
        with surroundings("ending the workers", ADVICE):
            self._set(0)

    def release(self) -> None:
        """Nothing: the group is Terraform's, which made it with its tag and deletes it."""

    def probe(self) -> bool:
        """True: an instance is InService only after its worker has said that its model is loaded."""
        return True

    def _set(self, capacity: int) -> None:
        self._autoscaling.set_desired_capacity(
            AutoScalingGroupName=self._group, DesiredCapacity=capacity, HonorCooldown=False
        )

    def _failure(self) -> str | None:
        """Why the latest launch failed; None where it did not, or is under way."""
        answer = self._autoscaling.describe_scaling_activities(AutoScalingGroupName=self._group, MaxRecords=ACTIVITIES)
        for activity in answer["Activities"]:
            if activity.get("Description", "").startswith(LAUNCH):
                failed = activity["StatusCode"] in FAILURES
                return (activity.get("StatusMessage") or activity["StatusCode"]) if failed else None
        return None

    def _is_ours(self, found: Mapping[str, Any]) -> bool:
        tags = {tag["Key"]: tag.get("Value") for tag in found.get("Tags", ())}
        return tags.get(OWNER_TAG) == self._deployment

    def _unmanageable(self, word: str, why: str) -> ModelStatus:
        return ModelStatus(ModelState.UNMANAGEABLE, word, f"{self._group} {why}", capacity=0, workers=0)


def _state(capacity: int, paid: Sequence[str]) -> ModelState:
    """Our word for a group that was told to have so many, and has these."""
    if capacity == 0:
        return ModelState.STOPPING if paid else ModelState.STOPPED
    is_ready = any(PHASES.get(word) is Phase.READY for word in paid)
    return ModelState.RUNNING if is_ready else ModelState.STARTING
