"""What must be true of jobs at rest, and what was noted on the way (laws_on_the_way).

J1 each image ends once, with its own answer, and as `failed` only where its job had no attempt, no money or no time
left, or nobody wanted it any more; J2 never two live attempts of one job; J3 a job costs no more than its budget, but
for what its service runs on after it was told to end; J4 nothing lives at the service that no book knows of; J5 an
image, and so an archive that is put twice, is in one job that is ever asked for; J6 what the records say they cost is
what was paid; J7 no more jobs live at once than are wanted.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator

from dayshift.domain.results import Status
from tests.world import spending
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.job_ports import desk_of
from tests.world.lives import class_of, is_empty
from tests.world.outside import Ordered, Outside, outside_of
from tests.world.site import Site
from tests.world.storage import Stored
from tests.world.world import World

LONGEST_WAIT = 14 * DAY  # for a service that takes nothing
LOOKS_WITHIN = 3 * MINUTE  # a tick, its call, and one more after a refusal
TOO_SHORT = 8.0  # minutes for which no attempt begins: five, the margin of two, and a started one
CENT = 0.01


def breaches(site: Site, world: World) -> list[str]:
    """All of them."""
    desk, outside = desk_of(site), outside_of(site)
    found = [*desk.broken, *endings(site, world), *money(site, world), *once(outside), *records_cost(site, world)]
    if desk.book.jobs:
        found.append(f"J1: {[(job.id, job.state) for job in desk.book.jobs]} never ended")
    return found + [f"J4: {job.order.name} still lives" for job in outside.alive]


def endings(site: Site, world: World) -> Iterator[str]:
    """J1. (That there is a record at all is I1.)"""
    by_image = defaultdict[Stored, list[Ordered]](list)
    for job in outside_of(site).jobs:
        for one in job.order.images:
            by_image[world.bucket.find(one.image)].append(job)
    for stored in world.bucket.images_of(site.plan.name):
        if stored.record is not None and not _fits(stored, by_image[stored], site):
            names = [found.name for found in stored.record.detections]
            yield f"J1: {stored.image.key} ended as {stored.record.status} {names}: {stored.record.reason}"


def _fits(stored: Stored, jobs: list[Ordered], site: Site) -> bool:
    """Whether it ended as it should, as itself."""
    assert stored.record is not None
    names = [found.name for found in stored.record.detections]
    match stored.record.status:
        case Status.OK:
            return stored.is_readable and not is_empty(stored) and names == [class_of(stored)]
        case Status.NONE:
            return stored.is_readable and is_empty(stored)
        case Status.REJECTED:
            return not stored.is_readable
        case Status.GONE:
            return stored.deleted_at is not None
        case Status.FAILED:
            return _may_fail(stored, jobs, site)


def _may_fail(stored: Stored, jobs: list[Ordered], site: Site) -> bool:
    """Whether nobody could have done better for it. An answer that lay there when its job ended had to be taken."""
    plan, outside = site.plan.job, outside_of(site)
    if any(stored in job.answered and job.brought_at == job.ended_at for job in jobs):
        return False
    tried = [job for job in jobs if job.started_at is not None or job.first_cancelled_at is None]
    minutes = sum(outside.usd(job) for job in jobs) / plan.usd_per_hour * HOUR / MINUTE
    left = plan.budget_usd / plan.maximum_usd_per_hour * HOUR / MINUTE - minutes
    return (
        len(tried) >= plan.maximum_attempts
        or left < TOO_SHORT
        or stored.image in desk_of(site).unwanted
        or stored.recorded_at >= stored.uploaded_at + LONGEST_WAIT
    )


def money(site: Site, world: World) -> Iterator[str]:
    """J3."""
    outside, plan = outside_of(site), site.plan.job
    spent, excused = defaultdict[str, float](float), defaultdict[str, float](float)
    for job in outside.jobs:
        spent[job.order.job_id] += outside.usd(job)
        if not job.life.keeps_time and job.started_at is not None:
            excused[job.order.job_id] += ran_on(job, site, world) / HOUR * plan.usd_per_hour
    for job_id, usd in spent.items():
        if usd > plan.budget_usd + excused[job_id] + 1e-9:
            yield f"J3: {job_id} cost {usd:.3f} USD, of {plan.budget_usd:.2f} and {excused[job_id]:.3f} to be excused"


def ran_on(job: Ordered, site: Site, world: World) -> float:
    """Seconds that an attempt ran though it was told to end, or while something kept everybody from telling it so."""
    started_at, ended_at = job.started_at or 0.0, job.ended_at or world.loop.now
    told_at = min(job.first_cancelled_at or ended_at, ended_at)
    disturbed = spending.last_trouble(world, started_at, told_at) - started_at
    return ended_at - told_at + disturbed + MINUTE


def once(outside: Outside) -> Iterator[str]:
    """J5."""
    asked = defaultdict[str, set[str]](set)
    for job in outside.jobs:
        for one in job.order.images:
            asked[f"{one.image.key} {one.image.version}"].add(job.order.job_id)
    for image, jobs in asked.items():
        if len(jobs) > 1:
            yield f"J5: {image} was in the jobs {sorted(jobs)}"
    for name, times in Counter(job.order.name for job in outside.jobs).items():
        if times > 1:
            yield f"J5: {name} was taken {times} times"


def records_cost(site: Site, world: World) -> Iterator[str]:
    """J6: not more than was paid, and all of it where nothing was disturbed."""
    outside, stored = outside_of(site), world.bucket.images_of(site.plan.name)
    paid = sum(outside.usd(job) for job in outside.jobs)
    said = sum(one.record.cost_usd for one in stored if one.record)
    if said > paid + ceiling(outside, site) + CENT:
        yield f"J6: the records say that {said:.3f} USD were paid, of {paid:.3f}"


def ceiling(outside: Outside, site: Site) -> float:
    """What may be reckoned beyond what was paid: the greatest price instead of the real one."""
    plan = site.plan.job
    paid = sum(outside.usd(job) for job in outside.jobs)
    return paid * (plan.maximum_usd_per_hour / plan.usd_per_hour - 1) + 0.05 * len(outside.jobs)
