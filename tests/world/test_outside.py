"""The simulated service outside is as unkind as such services are, and the laws of jobs notice what they are for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from dayshift.domain.errors import RefusedError
from dayshift.domain.images import ImageRef
from dayshift.domain.job_ports import Order
from dayshift.domain.jobs import Book, Job, JobImage, JobState, Phase
from tests.world import laws_of_jobs, laws_on_the_way
from tests.world.clock import MINUTE, EventLoop
from tests.world.job_desk import JobDesk
from tests.world.job_ports import desk_of
from tests.world.lives import DEAF, HANGS, NEVER_ENDS, Life
from tests.world.outside import Ordered, Outside, outside_of
from tests.world.scenarios_of_jobs import PICTURES, pictures
from tests.world.setting import Setting
from tests.world.stories import FRIDAY
from tests.world.world import World

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
IMAGE = JobImage(0, ImageRef("acme-images", "incoming/pictures/a.jpg", "v000001", "e1", 4_000), START)


def order(name: str = "20261123-060000-0a1b2c3d-1", minutes: float = 30.0) -> Order:
    return Order("pictures", name[:-2], int(name[-1]), name, (IMAGE,), timedelta(minutes=minutes))


@pytest.fixture
def loop() -> EventLoop:
    return EventLoop(START)


@pytest.fixture
def outside(loop) -> Outside:
    return Outside(loop, Random(1), usd_per_hour=1.2, has_unique_names=False)


def lived(loop: EventLoop, outside: Outside, life: Life, minutes: float) -> Ordered:
    """A job of this life, after so many minutes."""
    outside.next_lives.append(life)
    job = outside.submit(order())
    loop.run_until(loop.now + minutes * MINUTE)
    return job


def test_a_job_waits_unpaid_works_paid_by_started_minutes_and_ends(loop, outside):
    job = lived(loop, outside, Life(waits=2.0, works=5.5), 2.0)
    assert (job.phase, outside.usd(job)) == (Phase.RUNNING, 0.0)
    loop.run_until(loop.now + 2.1 * MINUTE)
    assert outside.usd(job) == pytest.approx(0.06)
    loop.run_until(loop.now + 30 * MINUTE)
    assert (job.phase, outside.usd(job)) == (Phase.ENDED, pytest.approx(0.12))


def test_a_name_that_comes_twice_is_two_jobs_where_names_are_not_unique(loop):
    for has_unique_names, jobs in ((False, 2), (True, 1)):
        outside = Outside(loop, Random(1), 1.2, has_unique_names)
        outside.submit(order())
        outside.submit(order())
        assert len(outside.jobs) == jobs


def test_a_job_is_known_by_its_id_before_its_name_is_listed(loop, outside):
    job = lived(loop, outside, Life(listed_after=8 * MINUTE), 7.0)
    assert (outside.look(job.id), outside.find(job.order.name)) == (job, None)
    loop.run_until(loop.now + 2 * MINUTE)
    assert outside.find(job.order.name) is job


def test_its_own_limit_ends_a_job_that_hangs_but_not_one_that_keeps_no_time(loop, outside):
    hanging, endless = lived(loop, outside, HANGS, 40), lived(loop, outside, NEVER_ENDS, 600)
    assert (hanging.phase, endless.phase) == (Phase.ENDED, Phase.RUNNING)


def test_a_deaf_job_ends_when_it_was_told_often_enough(loop, outside):
    job = lived(loop, outside, DEAF, 10)
    for _ in range(DEAF.deaf):
        outside.cancel(job)
        loop.run_until(loop.now + MINUTE)
        assert job.phase is Phase.RUNNING
    outside.cancel(job)
    loop.run_until(loop.now + MINUTE)
    assert job.phase is Phase.ENDED
    assert job.brought_at is None


def test_a_job_that_was_deleted_is_known_no_more_and_costs_no_more(loop, outside):
    job = lived(loop, outside, NEVER_ENDS, 10)
    outside.remove(job)
    paid = outside.usd(job)
    loop.run_until(loop.now + 100 * MINUTE)
    assert (outside.look(job.id), outside.find(job.order.name), outside.usd(job)) == (None, None, paid)


def test_an_order_is_refused_without_credit(loop, outside):
    outside.refuses_until = loop.now + 60
    with pytest.raises(RefusedError):
        outside.submit(order())
    assert outside.jobs == []


def in_the_book(state: JobState) -> Book:
    return Book("pictures", (Job("20261123-060000-0a1b2c3d", "pictures", state, START, START, (IMAGE,)),))


def test_an_order_that_the_book_does_not_know_and_a_second_that_lives_are_noticed(loop, outside):
    desk, noticed = JobDesk("pictures"), list[str]()

    def accept(job: Ordered) -> list[str]:
        desk.broken.clear()
        laws_on_the_way.accepting(job, outside, desk, jobs_at_once=1)
        return [broken[:2] for broken in desk.broken]

    outside.on_accept = lambda job: noticed.extend(accept(job))
    desk.write(in_the_book(JobState.SUBMITTING))
    first = outside.submit(order())
    loop.run_until(loop.now + 1)
    assert (noticed, accept(first)) == ([], [])
    assert accept(replace(first, order=order("20261123-060000-0a1b2c3d-2"))) == ["J2"]
    desk.write(in_the_book(JobState.WAITING))
    assert accept(first) == ["J4"]
    desk.write(in_the_book(JobState.SUBMITTING))
    outside.submit(order("20261123-060000-ffffffff-1"))
    loop.run_until(loop.now + 1)
    assert noticed == ["J7", "J4"]


@pytest.fixture
def world():
    with World(Setting((PICTURES,), FRIDAY)) as world:
        world.run_to("10:00")
        world.upload("a.jpg", "pictures")
        world.run(30)
        yield world


def noticed(world: World) -> set[str]:
    return {breach[:2] for breach in laws_of_jobs.breaches(pictures(world), world)}


def test_a_world_in_which_nothing_went_wrong_breaks_nothing(world):
    assert noticed(world) == set()
    assert len(outside_of(pictures(world)).jobs) == 1


def test_a_job_that_lives_on_and_one_that_costs_too_much_are_noticed(world):
    job = outside_of(pictures(world)).jobs[0]
    job.started_at, job.ended_at = world.loop.now - 180 * MINUTE, world.loop.now
    assert noticed(world) == {"J3"}
    job.phase = Phase.RUNNING
    assert noticed(world) == {"J3", "J4"}


def test_an_image_that_is_in_two_jobs_and_a_job_that_came_twice_are_noticed(world):
    outside = outside_of(pictures(world))
    outside.jobs.append(replace(outside.jobs[0], order=order("20261123-060000-ffffffff-1")))
    outside.jobs[1].order = replace(outside.jobs[1].order, images=outside.jobs[0].order.images)
    assert noticed(world) == {"J5"}
    outside.jobs[1] = replace(outside.jobs[0])
    assert noticed(world) == {"J5"}


def test_another_s_answer_and_a_failure_without_need_are_noticed(world):
    stored = next(iter(world.bucket.versions.values()))
    good = stored.record
    stored.record = replace(good, detections=(replace(good.detections[0], name="of another"),))
    assert noticed(world) == {"J1"}
    stored.record = replace(good, status="failed", detections=())
    assert noticed(world) == {"J1"}
    stored.record = replace(good, cost_usd=5.0)
    assert noticed(world) == {"J6"}


def test_an_image_that_left_the_book_unanswered_is_noticed(world):
    site, stored = pictures(world), next(iter(world.bucket.versions.values()))
    desk, job = desk_of(site), in_the_book(JobState.COLLECTING).jobs[0]
    job = replace(job, images=(replace(IMAGE, image=stored.image),))
    stored.record = None
    desk.write(Book("pictures", (job,)))
    laws_on_the_way.writing(Book("pictures"), outside_of(site), desk, world.bucket)
    assert [broken[:2] for broken in desk.broken] == ["J1", "J1"]
