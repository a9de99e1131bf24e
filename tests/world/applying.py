"""Terraform: what it does to a model before it destroys it, and an apply that changes an endpoint's configuration.

Order: docs/decisions/0013. The call that stops the model is destroyed first; then what the running system wrote goes,
the new configuration is made, the parameter names it, and last of all the old configuration goes.
"""

from collections.abc import Callable
from math import inf

from dayshift.domain.errors import TransientError
from dayshift.domain.powered import PoweredModel
from dayshift.services.retire import retire
from tests.world import laws_of_order, ports
from tests.world.clock import HOUR, Process
from tests.world.endpoint import Endpoint
from tests.world.faults import Died, Invocation
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
    endpoint, said = site.service, Said(world.loop.now, inf, running=False)
    assert isinstance(endpoint, Endpoint)
    if site.said:
        site.said[-1].until = min(site.said[-1].until, world.loop.now)
    site.said.append(said)
    site.is_applying = True
    new, old = site.plan.configuration(site.applied + 1), site.plan.configuration(site.applied)

    def forget() -> None:
        site.memory = site.override = "{}"
        site.touched_at = world.loop.now
        world.ticks.look_again()

    def configure() -> None:
        endpoint.configure(new)

    def tell() -> None:
        site.applied += 1
        site.spec, site.touched_at = site.plan.spec(site.applied), world.loop.now
        said.until = world.loop.now
        world.ticks.look_again()

    def unconfigure() -> None:
        laws_of_order.unconfiguring(site, endpoint.is_made_from(old))
        del endpoint.configurations[old]
        site.is_applying = False

    def go_on(raised: str | None) -> None:
        if raised is not None:
            if site.override == "{}":  # it died before it said so
                said.until = world.loop.now
            world.loop.after(HOUR, lambda: apply(world, site))
            return
        moment = world.loop.now
        for step in (forget, configure, tell, unconfigure):
            moment += world.random.uniform(*STEP_SECONDS)
            world.loop.at(moment, step)

    stopped(world, site, go_on)
