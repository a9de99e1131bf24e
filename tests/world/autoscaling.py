"""boto3's client of Auto Scaling, below the real FaceFleetPower: every call passes the line and may fail there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from dayshift.adapters.families import Client
from tests.world import laws_of_order
from tests.world.endpoint import refusal
from tests.world.faults import Fault
from tests.world.group import Group, group_of
from tests.world.ports import Line
from tests.world.site import Site

T = TypeVar("T")


def clients(line: Line, site: Site) -> Client:
    """What gives the adapter its client, for one invocation."""
    return {"autoscaling": ControlPlane(line, site)}.__getitem__


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The client of `autoscaling`."""

    line: Line
    site: Site

    @property
    def _group(self) -> Group:
        return group_of(self.site)

    def describe_auto_scaling_groups(self, *, AutoScalingGroupNames: list[str], **_: Any) -> dict[str, Any]:
        def describe() -> dict[str, Any]:
            return {"AutoScalingGroups": [self._shown()] if self.site.plan.target in AutoScalingGroupNames else []}

        return self._call("describe_auto_scaling_groups", describe)

    def describe_scaling_activities(self, *, AutoScalingGroupName: str, **_: Any) -> dict[str, Any]:
        def describe() -> dict[str, Any]:
            self._named(AutoScalingGroupName, "DescribeScalingActivities")
            return {
                "Activities": [
                    {"Description": "Launching a new EC2 instance", "StatusCode": status, "StatusMessage": message}
                    for status, message in reversed(self._group.activities)
                ]
            }

        return self._call("describe_scaling_activities", describe)

    def set_desired_capacity(
        self, *, AutoScalingGroupName: str, DesiredCapacity: int, HonorCooldown: bool = False
    ) -> None:
        def wish() -> None:
            self._named(AutoScalingGroupName, "SetDesiredCapacity")
            laws_of_order.wishing(self.site, DesiredCapacity, self._group)
            self._group.set_desired(DesiredCapacity)

        self._call("set_desired_capacity", wish)

    def _shown(self) -> dict[str, Any]:
        group = self._group
        return {
            "AutoScalingGroupName": self.site.plan.target,
            "MinSize": 0,
            "MaxSize": group.maximum,
            "DesiredCapacity": group.desired,
            "Instances": [
                {
                    "InstanceId": one.name,
                    "LifecycleState": str(one.life),
                    "HealthStatus": "Healthy",
                    "ProtectedFromScaleIn": one.is_protected,
                }
                for one in group.here
            ],
            "Tags": [{"Key": "dayshift:deployment", "Value": group.owner}] if group.owner else [],
        }

    def _named(self, name: str, operation: str) -> None:
        if name != self.site.plan.target:
            raise refusal(operation, f"AutoScalingGroup name not found - {name}", "ValidationError")

    def _call(self, name: str, effect: Callable[[], T]) -> T:
        return self.line.call(f"power.{name}", effect, Fault.strike_adapter)
