"""EC2 Auto Scaling's API for what is within a group: its instances, lifecycle hooks and activities."""

from typing import Any

from local.services.autoscaling_group import Group
from local.services.autoscaling_instance import Instance
from local.services.autoscaling_rules import RESULTS, hook_of, refused
from local.services.autoscaling_shapes import managed_shape, page
from local.services.autoscaling_store import AutoScalingStore
from local.services.query import Operation

Request = dict[str, Any]
BY_A_PERSON = "an instance was taken out of service in response to a user request."
BY_HEALTH = "an instance was taken out of service in response to a user health-check."


class AutoScalingInstances:
    """One method an operation."""

    def __init__(self, store: AutoScalingStore) -> None:
        self._store = store

    def operations(self) -> dict[str, Operation]:
        """By the name of the action."""
        return {
            "DescribeAutoScalingInstances": self.describe,
            "DescribeScalingActivities": self.activities,
            "SetInstanceProtection": self.protect,
            "SetInstanceHealth": self.set_health,
            "TerminateInstanceInAutoScalingGroup": self.terminate,
            "PutLifecycleHook": self.put_hook,
            "DescribeLifecycleHooks": self.describe_hooks,
            "DeleteLifecycleHook": self.delete_hook,
            "CompleteLifecycleAction": self.complete,
            "RecordLifecycleActionHeartbeat": self.heartbeat,
        }

    def describe(self, request: Request) -> Request:
        """These instances, or all; one that is not there is no error."""
        wanted = request.get("InstanceIds")
        with self._store.open() as book:
            found = [each for group in book.groups.values() for each in group.instances.values()]
            shapes = [managed_shape(each) for each in found if not wanted or each.instance_id in wanted]
        return {"AutoScalingInstances": shapes}

    def activities(self, request: Request) -> Request:
        """The newest first."""
        wanted = request.get("ActivityIds")
        with self._store.open() as book:
            groups = [book.group(request)] if request.get("AutoScalingGroupName") else book.named({})
            found = [each for group in groups for each in group.activities.newest_first()]
            return page("Activities", [each for each in found if not wanted or each["ActivityId"] in wanted], request)

    def protect(self, request: Request) -> Request:
        """Instances that are in service take protection, or let go of it; all of them or none."""
        with self._store.open() as book:
            group = book.group(request)
            chosen = [self._of(group, instance_id) for instance_id in request["InstanceIds"]]
            for instance in chosen:
                if instance.state != "InService":
                    raise refused(
                        f"The instance {instance.instance_id} is not in InService or EnteringStandby or Standby."
                    )
            for instance in chosen:
                instance.is_protected = bool(request["ProtectedFromScaleIn"])
        return {}

    def set_health(self, request: Request) -> Request:
        """An instance that is called unhealthy is replaced."""
        with self._store.open() as book:
            group, instance = book.instance(request["InstanceId"])
            instance.is_healthy = request["HealthStatus"] != "Unhealthy"
            if not instance.is_healthy:
                group.terminate(instance, BY_HEALTH, book.now)
        return {}

    def terminate(self, request: Request) -> Request:
        """It goes, protected or not, and is replaced unless the desired capacity falls with it."""
        with self._store.open() as book:
            group, instance = book.instance(request["InstanceId"])
            if request.get("ShouldDecrementDesiredCapacity"):
                if group.desired <= int(group.record["MinSize"]):
                    raise refused(
                        "Currently, desiredSize equals minSize. Terminating instance without replacement will violate"
                    )
                if instance.counts:
                    group.record["DesiredCapacity"] = group.desired - 1
            group.terminate(instance, BY_A_PERSON, book.now)
            (activity,) = [each for each in group.activities.kept if each["ActivityId"] == instance.activity]
        return {"Activity": activity}

    def put_hook(self, request: Request) -> Request:
        """A hook is made or changed; whom one holds already, it holds as it was."""
        with self._store.open() as book:
            group = book.group(request)
            known = group.hooks.get(request["LifecycleHookName"], {})
            group.hooks[request["LifecycleHookName"]] = hook_of({**known, **request}, group.name)
        return {}

    def describe_hooks(self, request: Request) -> Request:
        """These hooks of a group, or all of them."""
        wanted = request.get("LifecycleHookNames")
        with self._store.open() as book:
            hooks = book.group(request).hooks
            return {"LifecycleHooks": [hook for name, hook in hooks.items() if not wanted or name in wanted]}

    def delete_hook(self, request: Request) -> Request:
        """The hook goes. "If there are any outstanding lifecycle actions, they are completed first"."""
        with self._store.open() as book:
            group, name = book.group(request), request["LifecycleHookName"]
            if name not in group.hooks:
                raise refused(f"No Lifecycle Hook found with name: {name}")
            for instance in group.instances.values():
                if instance.hook == name:
                    group.complete(instance, "ABANDON" if instance.stage == "Pending" else "CONTINUE", book.now)
            del group.hooks[name]
        return {}

    def complete(self, request: Request) -> Request:
        """CONTINUE or ABANDON for the instance that a hook holds."""
        if request.get("LifecycleActionResult") not in RESULTS:
            raise refused(f"LifecycleActionResult must be one of {', '.join(RESULTS)}")
        with self._store.open() as book:
            group = book.group(request)
            group.complete(self._held(group, request), request["LifecycleActionResult"], book.now)
        return {}

    def heartbeat(self, request: Request) -> Request:
        """The hook's timeout begins anew."""
        with self._store.open() as book:
            self._held(book.group(request), request).beat(book.now)
        return {}

    @staticmethod
    def _of(group: Group, instance_id: str) -> Instance:
        if instance_id not in group.instances:
            raise refused(f"The instance {instance_id} is not part of Auto Scaling group {group.name}.")
        return group.instances[instance_id]

    @staticmethod
    def _held(group: Group, request: Request) -> Instance:
        """The instance that waits for this hook, by its id or its token."""
        token, wanted = request.get("LifecycleActionToken"), request.get("InstanceId")
        for instance in group.instances.values():
            if instance.hook == request["LifecycleHookName"] and (
                instance.token == token if token else instance.instance_id == wanted
            ):
                return instance
        known = f"token {token}" if token else f"instance ID {wanted}"
        raise refused(f"No active Lifecycle Action found with {known}")
