"""Some weeks of one deployment under random troubles, and the figures of it: lived by Dayshift, or by the seed."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from dayshift import events
from dayshift.domain.lifecycle import ModelState
from tests.world import laws, spending, weeks_of_jobs
from tests.world.clock import DAY, HOUR, MINUTE, WEEK
from tests.world.figures import Figures
from tests.world.group import Group
from tests.world.hours import Hours
from tests.world.queue import Message
from tests.world.scenarios import come_to_rest
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.troubles import happens
from tests.world.world import World

WEEKS_A_WORLD = 5
IMAGES_A_WEEK = 90
LONGEST_CLOSURE, CLOSURE_CHANCE = timedelta(days=17), 0.25
FIRST_YEAR, YEARS = 2026, 4
HOURS_BETWEEN_MAINTENANCE = 40.0  # in service: about once a week of office hours
FAMILIES = ("sagemaker", "custom_labels", "face_fleet", "custom_labels", "gpu_job")  # of one world after the other
OF_A_FLEET: dict[str, Any] = {"warmup_minutes": 10, "images_per_minute": 1}  # so that a burst asks for several workers
SECONDS_A_FACE = 20.0
MARGIN = timedelta(days=21)  # for a closure and its backlog, after the last trouble


def family_of(number: int) -> str:
    """Whose weeks the world of this number lives."""
    return FAMILIES[number % len(FAMILIES)]


def lived(number: int, weeks: int, faults_a_week: float, is_seed: bool) -> Figures:
    """The weeks of the world of this number; the same images and troubles for Dayshift and for the seed."""
    random = Random(number)
    start = datetime(FIRST_YEAR + number % YEARS, 1, 1, 4, tzinfo=UTC) + timedelta(days=random.randrange(350))
    closed = _closure(random, start.date(), weeks)
    hours = Hours("Europe/Berlin", "09:00", "17:00", closed_on=closed)
    family = family_of(number)
    is_fleet = family == "face_fleet"
    starts, more = ((1.0, 4.0), OF_A_FLEET) if is_fleet else ((5.0, 40.0), {})
    between = HOURS_BETWEEN_MAINTENANCE if family == "sagemaker" else 0.0
    plan = Plan(family=family, hours=hours, start_minutes=starts, maintenance_hours=between, **more)
    if family == "gpu_job":
        plan = weeks_of_jobs.plan_of(number, hours)
    setting = Setting((plan,), start, seed=number, counts_lag=55.0, is_seed=is_seed)
    with World(setting) as world:
        troubles: Counter[str] = Counter()
        uploads = (weeks_of_jobs.upload if plan.is_job else _upload)(world, random, weeks)
        if is_fleet:
            world.sites[plan.name].service.seconds_an_image = SECONDS_A_FACE
        for number in range(_poisson(random, faults_a_week * weeks)):
            chance = Random(random.random())
            moment = world.began_at + random.uniform(0, weeks * WEEK)
            if (is_fleet or plan.is_job) and number % 2:  # half of the troubles come where somebody may be at work
                moment = chance.choice(uploads) + chance.uniform(0, 15 * MINUTE)
            world.loop.at(moment, partial(_trouble, troubles, world, chance))
        world.loop.run_until(world.began_at + weeks * WEEK)
        world.recorder.outages.clear()
        world.scheduler.troubles.clear()
        if is_seed:
            world.run(14 * DAY / MINUTE)
        else:
            come_to_rest(world, LONGEST_CLOSURE + MARGIN)
        return _figures(world, weeks, troubles)


def _figures(world: World, weeks: int, troubles: Counter[str]) -> Figures:
    (site,) = world.sites.values()
    images = world.bucket.images_of(site.plan.name)
    good = [one for one in images if one.is_readable and one.deleted_at is None]
    keys = {one.image.key for one in good}
    spans = spending.outside(site, world)
    figures = Figures(
        weeks=weeks,
        images=len(images),
        lost=sum(one.record is None for one in good),
        good_in_dlq=sum(_key_of(message) in keys for message in site.queue.dead),
        paid_twice=sum(max(len(one.paid) - 1, 0) for one in world.bucket.versions.values()),
        outside=sum(end - start for start, end in spans) / MINUTE,
        outside_most=max((end - start for start, end in spans), default=0.0) / MINUTE,
        starting=sum(end - start for start, end in site.service.stretches(ModelState.STARTING)) / MINUTE,
        running=sum(end - start for start, end in site.service.stretches(ModelState.RUNNING)) / MINUTE,
        overrun_most=spending.overrun(site, world) / MINUTE,
        kept_on=max((end - start for start, end in spending.kept_on(site, world)), default=0.0) / MINUTE,
        waited_most=max((one.recorded_at - one.uploaded_at for one in good if one.record), default=0.0) / HOUR,
        unserved=sum(end - start for start, end in laws.unserving(site, world)) / MINUTE,
        worker_hours=site.service.worker_hours() if isinstance(site.service, Group) else 0.0,
        troubles=troubles,
    )
    if site.plan.is_job:
        weeks_of_jobs.add_figures(site, figures)
    if world.seed is None:
        found = laws.breaches(world)
        laws_broken = (breach.split(":", 1)[0] for breach in found)
        figures.breaches.update(law if law[1:].isdigit() else "order" for law in laws_broken)
        figures.examples += [f"world {world.setting.seed}: {breach}" for breach in found]
    return figures


def _key_of(message: Message) -> str:
    """The object key that a message is about: one of ours, or S3's own."""
    body = json.loads(message.body)
    if "image" in body:
        return str(body["image"]["key"])
    return next(uploaded.image.key for uploaded in events.images_from_s3(body))


def _trouble(troubles: Counter[str], world: World, chance: Random) -> None:
    troubles[happens(world, chance)] += 1


def _upload(world: World, random: Random, weeks: int) -> list[float]:
    """Images come in bursts, most of them while the hours are open, some at night and at the weekend; answers when."""
    moments = []
    for number in range(IMAGES_A_WEEK * weeks // 6):
        day = random.randrange(weeks * 7)
        moment = world.began_at + day * DAY + random.choice((random.uniform(3, 14), random.uniform(0, 24))) * HOUR
        moments.append(moment)
        for one in range(random.randint(1, 11)):
            is_readable = random.random() > 0.03
            name = f"{number}-{one} a+b é.jpg"
            world.loop.at(
                moment + one * random.uniform(0, 20),
                partial(world.put, name, is_readable),
            )
    return moments


def _closure(random: Random, first: date, weeks: int) -> frozenset[date]:
    """Sometimes nobody comes for more than a fortnight, which is longer than SQS keeps a message."""
    if random.random() > CLOSURE_CHANCE:
        return frozenset()
    start = first + timedelta(days=random.randrange(weeks * 7))
    return frozenset(start + timedelta(days=day) for day in range(random.randint(14, LONGEST_CLOSURE.days)))


def _poisson(random: Random, mean: float) -> int:
    count, left = 0, random.expovariate(1.0)
    while left < mean:
        count += 1
        left += random.expovariate(1.0)
    return count
