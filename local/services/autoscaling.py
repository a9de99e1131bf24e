"""EC2 Auto Scaling's API for groups and their sizes."""

from collections.abc import Callable
from typing import Any

from local.services.autoscaling_group import Group
from local.services.autoscaling_rules import check_desired, check_new, check_sizes, hook_of, tags_of
from local.services.autoscaling_shapes import group_shape, page
from local.services.autoscaling_store import AutoScalingStore
from local.services.query import Operation
from local.services.service_error import ServiceError

Request = dict[str, Any]
DEFAULTS: Request = {
    "DefaultCooldown": 300,
    "HealthCheckType": "EC2",
    "HealthCheckGracePeriod": 0,
    "TerminationPolicies": ["Default"],
    "NewInstancesProtectedFromScaleIn": False,
    "CapacityRebalance": False,
}
NO_MEMBERS = ("AutoScalingGroupName", "Tags", "LifecycleHookSpecificationList", "InstanceId")
INSTANCES_LEFT = (
    "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the "
    "group."
)
SERVICE_ROLE = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"


class AutoScaling:
    """One method an operation. `zones_of` says in which Availability Zones these subnets are."""

    def __init__(self, store: AutoScalingStore, zones_of: Callable[[list[str]], list[str]]) -> None:
        self._store, self._zones_of = store, zones_of
        self._region, self._account = store.place.split(":")[3:5]

    def operations(self) -> dict[str, Operation]:
        """By the name of the action."""
        return {
            "CreateAutoScalingGroup": self.create,
            "UpdateAutoScalingGroup": self.update,
            "DeleteAutoScalingGroup": self.delete,
            "DescribeAutoScalingGroups": self.describe,
            "SetDesiredCapacity": self.set_desired,
        }

    def create(self, request: Request) -> Request:
        """A new group."""
        request = {"DesiredCapacity": request.get("MinSize"), **request}
        check_new(request)
        name = request["AutoScalingGroupName"]
        with self._store.open() as book:
            if name in book.groups:
                raise ServiceError(
                    "AlreadyExists", "AutoScalingGroup by this name already exists - A group with this name"
                )
            known = {
                "AutoScalingGroupARN": f"{self._store.place}:autoScalingGroup:{name}:autoScalingGroupName/{name}",
                "ServiceLinkedRoleARN": f"arn:aws:iam::{self._account}:{SERVICE_ROLE}",
                "CreatedTime": round(book.now.at, 3),
            }
            group = Group(name, {"AutoScalingGroupName": name, **DEFAULTS, **known})
            self._take(group, {key: value for key, value in request.items() if key not in NO_MEMBERS})
            group.tags = tags_of(request, name)
            for hook in request.get("LifecycleHookSpecificationList") or ():
                group.hooks[hook["LifecycleHookName"]] = hook_of(hook, name)
            book.groups[name] = group
        return {}

    def update(self, request: Request) -> Request:
        """What is given changes; the desired capacity is brought between new bounds."""
        given = {key: value for key, value in request.items() if key not in NO_MEMBERS}
        with self._store.open() as book:
            group = book.group(request)
            sizes = {**group.record, **given}
            if "DesiredCapacity" not in given:
                given["DesiredCapacity"] = min(max(group.desired, int(sizes["MinSize"])), int(sizes["MaxSize"]))
            check_sizes(sizes | given)
            self._take(group, given)
        return {}

    def delete(self, request: Request) -> Request:
        """Goes only without instances, unless it is forced; then its machines end at once."""
        with self._store.open() as book:
            group = book.group(request)
            if group.instances and not request.get("ForceDelete"):
                raise ServiceError("ResourceInUse", INSTANCES_LEFT)
            book.delete(group)
        return {}

    def describe(self, request: Request) -> Request:
        """Groups by name, or by `tag:<key>`; a name that is not there is no error."""
        with self._store.open() as book:
            filters = {
                each["Name"].removeprefix("tag:"): each.get("Values") or []
                for each in request.get("Filters") or ()
                if each["Name"].startswith("tag:")
            }
            found = [
                group_shape(group)
                for group in book.named(request)
                if all(key in group.tags and group.tags[key]["Value"] in values for key, values in filters.items())
            ]
        return page("AutoScalingGroups", found, request)

    def set_desired(self, request: Request) -> Request:
        """A new desired capacity, which begins to be followed at once."""
        with self._store.open() as book:
            group = book.group(request)
            check_desired(group.record, int(request["DesiredCapacity"]))
            group.record["DesiredCapacity"] = int(request["DesiredCapacity"])
        return {}

    def _take(self, group: Group, given: Request) -> None:
        """Members as they are given; a launch template and a mixed policy exclude each other."""
        for key, other in (("LaunchTemplate", "MixedInstancesPolicy"), ("MixedInstancesPolicy", "LaunchTemplate")):
            if key in given:
                group.record.pop(other, None)
        group.record |= given
        if given.get("VPCZoneIdentifier"):
            group.record["AvailabilityZones"] = self._zones_of(given["VPCZoneIdentifier"].split(","))
