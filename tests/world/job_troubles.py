"""What can befall a model whose images go to a service outside: there, on the way, and by people."""

from random import Random

from tests.world.clock import HOUR, MINUTE
from tests.world.faults import DEATH, TIMEOUT, Fault, Outage
from tests.world.fleet_troubles import Happen, between
from tests.world.job_ports import desk_of
from tests.world.lives import ODD
from tests.world.outside import outside_of
from tests.world.outside_ports import REFUSED
from tests.world.scenarios_of_archives import archive
from tests.world.site import Site
from tests.world.world import World

CALLS = (
    ("outside.",), ("outside.submit",), ("outside.look", "outside.find"), ("outside.cancel",), ("outside.results",),
    ("book.", "closed."), ("contents.", "parcel."), ("mailbox.",), ("outside.", "book.", "records.", "contents."),
)  # fmt: skip
WAYS = (
    Fault("ThrottlingException"),
    Fault(REFUSED),
    Fault(TIMEOUT, after=True),
    Fault(DEATH),
    Fault(DEATH, after=True),
)


def odd_lives(world: World, site: Site, random: Random) -> None:
    """The next jobs there wait, hang, forge, bring nothing or half of it, or are told of late."""
    world.trouble(world.loop.now)
    outside_of(site).next_lives.extend(ODD[random.choice(sorted(ODD))] for _ in range(random.randint(1, 4)))


def service_outage(world: World, _: Site, random: Random) -> None:
    """The service, or what is kept of its jobs, throttles, refuses, takes without an answer, or kills."""
    until = world.loop.now + between(random, MINUTE, 12 * HOUR)
    world.recorder.outages.append(Outage(random.choice(CALLS), random.choice(WAYS), until, random.choice((0.3, 1.0))))
    world.trouble(until)


def out_of_credit(world: World, site: Site, random: Random) -> None:
    """The service takes no order for a while."""
    until = world.loop.now + between(random, 10 * MINUTE, 30 * HOUR)
    outside_of(site).refuses_until = until
    world.trouble(until)


def job_removed(world: World, site: Site, random: Random) -> None:
    """Somebody deletes a job at the service."""
    world.trouble(world.loop.now)
    for job in outside_of(site).alive:
        if job.is_told and random.random() < 0.6:
            outside_of(site).remove(job)


def cancelled(world: World, site: Site, random: Random) -> None:
    """Somebody does not want an open job any more."""
    jobs = desk_of(site).book.jobs
    if jobs and world.seed is None:
        world.jobs.cancel(site, random.choice(jobs))


def archive_twice(world: World, site: Site, random: Random) -> None:
    """The same archive is put twice, at once or hours later; and S3 tells of it twice."""
    number = random.randint(1, 60)
    content, entries = archive("iti"[: random.randint(1, 3)], number)

    def put() -> None:
        stored = world.upload_archive(f"twice {number}.zip", content, entries, site.plan.name)
        world.notify(stored, random.uniform(0, 10))

    put()
    world.loop.after(random.choice((0.0, 1.0, 5 * HOUR)), put)


def slow_reading(world: World, site: Site, random: Random) -> None:
    """Each image takes so long to be read that the next tick finds a job being packed, or the function is cut off."""
    until = world.loop.now + between(random, 10 * MINUTE, 5 * HOUR)
    world.trouble(until)
    site.service.seconds_an_image = random.choice((5.0, 40.0, 120.0))
    world.loop.at(until, lambda: setattr(site.service, "seconds_an_image", 0.05))


OF_A_JOB: dict[str, Happen] = {
    trouble.__name__: trouble
    for trouble in (
        odd_lives, odd_lives, service_outage, out_of_credit, job_removed, cancelled, archive_twice, slow_reading,
    )
}  # fmt: skip
