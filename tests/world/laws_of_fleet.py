"""What a fleet must keep besides: nobody at work is ended, workers cost nothing when there is nothing to read.

The bounds: with nothing left to read, more than one worker is paid for IDLE_CROWD at the most, and any for its idle
minutes and laws.GRACE (20 minutes); after a wish for none, all are gone within LEAVING. Each counts from the last thing
that went wrong.
"""

from collections.abc import Iterator

from dayshift.domain.lifecycle import ModelState
from tests.world import spending
from tests.world.clock import MINUTE
from tests.world.fleet_gate import fleet_gate_of
from tests.world.group import group_of
from tests.world.hours import Span, union, without
from tests.world.launches import LAUNCHING_TIMEOUT, TERMINATING_TIMEOUT
from tests.world.site import Site
from tests.world.world import World

# Until a fleet shrinks two minutes; counts that lag, two ticks; one that never comes up is not ended before its hook.
IDLE_CROWD = LAUNCHING_TIMEOUT + 5 * MINUTE
# One that is launching comes up first, or is abandoned; one that reads brings its images to an end; then the hook.
LEAVING = LAUNCHING_TIMEOUT + TERMINATING_TIMEOUT + 2 * MINUTE


def breaches(site: Site, world: World) -> list[str]:
    """All of them."""
    return [*nobody_cut(site), *closed(site), *crowd(site, world), *leaving(site, world)]


def nobody_cut(site: Site) -> Iterator[str]:
    """A scale-in ends nobody who has images in hand."""
    for sentence in group_of(site).cut:
        yield f"F1: {sentence}"


def closed(site: Site) -> Iterator[str]:
    """Nobody takes messages behind a gate of which he must know that it is closed."""
    if late := fleet_gate_of(site).taken_late:
        yield f"F2: {len(late)} messages were taken behind a closed gate"


def crowd(site: Site, world: World) -> Iterator[str]:
    """With nothing to read, one worker is enough."""
    now, worst = world.loop.now, 0.0
    mine = world.bucket.images_of(site.plan.name)
    busy = union([(stored.uploaded_at, spending.ended_at(stored, now)) for stored in mine])
    for start, end in without(crowded(group_of(site).instance_spans()), busy):
        worst = max(worst, end - spending.last_trouble(world, start, end))
    if worst > IDLE_CROWD:
        yield f"F3: {site.plan.name} paid more than one worker for {worst / MINUTE:.0f} min with nothing to read"


def leaving(site: Site, world: World) -> Iterator[str]:
    """Whoever is told to go, goes."""
    for start, end in site.service.stretches(ModelState.STOPPING):
        if (lasted := end - spending.last_trouble(world, start, end)) > LEAVING:
            yield f"F4: {site.plan.name} took {lasted / MINUTE:.0f} min to end its workers"


def crowded(spans: list[Span]) -> list[Span]:
    """When there was more than one."""
    steps = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    found, count, since = list[Span](), 0, 0.0
    for moment, step in steps:
        count += step
        if count == 2 and step == 1:
            since = moment
        elif count == 1 and step == -1 and moment > since:
            found.append((since, moment))
    return found
