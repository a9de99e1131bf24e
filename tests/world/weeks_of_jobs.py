"""Weeks in which images go to a service outside: how they come there, and what it came to."""

from collections import Counter, defaultdict
from functools import partial
from random import Random

from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.figures import Figures
from tests.world.hours import Hours
from tests.world.job_desk import JobPlan
from tests.world.outside import Ordered, outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.site import Plan, Site
from tests.world.storage import Stored
from tests.world.world import World

BATCHES_A_WEEK, ARCHIVES_A_WEEK = 8, 8
LARGE_CHANCE = 0.3  # of an archive, to be put in several parts
PRICES = JobPlan(gather_minutes=10, budget_usd=2.0, maximum_usd_per_hour=1.5)
TRANSFORMS = JobPlan(
    "batch_transform", gather_minutes=10, jobs_at_once=2, budget_usd=1.2, usd_per_hour=1.4, tick_minutes=2
)


def plan_of(number: int, hours: Hours) -> Plan:
    """One world in two keeps office hours, the others start their jobs at any time; two services take turns, too."""
    power, open_at = ("office_hours", hours) if number % 2 else (None, None)
    job = TRANSFORMS if number // 2 % 2 else PRICES
    return Plan("pictures", "gpu_job", power, open_at, job=job)


def upload(world: World, random: Random, weeks: int) -> list[float]:
    """Images one by one, and archives; answers when."""
    moments = []
    for number in range(BATCHES_A_WEEK * weeks):
        moments.append(_moment(world, random, weeks))
        for one in range(random.randint(1, 8)):
            is_readable, name = random.random() > 0.05, random.choice(("a+b é", "odd", "empty"))
            put = partial(world.put, f"{number}-{one} {name}.jpg", is_readable)
            world.loop.at(moments[-1] + one * random.uniform(0, 20), put)
    for number in range(ARCHIVES_A_WEEK * weeks):
        moments.append(_moment(world, random, weeks))
        kinds = "".join(random.choices("it", (9, 1), k=random.randint(1, 9)))
        put_archive = partial(_put_archive, world, number, kinds, random.random() < LARGE_CHANCE)
        world.loop.at(moments[-1], put_archive)
    return moments


def add_figures(site: Site, figures: Figures) -> None:
    """What jobs cost: minutes that were billed, and those beyond what a job's budget pays for."""
    outside, plan = outside_of(site), site.plan.job
    minutes, reads = defaultdict[str, float](float), Counter[Stored]()
    for job in outside.jobs:
        minutes[job.order.job_id] += outside.usd(job) / plan.usd_per_hour * HOUR / MINUTE
        reads.update(_read(job))
    allowed = plan.budget_usd / plan.usd_per_hour * HOUR / MINUTE
    over = [max(0.0, spent - allowed) for spent in minutes.values()]
    figures.jobs = sum(job.started_at is not None for job in outside.jobs)
    figures.running, figures.outside, figures.outside_most = outside.minutes(), sum(over), max(over, default=0.0)
    figures.paid_twice = sum(count - 1 for count in reads.values())


def _read(job: Ordered) -> list[Stored]:
    return list((job.read or {}).values())


def _put_archive(world: World, number: int, kinds: str, is_multipart: bool) -> None:
    content, entries = archive(kinds, number)
    world.upload_archive(f"{number}.zip", content, entries, "pictures", is_multipart=is_multipart)


def _moment(world: World, random: Random, weeks: int) -> float:
    day = random.randrange(weeks * 7)
    return world.began_at + day * DAY + random.choice((random.uniform(3, 14), random.uniform(0, 24))) * HOUR
