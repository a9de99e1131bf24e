"""One Auto Scaling group: what it is, and how it follows its desired capacity.

`settle` is called several times a second and after each request: it lets what became due happen.
"""

from dataclasses import dataclass, field
from typing import Any

from local.services.autoscaling_activities import ALL_PROTECTED, Activities
from local.services.autoscaling_instance import Instance, Moment
from local.services.autoscaling_steps import ABANDONING, LaunchError, Machines, Troubles, abandon, step, terminate
from local.services.timeline import text

DIFFERENCE = "in response to a difference between desired and actual capacity"


@dataclass(slots=True)
class Group:
    """`record` is what Describe answers, apart from what the other members say."""

    name: str
    record: dict[str, Any]
    tags: dict[str, dict[str, Any]] = field(default_factory=dict)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    warm_pool: dict[str, Any] | None = None
    instances: dict[str, Instance] = field(default_factory=dict)
    activities: Activities = field(default_factory=Activities)
    troubles: Troubles = field(default_factory=Troubles)
    is_held: bool = False  # too many are protected, and it has said so

    @property
    def desired(self) -> int:
        """The desired capacity."""
        return int(self.record["DesiredCapacity"])

    def capacity(self) -> list[Instance]:
        """The instances that count towards it, the oldest first."""
        return sorted((each for each in self.instances.values() if each.counts), key=lambda each: each.log[0][1])

    def pool(self) -> list[Instance]:
        """The warm pool's instances that are not leaving it."""
        return [each for each in self.instances.values() if each.is_warm and not each.is_leaving]

    def settle(self, machines: Machines, now: Moment) -> None:
        """Lets what became due happen."""
        self._pass_time(machines, now)
        suspended = {each["ProcessName"] for each in self.record.get("SuspendedProcesses", ())}
        missing = self.desired - len(self.capacity())
        if missing > 0 and "Launch" not in suspended:
            self._scale_out(missing, machines, now)
        if missing < 0 and "Terminate" not in suspended:
            self._scale_in(-missing, now)
        self.is_held = self.is_held and missing < 0
        if "Launch" not in suspended:
            self._fill_pool(machines, now)
        self._pass_time(machines, now)  # where no hook holds what has begun, it goes on at once

    def complete(self, instance: Instance, result: str, now: Moment) -> None:
        """The answer of whoever a hook waits for: CONTINUE or ABANDON."""
        if result == ABANDONING:
            abandon(instance, self.activities, self.troubles, now)
        else:
            instance.enter(f"{instance.stage}:Proceed", now)

    def terminate(self, instance: Instance, cause: str, now: Moment) -> None:
        """It begins to go, whatever protects it."""
        terminate(instance, self.activities, cause, now)

    def _pass_time(self, machines: Machines, now: Moment) -> None:
        for instance in list(self.instances.values()):
            protect = bool(self.record.get("NewInstancesProtectedFromScaleIn"))
            if not step(instance, self.hooks, self.activities, self.troubles, machines, now, protect):
                machines.forget(instance.instance_id)
                del self.instances[instance.instance_id]

    def _scale_out(self, missing: int, machines: Machines, now: Moment) -> None:
        """From the warm pool first; what is still missing is launched."""
        ready = [each for each in self.pool() if each.state == each.warmed]
        for instance in ready[:missing]:
            cause = self._cause("started", "increasing", 1, now)
            description = f"Launching a new EC2 instance from warm pool: {instance.instance_id}"
            instance.activity = self.activities.begin(self.name, description, cause, now)
            if instance.state == "Warmed:Stopped":
                machines.start(instance.instance_id)
            instance.enter("Pending", now)
        for _ in range(missing - len(ready)):
            self._launch("Pending", machines, now)

    def _launch(self, state: str, machines: Machines, now: Moment) -> None:
        if now.real < self.troubles.rests_until:
            return
        used = {each.number for each in self.instances.values()}
        number = next(each for each in range(len(used) + 1) if each not in used)
        cause = self._cause("started", "increasing", 1, now)
        try:
            self.troubles.fail_if_told()
            instance = machines.launch(self.name, self.record, number, state, now)
        except LaunchError as error:
            self.activities.happened(self.name, "Launching a new EC2 instance", cause, now, "Failed", str(error))
            self.troubles.rest(now)
            return
        if self.warm_pool:
            instance.warmed = f"Warmed:{self.warm_pool.get('PoolState') or 'Stopped'}"
        self.instances[instance.instance_id] = instance
        warm = " into warm pool" if instance.is_warm else ""
        description = f"Launching a new EC2 instance{warm}: {instance.instance_id}"
        instance.activity = self.activities.begin(self.name, description, cause, now)

    def _scale_in(self, surplus: int, now: Moment) -> None:
        """The oldest that nothing protects; "protection starts when the instance state is InService"."""
        free = [each for each in self.capacity() if not (each.is_protected and each.state == "InService")]
        comes_back = bool(((self.warm_pool or {}).get("InstanceReusePolicy") or {}).get("ReuseOnScaleIn"))
        for instance in free[:surplus]:
            cause = self._cause("taken out of service", "shrinking", -1, now)
            if comes_back and instance.state == "InService":
                instance.is_returning, instance.is_protected = True, False
                description = f"Returning EC2 instance to warm pool: {instance.instance_id}"
                instance.activity = self.activities.begin(self.name, description, cause, now, "InProgress")
                instance.enter("Warmed:Pending", now)
            else:
                terminate(instance, self.activities, cause, now)
        if len(free) < surplus and not self.is_held:
            self.is_held = True
            cause = self._cause("to be taken out of service", "shrinking", -1, now)
            self.activities.happened(self.name, "Terminating EC2 instances", cause, now, "Failed", ALL_PROTECTED)

    def _fill_pool(self, machines: Machines, now: Moment) -> None:
        """By default a pool holds what is missing to the maximum ("Decrease latency … using warm pools")."""
        pool = self.pool()
        wanted = 0
        if self.warm_pool is not None:
            prepared = self.warm_pool.get("MaxGroupPreparedCapacity", -1)
            prepared = int(self.record["MaxSize"]) if prepared == -1 else prepared
            wanted = max(prepared - self.desired, int(self.warm_pool.get("MinSize") or 0))
        for _ in range(wanted - len(pool)):
            self._launch("Warmed:Pending", machines, now)
        for instance in pool[wanted:]:
            terminate(instance, self.activities, "an instance was taken out of the warm pool, which shrank.", now)

    def _cause(self, verb: str, how: str, change: int, now: Moment) -> str:
        before = len(self.capacity())
        return (
            f"At {text(now.at)} an instance was {verb} {DIFFERENCE}, {how} the capacity from {before} to "
            f"{before + change}."
        )
