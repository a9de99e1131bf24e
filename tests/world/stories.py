"""What the short stories share: a Friday, a slow model, two fleets, and what befalls them."""

from datetime import UTC, datetime

from tests.world import laws
from tests.world.clock import HOUR
from tests.world.faults import Fault, Outage
from tests.world.scenarios import come_to_rest
from tests.world.site import Plan, Site
from tests.world.world import World

# Friday 20 November 2026, 06:00 in Berlin; the model opens at nine, and its warm-up begins at half past eight.
FRIDAY = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
FLEET = Plan(family="face_fleet", start_minutes=(2.0, 2.0), warmup_minutes=10, maximum_workers=19)
SMALL = Plan(family="face_fleet", start_minutes=(2.0, 2.0), warmup_minutes=10, images_per_minute=1)
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


def upload(world: World, count: int) -> None:
    for number in range(count):
        world.upload(f"{world.loop.now:.0f} {number}.jpg")


def unread(world: World) -> int:
    return sum(stored.record is None for stored in world.bucket.versions.values())
