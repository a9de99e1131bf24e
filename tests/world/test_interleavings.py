"""I9: two reconciles at once, stepped call by call through every order of their calls, come to the same rest as one
after the other, and break no law on the way. Likewise one that is late and still believes that it is before the edge.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise, product
from typing import Any

import pytest

from dayshift.domain.lifecycle import ModelState
from dayshift.domain.powered import PoweredModel
from dayshift.services.reconcile import reconcile
from tests.world import laws
from tests.world.clock import MINUTE, Process
from tests.world.faults import CHANGES, Invocation
from tests.world.group import Group
from tests.world.hours import Hours
from tests.world.mapping import Word
from tests.world.ports import Line
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.world import World

HOURS = Hours("Europe/Berlin", "09:00", "17:00")
OPEN, CLOSED = datetime(2026, 11, 23, 10, 0, tzinfo=UTC), datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
OPENING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # warm-up included
CLOSING = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
JUST_BEFORE = timedelta(seconds=1)
STATES = [
    (model, word, reading)
    for model, word in product(ModelState, (Word.ENABLED, Word.DISABLED))
    for reading in (0, 1)
    if model is not ModelState.UNMANAGEABLE
]
MOST_CALLS = 8


Step = tuple[int, str]  # which of the two, and its call


def world_in(model: ModelState, word: Word, reading: int, now: datetime) -> World:
    """A world in which a model and its mapping have just become so."""
    world = World(Setting(plans=(Plan(hours=HOURS, start_minutes=(8, 8), stop_minutes=(2, 2)),), start=now))
    site = world.sites["logos"]
    for _ in range(reading):
        site.queue.send("{}")
        site.queue.receive(1)
    if model is ModelState.STARTING:
        site.service.start()
    elif model is ModelState.STOPPING:
        site.service.become(ModelState.RUNNING)
        site.service.stop()
    else:
        site.service.become(model)
    site.mapping.become(word)
    return world


def run(world: World, moments: tuple[datetime, datetime], order: str) -> list[Step]:
    """Both reconciles, their calls in this order ("0110…"; when it is used up, the first goes on); what they called."""
    site = world.sites["logos"]
    coming, ended = ["", ""], [False, False]  # the call before which each of them stands

    def function(number: int) -> None:
        line = Line(world.recorder, Invocation("reconcile", world.loop.now + MINUTE))
        texts = line.call("state.read", lambda: (site.spec, site.memory, site.override))
        model = PoweredModel.from_stored(*texts, moments[number])
        reconcile(world.functions.ports_of(line, site, model), moments[number])
        ended[number] = True

    processes = [Process(world.loop, partial(function, number)) for number in (0, 1)]

    def before_call(name: str) -> None:
        if (process := world.loop.process) is not None:
            coming[processes.index(process)] = name
            process.yield_()

    world.recorder.before_call = before_call
    for process in processes:
        process.resume()  # up to its first call
    taken: list[Step] = []
    while not all(ended):
        wish = int(order[len(taken)]) if len(taken) < len(order) else 0
        number = wish if not ended[wish] else 1 - wish
        taken.append((number, coming[number]))
        processes[number].resume()
    world.recorder.before_call = lambda _: None
    return taken


def are_independent(one: str, other: str) -> bool:
    """Whether it makes no difference which of two calls comes first."""
    changes = (one in CHANGES) + (other in CHANGES)
    return changes == 0 or (changes == 1 and one.split(".", maxsplit=1)[0] != other.split(".", maxsplit=1)[0])


def every_order(
    make: Callable[[datetime], World], moments: tuple[datetime, datetime], is_thrifty: bool = True
) -> Iterator[World]:
    """The world after each order of the calls of two reconciles that makes a difference; `make`: as it is before.

    Of orders that differ only in calls that are independent, one is lived through: the one in which the first goes on.
    """
    todo, seen = [""], set[tuple[Any, ...]]()
    while todo:
        prefix = todo.pop()
        with make(max(moments)) as world:
            steps = run(world, moments, prefix)
            assert len(steps) <= 2 * MOST_CALLS
            taken = "".join(str(number) for number, _ in steps)
            needless = (
                place
                for place, ((number, call), (following, then)) in enumerate(pairwise(steps))
                if is_thrifty and number > following and are_independent(call, then)
            )
            last = next(needless, len(steps))
            for place in range(len(prefix), min(last + 2, len(steps))):
                if taken[place] == "0" and "1" in taken[place:]:
                    todo.append(taken[:place] + "1")
            site = world.sites["logos"]
            wished = site.service.desired if isinstance(site.service, Group) else None
            after = (site.service.state, wished, site.mapping.word, site.memory, *site.orders)
            if last == len(steps) and after not in seen:
                seen.add(after)
                yield world


def rested(world: World) -> tuple[ModelState, Word]:
    """The world an hour later; FAILED is off too."""
    world.run(60)
    site = world.sites["logos"]
    state = site.service.state
    return ModelState.STOPPED if state is ModelState.FAILED else state, site.mapping.word


@pytest.mark.parametrize(("model", "word", "reading"), STATES)
def test_two_reconciles_at_once_are_as_good_as_one(model: ModelState, word: Word, reading: int) -> None:
    for now in (OPEN, CLOSED):
        for world in every_order(partial(world_in, model, word, reading), (now, now)):
            assert rested(world) == at_rest(now)
            assert world.sites["logos"].orders == []
            assert list(laws.quiet(world)) == []


@pytest.mark.parametrize(("model", "word", "reading"), STATES)
def test_a_reconcile_that_is_late_is_healed_by_the_next_tick(model: ModelState, word: Word, reading: int) -> None:
    for edge, after in ((OPENING, OPEN), (CLOSING, CLOSED)):
        for world in every_order(partial(world_in, model, word, reading), (edge - JUST_BEFORE, edge)):
            before = world.loop.now
            assert rested(world) == at_rest(after)
            wrong = [end - max(start, before) for start, end in laws.unserving(world.sites["logos"], world)]
            assert max(wrong, default=0.0) <= laws.GATE_GRACE


def test_orders_left_out_end_like_one_that_is_tried() -> None:
    def ends(is_thrifty: bool) -> set[tuple[object, ...]]:
        before = partial(world_in, ModelState.RUNNING, Word.DISABLED, 1)
        worlds = every_order(before, (CLOSING - JUST_BEFORE, CLOSING), is_thrifty)
        return {(site.service.state, site.mapping.word, site.memory) for w in worlds for site in w.sites.values()}

    assert ends(is_thrifty=True) == ends(is_thrifty=False)
    assert len(ends(is_thrifty=True)) > 2


def at_rest(now: datetime) -> tuple[ModelState, Word]:
    """How it should be an hour later."""
    return (ModelState.RUNNING, Word.ENABLED) if now == OPEN else (ModelState.STOPPED, Word.DISABLED)
