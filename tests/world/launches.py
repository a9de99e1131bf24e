"""How an Auto Scaling group launches and ends instances: the part of it that group.py decides upon.

Rules: EC2 Auto Scaling User Guide, "Amazon EC2 Auto Scaling lifecycle hooks" (Pending:Wait until the hook is completed;
ABANDON ends the instance, and another is launched), "Health checks for instances" (what is gone is replaced, some time
later), "Troubleshoot Amazon EC2 Auto Scaling: EC2 instance launch failures" (InsufficientInstanceCapacity: an activity
that failed, tried again), "Warm pools for Amazon EC2 Auto Scaling" (prepared, then stopped, then started when needed).
"""

from abc import abstractmethod
from collections import deque
from collections.abc import Callable
from random import Random

from tests.world.clock import MINUTE, EventLoop
from tests.world.endpoint import refusal
from tests.world.instances import IN_POOL, NOTICE, Instance, Life
from tests.world.service import Service

EC2_SECONDS = (15.0, 50.0)  # until a launched instance runs its user data; the rest of a start is that
FROM_THE_POOL = (20.0, 45.0)
NOTICED_WITHIN = (20.0, 120.0)  # that an instance is gone
TRIED_AGAIN = (MINUTE, 5 * MINUTE)  # a launch for which there was no capacity
LAUNCHING_TIMEOUT, TERMINATING_TIMEOUT = 15 * MINUTE, 2.5 * MINUTE  # of the hooks; modules/fleet
SCARCE = "We currently do not have sufficient c7g.large capacity in the Availability Zone you requested."
ABANDONED = "Instance failed to complete user's Lifecycle Action: it was abandoned: Heartbeat Timeout"


class Launches(Service):
    """The instances of a group. `boot` begins the worker of one whose user data has run."""

    def __init__(self, loop: EventLoop, random: Random, boot_minutes: tuple[float, float]) -> None:
        super().__init__(loop, random, boot_minutes, (0.0, 0.0))
        self.all: list[Instance] = []
        self.here: list[Instance] = []  # as DescribeAutoScalingGroups shows them, and those of the pool
        self.activities: deque[tuple[str, str]] = deque(maxlen=20)  # launches: status and message, the latest last
        self.never_ready = 0  # the user data of so many of the next instances fail
        self.cut: list[str] = []  # workers that a scale-in ended at their work
        self.boot: Callable[[Instance], None] = lambda instance: None
        self.scarce_until = self._held_back_until = 0.0
        self.seconds_an_image = 1.0

    @abstractmethod
    def see(self) -> None:
        """Something of an instance changed: the group may be in another state."""

    @abstractmethod
    def look_soon(self) -> None:
        """There may be something to launch, or to end."""

    def complete(self, instance: Instance) -> None:
        """CompleteLifecycleAction, for the hook that holds the instance."""
        match instance.life:
            case Life.PENDING_WAIT:
                self.activities.append(("Successful", ""))
                self._turn(instance, Life.IN_SERVICE)
                self.look_soon()
            case Life.WARMED_WAIT:
                self._loop.after(1.0, lambda: self._put_by(instance))
            case Life.TERMINATING_WAIT:
                self._loop.after(1.0, lambda: self._end(instance))
            case _:
                raise refusal("CompleteLifecycleAction", "No active Lifecycle Action found", "ValidationError")

    def lose(self, instance: Instance) -> None:
        """One instance is gone, without a word; the group learns of it later."""
        if instance.is_there and instance.life not in IN_POOL:
            instance.kill(self._loop.now)
            self._loop.after(self._random.uniform(*NOTICED_WITHIN), lambda: self._forget(instance))
            self.on_change()

    def interrupt(self, instance: Instance) -> None:
        """Spot takes it back, and says so two minutes before."""
        if instance.noticed_at is None and instance.is_there and instance.life not in IN_POOL:
            instance.noticed_at = self._loop.now
            instance.changed()
            self._loop.after(NOTICE, lambda: self.lose(instance))

    def launch(self, life: Life = Life.PENDING) -> None:
        """One more, from the warm pool if it has one; or for the pool."""
        if self._loop.now < self._held_back_until:
            return
        minutes = self._next_start()
        if minutes is None or self._loop.now < self.scarce_until:
            self.activities.append(("Failed", SCARCE))
            self._held_back_until = self._loop.now + self._random.uniform(*TRIED_AGAIN)
            return
        warm = next((one for one in self.here if one.life is Life.WARMED), None) if life is Life.PENDING else None
        if warm is not None:
            instance, warm.launched_at = warm, self._loop.now
            seconds = self._random.uniform(*FROM_THE_POOL)
        else:
            instance = Instance(f"i-{len(self.all):04}", self._loop.now)
            self.all.append(instance)
            self.here.append(instance)
            seconds = max(minutes * MINUTE - EC2_SECONDS[1], 5.0)
            instance.is_ready_late, self.never_ready = self.never_ready > 0, max(self.never_ready - 1, 0)
        self.activities.append(("InProgress", ""))
        self._turn(instance, life)
        held = Life.PENDING_WAIT if life is Life.PENDING else life
        self._unless_gone(instance, self._random.uniform(*EC2_SECONDS), lambda: self._hold(instance, held, seconds))

    def dismiss(self, instance: Instance) -> None:
        """A scale-in takes it: the terminating hook holds it for a while."""
        self._turn(instance, Life.TERMINATING_WAIT)
        self._loop.after(TERMINATING_TIMEOUT, lambda: self._end(instance))

    def _hold(self, instance: Instance, life: Life, seconds: float) -> None:
        instance.hooked_at = hooked = self._loop.now
        self._turn(instance, life)

        def abandon() -> None:
            if instance.life is life and instance.hooked_at == hooked:
                self.activities.append(("Cancelled", ABANDONED))
                self._end(instance)

        self._loop.after(LAUNCHING_TIMEOUT, abandon)
        if not instance.is_ready_late:
            self._unless_gone(instance, seconds, lambda: self.boot(instance))

    def _put_by(self, instance: Instance) -> None:
        """One of the pool is stopped, and costs nothing until it is needed."""
        if instance.life is Life.WARMED_WAIT and instance.is_there:
            instance.kill_worker()
            instance.paid.append((instance.launched_at, self._loop.now))
            self._turn(instance, Life.WARMED)

    def _end(self, instance: Instance) -> None:
        if instance.life is Life.TERMINATED:
            return
        was_well = instance.is_there and instance.work is not None and not instance.work.struck
        if instance.life is Life.TERMINATING_WAIT and instance.holds and was_well and instance.noticed_at is None:
            self.cut.append(f"{instance.name} was ended by a scale-in with {instance.holds} images in hand")
        instance.kill(self._loop.now)
        self._forget(instance)

    def _forget(self, instance: Instance) -> None:
        if instance in self.here:
            self.here.remove(instance)
            self._turn(instance, Life.TERMINATED)
            self.look_soon()

    def _unless_gone(self, instance: Instance, seconds: float, do: Callable[[], None]) -> None:
        self._loop.after(seconds, lambda: do() if instance.is_there and instance in self.here else None)

    def _turn(self, instance: Instance, life: Life) -> None:
        instance.life = life
        instance.is_protected = instance.is_protected and life is Life.IN_SERVICE
        instance.changed()
        self.see()
