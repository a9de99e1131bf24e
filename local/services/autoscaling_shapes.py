"""How groups and instances are written in answers."""

from typing import Any

from local.services.autoscaling_group import Group
from local.services.autoscaling_instance import Instance

Shape = dict[str, Any]


def group_shape(group: Group) -> Shape:
    """A group as DescribeAutoScalingGroups answers it; a warm pool's instances are not among its own."""
    own = [each for each in group.instances.values() if not each.is_warm]
    shape = {
        **group.record,
        "Instances": [instance_shape(each) for each in own],
        "Tags": list(group.tags.values()),
    }
    if group.warm_pool is not None:
        shape |= {"WarmPoolConfiguration": group.warm_pool, "WarmPoolSize": len(group.instances) - len(own)}
    return shape


def instance_shape(instance: Instance) -> Shape:
    """An instance within its group."""
    return {
        "InstanceId": instance.instance_id,
        "InstanceType": instance.instance_type,
        "AvailabilityZone": instance.zone,
        "LifecycleState": instance.state,
        "HealthStatus": "Healthy" if instance.is_healthy else "Unhealthy",
        "LaunchTemplate": instance.template,
        "ProtectedFromScaleIn": instance.is_protected,
    }


def managed_shape(instance: Instance) -> Shape:
    """An instance as DescribeAutoScalingInstances answers it, which writes its health in capitals."""
    health = "HEALTHY" if instance.is_healthy else "UNHEALTHY"
    return instance_shape(instance) | {"AutoScalingGroupName": instance.group, "HealthStatus": health}


def page(key: str, found: list[Any], request: Shape) -> Shape:
    """One page of a Describe, by MaxRecords and NextToken."""
    size, start = int(request.get("MaxRecords") or 100), int(request.get("NextToken") or 0)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {key: found[start : start + size], **more}
