"""EC2 Auto Scaling: a group of workers, which launches what is missing and ends what is too much.

Rules: EC2 Auto Scaling User Guide, "Set scaling limits" (a desired capacity above the maximum is refused), "Use
instance scale-in protection" (the desired capacity is decremented all the same; who is protected stays until that is
let go; neither a health check nor a spot interruption asks for it); SetDesiredCapacity (ScalingActivityInProgress). How
soon it looks again while all are protected is not said: here every half minute, and none is ended that is still
launching: the dearer way.
"""

from random import Random
from typing import TYPE_CHECKING

from dayshift.domain.lifecycle import ModelState
from tests.world.clock import HOUR, EventLoop
from tests.world.endpoint import refusal
from tests.world.hours import Span, union
from tests.world.instances import COMING, COUNTED, IN_POOL, Instance, Life
from tests.world.launches import Launches

if TYPE_CHECKING:
    from tests.world.site import Site

BEGINS_WITHIN = (1.0, 15.0)  # seconds from a wish to its first scaling activity
LOOKS_EVERY = 30.0


class Group(Launches):
    """One group, made with no instance. `owner`: the deployment that its tag should name; `pool`: how many are warm."""

    def __init__(
        self, loop: EventLoop, random: Random, boot_minutes: tuple[float, float], owner: str, maximum: int, pool: int
    ) -> None:
        super().__init__(loop, random, boot_minutes)
        self._us, self.maximum, self._pool = owner, maximum, pool
        self.owner: str | None = owner
        self.desired = 0
        self.wishes: list[tuple[float, int]] = [(loop.now, 0)]
        self.busy_until = 0.0  # another activity is under way, or another caller: each wish is refused
        self._looks_at = 0.0
        if pool:
            self.look_soon()

    # What the service answers, and how it refuses.

    def set_desired(self, wished: int) -> None:
        """SetDesiredCapacity."""
        if self._loop.now < self.busy_until:
            raise refusal("SetDesiredCapacity", "Scaling activity in progress", "ScalingActivityInProgress")
        if not 0 <= wished <= self.maximum:
            message = f"New SetDesiredCapacity value {wished} is above max value {self.maximum}"
            raise refusal("SetDesiredCapacity", message, "ValidationError")
        self._desire(wished)

    def protect(self, instance: Instance, is_protected: bool) -> None:
        """SetInstanceProtection."""
        if instance.life is not Life.IN_SERVICE:
            message = f"The instance {instance.name} is not in InService or EnteringStandby or Standby."
            raise refusal("SetInstanceProtection", message, "ValidationError")
        instance.is_protected = is_protected

    def limit(self, maximum: int) -> None:
        """UpdateAutoScalingGroup with another maximum: a desired capacity above it is lowered to it."""
        self.maximum = maximum
        if self.desired > maximum:
            self._desire(maximum)

    # What befalls it.

    def start(self) -> None:
        """Somebody wishes for one by hand."""
        if self.desired == 0:
            self._desire(1)

    def stop(self) -> None:
        """Somebody wishes for none by hand, or the backstop does; IAM refuses it where the group is another's."""
        if self.is_stoppable:
            self._desire(0)

    def break_down(self) -> None:
        """All of its instances go at once, as when a zone fails."""
        for instance in list(self.here):
            self.lose(instance)

    def scale_by_hand(self, wished: int) -> None:
        """Somebody wishes for so many."""
        self._desire(min(wished, self.maximum))

    def belong_to(self, owner: str | None) -> None:
        """Somebody changes its tag."""
        self.owner = owner
        self.see()

    # How it is.

    @property
    def is_foreign(self) -> bool:
        """Whether its tag names another deployment, or none."""
        return self.owner != self._us

    @property
    def is_off(self) -> bool:
        """Whether nothing of it is billed, and nothing will be, but for a pool that fills."""
        return self.desired == 0 and all(one.life in IN_POOL for one in self.here)

    @property
    def is_stoppable(self) -> bool:
        """Whether a wish for none would change anything."""
        return self.desired > 0 and not self.is_foreign

    @property
    def serving(self) -> list[Instance]:
        """Those that are in service, and really there."""
        return [one for one in self.here if one.life is Life.IN_SERVICE and one.is_there]

    def billed(self) -> list[Span]:
        """When at least one instance was paid for."""
        return union(self.instance_spans())

    def instance_spans(self) -> list[Span]:
        """From when until when each of them was paid for."""
        return [span for one in self.all for span in one.billed(self._loop.now)]

    def worker_hours(self) -> float:
        """Instance-hours paid for."""
        return sum(end - start for start, end in self.instance_spans()) / HOUR

    def unstoppable(self) -> list[Span]:
        """From a wish for none until the last is gone (laws_of_fleet says how long that may be)."""
        return self.stretches(ModelState.STOPPING)

    # What it does by itself.

    def look_soon(self) -> None:
        self._look_within(*BEGINS_WITHIN)

    def see(self) -> None:
        state = self._state()
        if state is not self.state:
            self.become(state)
        else:
            self.changed_at = self._loop.now
            self.on_change()

    def _desire(self, wished: int) -> None:
        self.desired = wished
        self.wishes.append((self._loop.now, wished))
        self.look_soon()
        self.see()

    def _look_within(self, least: float, most: float) -> None:
        moment = self._loop.now + self._random.uniform(least, most)
        if not self._loop.now < self._looks_at <= moment:
            self._looks_at = moment
            self._loop.at(moment, self._look)

    def _look(self) -> None:
        """Launches what is missing, ends what is too much and not protected."""
        for _ in range(self.desired - self._counted):
            self.launch()
        for _ in range(self._counted - self.desired):
            free = [one for one in self.here if one.life is Life.IN_SERVICE and not one.is_protected]
            if free:
                self.dismiss(self._random.choice(free))
        for _ in range(self._pool - sum(one.life in IN_POOL for one in self.here)):
            self.launch(Life.WARMED_WAIT)
        if self.desired != self._counted:
            self._look_within(LOOKS_EVERY, LOOKS_EVERY)
        self.see()

    @property
    def _counted(self) -> int:
        return sum(one.life in COUNTED for one in self.here)

    def _state(self) -> ModelState:
        shown = [one.life for one in self.here if one.life not in IN_POOL]
        if self.is_foreign:
            return ModelState.UNMANAGEABLE
        if self.desired == 0:
            return ModelState.STOPPING if shown else ModelState.STOPPED
        if Life.IN_SERVICE in shown:
            return ModelState.RUNNING
        has_failed = bool(self.activities) and self.activities[-1][0] in ("Failed", "Cancelled")
        is_coming = any(life in COMING for life in shown)
        return ModelState.FAILED if has_failed and not is_coming else ModelState.STARTING


def group_of(site: "Site") -> Group:
    """The site's group."""
    assert isinstance(site.service, Group)
    return site.service
