"""What happens to one instance of a group as time passes, hooks are answered and its machine ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from local.services.autoscaling_activities import (
    ABANDONED,
    BY_RESULT,
    BY_TIMEOUT,
    LOST,
    LOST_WHILE_PENDING,
    Activities,
)
from local.services.autoscaling_instance import LAUNCHING, TERMINATING, Instance, Moment

ABANDONING = "ABANDON"
REST_SECONDS, LONGEST_REST_SECONDS = 5, 60  # between launches that fail; AWS rests too, and does not say how long
NO_CAPACITY = (
    "We currently do not have sufficient capacity in the Availability Zone you requested. Our system will be working "
    "on provisioning additional capacity. Launching EC2 instance failed."
)
INTERRUPTED = "an instance was taken out of service in response to an EC2 Spot interruption."
Hooks = Mapping[str, Mapping[str, Any]]


class LaunchError(Exception):
    """EC2 launches no machine; the text is its own."""


class Machines(Protocol):
    """EC2, as far as a group needs it."""

    def launch(self, group: str, record: Mapping[str, Any], number: int, state: str, now: Moment) -> Instance:
        """A new machine of the group that boots, and its instance in this state. Raises LaunchError."""

    def start(self, instance_id: str) -> None:
        """Boots a stopped one again."""

    def stop(self, instance_id: str) -> None:
        """Asks it to shut down, which takes its time; asked again it is no other."""

    def is_on(self, instance_id: str) -> bool:
        """Whether it boots, runs or is still shutting down."""

    def forget(self, instance_id: str) -> None:
        """It is terminated: ends what is left of it at once."""


@dataclass(slots=True)
class Troubles:
    """What went wrong with launches, and what is to go wrong."""

    fail_next_launches: int = 0
    message: str = NO_CAPACITY
    failures: int = 0  # in a row
    rests_until: float = 0.0

    def fail_if_told(self) -> None:
        """Raises LaunchError as often as it was asked for."""
        if self.fail_next_launches:
            self.fail_next_launches -= 1
            raise LaunchError(self.message)

    def rest(self, now: Moment) -> None:
        """A launch failed."""
        self.failures += 1
        self.rests_until = now.real + min(REST_SECONDS * 2 ** (self.failures - 1), LONGEST_REST_SECONDS)

    def end(self) -> None:
        """A launch has come to its end."""
        self.failures, self.rests_until = 0, 0.0


def step(
    instance: Instance,
    hooks: Hooks,
    activities: Activities,
    troubles: Troubles,
    machines: Machines,
    now: Moment,
    protect: bool,
) -> bool:
    """Goes as far as it can now; False once it is gone. `protect`: those that come into service are protected."""
    if instance.spot_notice_at is not None and now.real >= instance.spot_notice_at and not instance.is_leaving:
        terminate(instance, activities, INTERRUPTED, now)
        machines.forget(instance.instance_id)
    if instance.state != "Warmed:Stopped" and not machines.is_on(instance.instance_id):
        return _ended(instance, activities, troubles, now)
    if instance.is_waiting and now.real >= instance.waits_until:
        if instance.default_result == ABANDONING:
            abandon(instance, activities, troubles, now, BY_TIMEOUT)
        else:
            instance.enter(f"{instance.stage}:Proceed", now)
    if instance.state in ("Pending", "Warmed:Pending", "Terminating", "Warmed:Terminating"):
        _reach_hook(instance, hooks, activities, now)
    if instance.state.endswith(":Proceed"):
        _proceed(instance, activities, troubles, machines, now, protect)
    return True


def terminate(instance: Instance, activities: Activities, cause: str, now: Moment) -> None:
    """Begins to go; nothing where it goes already."""
    if instance.is_leaving:
        return
    if instance.stage in ("Pending", "Warmed:Pending"):
        activities.move(instance.activity, "Cancelled", now)
    description = f"Terminating EC2 instance: {instance.instance_id}"
    instance.activity = activities.begin(instance.group, description, cause, now, "InProgress")
    instance.enter("Warmed:Terminating" if instance.is_warm else "Terminating", now)


def abandon(
    instance: Instance, activities: Activities, troubles: Troubles, now: Moment, reason: str = BY_RESULT
) -> None:
    """What ABANDON means: a launch comes to nothing; one that goes, goes."""
    if instance.is_leaving:
        instance.enter(f"{instance.stage}:Proceed", now)
        return
    message = ABANDONED.format(token=instance.token, reason=reason)
    activities.move(instance.activity, "Failed", now, message)
    troubles.rest(now)
    terminate(instance, activities, "an instance was abandoned by a lifecycle hook.", now)


def _reach_hook(instance: Instance, hooks: Hooks, activities: Activities, now: Moment) -> None:
    """Is held by the hook that there is, or goes on."""
    # AWS, "Scale-in lifecycle action": a return to the warm pool waits for the hook of terminations too.
    launches = instance.stage.endswith("Pending") and not instance.is_returning
    wanted = LAUNCHING if launches else TERMINATING
    hook = next((each for each in hooks.values() if each["LifecycleTransition"] == wanted), None)
    if hook is None:
        instance.enter(f"{instance.state}:Proceed", now)
    else:
        instance.hold(hook, now)
        activities.move(instance.activity, "MidLifecycleAction", now)


def _proceed(
    instance: Instance, activities: Activities, troubles: Troubles, machines: Machines, now: Moment, protect: bool
) -> None:
    if instance.stage == "Pending":
        instance.enter("InService", now)
        instance.is_protected = protect
        troubles.end()
    elif instance.stage == "Warmed:Pending" and instance.warmed == "Warmed:Running":
        instance.enter(instance.warmed, now)
        instance.is_returning = False
    else:  # its machine ends; what follows is said once it has
        machines.stop(instance.instance_id)
        return
    activities.move(instance.activity, "Successful", now)


def _ended(instance: Instance, activities: Activities, troubles: Troubles, now: Moment) -> bool:
    """Its machine is off, as it should be or not; whether it stays."""
    if instance.state == "Warmed:Pending:Proceed":
        instance.enter("Warmed:Stopped", now)
        instance.is_returning = False
        activities.move(instance.activity, "Successful", now)
        return True
    if instance.stage in ("Pending", "Warmed:Pending"):
        activities.move(instance.activity, "Cancelled", now, LOST_WHILE_PENDING)
        troubles.rest(now)
    elif instance.is_leaving:
        activities.move(instance.activity, "Successful", now)
    else:
        description = f"Terminating EC2 instance: {instance.instance_id}"
        activities.happened(instance.group, description, LOST, now, "Successful")
    return False
