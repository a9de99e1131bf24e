"""What befalls a fleet: machines that are taken back, die, hang or are not to be had; people who meddle."""

from functools import partial

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world.applying import apply_to_fleet
from tests.world.clock import MINUTE
from tests.world.faults import DEATH, Fault
from tests.world.group import group_of
from tests.world.mapping import Word
from tests.world.stories import FRIDAY, at_rest, logos, outage, unread, upload


def test_an_interrupted_worker_gives_back_at_once_what_it_has_not_begun(fleet, group):
    group.seconds_an_image = 30.0
    upload(fleet, 4)
    fleet.run(3.2)
    (taken,) = group.serving
    assert taken.holds == 4
    fleet.meddle(partial(group.interrupt, taken))
    fleet.run(0.8)
    assert logos(fleet).queue.exact().visible >= 2
    assert at_rest(fleet) == []


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


def test_a_worker_that_dies_is_begun_again_on_its_machine_and_reads_on(fleet, group):
    deadly = fleet.upload("deadly.jpg")
    fleet.workers["logos"].deadly.add(deadly.image.key)
    while logos(fleet).queue.exact().in_flight == 0:
        fleet.run(0.1)
    fleet.run(0.2)
    upload(fleet, 6)
    fleet.run(0.5)
    assert (unread(fleet), deadly.record, len(group.all)) == (1, None, 1)


def test_a_worker_that_hangs_is_ended_and_its_image_read_by_another(fleet, group):
    fleet.hang(logos(fleet), 1)
    fleet.trouble(fleet.loop.now)
    upload(fleet, 2)
    fleet.run(20)
    assert unread(fleet) == 0
    assert at_rest(fleet) == []


def test_where_no_capacity_is_to_be_had_images_wait_and_nothing_is_paid(fleet, group):
    group.scarce_until = fleet.loop.now + 90 * MINUTE
    fleet.trouble(group.scarce_until)
    upload(fleet, 5)
    fleet.run(80)
    assert (group.state, group.all) == (ModelState.FAILED, [])
    assert getattr(logos(fleet).beat, "state", None) is ModelState.FAILED, "wanted the alarm to be told"
    fleet.run(60)
    assert unread(fleet) == 0


def test_no_capacity_at_the_closing_is_no_launch_at_night(fleet, group):
    fleet.run_to("16:40")
    group.scarce_until = fleet.loop.now + 90 * MINUTE
    fleet.trouble(group.scarce_until)
    upload(fleet, 5)
    fleet.run_to("17:10")
    assert group.desired == 0
    assert at_rest(fleet) == []
    assert all(start > FRIDAY.timestamp() + 2 * 86_400 for start, _ in group.instance_spans())


def test_a_group_that_is_busy_is_asked_again(fleet, group):
    group.busy_until = fleet.loop.now + 3 * MINUTE
    fleet.trouble(group.busy_until)
    upload(fleet, 1)
    fleet.run(8)
    assert unread(fleet) == 0


@pytest.mark.parametrize("owner", [None, "acme-prod"])
def test_another_s_group_is_neither_scaled_nor_ended(fleet, group, owner):
    group.scale_by_hand(2)
    group.belong_to(owner)
    fleet.meddle(lambda: None)
    upload(fleet, 5)
    fleet.run_to("17:30")
    assert group.desired == 2
    assert logos(fleet).orders == []
    assert logos(fleet).mapping.word is Word.DISABLED


def test_workers_started_by_hand_at_night_are_ended(fleet, group):
    fleet.run_to("22:00")
    fleet.meddle(lambda: group.scale_by_hand(4))
    fleet.run(12)
    assert group.state is ModelState.STOPPED


def test_the_backstop_ends_the_workers_when_reconcile_is_dead(fleet, group):
    fleet.run_to("16:50")
    upload(fleet, 1)
    fleet.run(5)
    outage(fleet, 12, "state.", "power.", "gate.", fault=Fault(DEATH))
    fleet.run_to("17:45")
    assert (group.desired, group.here) == (0, [])


def test_another_maximum_is_kept_from_the_next_wish_on(fleet, group):
    upload(fleet, 1_500)
    fleet.run(4)
    assert group.desired == 5
    apply_to_fleet(fleet, logos(fleet), 2, is_group_first=True)
    fleet.run(20)
    assert group.maximum == 2
    assert max(wished for moment, wished in group.wishes if moment > fleet.loop.now - 15 * MINUTE) <= 2
    assert at_rest(fleet) == []
