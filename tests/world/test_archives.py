"""Archives' own short stories: whatever is lost, repeated or dies, each entry ends once. (docs/decisions/0023)"""

from collections.abc import Iterator
from functools import partial

import pytest

from dayshift.domain.archives import EXPANDED_ROOT
from tests.world.clock import HOUR, MINUTE
from tests.world.faults import DEATH, Fault
from tests.world.mapping import Word
from tests.world.scenarios_of_archives import archive
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.storage import Stored
from tests.world.stories import FRIDAY, at_rest, logos, outage
from tests.world.world import World

FLEET = Plan(family="face_fleet", start_minutes=(2.0, 2.0), warmup_minutes=10)
DIES = Fault(DEATH)


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting(start=FRIDAY)) as world:
        world.run_to("10:00")
        yield world


def images(world: World) -> list[Stored]:
    return [stored for stored in world.bucket.versions.values() if stored.image.key.startswith(EXPANDED_ROOT)]


def status(stored: Stored) -> str | None:
    return str(stored.record.status) if stored.record else None


def test_an_archive_is_expanded_while_its_model_sleeps_and_read_when_it_opens(world):
    world.run_to("19:00")
    stored = world.upload_archive("evening.zip", *archive("iti"))
    world.run(1)
    assert world.sites["logos"].queue.exact().visible == len(images(world)) == 2
    assert stored.record is None
    assert at_rest(world) == []
    assert stored.record is not None
    assert stored.record.reason == "ok 2, rejected 1 (unsupported_format 1); its images: ok 2"


def test_no_event_comes_of_what_is_expanded(world):
    """Else the producer would send each image a second time, or an archive in an archive would begin anew."""
    sent = logos(world).queue.sent
    world.upload_archive("a.zip", *archive("iii"))
    world.run(30)
    assert logos(world).queue.sent - sent == 3


def test_an_archive_whose_event_was_lost_is_found_by_the_sweep(world):
    stored = world.upload_archive("lost.zip", *archive("ii"), is_told=False)
    world.run(3 * HOUR / MINUTE)
    assert stored.record is not None
    assert at_rest(world) == []


def test_an_archive_has_its_record_soon_after_the_last_of_its_images(world):
    stored = world.upload_archive("a.zip", *archive("ii"))
    world.run(3 * HOUR / MINUTE)
    last = max(one.recorded_at for one in images(world))
    assert last <= stored.recorded_at <= last + 2 * HOUR  # a sweep, half an hour of patience and another sweep


def test_two_expanders_of_one_archive_write_one_set_of_images_and_one_manifest(world):
    world.depot.seconds_an_image = 10.0
    stored = world.upload_archive("a.zip", *archive("iiii"))
    for delay in (1.0, 12.0, 25.0):
        world.notify(stored, delay)
    world.run(0.5)
    assert world.depot.mapping.running == 2, "two at once"
    world.run(5)
    assert len(images(world)) == 4
    assert len(world.depot.manifests) == 1
    assert at_rest(world) == []


def test_the_same_archive_put_there_twice_at_once_is_one_set_of_images_and_of_records(world):
    """Two labelers may have an image in hand at the same second, as with any message that comes twice: no more (I7)."""
    twice = [world.upload_archive("a.zip", *archive("iti")) for _ in range(2)]
    other = world.upload_archive("a.zip", *archive("iti", 1))
    assert at_rest(world) == []
    assert (status(twice[0]), status(twice[1]), status(other)) == ("ok", "ok", "ok")
    assert len(images(world)) == 4
    assert all(len(one.paid) <= 2 for one in images(world))
    assert len({twice[0].record.reason, twice[1].record.reason}) == 1
    assert len(world.depot.manifests) == 3


def test_an_archive_that_comes_again_weeks_later_ends_with_the_results_that_are_there(world):
    world.upload_archive("a.zip", *archive("ii"))
    world.run(2 * 24 * HOUR / MINUTE)
    again = world.upload_archive("a.zip", *archive("ii"))
    world.run(5)
    assert status(again) == "ok"
    assert [len(one.paid) for one in images(world)] == [1, 1]


def test_an_archive_of_which_every_entry_is_refused_is_refused(world):
    stored = world.upload_archive("texts.zip", *archive("ttt"))
    world.run(5)
    assert stored.record.reason == "archive_no_image: ok 0, rejected 3 (unsupported_format 3)"
    assert at_rest(world) == []


def test_a_run_without_time_left_sends_what_it_has_and_the_next_goes_on(world):
    world.depot.seconds_an_image = 50.0
    stored = world.upload_archive("large.zip", *archive("i" * 20))
    world.run(15)
    assert stored.image not in world.depot.manifests
    assert len(images(world)) == 17
    world.run(0.5)
    assert all(one.record is not None for one in images(world)), "none waits for the next run"
    assert at_rest(world) == []
    assert len(images(world)) == 20


def test_an_archive_at_which_the_expander_always_dies_ends_as_failed_while_others_are_read(world):
    stored = world.upload_archive("poison.zip", *archive("ii"))
    outage(world, 60 * 24, "manifests.write", fault=DIES)
    for day in range(9):
        world.upload(f"of day {day}.jpg")
        world.run(24 * HOUR / MINUTE)
    assert status(stored) == "failed"
    assert len({one.image.key for one in images(world)}) == 2
    assert all(one.record is not None for one in images(world))
    assert {reason for message in world.depot.queue.dead for reason in message.reasons} == {DEATH}


def test_an_outage_of_a_day_costs_no_archive(world):
    world.upload_archive("a.zip", *archive("iti"))
    outage(world, 24, "expanded.", "manifests.", "archives.")
    assert at_rest(world) == []
    assert world.depot.queue.dead == []


def test_a_record_that_cannot_be_written_is_written_later(world):
    stored = world.upload_archive("broken.zip", b"PK", (), is_sound=False)
    outage(world, 2, "records.write")
    assert at_rest(world) == []
    assert status(stored) == "rejected"


def test_an_archive_deleted_while_it_is_expanded_ends_as_gone_and_its_images_are_read(world):
    world.depot.seconds_an_image = 20.0
    stored = world.upload_archive("gone.zip", *archive("iii"))
    world.run(0.5)
    world.delete(stored)
    assert at_rest(world) == []
    assert status(stored) == "gone"
    assert all(one.record is not None for one in images(world))


def test_an_image_of_an_archive_that_nobody_was_told_of_is_found_by_the_sweep(world):
    """The expander dies between an image and its message, and again each time: nobody but the sweep sends it."""
    world.depot.seconds_an_image = 60.0
    world.upload_archive("a.zip", *archive("i"))
    world.run(0.5)
    outage(world, 30, "queue.send", fault=DIES)
    world.run(5)
    (image,) = images(world)
    assert image.record is None
    world.recorder.outages.clear()
    world.depot.mapping.become(Word.DISABLED)
    world.run(3 * HOUR / MINUTE)
    assert image.record is not None
    world.depot.mapping.become(Word.ENABLED)
    world.depot.mapping.poll()
    assert at_rest(world) == []


def test_workers_read_what_comes_out_of_archives_too():
    with World(Setting((FLEET,), FRIDAY)) as world:
        world.run_to("10:00")
        stored = world.upload_archive("faces.zip", *archive("iit"))
        assert at_rest(world) == []
        assert status(stored) == "ok"


@pytest.mark.parametrize("call", ["expanded.put", "manifests.write", "queue.send", "records.write", "endings.of"])
@pytest.mark.parametrize("chance", [0.3, 0.8])
def test_functions_that_die_now_and_then_cost_time_and_nothing_else(world, call, chance):
    for number in range(3):
        world.loop.after(number * MINUTE, partial(world.upload_archive, f"{number}.zip", *archive("iti", number)))
    outage(world, 6, call, fault=DIES)
    world.recorder.outages[-1].chance = chance
    assert at_rest(world) == []
