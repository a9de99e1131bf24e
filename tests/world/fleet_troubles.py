"""What can befall a fleet besides: its machines, its group, and who changes either by hand."""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from tests.world.applying import apply_to_fleet
from tests.world.clock import HOUR, MINUTE
from tests.world.group import group_of
from tests.world.instances import NOTICE
from tests.world.site import DEPLOYMENT, Site
from tests.world.world import World

Happen = Callable[[World, Site, Random], None]


def between(random: Random, least: float, most: float) -> float:
    """Short ones are more frequent than long ones."""
    return math.exp(random.uniform(math.log(least), math.log(most)))


def spot(world: World, site: Site, random: Random) -> None:
    """Some of the instances are taken back, with a notice of two minutes or without."""
    group = group_of(site)
    for instance in random.sample(group.here, min(random.randint(1, 3), len(group.here))):
        take = random.choice((group.interrupt, group.lose))
        world.trouble(world.loop.now + NOTICE)
        world.meddle(partial(take, instance))


def worker_killed(world: World, site: Site, random: Random) -> None:
    """A worker process dies, in the middle of whatever it does, and its machine stays."""
    for instance in group_of(site).here:
        if random.random() < 0.7:
            world.meddle(instance.kill_worker)


def worker_hangs(world: World, site: Site, random: Random) -> None:
    """An image of which the worker's process, and not only the child that reads it, never comes back."""
    world.trouble(world.loop.now)
    world.hang(site, random.randint(1, 2))


def scarce(world: World, site: Site, random: Random) -> None:
    """EC2 has no such instances for a while."""
    group, until = group_of(site), world.loop.now + between(random, 5 * MINUTE, 3 * HOUR)
    world.trouble(until)
    group.scarce_until = until


def busy_group(world: World, site: Site, random: Random) -> None:
    """Something else is at work on the group: each wish is refused."""
    group_of(site).busy_until = world.loop.now + between(random, MINUTE, 40 * MINUTE)
    world.trouble(group_of(site).busy_until)


def never_ready(world: World, site: Site, random: Random) -> None:
    """The user data of the next instances fail: they are abandoned after a quarter of an hour."""
    world.trouble(world.loop.now)
    group_of(site).never_ready = random.randint(1, 3)


def scaled_by_hand(world: World, site: Site, random: Random) -> None:
    """Somebody sets the desired capacity in the console."""
    group = group_of(site)
    world.meddle(lambda: group.scale_by_hand(random.randint(0, group.maximum)))


def another_s_tag(world: World, site: Site, random: Random) -> None:
    """Somebody takes the tag off, or writes another name, and mends it some hours later."""
    group, until = group_of(site), world.loop.now + random.uniform(0.5, 4) * HOUR
    world.meddle(lambda: group.belong_to(random.choice((None, "acme-prod"))))
    world.trouble(until)
    world.loop.at(until, lambda: group.belong_to(DEPLOYMENT))


def another_maximum(world: World, site: Site, random: Random) -> None:
    """Somebody applies with another number of workers at the most: first the group has it, or first the spec."""
    maximum, is_group_first = random.randint(1, 6), random.random() < 0.5
    if world.seed is None:
        apply_to_fleet(world, site, maximum, is_group_first)
    else:
        group_of(site).limit(maximum)


OF_A_FLEET: dict[str, Happen] = {
    trouble.__name__: trouble
    for trouble in (
        spot, worker_killed, worker_hangs, scarce, busy_group, never_ready, scaled_by_hand, another_s_tag,
        another_maximum,
    )
}  # fmt: skip
