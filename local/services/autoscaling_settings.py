"""EC2 Auto Scaling's API for what a group has besides its sizes: tags, a warm pool, metrics, suspended processes."""

from collections.abc import Callable
from typing import Any

from local.services.autoscaling_rules import refused, tags_of
from local.services.autoscaling_shapes import instance_shape, page
from local.services.autoscaling_store import AutoScalingStore
from local.services.query import Operation

Request = dict[str, Any]


class AutoScalingSettings:
    """One method an operation."""

    def __init__(self, store: AutoScalingStore) -> None:
        self._store = store

    def operations(self) -> dict[str, Operation]:
        """By the name of the action."""
        return {
            "CreateOrUpdateTags": self.tag,
            "DeleteTags": self.untag,
            "DescribeTags": self.describe_tags,
            "PutWarmPool": self.put_warm_pool,
            "DescribeWarmPool": self.describe_warm_pool,
            "DeleteWarmPool": self.delete_warm_pool,
            "EnableMetricsCollection": self.enable_metrics,
            "DisableMetricsCollection": self.disable_metrics,
            "SuspendProcesses": self.suspend,
            "ResumeProcesses": self.resume,
        }

    def tag(self, request: Request) -> Request:
        """Adds and changes tags of groups."""
        with self._store.open() as book:
            for tag in request.get("Tags") or ():
                group = book.group({"AutoScalingGroupName": tag["ResourceId"]})
                group.tags |= tags_of({"Tags": [tag]}, group.name)
        return {}

    def untag(self, request: Request) -> Request:
        """Removes tags of groups."""
        with self._store.open() as book:
            for tag in request.get("Tags") or ():
                book.group({"AutoScalingGroupName": tag["ResourceId"]}).tags.pop(tag["Key"], None)
        return {}

    def describe_tags(self, request: Request) -> Request:
        """The tags of all groups, or of those that the filter `auto-scaling-group` names."""
        filters = {each["Name"]: each.get("Values") or [] for each in request.get("Filters") or ()}
        with self._store.open() as book:
            groups = book.named({"names": filters.get("auto-scaling-group")}, "names")
            found = [tag for group in groups for tag in group.tags.values()]
        wanted = filters.get("key")
        return page("Tags", [tag for tag in found if wanted is None or tag["Key"] in wanted], request)

    def put_warm_pool(self, request: Request) -> Request:
        """Makes or changes the warm pool."""
        with self._store.open() as book:
            group = book.group(request)
            if "MixedInstancesPolicy" in group.record:
                raise refused("You can't add a warm pool to an Auto Scaling group that has a mixed instances policy.")
            given = {key: value for key, value in request.items() if key != "AutoScalingGroupName"}
            group.warm_pool = {"MinSize": 0, "PoolState": "Stopped", **(group.warm_pool or {}), **given}
        return {}

    def describe_warm_pool(self, request: Request) -> Request:
        """Its configuration and its instances."""
        with self._store.open() as book:
            group = book.group(request)
            warm = [instance_shape(each) for each in group.instances.values() if each.is_warm]
            return {"Instances": warm, **({"WarmPoolConfiguration": group.warm_pool} if group.warm_pool else {})}

    def delete_warm_pool(self, request: Request) -> Request:
        """It goes, and its instances with it."""
        with self._store.open() as book:
            group = book.group(request)
            group.warm_pool = None
            for instance in group.pool():
                group.terminate(instance, "an instance was taken out of the warm pool, which is deleted.", book.now)
        return {}

    def enable_metrics(self, request: Request) -> Request:
        """Written down; there are no metrics."""
        with self._store.open() as book:
            metrics = [{"Metric": each, "Granularity": request["Granularity"]} for each in request.get("Metrics") or ()]
            book.group(request).record["EnabledMetrics"] = metrics
        return {}

    def disable_metrics(self, request: Request) -> Request:
        """These, or all."""
        with self._store.open() as book:
            record, gone = book.group(request).record, request.get("Metrics")
            kept = [each for each in record.get("EnabledMetrics", ()) if gone and each["Metric"] not in gone]
            record["EnabledMetrics"] = kept
        return {}

    def suspend(self, request: Request) -> Request:
        """These processes rest; Launch and Terminate are heeded."""
        return self._processes(request, lambda old, given: old | given)

    def resume(self, request: Request) -> Request:
        """These processes, or all, go on."""
        return self._processes(request, lambda old, given: old - given if given else set())

    def _processes(self, request: Request, change: Callable[[set[str], set[str]], set[str]]) -> Request:
        with self._store.open() as book:
            record = book.group(request).record
            old = {each["ProcessName"] for each in record.get("SuspendedProcesses", ())}
            names = change(old, set(request.get("ScalingProcesses") or ()))
            record["SuspendedProcesses"] = [
                {"ProcessName": each, "SuspensionReason": "User suspended"} for each in sorted(names)
            ]
        return {}
