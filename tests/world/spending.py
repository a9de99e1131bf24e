"""When a model was billed though nobody wanted it: by its hours and by what people said, not by the code under test."""

from bisect import bisect_right

from tests.world.clock import HOUR, MINUTE
from tests.world.hours import Span, begun_earlier, clipped, union, without
from tests.world.site import Site
from tests.world.storage import Stored
from tests.world.world import World

OPENING_MARGIN = 3 * MINUTE  # DESIGN section 5: the deadline wake needs L >= W + 3 min
LONGEST_WARM_UP = 5 * HOUR
AFTER_CLOSING = 15 * MINUTE  # what came before the closing may still be read, where results are promised


def wanted(site: Site, world: World) -> list[Span]:
    """When it should have been on, by its hours and by what people said: not by the code under test."""
    start, end = world.began_at, world.loop.now
    on = [(said.since, said.until) for said in site.said if said.running]
    off = [(said.since, said.until) for said in site.said if not said.running]
    return clipped(union(without(_by_policy(site, world), off + on) + on), start, end)


def _by_policy(site: Site, world: World) -> list[Span]:
    plan, start, end = site.plan, world.began_at, world.loop.now
    if plan.is_fleet and plan.power == "office_hours":
        return _while_there_is_work(site, world)
    if plan.power in ("always_on", None):
        return [(start, end)]
    warmup, late, waiting = plan.warmup_minutes * MINUTE, 0.0, list[Span]()
    if plan.power == "on_deadline":
        is_woken = plan.results_within_minutes * MINUTE >= warmup + OPENING_MARGIN
        if is_woken:
            mine = world.bucket.images_of(plan.name)
            waiting = [(stored.uploaded_at, ended_at(stored, end)) for stored in mine]
        if plan.hours is None or (is_woken and not had_trouble(world)):
            return waiting
        # A start that took long, or seemed to since nobody looked, makes it a warm window, and an earlier one.
        warmup, late = LONGEST_WARM_UP if had_trouble(world) else warmup, AFTER_CLOSING
    if plan.hours is None:
        return [(start, end)]
    spans = [(a, b + late) for a, b in plan.hours.spans(start - HOUR, end + 24 * HOUR)]
    return waiting + begun_earlier(spans, warmup)


def _while_there_is_work(site: Site, world: World) -> list[Span]:
    """A fleet: from an image's upload to its record and some minutes more, in the hours and the warm-up before them."""
    now, idle = world.loop.now, site.plan.idle_minutes * MINUTE
    mine = world.bucket.images_of(site.plan.name)
    waiting = union([(stored.uploaded_at, ended_at(stored, now) + idle) for stored in mine])
    spans = opened(site, world)
    return without(waiting, without(waiting, spans))


def opened(site: Site, world: World) -> list[Span]:
    """When its hours are open, warm-up included."""
    start, end = world.began_at, world.loop.now
    if site.plan.hours is None:
        return [(start, end)]
    return begun_earlier(site.plan.hours.spans(start - HOUR, end + 24 * HOUR), site.plan.warmup_minutes * MINUTE)


def had_trouble(world: World) -> bool:
    """Whether anything at all was out of order."""
    notes = world.notes
    return bool(world.recorder.struck or notes.meddled or notes.backstops or notes.troubled)


def ended_at(stored: Stored, now: float) -> float:
    """When nobody waited for it any more."""
    if stored.record is not None:
        return stored.recorded_at
    return now if stored.deleted_at is None else stored.deleted_at


def outside(site: Site, world: World) -> list[Span]:
    """When it was billed though nobody wanted it."""
    return without(site.service.billed(), wanted(site, world))


def kept_on(site: Site, world: World) -> list[Span]:
    """When it was billed unwanted, and nobody could have stopped it."""
    spans = outside(site, world)
    return without(spans, without(spans, site.service.unstoppable()))


def last_trouble(world: World, start: float, end: float) -> float:
    """The last moment in [start, end] at which something was out of order; `start` if there was none."""
    points = sorted([*world.recorder.struck, *world.notes.meddled])
    last = bisect_right(points, end)
    spans = (min(until, end) for since, until in world.notes.troubled if since <= end)
    return max([start, *spans, *points[last - 1 : last]])


def overrun(site: Site, world: World) -> float:
    """The longest that it was billed unwanted after the last thing that went wrong, without the time in which nobody
    could have stopped it: while it starts, and while SageMaker updates it."""
    worst, unstoppable = 0.0, site.service.unstoppable()
    for start, end in outside(site, world):
        stoppable = without([(last_trouble(world, start, end), end)], unstoppable)
        worst = max(worst, sum(until - since for since, until in stoppable))
    return worst
