"""What Auto Scaling refuses before it does anything, in its own words as far as they are known."""

import re
from collections.abc import Mapping
from typing import Any

from local.services.service_error import ServiceError

NAME = re.compile(r"[ -.0-9;-~]{1,255}")  # no colon, no slash
MAXIMUM_TAGS, HOOK_SECONDS = 50, (30, 7200)
TRANSITIONS = ("autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING")
RESULTS = ("CONTINUE", "ABANDON")
Request = Mapping[str, Any]


def refused(message: str) -> ServiceError:
    """What Auto Scaling says to nearly everything that it does not do."""
    return ServiceError("ValidationError", message)


def no_group(name: str) -> ServiceError:
    """What is said where there is no such group."""
    return refused(f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")


def check_new(request: Request) -> None:
    """A request for a new group. Raises ServiceError."""
    name = str(request.get("AutoScalingGroupName", ""))
    if not NAME.fullmatch(name):
        raise refused(f"Group name must have 1 to 255 characters without colon and slash; got {name!r}")
    named = [key for key in ("LaunchTemplate", "MixedInstancesPolicy") if request.get(key)]
    if len(named) != 1:
        raise refused(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
            "MixedInstancesPolicy parameter."
        )
    if not request.get("VPCZoneIdentifier") and not request.get("AvailabilityZones"):
        raise refused("At least one Availability Zone or VPC Subnet is required.")
    check_sizes(request)


def check_sizes(record: Request) -> None:
    """Minimum, desired capacity and maximum. Raises ServiceError."""
    least, most, desired = (int(record[key]) for key in ("MinSize", "MaxSize", "DesiredCapacity"))
    if not 0 <= least <= most:
        raise refused(f"Max bound, {most}, must be greater than or equal to min bound, {least}")
    if not least <= desired <= most:
        raise refused(f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}")


def check_desired(record: Request, desired: int) -> None:
    """A new desired capacity. Raises ServiceError."""
    least, most = int(record["MinSize"]), int(record["MaxSize"])
    wanted = f"New SetDesiredCapacity value {desired} is"
    if desired > most:
        raise refused(f"{wanted} above max value {most} for the AutoScalingGroup.")
    if desired < least:
        raise refused(f"{wanted} below min value {least} for the AutoScalingGroup.")


def hook_of(request: Request, group: str) -> dict[str, Any]:
    """The lifecycle hook that a request describes, with AWS's defaults. Raises ServiceError."""
    seconds = int(request.get("HeartbeatTimeout") or 3600)
    transition, result = request.get("LifecycleTransition"), request.get("DefaultResult") or "ABANDON"
    if transition not in TRANSITIONS:
        raise refused(f"LifecycleTransition must be one of {', '.join(TRANSITIONS)}; got {transition}")
    if not HOOK_SECONDS[0] <= seconds <= HOOK_SECONDS[1]:
        raise refused(f"Lifecycle hook heartbeat timeout must be {HOOK_SECONDS[0]} to {HOOK_SECONDS[1]}; got {seconds}")
    if result not in RESULTS:
        raise refused(f"DefaultResult must be one of {', '.join(RESULTS)}; got {result}")
    given = {
        key: request[key] for key in ("NotificationMetadata", "NotificationTargetARN", "RoleARN") if request.get(key)
    }
    return {
        "LifecycleHookName": request["LifecycleHookName"],
        "AutoScalingGroupName": group,
        "LifecycleTransition": transition,
        "HeartbeatTimeout": seconds,
        "GlobalTimeout": min(100 * seconds, 172_800),
        "DefaultResult": result,
        **given,
    }


def tags_of(request: Request, group: str) -> dict[str, dict[str, Any]]:
    """The tags that a request brings, by key. Raises ServiceError."""
    found = {
        str(tag["Key"]): {
            "ResourceId": group,
            "ResourceType": "auto-scaling-group",
            "Key": str(tag["Key"]),
            "Value": str(tag.get("Value") or ""),
            "PropagateAtLaunch": bool(tag.get("PropagateAtLaunch")),
        }
        for tag in request.get("Tags") or ()
    }
    if len(found) > MAXIMUM_TAGS:
        raise refused(f"A group has at most {MAXIMUM_TAGS} tags; got {len(found)}")
    return found
