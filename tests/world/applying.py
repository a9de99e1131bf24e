"""Terraform: what it does to a model before it destroys it, and an apply that changes an endpoint's configuration.

Order: docs/decisions/0013 and 0015. The call that stops the model is destroyed first; then the parameters go that the
running system writes; the new configuration is made, and named by the spec; those parameters are there again; and last
of all the old configuration goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf

from dayshift.domain.errors import TransientError
from dayshift.domain.powered import PoweredModel
from dayshift.services.retire import retire
from tests.world import laws_of_order, ports
from tests.world.clock import HOUR, Process
from tests.world.endpoint import endpoint_of
from tests.world.faults import Died, Invocation
from tests.world.group import group_of
from tests.world.site import Said, Site
from tests.world.world import World

TIMEOUT, LOOK_SECONDS = 900.0, 10.0  # handlers/stop
ENOUGH = 70.0
STEP_SECONDS = (0.5, 40.0)  # one that is throttled is repeated for a while


def stopped(world: World, site: Site, then: Callable[[str | None], None]) -> None:
    """Runs the function as Terraform does before a destroy, while ticks go on; `then` is told what it raised."""
    deadline = world.loop.now + TIMEOUT

    def run() -> None:
        line = ports.Line(world.recorder, Invocation("stop", deadline))
        world.functions.under_way += 1
        try:
            texts = line.call("state.read", lambda: (site.spec, site.memory, site.override))
            model = PoweredModel.from_stored(*texts, world.loop.moment())
            retire(
                world.functions.ports_of(line, site, model),
                world.loop.moment,
                lambda: world.loop.sleep(LOOK_SECONDS),
                lambda: deadline - world.loop.now > ENOUGH,
            )
        except (TransientError, Died) as error:
            raised: str | None = repr(error)
        else:
            raised = None
        world.functions.under_way -= 1
        then(raised)

    Process(world.loop, run).resume()


def apply(world: World, site: Site) -> None:
    """`terraform apply` with a changed configuration; where it fails, somebody applies again an hour later."""
    said = Said(world.loop.now, inf, running=False)
    if site.said:
        site.said[-1].until = min(site.said[-1].until, world.loop.now)
    site.said.append(said)
    site.is_applying = True

    def go_on(raised: str | None) -> None:
        if raised is None:
            Change(world, site, said).take_its_course()
            return
        if site.override == "{}":  # it died before it switched the model off
            said.until = world.loop.now
        world.loop.after(HOUR, lambda: apply(world, site))

    stopped(world, site, go_on)


def apply_to_fleet(world: World, site: Site, maximum: int, is_group_first: bool) -> None:
    """`terraform apply` with another maximum of workers: nothing is stopped, the group and the spec are changed."""
    if site.is_applying:
        return

    def limit() -> None:
        group_of(site).limit(maximum)

    def tell() -> None:
        site.spec = site.plan.spec(maximum_workers=maximum)
        world.touched(site)

    def end() -> None:
        site.is_applying = False

    site.is_applying, moment = True, world.loop.now
    world.trouble(moment + 3 * STEP_SECONDS[1])
    for step in ((limit, tell) if is_group_first else (tell, limit)) + (end,):
        moment += world.random.uniform(*STEP_SECONDS)
        world.loop.at(moment, step)


@dataclass(frozen=True, slots=True)
class Change:
    """What an apply does once the model is off."""

    world: World
    site: Site
    said: Said

    def take_its_course(self) -> None:
        """One step after the other."""
        moment = self.world.loop.now
        for step in (self._forget, self._configure, self._tell, self._begin, self._unconfigure):
            moment += self.world.random.uniform(*STEP_SECONDS)
            self.world.loop.at(moment, step)

    def _forget(self) -> None:
        self.site.memory, self.site.override = "{}", None
        self.world.touched(self.site)

    def _configure(self) -> None:
        endpoint_of(self.site).configure(self.site.plan.configuration(self.site.applied + 1))

    def _tell(self) -> None:
        self.site.applied += 1
        self.site.spec = self.site.plan.spec(self.site.applied)
        self.world.touched(self.site)

    def _begin(self) -> None:
        self.site.override, self.said.until = "{}", self.world.loop.now
        self.world.touched(self.site)

    def _unconfigure(self) -> None:
        old = self.site.plan.configuration(self.site.applied - 1)
        laws_of_order.unconfiguring(self.site, endpoint_of(self.site).is_made_from(old))
        del endpoint_of(self.site).configurations[old]
        self.site.is_applying = False
