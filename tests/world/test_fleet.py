"""A fleet's own short stories: what its workers do to images, and its group to the bill. (tests/mutants names them.)"""

from collections.abc import Iterator
from functools import partial

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world import laws
from tests.world.applying import apply_to_fleet
from tests.world.clock import MINUTE
from tests.world.faults import DEATH, Fault
from tests.world.group import Group, group_of
from tests.world.instances import Life
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.stories import FRIDAY, at_rest, logos, outage
from tests.world.world import World

FLEET = Plan(family="face_fleet", start_minutes=(2.0, 2.0), warmup_minutes=10, maximum_workers=19)
SMALL = Plan(family="face_fleet", start_minutes=(2.0, 2.0), warmup_minutes=10, images_per_minute=1)


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((FLEET,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def small() -> Iterator[World]:
    """Few images ask for several workers."""
    with World(Setting((SMALL,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def group(world: World) -> Group:
    return group_of(logos(world))


def upload(world: World, count: int) -> None:
    for number in range(count):
        world.upload(f"{world.loop.now:.0f} {number}.jpg")


def unread(world: World) -> int:
    return sum(stored.record is None for stored in world.bucket.versions.values())


def test_with_nothing_to_read_no_worker_is_paid_in_the_hours_either(world, group):
    world.run_to("17:30")
    assert group.all == []


def test_an_image_wakes_one_worker_which_goes_some_minutes_after_the_last(world, group):
    upload(world, 1)
    world.run(5)
    assert (unread(world), group.desired) == (0, 1)
    world.run(12)
    assert (group.state, logos(world).mapping.word) == (ModelState.STOPPED, Word.DISABLED)
    assert group.worker_hours() < 0.2


@pytest.mark.parametrize(("images", "workers"), [(50, 1), (301, 2), (1_000, 4), (20_000, 19)])
def test_so_many_at_once_get_so_many_workers_and_never_more_than_the_maximum(world, group, images, workers):
    upload(world, images)
    world.run(3)
    assert (group.desired, len(group.all)) == (workers, workers)


def test_a_thousand_at_once_are_read_within_ten_minutes(world):
    upload(world, 1_000)
    world.run(10)
    assert unread(world) == 0
    assert at_rest(world) == []


def test_images_of_the_night_are_read_at_the_opening(world, group):
    world.run_to("22:00")
    upload(world, 5)
    world.run_to("08:45", days=3)
    assert group.all == []
    world.run_to("09:00")
    assert unread(world) == 0


def test_the_gate_is_opened_only_before_a_worker_in_service(world, group):
    upload(world, 5)
    while logos(world).mapping.word is Word.DISABLED:
        world.run(0.1)
    assert group.serving
    assert at_rest(world) == []


def test_behind_a_closed_gate_nobody_takes_a_message(world, group):
    group.seconds_an_image = 20.0
    upload(world, 30)
    world.run(4.5)
    world.meddle(logos(world).mapping.disable)
    outage(world, 0.2, "gate.enable")
    world.run(2.0)
    left = unread(world)
    world.run(4.0)
    assert 0 < unread(world) == left
    assert at_rest(world) == []


def test_a_scale_in_ends_nobody_at_work(small):
    group = group_of(logos(small))
    group.seconds_an_image = 50.0
    upload(small, 16)
    small.run(6)
    assert len(group.serving) == 4
    small.meddle(lambda: group.scale_by_hand(1))
    small.run(20)
    assert unread(small) == 0
    assert [len(stored.paid) for stored in small.bucket.versions.values()] == [1] * 16
    assert at_rest(small) == []


def test_the_closing_waits_for_what_is_being_read(small):
    group = group_of(logos(small))
    group.seconds_an_image = 150.0
    small.run_to("16:48")
    upload(small, 8)
    small.run_to("16:59")
    assert (group.state, unread(small)) == (ModelState.RUNNING, 2)
    small.run_to("17:08")
    assert (group.state, unread(small)) == (ModelState.STOPPED, 0)
    assert at_rest(small) == []


def test_protection_is_let_go_when_there_is_nothing_to_read(world, group):
    upload(world, 40)
    world.run(3.5)
    assert [one.is_protected for one in group.serving] == [True]
    world.run(2)
    assert [one.is_protected for one in group.serving] == [False]


def test_an_image_that_takes_longer_than_its_visibility_is_given_to_nobody_else(world, group):
    group.seconds_an_image = 500.0
    stored = world.upload()
    group.scale_by_hand(3)
    world.run(13)
    assert [len(stored.paid), stored.record is not None] == [1, True]


def test_an_interrupted_worker_gives_back_at_once_what_it_has_not_begun(world, group):
    group.seconds_an_image = 30.0
    upload(world, 4)
    world.run(3.2)
    (taken,) = group.serving
    assert taken.holds == 4
    world.meddle(partial(group.interrupt, taken))
    world.run(0.8)
    assert logos(world).queue.exact().visible >= 2
    assert at_rest(world) == []


@pytest.mark.parametrize("tenths", range(0, 60, 4))
def test_an_instance_that_dies_at_any_moment_loses_no_image_and_makes_no_second_record(small, tenths):
    group = group_of(logos(small))
    group.seconds_an_image = 3.0
    upload(small, 9)
    while not any(one.holds for one in group.here):
        small.run(0.05)
    small.run(tenths / 60)
    for instance in group.serving[:1]:
        small.meddle(partial(group.lose, instance))
    assert at_rest(small) == []
    assert all(len(stored.paid) <= 2 for stored in small.bucket.versions.values())


def test_a_worker_that_dies_is_begun_again_on_its_machine_and_reads_on(world, group):
    deadly = world.upload("deadly.jpg")
    world.workers["logos"].deadly.add(deadly.image.key)
    while logos(world).queue.exact().in_flight == 0:
        world.run(0.1)
    world.run(0.2)
    upload(world, 6)
    world.run(0.5)
    assert (unread(world), deadly.record, len(group.all)) == (1, None, 1)


def test_a_worker_that_hangs_is_ended_and_its_image_read_by_another(world, group):
    world.hang(logos(world), 1)
    world.trouble(world.loop.now)
    upload(world, 2)
    world.run(20)
    assert unread(world) == 0
    assert at_rest(world) == []


def test_where_no_capacity_is_to_be_had_images_wait_and_nothing_is_paid(world, group):
    group.scarce_until = world.loop.now + 90 * MINUTE
    world.trouble(group.scarce_until)
    upload(world, 5)
    world.run(80)
    assert (group.state, group.all) == (ModelState.FAILED, [])
    world.run(60)
    assert unread(world) == 0


def test_no_capacity_at_the_closing_is_no_launch_at_night(world, group):
    world.run_to("16:40")
    group.scarce_until = world.loop.now + 90 * MINUTE
    world.trouble(group.scarce_until)
    upload(world, 5)
    world.run_to("17:10")
    assert group.desired == 0
    assert at_rest(world) == []
    assert all(start > FRIDAY.timestamp() + 2 * 86_400 for start, _ in group.instance_spans())


def test_a_group_that_is_busy_is_asked_again(world, group):
    group.busy_until = world.loop.now + 3 * MINUTE
    world.trouble(group.busy_until)
    upload(world, 1)
    world.run(8)
    assert unread(world) == 0


@pytest.mark.parametrize("owner", [None, "acme-prod"])
def test_another_s_group_is_neither_scaled_nor_ended(world, group, owner):
    group.scale_by_hand(2)
    group.belong_to(owner)
    world.meddle(lambda: None)
    upload(world, 5)
    world.run_to("17:30")
    assert group.desired == 2
    assert logos(world).orders == []
    assert logos(world).mapping.word is Word.DISABLED


def test_workers_started_by_hand_at_night_are_ended(world, group):
    world.run_to("22:00")
    world.meddle(lambda: group.scale_by_hand(4))
    world.run(12)
    assert group.state is ModelState.STOPPED


def test_an_override_keeps_one_worker_and_ends_by_itself(world, group):
    world.run_to("22:00")
    world.override(running=True, hours=1)
    world.run(30)
    assert (group.desired, len(group.serving)) == (1, 1)
    world.run(45)
    assert group.state is ModelState.STOPPED


def test_always_on_keeps_one_worker_and_has_more_when_more_comes():
    with World(
        Setting((Plan(family="face_fleet", power="always_on", hours=None, start_minutes=(2, 2)),), FRIDAY)
    ) as world:
        group = group_of(logos(world))
        world.run_to("12:00")
        assert len(group.serving) == 1
        upload(world, 700)
        world.run(6)
        assert len(group.serving) == 3
        world.run(30)
        assert (len(group.serving), group.desired) == (1, 1)


def test_the_backstop_ends_the_workers_when_reconcile_is_dead(world, group):
    world.run_to("16:50")
    upload(world, 1)
    world.run(5)
    outage(world, 12, "state.", "power.", "gate.", fault=Fault(DEATH))
    world.run_to("17:45")
    assert (group.desired, group.here) == (0, [])


def test_another_maximum_is_kept_from_the_next_wish_on(world, group):
    upload(world, 1_500)
    world.run(4)
    assert group.desired == 5
    apply_to_fleet(world, logos(world), 2, is_group_first=True)
    world.run(20)
    assert group.maximum == 2
    assert max(wished for moment, wished in group.wishes if moment > world.loop.now - 15 * MINUTE) <= 2
    assert at_rest(world) == []


def test_a_warm_pool_s_instances_are_no_workers(world):
    plan = Plan(family="face_fleet", start_minutes=(3.0, 3.0), warm_pool=1, warmup_minutes=10)
    with World(Setting((plan,), FRIDAY)) as world:
        world.run_to("10:00")
        group = group_of(logos(world))
        assert ([one.life for one in group.here], group.state) == ([Life.WARMED], ModelState.STOPPED)
        upload(world, 1)
        world.run(3.5)
        assert unread(world) == 0
        assert at_rest(world) == []


def test_at_rest_a_tick_changes_nothing(world, group):
    upload(world, 400)
    for minutes in (6, 20, 600):
        world.run(minutes)
        if group.state is ModelState.STOPPED:
            assert list(laws.quiet(world)) == []
