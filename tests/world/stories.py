"""What the short stories share: a Friday, a slow model, and what befalls it."""

from datetime import UTC, datetime

from tests.world import laws
from tests.world.clock import HOUR
from tests.world.faults import Fault, Outage
from tests.world.scenarios import come_to_rest
from tests.world.site import Plan, Site
from tests.world.world import World

# Friday 20 November 2026, 06:00 in Berlin; the model opens at nine, and its warm-up begins at half past eight.
FRIDAY = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SLOW = Plan(start_minutes=(20.0, 20.0), stop_minutes=(2.0, 2.0))
THROTTLED = Fault("ThrottlingException")


def logos(world: World) -> Site:
    return world.sites["logos"]


def at_rest(world: World) -> list[str]:
    come_to_rest(world)
    return laws.breaches(world)


def outage(world: World, hours: float, *calls: str, fault: Fault = THROTTLED) -> None:
    world.recorder.outages.append(Outage(calls, fault, world.loop.now + hours * HOUR))
    world.trouble(world.loop.now + hours * HOUR)
