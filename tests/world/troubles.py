"""What can go wrong in a week, drawn by chance: each trouble happens now, to one model, and says when it is over."""

from random import Random

from tests.world.applying import apply
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.endpoint import endpoint_of
from tests.world.faults import DEATH, TIMEOUT, Fault, Outage
from tests.world.fleet_troubles import OF_A_FLEET, Happen, between
from tests.world.job_troubles import OF_A_JOB
from tests.world.mapping import Word
from tests.world.scheduler import RETRY_AGE, Manner, Trouble
from tests.world.seed_endpoint import SeedEndpoint
from tests.world.site import Site
from tests.world.world import World

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
    if not any(site.plan.power for site in sites):
        troubles = {name: do for name, do in TROUBLES.items() if name not in OF_POWER}
    for family, of_it in (("sagemaker", OF_AN_ENDPOINT), ("face_fleet", OF_A_FLEET), ("gpu_job", OF_A_JOB)):
        if mine := [site for site in sites if site.plan.family == family]:
            troubles |= of_it
            whose |= dict.fromkeys(of_it, mine)
    name = random.choice(list(troubles))
    troubles[name](world, random.choice(whose.get(name, sites)), random)
    return name


def outage(world: World, _: Site, random: Random) -> None:
    """A service throttles, refuses, answers too late, or kills the functions that call it; now and then or always."""
    until = world.loop.now + between(random, MINUTE, 12 * HOUR)
    chance = random.choice((0.2, 0.7, 1.0))
    world.recorder.outages.append(Outage(random.choice(SERVICES), random.choice(WAYS), until, chance))
    world.trouble(until)


def schedules(world: World, _: Site, random: Random) -> None:
    """Schedules fire twice, late or not at all."""
    until = world.loop.now + between(random, 5 * MINUTE, DAY)
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


# What nobody can do to a model that has no power.
OF_POWER = ("stray_reconcile", "console_start", "console_stop", "mapping_flipped", "failing_starts", "slow_start",
            "override")  # fmt: skip
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
