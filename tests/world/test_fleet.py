"""A fleet's own short stories: how many workers, what they read, when they go. (tests/mutants names them.)"""

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world import laws
from tests.world.group import group_of
from tests.world.instances import Life
from tests.world.mapping import Word
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.stories import FRIDAY, at_rest, logos, outage, unread, upload
from tests.world.world import World


def test_with_nothing_to_read_no_worker_is_paid_in_the_hours_either(fleet, group):
    fleet.run_to("17:30")
    assert group.all == []


def test_an_image_wakes_one_worker_which_goes_some_minutes_after_the_last(fleet, group):
    upload(fleet, 1)
    fleet.run(5)
    assert (unread(fleet), group.desired) == (0, 1)
    fleet.run(12)
    assert (group.state, logos(fleet).mapping.word) == (ModelState.STOPPED, Word.DISABLED)
    assert group.worker_hours() < 0.2


@pytest.mark.parametrize(("images", "workers"), [(50, 1), (301, 2), (1_000, 4), (20_000, 19)])
def test_so_many_at_once_get_so_many_workers_and_never_more_than_the_maximum(fleet, group, images, workers):
    upload(fleet, images)
    fleet.run(3)
    assert (group.desired, len(group.all)) == (workers, workers)


def test_a_thousand_at_once_are_read_within_ten_minutes(fleet):
    upload(fleet, 1_000)
    fleet.run(10)
    assert unread(fleet) == 0
    assert at_rest(fleet) == []


def test_images_of_the_night_are_read_at_the_opening(fleet, group):
    fleet.run_to("22:00")
    upload(fleet, 5)
    fleet.run_to("08:45", days=3)
    assert group.all == []
    fleet.run_to("09:00")
    assert unread(fleet) == 0


def test_the_gate_is_opened_only_before_a_worker_in_service(fleet, group):
    upload(fleet, 5)
    while logos(fleet).mapping.word is Word.DISABLED:
        fleet.run(0.1)
    assert group.serving
    assert at_rest(fleet) == []


def test_behind_a_closed_gate_nobody_takes_a_message(fleet, group):
    group.seconds_an_image = 20.0
    upload(fleet, 30)
    fleet.run(4.5)
    fleet.meddle(logos(fleet).mapping.disable)
    outage(fleet, 0.2, "gate.enable")
    fleet.run(2.0)
    left = unread(fleet)
    fleet.run(4.0)
    assert 0 < unread(fleet) == left
    assert at_rest(fleet) == []


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


def test_a_scale_in_waits_for_an_image_that_takes_longer_than_any_hook(small):
    group = group_of(logos(small))
    group.seconds_an_image = 400.0
    upload(small, 6)
    small.run(6)
    small.meddle(lambda: group.scale_by_hand(1))
    small.run(60)
    assert group.cut == []
    assert [len(stored.paid) for stored in small.bucket.versions.values()] == [1] * 6
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


def test_protection_is_let_go_when_there_is_nothing_to_read(fleet, group):
    upload(fleet, 40)
    fleet.run(3.5)
    assert [one.is_protected for one in group.serving] == [True]
    fleet.run(2)
    assert [one.is_protected for one in group.serving] == [False]


def test_an_image_that_takes_longer_than_its_visibility_is_given_to_nobody_else(fleet, group):
    group.seconds_an_image = 500.0
    stored = fleet.upload()
    group.scale_by_hand(3)
    fleet.run(13)
    assert [len(stored.paid), stored.record is not None] == [1, True]


def test_an_override_keeps_one_worker_and_ends_by_itself(fleet, group):
    fleet.run_to("22:00")
    fleet.override(running=True, hours=1)
    fleet.run(30)
    assert (group.desired, len(group.serving)) == (1, 1)
    fleet.run(45)
    assert group.state is ModelState.STOPPED


def test_always_on_keeps_one_worker_and_has_more_when_more_comes():
    with World(
        Setting((Plan(family="face_fleet", power="always_on", hours=None, start_minutes=(2, 2)),), FRIDAY)
    ) as world:
        group = group_of(logos(world))
        world.run_to("12:00")
        assert len(group.serving) == 1
        upload(world, 1)
        world.run(0.5)
        assert unread(world) == 0, "wanted it read at once, after hours of empty receives"
        upload(world, 700)
        world.run(6)
        assert len(group.serving) == 3
        world.run(30)
        assert (len(group.serving), group.desired) == (1, 1)


def test_images_that_rest_keep_one_worker_and_no_more(small):
    group = group_of(logos(small))
    small.override(running=True, hours=12)
    upload(small, 8)
    small.run(4)
    assert group.desired == 2
    outage(small, 6, "predictor.")
    upload(small, 8)
    small.run(5 * 60)
    assert logos(small).queue.exact().in_flight > 0
    assert group.desired == 1
    small.clear_override()
    assert at_rest(small) == []


def test_a_warm_pool_s_instances_are_no_workers(fleet):
    plan = Plan(family="face_fleet", start_minutes=(3.0, 3.0), warm_pool=1, warmup_minutes=10)
    with World(Setting((plan,), FRIDAY)) as world:
        world.run_to("10:00")
        group = group_of(logos(world))
        assert ([one.life for one in group.here], group.state) == ([Life.WARMED], ModelState.STOPPED)
        upload(world, 1)
        world.run(3.5)
        assert unread(world) == 0
        assert at_rest(world) == []


def test_at_rest_a_tick_changes_nothing(fleet, group):
    upload(fleet, 400)
    for minutes in (6, 20, 600):
        fleet.run(minutes)
        if group.state is ModelState.STOPPED:
            assert list(laws.quiet(fleet)) == []
