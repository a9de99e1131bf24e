"""Each law by its own short story: quick, and named for what it forbids. (tests/mutants names these tests.)"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from dayshift.domain.lifecycle import ModelState
from tests.world import laws, spending
from tests.world.clock import DAY, MINUTE
from tests.world.faults import DEATH, Fault
from tests.world.hours import Hours
from tests.world.mapping import Word
from tests.world.scheduler import Manner, Trouble
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.stories import FRIDAY, SLOW, THROTTLED, at_rest, logos, outage
from tests.world.world import World


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((SLOW,), FRIDAY)) as world:
        yield world


def test_the_mapping_is_opened_only_before_a_model_that_runs(world):
    world.upload()
    world.run_to("08:49")
    assert (logos(world).service.state, logos(world).mapping.word) == (ModelState.STARTING, Word.DISABLED)
    world.run_to("08:55")
    assert world.is_open(logos(world))
    assert logos(world).orders == []


def test_good_images_do_not_burn_their_receives_while_the_model_starts(world):
    for number in range(30):
        world.upload(f"{number}.jpg")
    world.run_to("12:00")
    assert not logos(world).queue.dead
    assert not logos(world).queue.messages
    assert laws.unserving(logos(world), world) == []


def test_the_mapping_is_closed_before_the_model_is_stopped(world):
    world.run_to("16:59")
    logos(world).service.seconds_an_image = 4.0
    for number in range(8):
        world.upload(f"{number}.jpg")
    world.run_to("18:00")
    assert logos(world).service.state is ModelState.STOPPED
    assert logos(world).orders == []
    assert list(laws.gate(logos(world), world, had_faults=False)) == []


def test_what_is_being_read_at_the_closing_is_read_to_its_end():
    with World(Setting((SLOW,), FRIDAY, mapping_lag=(1.0, 2.0))) as world:
        world.run_to("16:59")
        logos(world).service.seconds_an_image = 8.0
        world.run(0.5)
        stored = [world.upload(f"{number}.jpg") for number in range(8)]
        world.run_to("17:15")
        assert all(one.record is not None for one in stored)
        assert logos(world).orders == []
        assert laws.unserving(logos(world), world) == []


def test_a_message_that_backs_off_keeps_a_model_on_for_ten_minutes_and_no_longer(world):
    world.run_to("16:28")
    outage(world, 0.75, "records.")
    world.upload()  # its sixth rest is from 16:58 to 17:13
    world.run_to("17:08")
    assert logos(world).service.state is ModelState.RUNNING
    world.run_to("17:12")
    assert logos(world).service.state in (ModelState.STOPPING, ModelState.STOPPED)
    assert at_rest(world) == []


def test_a_stop_that_is_refused_is_asked_for_again(world):
    world.run_to("16:59")
    outage(world, 0.25, "power.stop")
    world.run_to("17:20")
    assert logos(world).service.state in (ModelState.STOPPING, ModelState.STOPPED)
    assert at_rest(world) == []


def test_a_model_is_off_over_the_weekend_though_the_closing_was_never_heard_of(world):
    world.scheduler.troubles.append(Trouble(Manner.NEVER, ("stop", "backstop"), world.loop.now + DAY))
    world.run(2 * DAY / MINUTE)
    assert logos(world).service.state is ModelState.STOPPED
    assert spending.overrun(logos(world), world) < 5 * MINUTE


def test_the_backstop_stops_a_model_when_all_our_code_is_dead(world):
    world.run_to("16:30")
    outage(world, 12, "", fault=Fault(DEATH))
    world.run_to("17:40")
    assert logos(world).service.state in (ModelState.STOPPING, ModelState.STOPPED)


def test_hours_are_told_by_the_wall_clock_on_both_sides_of_a_clock_change():
    plan = Plan(start_minutes=(20.0, 20.0), hours=Hours("Europe/Berlin", "09:00", "17:00", days=(5, 6, 0)))
    for saturday in (datetime(2026, 3, 28, 1, tzinfo=UTC), datetime(2026, 10, 24, 1, tzinfo=UTC)):
        with World(Setting((plan,), saturday)) as world:
            for _ in range(3):
                world.run_to("08:25")
                assert logos(world).service.state is ModelState.STOPPED
                world.run_to("09:00")
                assert world.is_open(logos(world))
                world.run_to("17:10")
                assert logos(world).service.state is ModelState.STOPPED
                world.run_to("03:30", days=1)


def test_a_key_with_blanks_and_signs_is_read_under_its_own_name(world):
    stored = world.upload("a b+c%2F é.jpg")
    world.run_to("12:00")
    assert stored.record is not None
    assert stored.record.image.key == "incoming/logos/a b+c%2F é.jpg"


def test_s3_s_test_event_is_no_message(world):
    world.run_to("12:00")
    assert logos(world).queue.sent == 0
    assert world.functions.gave_up == []


def test_an_image_is_paid_once_however_often_it_is_told_of(world):
    stored = world.upload()
    for delay in (1.0, 2.0, 30_000.0, 40_000.0):
        world.notify(stored, delay)
    assert at_rest(world) == []
    assert len(stored.paid) == 1


def test_an_image_whose_event_is_lost_is_found_by_the_sweep(world):
    stored = world.upload_silently()
    world.run_to("12:00")
    assert stored.record is not None


def test_images_outlive_a_closure_that_is_longer_than_sqs_keeps_a_message():
    closed = frozenset(datetime(2026, 11, 20, tzinfo=UTC).date() + timedelta(days=day) for day in range(18))
    plan = Plan(hours=Hours("Europe/Berlin", "09:00", "17:00", closed_on=closed))
    with World(Setting((plan,), FRIDAY)) as world:
        stored = [world.upload(f"{number}.jpg") for number in range(5)]
        world.run(20 * DAY / MINUTE)
        assert [one.record is not None and len(one.paid) for one in stored] == [1] * 5
        assert logos(world).service.billed()[0][0] > FRIDAY.timestamp() + 17 * DAY


def test_no_image_reaches_the_dlq_in_an_outage_of_three_days(world):
    world.upload()
    outage(world, 72, "predictor.", "records.")
    world.run_to("10:00", days=3)
    assert not logos(world).queue.dead
    assert at_rest(world) == []


def test_one_model_that_cannot_be_reconciled_keeps_no_other(monkeypatch):
    plans = (SLOW, Plan("signs", start_minutes=(20.0, 20.0)))
    with World(Setting(plans, FRIDAY)) as world:
        broken = world.sites["logos"]
        monkeypatch.setattr(broken.service, "start", lambda: THROTTLED.strike("StartProjectVersion"))
        world.run_to("09:30")
        assert world.is_open(world.sites["signs"])
        assert broken.mapping.word is Word.DISABLED
        assert any("reconcile" in given_up for given_up in world.functions.gave_up)


def test_a_start_that_fails_is_tried_again_and_ever_more_patiently(world):
    logos(world).service.next_starts.extend([None, None, None])
    world.run_to("12:00")
    begun = [moment for moment, state in logos(world).service.history if state is ModelState.STARTING]
    waits = [(later - earlier) / MINUTE - 10 for earlier, later in pairwise(begun)]
    assert [round(wait / 5) * 5 for wait in waits] == [5, 10, 20]
    assert world.is_open(logos(world))


def test_a_start_that_outlasts_the_day_is_stopped_when_it_ends(world):
    logos(world).service.next_starts.append(10 * 60.0)
    world.run_to("20:00")
    assert logos(world).service.state is ModelState.STOPPED
    assert spending.overrun(logos(world), world) < 5 * MINUTE


def test_at_rest_a_tick_changes_nothing(world):
    for text in ("12:00", "22:00"):
        world.run_to(text)
        assert list(laws.quiet(world)) == []
