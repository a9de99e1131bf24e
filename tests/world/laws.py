"""The invariants, checked on what happened. Each answers the breaches it found, as sentences.

I1 conservation, I2 stable, I3 money, I4 enforced stop, I5 gate, I6 clean DLQ, I7 one payment, I8 nothing waits for
ever, I9 one fixpoint (tests/world/test_interleavings), I10 quiet; and law 1, the order, noted where it was broken.
"""

import math
from collections.abc import Iterator
from itertools import pairwise

from dayshift.domain.lifecycle import ModelState
from tests.world import laws_of_archives, laws_of_fleet, laws_of_jobs, spending
from tests.world.clock import HOUR, MINUTE
from tests.world.endpoint import STRANGERS
from tests.world.faults import DEATH
from tests.world.hours import Span, without
from tests.world.mapping import Word
from tests.world.site import Site
from tests.world.storage import Stored
from tests.world.world import World

GRACE = 20 * MINUTE  # two ticks, the mapping's lag, ten minutes of draining, and as much again for what went wrong
GATE_GRACE = 4 * MINUTE  # the mapping's lag while it closes, a tick to see it, a tick that finds it changing
READING_PACE = 10 * MINUTE  # an image that comes while the gate is open has its record so soon


def breaches(world: World, had_faults: bool = True, slack: float | None = None) -> list[str]:
    """All of them, for a world that has come to rest; `slack`: how much longer an image may wait, None: for ever."""
    found = [*conservation(world), *one_payment(world), *enforced_stop(world), *quiet(world)]
    found += laws_of_archives.breaches(world)
    for site in world.sites.values():
        found += [*clean_dlq(site), *gate(site, world, had_faults), *money(site, world), *site.orders]
        found += laws_of_fleet.breaches(site, world) if site.plan.is_fleet else []
        found += laws_of_jobs.breaches(site, world) if site.plan.is_job else []
    if slack is not None:
        found += nothing_waits(world, slack)
    bugs = world.functions.bugs + world.jobs.bugs + [bug for workers in world.workers.values() for bug in workers.bugs]
    return found + [f"unforeseen error: {bug}" for bug in bugs]


def conservation(world: World) -> Iterator[str]:
    """I1: every accepted version has its record; only one deleted before anybody heard of it has none.

    I2, a record never changes, is what writing with If-None-Match means; that nothing else can write is the type's.
    """
    for stored in world.bucket.versions.values():
        is_judged = stored.entries is None and not world.sites[stored.model].plan.is_job  # laws_of_archives, _of_jobs
        if stored.record is None and stored.deleted_at is None:
            yield f"I1: {stored.image.key} {stored.image.version} has no record"
        elif stored.record is not None and is_judged and not _fits(stored):
            yield f"I1: {stored.image.key} ended as {stored.record.status}: {stored.record.reason}"


def _fits(stored: Stored) -> bool:
    """A good image ends well, unless it was deleted, and says what has read it; a bad one is rejected."""
    status = stored.record.status if stored.record else None
    # Whoever opens the gate by hand before a stranger's endpoint reads with it until the next tick: I5's matter.
    if status == "ok" and not any(one.by in (None, STRANGERS, _version(stored)) for one in stored.paid):
        return False
    if stored.deleted_at is not None and status == "gone":
        return True
    return status == ("ok" if stored.is_readable else "rejected")


def _version(stored: Stored) -> str:
    """The endpoint configuration that the record names, without its variant."""
    return (stored.record.model_version or "").partition("/")[0] if stored.record else ""


def money(site: Site, world: World) -> Iterator[str]:
    """I3: billed only while wanted, or soon after; longer only where something had gone wrong just then."""
    if (worst := spending.overrun(site, world)) > GRACE:
        yield f"I3: {site.plan.name} was billed {worst / MINUTE:.0f} min unwanted with nothing gone wrong"


def enforced_stop(world: World) -> Iterator[str]:
    """I4: at rest and unwanted, a model is off and its gate closed; at rest and wanted, both are open."""
    now = world.loop.now
    for site in world.sites.values():
        is_wanted = any(start <= now - GRACE and now < end for start, end in spending.wanted(site, world))
        was_wanted = any(start <= now and now - GRACE < end for start, end in spending.wanted(site, world))
        state, word = site.service.state, site.mapping.word
        if not was_wanted and (not site.service.is_off or word is not Word.DISABLED):
            yield f"I4: {site.plan.name} is {state}, its mapping {word}, and nobody wants it"
        if (
            is_wanted
            and site.plan.power != "on_deadline"
            and not (site.plan.is_fleet and site.plan.power == "office_hours")  # which runs while there is work
            and now - GRACE - HOUR > world.began_at
            and not world.is_open(site)
        ):
            yield f"I4: {site.plan.name} is {state}, its mapping {word}, though it should be open"


def unserving(site: Site, world: World) -> list[Span]:
    """When messages were handed out while the model did not run."""
    flips = [*site.mapping.history, (world.loop.now, False)]
    polling = [(since, until) for (since, polls), (until, _) in pairwise(flips) if polls]
    return without(polling, site.service.stretches(ModelState.RUNNING))


def gate(site: Site, world: World, had_faults: bool) -> Iterator[str]:
    """I5: messages are handed out while the model does not run only just after something went wrong."""
    for start, end in unserving(site, world):
        stopped = max((moment for moment in world.notes.backstops if start <= moment <= end), default=start)
        since = max(stopped, spending.last_trouble(world, start, end))
        if not had_faults or end - since > GATE_GRACE:
            yield f"I5: {site.plan.name}'s gate was open {end - start:.0f} s before a model that did not run"


def clean_dlq(site: Site) -> Iterator[str]:
    """I6: nothing reaches the DLQ because its surroundings refused it.

    A labeler that dies at an image each time is no refusal: after twenty deaths its message is there, as it should be.
    """
    for message in site.queue.dead:
        if DEATH not in message.reasons:
            yield f"I6: a message is in the DLQ of {site.plan.name} after {sorted(set(message.reasons))}"


def one_payment(world: World) -> Iterator[str]:
    """I7: a second payment needs a function that failed between reading and writing, or two that read at once."""
    for stored in world.bucket.versions.values():
        for payment in stored.paid:
            at_once = payment.wrote is False and payment.began_at <= stored.recorded_at
            if payment.wrote is not True and not at_once and not payment.invocation.struck:
                yield f"I7: {stored.image.key} was paid {len(stored.paid)} times"


def nothing_waits(world: World, slack: float = 0.0) -> Iterator[str]:
    """I8: an image that comes while its model is read has its record soon; any other, once the hours have begun."""
    for stored in world.bucket.versions.values():
        site = world.sites[stored.model]
        is_else_s = stored.entries is not None or site.plan.is_job  # laws_of_archives, laws_of_jobs
        if stored.deleted_at is not None or stored.record is None or stored.events_lost or is_else_s:
            continue
        due = _due(stored, site, world) + slack
        if stored.recorded_at > due:
            yield f"I8: {stored.image.key} waited {(stored.recorded_at - due) / MINUTE:.0f} min too long"


def _due(stored: Stored, site: Site, world: World) -> float:
    plan = site.plan
    promised = stored.uploaded_at + plan.results_within_minutes * MINUTE
    if plan.power == "on_deadline" and plan.hours is None:
        return promised
    starts = plan.start_minutes[1] * MINUTE + spending.OPENING_MARGIN
    for start, end in spending.opened(site, world) if plan.is_fleet else spending.wanted(site, world):
        ready = max(stored.uploaded_at, start + starts) + READING_PACE + (starts if plan.is_fleet else 0.0)
        if ready <= end:  # what comes just before the closing may wait for the next opening
            return max(ready, promised) if plan.power == "on_deadline" else ready
    return math.inf


def quiet(world: World, ticks: int = 3) -> Iterator[str]:
    """I10: at rest, a tick calls nothing that changes anything. (Makes some more ticks.)"""
    before = len(world.recorder.changes)
    for _ in range(ticks):
        world.functions.tick()
    for site in world.sites.values():
        if site.plan.is_job:
            world.jobs.tick(site)
    if made := [one for one in world.recorder.changes[before:] if one[1:] != ("jobs", "mailbox.receive")]:
        yield f"I10: at rest, ticks called {[name for _, _, name in made]}"
