"""What can go wrong in a week, drawn by chance: each trouble happens now, to one model, and says when it is over."""

import math
from collections.abc import Callable
from functools import partial
from random import Random

from tests.world.applying import apply, apply_to_fleet
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.endpoint import endpoint_of
from tests.world.faults import DEATH, TIMEOUT, Fault, Outage
from tests.world.group import group_of
from tests.world.instances import NOTICE
from tests.world.mapping import Word
from tests.world.scheduler import RETRY_AGE, Manner, Trouble
from tests.world.seed_endpoint import SeedEndpoint
from tests.world.site import DEPLOYMENT, Site
from tests.world.world import World

Happen = Callable[[World, Site, Random], None]
SERVICES = (
    ("power.",), ("gate.",), ("queue.", "inbox.", "mailbox."), ("records.", "ledger.", "images."), ("state.",),
    ("predictor.",),
    ("power.", "gate.", "queue.", "inbox.", "mailbox.", "machine.", "records.", "ledger.", "images.", "state.",
     "predictor."),
)  # fmt: skip
WAYS = (Fault("ThrottlingException"), Fault("AccessDeniedException"), Fault(TIMEOUT, after=True), Fault(DEATH))
SCHEDULES = (("reconcile",), ("start",), ("stop",), ("backstop",), ("sweep",), ("reconcile", "start", "stop", "sweep"))


def happens(world: World, random: Random) -> str:
    """One trouble, now; answers which."""
    sites = list(world.sites.values())
    troubles, whose = dict(TROUBLES), dict[str, list[Site]]()
    for family, of_it in (("sagemaker", OF_AN_ENDPOINT), ("face_fleet", OF_A_FLEET)):
        if mine := [site for site in sites if site.plan.family == family]:
            troubles |= of_it
            whose |= dict.fromkeys(of_it, mine)
    name = random.choice(list(troubles))
    troubles[name](world, random.choice(whose.get(name, sites)), random)
    return name


def _between(random: Random, least: float, most: float) -> float:
    """Short ones are more frequent than long ones."""
    return math.exp(random.uniform(math.log(least), math.log(most)))


def outage(world: World, _: Site, random: Random) -> None:
    """A service throttles, refuses, answers too late, or kills the functions that call it; now and then or always."""
    until = world.loop.now + _between(random, MINUTE, 12 * HOUR)
    chance = random.choice((0.2, 0.7, 1.0))
    world.recorder.outages.append(Outage(random.choice(SERVICES), random.choice(WAYS), until, chance))
    world.trouble(until)


def schedules(world: World, _: Site, random: Random) -> None:
    """Schedules fire twice, late or not at all."""
    until = world.loop.now + _between(random, 5 * MINUTE, DAY)
    world.scheduler.troubles.append(Trouble(random.choice(list(Manner)), random.choice(SCHEDULES), until))
    world.trouble(until + RETRY_AGE)


def stray_reconcile(world: World, site: Site, random: Random) -> None:
    """An edge fires that nobody expects: a retry of yesterday, a person."""
    edge = random.choice(("start", "stop"))
    if world.seed is None:
        world.functions.reconcile(edge, site.plan.name)
    else:
        {"start": world.seed.start, "stop": world.seed.stop}[edge](site)


def console_start(world: World, site: Site, _: Random) -> None:
    """Somebody starts the model by hand."""
    world.meddle(site.service.start)


def console_stop(world: World, site: Site, _: Random) -> None:
    """Somebody stops the model by hand."""
    world.meddle(site.service.stop)


def mapping_flipped(world: World, site: Site, _: Random) -> None:
    """Somebody, or a change of the labeler's role (FAILURES G3), flips the mapping."""
    if not isinstance(world.seed, SeedEndpoint):  # which has none
        world.meddle(site.mapping.disable if site.mapping.word is Word.ENABLED else site.mapping.enable)


def breakdown(world: World, site: Site, _: Random) -> None:
    """The model ends by itself."""
    world.meddle(site.service.break_down)


def failing_starts(world: World, site: Site, random: Random) -> None:
    """The next starts end in FAILED."""
    world.trouble(world.loop.now)
    site.service.next_starts.extend([None] * random.randint(1, 4))


def slow_start(world: World, site: Site, random: Random) -> None:
    """The next start takes longer than any other."""
    world.trouble(world.loop.now)
    site.service.next_starts.append(random.uniform(40, 90))


def override(world: World, site: Site, random: Random) -> None:
    """Somebody switches the model on or off, and forgets it."""
    world.override(random.random() < 0.5, random.uniform(0.2, 24), site.plan.name)


def event_lost(world: World, site: Site, random: Random) -> None:
    """An image of which S3 never tells."""
    world.upload_silently(f"lost {random.random()}.jpg", site.plan.name)


def event_again(world: World, site: Site, random: Random) -> None:
    """S3 tells of an image again, hours later."""
    mine = [stored for stored in world.bucket.versions.values() if stored.model == site.plan.name]
    for stored in random.sample(mine, min(3, len(mine))):
        world.notify(stored, random.uniform(0, 6 * HOUR))


def message_again(_: World, site: Site, __: Random) -> None:
    """SQS hands out messages a second time."""
    for message in list(site.queue.messages.values())[:5]:
        site.queue.deliver_again(message)


def deleted(world: World, site: Site, random: Random) -> None:
    """An image is deleted before, while or after it is read."""
    stored = world.upload(f"deleted {random.random()}.jpg", site.plan.name)
    world.loop.after(random.uniform(0, 30), lambda: world.delete(stored))


def overwritten(world: World, site: Site, random: Random) -> None:
    """One key, three versions."""
    name = f"overwritten {random.random()}.jpg"
    for _ in range(3):
        world.upload(name, site.plan.name)


def maintenance(world: World, site: Site, _: Random) -> None:
    """SageMaker updates the endpoint, and lets nobody delete it meanwhile."""
    endpoint_of(site).maintain()


def updated_by_hand(world: World, site: Site, _: Random) -> None:
    """Somebody changes a weight in the console; that ends well, or is rolled back, or fails."""
    world.trouble(world.loop.now)
    world.meddle(endpoint_of(site).update_by_hand)


def a_stranger(world: World, site: Site, random: Random) -> None:
    """Somebody makes an endpoint of this name, without our tag, and deletes it some hours later."""
    endpoint = endpoint_of(site)
    world.meddle(lambda: endpoint.occupy(random.choice((None, "acme-prod"))))
    if endpoint.is_foreign:
        until = world.loop.now + random.uniform(1, 6) * HOUR
        world.trouble(until)
        world.loop.at(until, endpoint.leave)


def another_configuration(world: World, site: Site, _: Random) -> None:
    """Somebody applies another configuration."""
    if isinstance(world.seed, SeedEndpoint):
        world.seed.apply(site)
    elif not site.is_applying:
        apply(world, site)


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
    group, until = group_of(site), world.loop.now + _between(random, 5 * MINUTE, 3 * HOUR)
    world.trouble(until)
    group.scarce_until = until


def busy_group(world: World, site: Site, random: Random) -> None:
    """Something else is at work on the group: each wish is refused."""
    group_of(site).busy_until = world.loop.now + _between(random, MINUTE, 40 * MINUTE)
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
OF_AN_ENDPOINT: dict[str, Happen] = {
    trouble.__name__: trouble for trouble in (maintenance, updated_by_hand, a_stranger, another_configuration)
}
TROUBLES: dict[str, Happen] = {
    trouble.__name__: trouble
    for trouble in (
        outage, schedules, stray_reconcile, console_start, console_stop, mapping_flipped, breakdown, failing_starts,
        slow_start, override, event_lost, event_again, message_again, deleted, overwritten,
    )
}  # fmt: skip
