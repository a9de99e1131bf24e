"""The instance and its Auto Scaling group: what the group wants of it, and what it lets the group know.

All of it is best effort. Without protection an image in hand is read twice at worst; a hook that is not answered runs
into its own timeout; what the metadata service does not say is said by SIGTERM. Each failure is logged once.
"""

import time
from collections.abc import Callable
from typing import Any

from dayshift.adapters.aws_errors import surroundings
from dayshift.adapters.instance_metadata import InstanceMetadata
from dayshift.domain.errors import TransientError
from dayshift.domain.worker_ports import Phase

LAUNCHING, TERMINATING = "launching", "terminating"  # the hooks' names, as Terraform has them
TARGET, SPOT = "autoscaling/target-lifecycle-state", "spot/instance-action"
IN_SERVICE, WARM_POOL, TERMINATED = "InService", "Warmed:", "Terminated"
AGAIN_SECONDS = 10  # after a refusal
KEPT_SECONDS = 30  # protection is not let go sooner: images that come one by one would be two calls each
HOOK_TRIES = 12  # a hook may begin to wait shortly after its state shows; after two minutes there was none
FAREWELLS, FAREWELL_SECONDS = 5, 2
# Refusals that belong to every start: the hook was answered before, or the group has not counted the instance yet.
USUAL = ("No active Lifecycle Action found", "is not in InService")
DEAF_LOOKS = 3  # after so many failures a worker that never heard anything serves
Say = Callable[[str], None]


class Ec2Machine:
    """One instance in one group. `look` is called every few seconds by a thread of the worker's; the others never wait
    for the metadata service."""

    def __init__(
        self,
        metadata: InstanceMetadata,
        autoscaling: Any,  # boto3's client, of whose types there is no package here
        group: str,
        *,
        say: Say,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._metadata, self._autoscaling, self._group = metadata, autoscaling, group
        self._say, self._monotonic, self._sleep = say, monotonic, sleep
        self._phase, self._target, self._instance = Phase.PREPARING, "", ""
        self._is_stopped, self._deaf_looks, self._said = False, 0, dict[str, str]()
        self._protected: bool | None = None  # unknown: one that died may have left it on
        self._protect_not_before, self._ready_not_before = 0.0, 0.0
        self._ready_for, self._ready_tries, self._is_told = "", 0, False

    def phase(self) -> Phase:
        """What `look` saw last, and LEAVING once it was stopped."""
        return Phase.LEAVING if self._is_stopped else self._phase

    def stop(self) -> None:
        """From now on the machine is leaving, whatever the group says. Called by a signal's handler: takes no lock."""
        self._is_stopped = True

    def look(self) -> None:
        """Asks the metadata service. LEAVING is for good; what cannot be heard changes nothing."""
        try:
            self._instance = self._instance or self._metadata.read("instance-id") or ""
            target, notice = self._metadata.read(TARGET) or "", self._metadata.read(SPOT)
        except TransientError as error:
            self._once("look", str(error))
            self._deaf_looks += 1
            if self._deaf_looks >= DEAF_LOOKS and self._phase is Phase.PREPARING and not self._target:
                self._phase = Phase.SERVING
            return
        self._deaf_looks = 0
        self._said.pop("look", None)
        self._target = target
        if notice is not None:
            self._once("spot", f"the instance is interrupted: {notice}")
        if self._phase is not Phase.LEAVING:
            self._phase = Phase.LEAVING if notice is not None else _phase_of(target)

    def ready(self) -> None:
        """CompleteLifecycleAction of the launching hook, once for each state that the group wants the instance in.

        On its way back into a warm pool it may be the other hook that waits.
        """
        target = self._target
        if not self._has_group() or target == self._ready_for or self._monotonic() < self._ready_not_before:
            return
        self._ready_not_before = self._monotonic() + AGAIN_SECONDS
        self._ready_tries += 1
        hooks = (LAUNCHING, TERMINATING) if target.startswith(WARM_POOL) else (LAUNCHING,)
        if any(self._complete(hook) for hook in hooks) or self._ready_tries >= HOOK_TRIES:
            self._ready_for, self._ready_tries, self._ready_not_before = target, 0, 0.0

    def protect(self, wanted: bool) -> None:
        """SetInstanceProtection, if it is not so already; refused before the group has the instance in service."""
        now = self._monotonic()
        if wanted is self._protected or not self._has_group() or now < self._protect_not_before:
            return
        try:
            with surroundings("changing the protection of this instance"):
                self._autoscaling.set_instance_protection(
                    AutoScalingGroupName=self._group, InstanceIds=[self._instance], ProtectedFromScaleIn=wanted
                )
        except TransientError as error:
            self._protected, self._protect_not_before = None, now + AGAIN_SECONDS
            self._once("protect", str(error))
            return
        self._protected, self._protect_not_before = wanted, now + KEPT_SECONDS if wanted else now
        self._said.pop("protect", None)

    def leave(self) -> None:
        """CompleteLifecycleAction of the terminating hook, where the group takes the instance away."""
        if self._is_told or not self._has_group() or TERMINATED not in self._target:
            return
        self._is_told = True
        for _ in range(FAREWELLS):
            if self._complete(TERMINATING):
                return
            self._sleep(FAREWELL_SECONDS)

    def _has_group(self) -> bool:
        return bool(self._target and self._instance)

    def _complete(self, hook: str) -> bool:
        try:
            with surroundings(f"completing the hook {hook!r}"):
                self._autoscaling.complete_lifecycle_action(
                    AutoScalingGroupName=self._group,
                    LifecycleHookName=hook,
                    InstanceId=self._instance,
                    LifecycleActionResult="CONTINUE",
                )
        except TransientError as error:
            self._once(hook, str(error))
            return False
        return True

    def _once(self, about: str, trouble: str) -> None:
        if self._said.get(about) != trouble and not any(words in trouble for words in USUAL):
            self._said[about] = trouble
            self._say(trouble)


def _phase_of(target: str) -> Phase:
    """A state that the group wants the instance in. Out of a group there is none, and it serves; in a warm pool, on
    standby or detached it does not."""
    if TERMINATED in target:
        return Phase.LEAVING
    return Phase.SERVING if target in ("", IN_SERVICE) else Phase.PREPARING
