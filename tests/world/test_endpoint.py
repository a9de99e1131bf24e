"""An endpoint's own short stories: the service keeps AWS's rules, our code its laws. (tests/mutants names them.)"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError

from dayshift.domain.lifecycle import ModelState
from tests.world import laws, spending
from tests.world.applying import apply
from tests.world.clock import MINUTE
from tests.world.endpoint import BROKEN, IN_PROGRESS, Endpoint, Word, endpoint_of
from tests.world.mapping import Word as Gate
from tests.world.setting import Setting
from tests.world.site import DEPLOYMENT, Plan
from tests.world.stories import FRIDAY, at_rest, logos
from tests.world.world import World

ENDPOINT = Plan(family="sagemaker", start_minutes=(8.0, 8.0), stop_minutes=(2.0, 2.0))


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((ENDPOINT,), FRIDAY)) as world:
        yield world


@pytest.fixture
def endpoint(world: World) -> Endpoint:
    return endpoint_of(logos(world))


@pytest.mark.parametrize("word", IN_PROGRESS)
def test_what_is_in_progress_is_neither_deleted_nor_created(world, endpoint, word):
    configuration = ENDPOINT.configuration(1)
    endpoint.create(configuration, DEPLOYMENT)
    endpoint.turn(word)
    with pytest.raises(ClientError, match="Cannot update in-progress endpoint"):
        endpoint.delete()
    with pytest.raises(ClientError, match="Cannot create already existing endpoint"):
        endpoint.create(configuration, DEPLOYMENT)


def test_a_configuration_is_known_only_some_time_after_it_was_made(world, endpoint):
    endpoint.configure("new")
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        endpoint.create("new", DEPLOYMENT)
    world.run(2)
    endpoint.create("new", DEPLOYMENT)


def test_an_endpoint_is_billed_from_its_creation_to_its_deletion(world, endpoint):
    world.run_to("18:00")
    (start, end), words = endpoint.billed()[0], {word: moment for moment, word in endpoint.words}
    assert (start, end) == (words[Word.CREATING], words[Word.DELETING])


def test_images_of_the_night_wait_and_are_read_in_the_morning(world, endpoint):
    stored = [world.upload(f"{number}.jpg") for number in range(12)]
    world.run(1)
    assert (endpoint.word, len(logos(world).queue.messages)) == (Word.NONE, 12)
    world.run_to("09:15")
    assert all(one.record is not None and len(one.paid) == 1 for one in stored)


def test_an_endpoint_rests_over_the_weekend(world, endpoint):
    world.run_to("18:00")
    world.run_to("08:00", days=3)
    assert len(endpoint.billed()) == 1


@pytest.mark.parametrize("day", [datetime(2026, 3, 27, 2, tzinfo=UTC), datetime(2026, 10, 23, 2, tzinfo=UTC)])
def test_an_endpoint_keeps_its_hours_when_the_clock_changes(day):
    with World(Setting((ENDPOINT,), day)) as world:
        for days in (0, 3):
            world.run_to("08:25", days)
            assert endpoint_of(logos(world)).word is Word.NONE
            world.run_to("09:00")
            assert world.is_open(logos(world))
            world.run_to("17:10")
            assert endpoint_of(logos(world)).word is Word.NONE


def test_an_endpoint_that_sagemaker_updates_at_the_closing_is_deleted_when_that_ends(world, endpoint):
    world.run_to("16:55")
    endpoint.maintain((45.0, 45.0))
    world.run_to("17:39")
    assert endpoint.word is Word.SYSTEM_UPDATING
    world.run_to("17:43")
    assert endpoint.word in (Word.DELETING, Word.NONE)
    assert at_rest(world) == []
    assert sum(end - start for start, end in spending.kept_on(logos(world), world)) < 45 * MINUTE


@pytest.mark.parametrize("word", BROKEN)
def test_what_failed_by_day_is_deleted_and_made_anew(world, endpoint, word):
    world.run_to("12:00")
    world.meddle(lambda: endpoint.turn(word))
    world.upload()
    world.run(25)
    assert world.is_open(logos(world))
    assert at_rest(world) == []


@pytest.mark.parametrize("word", BROKEN)
def test_what_failed_at_the_closing_is_not_left_to_be_paid_all_night(world, endpoint, word):
    world.run_to("16:59")
    world.meddle(lambda: endpoint.turn(word))
    world.run_to("17:10")
    assert endpoint.word is Word.NONE
    assert at_rest(world) == []


def test_an_endpoint_made_by_hand_in_the_morning_is_opened(world, endpoint):
    world.run_to("08:20")
    endpoint.start()
    world.upload()
    world.run_to("09:00")
    assert world.is_open(logos(world))


def test_a_creation_that_is_refused_is_tried_again(world, endpoint):
    del endpoint.configurations[ENDPOINT.configuration(1)]
    world.run_to("08:40")
    endpoint.configurations[ENDPOINT.configuration(1)] = world.loop.now + MINUTE
    world.run_to("09:00")
    assert world.is_open(logos(world))


@pytest.mark.parametrize("owner", [None, "acme-prod"])
def test_another_s_endpoint_is_neither_opened_nor_deleted(world, endpoint, owner):
    endpoint.occupy(owner)
    stored = world.upload()
    world.run_to("12:00")
    assert (logos(world).mapping.word, endpoint.word) == (Gate.DISABLED, Word.IN_SERVICE)
    world.run_to("18:00")
    assert endpoint.word is Word.IN_SERVICE
    assert logos(world).orders == []
    world.meddle(endpoint.leave)
    assert at_rest(world) == []
    assert stored.record is not None


@pytest.mark.parametrize("busy", [False, True])
def test_a_changed_configuration_replaces_the_endpoint_and_then_the_old_one_goes(world, endpoint, busy):
    world.run_to("12:00")
    endpoint.seconds_an_image = 2.0
    stored = [world.upload(f"{number}.jpg") for number in range(12)] if busy else []
    apply(world, logos(world))
    world.run(40)
    assert endpoint.configuration == ENDPOINT.configuration(2)
    assert list(endpoint.configurations) == [ENDPOINT.configuration(2)]
    assert world.is_open(logos(world))
    assert all(one.record is not None for one in stored)
    assert logos(world).orders == []


def test_an_apply_at_night_creates_nothing(world, endpoint):
    world.run_to("22:00")
    apply(world, logos(world))
    world.run_to("23:00")
    assert endpoint.word is Word.NONE
    assert len(endpoint.billed()) == 1
    assert list(endpoint.configurations) == [ENDPOINT.configuration(2)]


def test_no_endpoint_is_created_from_a_configuration_that_is_about_to_go():
    for seed in range(40):
        with World(Setting((ENDPOINT,), FRIDAY, seed)) as world:
            world.run_to("08:29")
            apply(world, logos(world))
            world.run(30)
            assert logos(world).orders == []


def test_an_endpoint_of_an_older_configuration_is_made_anew(world, endpoint):
    world.run_to("12:00")
    endpoint.configurations[ENDPOINT.configuration(2)] = world.loop.now
    logos(world).spec = ENDPOINT.spec(2)
    world.touched(logos(world))
    world.run(15)
    assert endpoint.configuration == ENDPOINT.configuration(2)
    assert world.is_open(logos(world))


def test_a_record_names_the_configuration_that_read_the_image(world, endpoint):
    stored = [world.upload()]
    world.run_to("12:00")
    apply(world, logos(world))
    world.run(40)
    stored.append(world.upload("another.jpg"))
    world.run(5)
    assert [one.record.model_version for one in stored if one.record] == [
        f"{ENDPOINT.configuration(number)}/main" for number in (1, 2)
    ]
    assert at_rest(world) == []


def test_the_gate_is_never_open_before_an_endpoint_that_is_not_there(world, endpoint):
    world.upload()
    world.run_to("18:00")
    assert laws.unserving(logos(world), world) == []
    assert endpoint.stretches(ModelState.RUNNING)


def test_the_gate_is_closed_before_an_endpoint_that_is_being_deleted(world, endpoint):
    world.run_to("12:00")
    world.meddle(endpoint.stop)
    world.run(1.5)
    assert endpoint.word is Word.DELETING
    assert logos(world).mapping.word in (Gate.DISABLING, Gate.DISABLED)
