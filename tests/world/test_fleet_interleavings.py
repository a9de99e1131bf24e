"""I9 for a fleet: two reconciles at once, or one that is late, come to the rest that one does, and ask for no more."""

from datetime import datetime
from functools import partial
from itertools import product

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world import laws
from tests.world.group import group_of
from tests.world.instances import Instance, Life
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.stories import logos, unread, upload
from tests.world.test_interleavings import CLOSED, CLOSING, HOURS, JUST_BEFORE, OPEN, OPENING, every_order
from tests.world.world import World

PLAN = Plan(family="face_fleet", hours=HOURS, start_minutes=(2, 2), warmup_minutes=30, images_per_minute=1)
IMAGES, NEEDED = 8, 2
LIVES = {
    ModelState.STOPPED: (),
    ModelState.STARTING: (Life.PENDING_WAIT,),
    ModelState.RUNNING: (Life.IN_SERVICE, Life.IN_SERVICE, Life.IN_SERVICE),
    ModelState.STOPPING: (Life.TERMINATING_WAIT,),
}
STATES = list(product(LIVES, (Word.ENABLED, Word.DISABLED), (0, IMAGES)))


def fleet_in(model: ModelState, word: Word, images: int, now: datetime) -> World:
    """A world in which a group has just these instances, each with a worker that is ready in seconds."""
    world = World(Setting((PLAN,), now))
    group = group_of(logos(world))
    for life in LIVES[model]:
        instance = Instance(f"i-{len(group.all)}", world.loop.now, life)
        group.all.append(instance)
        group.here.append(instance)
        group.boot(instance)
    group.desired = 0 if model in (ModelState.STOPPED, ModelState.STOPPING) else len(group.here)
    group.see()
    logos(world).mapping.become(word)
    upload(world, images)
    return world


@pytest.mark.parametrize(("model", "word", "images"), STATES)
def test_two_reconciles_at_once_are_as_good_as_one(model: ModelState, word: Word, images: int) -> None:
    for now in (OPEN, CLOSED):
        for world in every_order(partial(fleet_in, model, word, images), (now, now)):
            comes_to_rest(world, images if now == CLOSED else 0)
            assert logos(world).orders == []


@pytest.mark.parametrize(("model", "word", "images"), STATES)
def test_a_reconcile_that_is_late_is_healed_by_the_next_tick(model: ModelState, word: Word, images: int) -> None:
    for edge in (OPENING, CLOSING):
        for world in every_order(partial(fleet_in, model, word, images), (edge - JUST_BEFORE, edge)):
            before = world.loop.now
            comes_to_rest(world, images if edge == CLOSING else 0)
            wrong = [end - max(start, before) for start, end in laws.unserving(logos(world), world)]
            assert max(wrong, default=0.0) <= laws.GATE_GRACE


def comes_to_rest(world: World, left: int) -> None:
    """An hour later all workers are gone, and no image waits that could have been read, but for those `left`."""
    site, group = logos(world), group_of(logos(world))
    world.run(60)
    assert (group.state, site.mapping.word) == (ModelState.STOPPED, Word.DISABLED)
    assert unread(world) <= left
    assert max(wished for _, wished in group.wishes) <= max(NEEDED, 3)
    assert group.cut == []
    assert list(laws.quiet(world)) == []
