"""Jobs' own short stories: what waits becomes one order, one payment, one record an image. (docs/decisions/0025)"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from dayshift.domain.jobs import JobState
from tests.world.clock import DAY, HOUR, MINUTE
from tests.world.faults import DEATH, TIMEOUT, Fault
from tests.world.hours import Hours
from tests.world.job_desk import JobPlan
from tests.world.job_ports import desk_of
from tests.world.lives import GOOD, LISTED_LATE, TOLD_LATE, Life
from tests.world.outside import Outside, outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.scenarios_of_jobs import PICTURES, pictures
from tests.world.setting import Setting
from tests.world.site import WORKDAY, Plan
from tests.world.storage import Stored
from tests.world.stories import FRIDAY, at_rest, outage
from tests.world.world import World

OFFICE = Plan("pictures", "gpu_job", "office_hours", WORKDAY, job=JobPlan(gather_minutes=10))
SMALL = Plan("pictures", "gpu_job", None, None, job=JobPlan(gather_minutes=5, maximum_images=4, jobs_at_once=2))


def opened(plan: Plan) -> Iterator[World]:
    with World(Setting((plan,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    yield from opened(PICTURES)


@pytest.fixture
def office() -> Iterator[World]:
    yield from opened(OFFICE)


@pytest.fixture
def small() -> Iterator[World]:
    yield from opened(SMALL)


def put(world: World, count: int, name: str = "") -> list[Stored]:
    return [world.upload(f"{name}{world.loop.now:.0f} {number}.jpg", "pictures") for number in range(count)]


def service(world: World) -> Outside:
    return outside_of(pictures(world))


def answered(stored: list[Stored]) -> list[bool]:
    return [one.record is not None and one.record.status == "ok" for one in stored]


def test_what_comes_within_minutes_is_one_job(world):
    stored = put(world, 3)
    world.run(2)
    stored += put(world, 3)
    world.run(20)
    assert all(answered(stored))
    assert len(service(world).jobs) == 1
    assert at_rest(world) == []


def test_an_image_waits_no_longer_than_its_batch_its_job_and_some_ticks(world):
    (stored,) = put(world, 1)
    world.run(30)
    least = PICTURES.job.gather_minutes + (GOOD.waits or 0) + (GOOD.works or 0)
    assert least <= (stored.recorded_at - stored.uploaded_at) / MINUTE <= least + 4


def test_an_archive_is_asked_for_at_once_and_its_own_record_comes_with_the_last_of_its_images(world):
    stored = world.upload_archive("a.zip", *archive("iti"), model="pictures")
    world.run(4)
    assert [len(job.order.images) for job in service(world).jobs] == [2]
    world.run(10)
    assert stored.record is not None
    assert stored.record.reason == "ok 2, rejected 1 (unsupported_format 1); its images: ok 2"
    assert stored.recorded_at - max(one.recorded_at for one in world.bucket.versions.values() if one.entries is None
                                    ) < 2 * MINUTE  # fmt: skip


@pytest.mark.parametrize("seconds", [0.0, 1.0, 90.0, 4 * MINUTE, 3 * HOUR, 6 * DAY])
def test_the_same_archive_put_twice_is_one_job_whenever_the_second_comes(world, seconds):
    for delay in (0.0, seconds):
        world.loop.after(delay, partial(world.upload_archive, "same.zip", *archive("iii"), model="pictures"))
    world.run(seconds / MINUTE + 120)
    assert len(service(world).jobs) == 1
    assert at_rest(world) == []
    assert [one.record is not None for one in world.bucket.versions.values()] == [True] * 5


def test_an_event_that_comes_again_at_any_moment_pays_nothing(world):
    (stored,) = put(world, 1)
    for minutes in (0.1, 1, 2, 4, 6, 9, 12, 14, 300, 3000):
        world.notify(stored, minutes * MINUTE)
    assert at_rest(world) == []
    assert len(service(world).jobs) == 1


def test_more_images_than_a_job_takes_are_several_and_two_of_them_at_once(small):
    stored = put(small, 11)
    small.run(4)
    assert [len(job.order.images) for job in service(small).jobs] == [4, 4]
    small.run(30)
    assert [len(job.order.images) for job in service(small).jobs] == [4, 4, 3]
    assert all(answered(stored))
    assert at_rest(small) == []


def test_images_that_cannot_be_packed_cost_nothing(world):
    stored = [world.upload(f"{number}.jpg", "pictures", is_readable=False) for number in range(3)]
    stored.append(world.upload("tiny.jpg", "pictures", size=10, is_readable=False))
    world.run(10)
    assert [one.record and one.record.status for one in stored] == ["rejected"] * 4
    assert service(world).jobs == []
    assert at_rest(world) == []


def test_a_lost_event_is_found_by_the_sweep_and_what_a_job_holds_is_left_alone(world):
    service(world).next_lives.append(Life(works=30.0))
    world.run_to("10:50")
    held = put(world, 2)
    lost = world.upload_silently("lost.jpg", "pictures")
    sent = pictures(world).queue.sent
    world.run_to("12:55")
    assert all(answered([*held, lost]))
    assert pictures(world).queue.sent - sent == 3
    assert at_rest(world) == []


@pytest.mark.parametrize("life", [GOOD, LISTED_LATE, TOLD_LATE], ids=["at once", "listed late", "told late"])
@pytest.mark.parametrize("after", [True, False], ids=["no answer", "no answer, and dead"])
def test_what_the_service_took_without_an_answer_is_one_job(world, life, after):
    service(world).next_lives.append(life)
    (stored,) = put(world, 1)
    fault = Fault(TIMEOUT, after=True) if after else Fault(DEATH, after=True)
    outage(world, 0.2, "outside.submit", fault=fault)
    world.run(40)
    assert answered([stored]) == [True]
    assert len(service(world).jobs) == 1
    assert at_rest(world) == []


def test_what_never_reached_the_service_is_asked_for_again_after_the_lease(world):
    (stored,) = put(world, 1)
    outage(world, 0.1, "outside.submit", fault=Fault(DEATH))
    world.run(3 + 14)
    assert service(world).jobs == []
    world.run(15)
    assert answered([stored]) == [True]


def test_two_functions_at_work_at_once_are_one_job(world):
    """Reading takes so long that several calls find the same job being packed; each of them is whole."""
    service(world).seconds_an_image = 30.0
    stored = put(world, 6)
    world.run(20)
    assert world.jobs.most_at_once > 1
    assert all(answered(stored))
    assert len(service(world).jobs) == 1
    assert at_rest(world) == []


def test_a_job_that_cannot_be_packed_in_one_call_waits_and_is_said(world):
    """A call is cut off after five minutes: the job is not lost, and goes on when reading is quick again."""
    service(world).seconds_an_image = 100.0
    stored = put(world, 6)
    world.run(60)
    assert service(world).jobs == []
    service(world).seconds_an_image = 0.05
    world.run(60)
    assert all(answered(stored))
    assert at_rest(world) == []


def test_behind_a_closed_gate_images_stay_in_the_queue_and_a_job_goes_on(office):
    office.run_to("16:45")
    put(office, 2, "before ")
    service(office).next_lives.append(Life(works=40.0))
    office.run_to("17:30")
    stored = put(office, 2, "after ")
    (job,) = service(office).jobs
    assert job.is_alive
    office.run_to("20:00")
    assert (len(service(office).jobs), pictures(office).queue.exact().visible) == (1, 2)
    assert not job.is_alive
    assert at_rest(office) == []
    assert all(answered(stored))


def test_what_gathers_at_the_closing_outlives_a_closure_that_is_longer_than_a_queue_keeps_a_message():
    closed = frozenset(datetime(2026, 11, 23, tzinfo=UTC).date() + timedelta(days=day) for day in range(18))
    hours = Hours("Europe/Berlin", "09:00", "17:00", closed_on=closed)
    with World(Setting((Plan("pictures", "gpu_job", "office_hours", hours, job=OFFICE.job),), FRIDAY)) as world:
        world.run_to("16:55")
        stored = put(world, 3)
        world.run_to("17:20")
        assert [job.state for job in desk_of(pictures(world)).book.jobs] == [JobState.WAITING]
        world.run(22 * DAY / MINUTE)
        assert all(answered(stored))


def test_an_outage_of_days_costs_no_image_and_no_second_job(world):
    put(world, 3)
    world.run(1)
    outage(world, 70, "outside.", "book.", "contents.")
    world.run_to("12:00", days=3)
    assert at_rest(world) == []
    assert all(answered(list(world.bucket.versions.values())))
    assert pictures(world).queue.dead == []


@pytest.mark.parametrize("call", ["book.write", "outside.submit", "outside.look", "records.write", "parcel.close",
                                  "closed.keep", "mailbox.done", "queue.send"])  # fmt: skip
@pytest.mark.parametrize("after", [False, True])
def test_functions_that_die_now_and_then_cost_time_and_nothing_else(world, call, after):
    for number in range(4):
        world.loop.after(number * 7 * MINUTE, partial(put, world, 2))
        put_archive = partial(world.upload_archive, f"{number}.zip", *archive("iti", number), model="pictures")
        world.loop.after(number * 9 * MINUTE, put_archive)
    outage(world, 6, call, fault=Fault(DEATH, after=after))
    world.recorder.outages[-1].chance = 0.5
    assert at_rest(world) == []
