"""The scaling activities of a group, in AWS's words as far as they are known."""

import uuid
from typing import Any

from local.services.autoscaling_instance import Moment

REMEMBERED = 100  # AWS keeps six weeks of them
IN_PROGRESS = ("PreInService", "MidLifecycleAction", "InProgress")
PROGRESS = {"PreInService": 30, "MidLifecycleAction": 40, "InProgress": 50}
ABANDONED = (
    "Instance failed to complete user's Lifecycle Action: Lifecycle Action with token {token} was abandoned: {reason}"
)
BY_RESULT, BY_TIMEOUT = "Lifecycle Action Completed with ABANDON Result", "Heartbeat Timeout"
# "Use instance scale-in protection": the capacity falls, nobody goes, and the activity history says so.
ALL_PROTECTED = "Could not scale to desired capacity because all remaining instances are protected from scale-in."
LOST = (
    "an instance was taken out of service in response to "
    "an EC2 health check indicating it has been terminated or stopped."
)
LOST_WHILE_PENDING = (
    "Instance became unhealthy while waiting for instance to be in InService state. "
    "Termination Reason: Client.InstanceInitiatedShutdown: Instance initiated shutdown"
)
Activity = dict[str, Any]


class Activities:
    """The newest last; Describe answers them the newest first."""

    def __init__(self, kept: list[Activity] | None = None) -> None:
        self.kept = kept or []

    def begin(self, group: str, description: str, cause: str, now: Moment, status: str = "PreInService") -> str:
        """A new one; its id."""
        activity = str(uuid.uuid4())
        self.kept = [
            *self.kept,
            {
                "ActivityId": activity,
                "AutoScalingGroupName": group,
                "Description": description,
                "Cause": cause,
                "StartTime": now.at,
                "StatusCode": status,
                "Progress": PROGRESS.get(status, 0),
                "Details": "{}",
            },
        ][-REMEMBERED:]
        return activity

    def move(self, activity: str, status: str, now: Moment, message: str = "") -> None:
        """From now on it is this; nothing where it has ended, or is forgotten."""
        for each in self.kept:
            if each["ActivityId"] == activity and each["StatusCode"] in IN_PROGRESS:
                each.update(StatusCode=status, Progress=PROGRESS.get(status, 100))
                if status not in IN_PROGRESS:
                    each["EndTime"] = now.at
                if message:
                    each["StatusMessage"] = message
                    each["Description"] = f"{each['Description']}.  Status Reason: {message}"

    def happened(self, group: str, description: str, cause: str, now: Moment, status: str, message: str = "") -> None:
        """One that is over as soon as it began."""
        self.move(self.begin(group, description, cause, now), status, now, message)

    def newest_first(self) -> list[Activity]:
        """All of them."""
        return list(reversed(self.kept))
