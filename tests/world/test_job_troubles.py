"""What befalls jobs at the service outside: they hang, forge, are refused, deleted, unwanted. (docs/decisions/0025)"""

from collections.abc import Iterator

import pytest

from dayshift.domain.jobs import JobState, Phase
from tests.world import laws
from tests.world.clock import HOUR, MINUTE
from tests.world.faults import DEATH, Fault
from tests.world.job_desk import JobPlan
from tests.world.job_ports import desk_of
from tests.world.laws_of_jobs import ran_on
from tests.world.lives import (
    ANSWERS_GARBAGE,
    BRINGS_LATE,
    BRINGS_TOO_MUCH,
    DEAF,
    FORGES,
    GOOD,
    HANGS,
    NEVER_BRINGS,
    NEVER_ENDS,
    NO_GPU,
    SAYS_TWO_THINGS,
    STOPS_HALFWAY,
    Life,
    nothing,
)
from tests.world.outside import Ordered, Outside, outside_of
from tests.world.scenarios_of_archives import archive
from tests.world.scenarios_of_jobs import pictures
from tests.world.setting import Setting
from tests.world.site import Plan
from tests.world.storage import Stored
from tests.world.stories import FRIDAY, at_rest, outage
from tests.world.world import World

JOBS = JobPlan(gather_minutes=1, deadline_minutes=20, maximum_attempts=3, budget_usd=1.0)
PLAN = Plan("pictures", "gpu_job", None, None, job=JOBS)


@pytest.fixture
def world() -> Iterator[World]:
    with World(Setting((PLAN,), FRIDAY)) as world:
        world.run_to("10:00")
        yield world


@pytest.fixture
def service(world: World) -> Outside:
    return outside_of(pictures(world))


def put(world: World, count: int = 2) -> list[Stored]:
    return [world.upload(f"{world.loop.now:.0f} {number}.jpg", "pictures") for number in range(count)]


def status(stored: Stored) -> tuple[str | None, str]:
    return (str(stored.record.status), stored.record.reason or "") if stored.record else (None, "")


@pytest.mark.parametrize("life", [NEVER_BRINGS, ANSWERS_GARBAGE, FORGES, BRINGS_TOO_MUCH, BRINGS_LATE])
def test_what_brings_nothing_of_use_is_tried_again_until_it_does(world, service, life):
    service.next_lives.extend([life, life])
    stored = put(world)
    assert at_rest(world) == []
    assert [status(one)[0] for one in stored] == ["ok", "ok"]
    assert [job.order.attempt for job in service.jobs] == [1, 2, 3]


@pytest.mark.parametrize("life", [NEVER_BRINGS, ANSWERS_GARBAGE, FORGES, BRINGS_TOO_MUCH])
def test_what_never_brings_anything_is_given_up_with_the_reason(world, service, life):
    service.next_lives.extend([life] * 9)
    stored = put(world)
    world.upload_archive("a.zip", *archive("ii"), model="pictures")
    assert at_rest(world) == []
    assert {status(one)[0] for one in stored} == {"failed"}
    assert status(stored[0])[1].startswith("no_result: 3 attempts brought none")
    assert len(service.jobs) == 6


def test_only_what_is_still_without_an_answer_is_asked_for_again(world, service):
    service.next_lives.extend([STOPS_HALFWAY, STOPS_HALFWAY])
    stored = put(world, 8)
    assert at_rest(world) == []
    assert [len(job.order.images) for job in service.jobs] == [8, 4, 2]
    assert {status(one)[0] for one in stored} == {"ok"}


def test_of_two_answers_about_an_image_none_becomes_a_second_record(world, service):
    service.next_lives.append(SAYS_TWO_THINGS)
    put(world)
    assert at_rest(world) == []


def test_a_job_that_hangs_is_given_up_at_its_deadline(world, service):
    service.next_lives.append(NEVER_ENDS)
    put(world)
    world.run(30)
    job = service.jobs[0]
    assert not job.is_alive
    assert (job.ended_at - job.accepted_at) / MINUTE <= JOBS.deadline_minutes + 2
    assert at_rest(world) == []


def test_a_deaf_job_is_told_again_each_minute_and_no_other_begins_before_it_has_ended(world, service):
    service.next_lives.append(DEAF)
    put(world)
    for _ in range(80):
        world.run(0.5)
        assert sum(job.is_alive for job in service.jobs) <= 1
    assert not service.jobs[0].is_alive
    assert service.jobs[0].ended_at - service.jobs[0].first_cancelled_at < (DEAF.deaf + 1) * MINUTE
    assert at_rest(world) == []
    assert len(service.jobs) == 2


AT_ONCE = (
    Life(waits=0.0, works=None),
    Life(waits=0.0, works=None, keeps_time=False),
    Life(waits=0.0, works=35.0, keeps_time=False),
)


@pytest.mark.parametrize("before", range(3), ids=["first", "second", "third"])
@pytest.mark.parametrize("life", AT_ONCE, ids=["hangs", "never ends", "long"])
@pytest.mark.parametrize("minutes", [9, 14, 26])
def test_a_job_costs_no_more_than_its_budget(before, life, minutes):
    job = JobPlan(gather_minutes=1, deadline_minutes=120, maximum_attempts=3, budget_usd=minutes / 60 * 1.5)
    with World(Setting((Plan("pictures", "gpu_job", None, None, job=job),), FRIDAY)) as world:
        world.run_to("10:00")
        outside = outside_of(pictures(world))
        outside.next_lives.extend([Life(waits=0.0, works=4.0, brings=nothing)] * before + [life] * 9)
        put(world)
        world.run(300)
        assert sum(outside.usd(one) for one in outside.jobs) <= job.budget_usd + 1e-9
        assert not outside.alive
        assert laws.breaches(world) == []


def test_while_nobody_looks_its_own_limit_ends_a_job_within_the_budget(world, service):
    service.next_lives.append(HANGS)
    put(world)
    world.run(6)
    outage(world, 5, "book.", "outside.", fault=Fault(DEATH))
    world.run(200)
    assert not service.alive
    assert service.usd(service.jobs[0]) <= JOBS.budget_usd
    assert at_rest(world) == []


def test_what_never_gets_its_gpu_is_no_attempt_and_costs_nothing(world, service):
    service.next_lives.extend([NO_GPU] * 5)
    stored = put(world)
    world.run(60 * 8)
    assert [status(one)[0] for one in stored] == ["ok", "ok"]
    assert (len(service.jobs), sum(job.started_at is not None for job in service.jobs)) == (6, 1)
    assert at_rest(world) == []


def test_refusals_cost_no_image_and_come_ever_less_often(world, service):
    service.refuses_until = world.loop.now + 5 * HOUR
    world.trouble(service.refuses_until)
    stored = put(world)
    world.run(300)
    assert 8 <= service.refused <= 12
    assert [job.state for job in desk_of(pictures(world)).book.jobs] == [JobState.WAITING]
    world.run(60)
    assert [status(one)[0] for one in stored] == ["ok", "ok"]


def test_one_job_that_is_refused_keeps_no_other_from_the_queue(world, service):
    service.refuses_until = world.loop.now + 2 * HOUR
    world.trouble(service.refuses_until)
    for _ in range(5):
        put(world)
        world.run(10)
    assert pictures(world).queue.exact().visible == 0
    assert len(desk_of(pictures(world)).book.jobs) == 5
    assert at_rest(world) == []


@pytest.mark.parametrize("minutes", [0.5, 2, 4, 6, 9])
def test_a_job_that_somebody_deletes_there_is_an_attempt_that_brought_nothing(world, service, minutes):
    stored = put(world)
    world.run(1.6 + minutes)
    for job in service.alive:
        service.remove(job)
    assert at_rest(world) == []
    assert [status(one)[0] for one in stored] == ["ok", "ok"]


def cancel_all(world: World) -> None:
    for job in desk_of(pictures(world)).book.jobs:
        world.jobs.cancel(pictures(world), job)


@pytest.mark.parametrize("minutes", [0.9, 1.7, 2.1, 3, 5, 8, 11])
@pytest.mark.parametrize("life", [GOOD, NEVER_ENDS, NO_GPU], ids=["good", "endless", "waiting"])
def test_a_job_that_nobody_wants_ends_soon_whenever_it_is_said(world, service, minutes, life):
    service.next_lives.append(life)
    stored = put(world)
    world.run(minutes)
    cancel_all(world)
    world.run(5)
    assert not service.alive
    assert all(one.record is not None for one in stored)
    assert at_rest(world) == []


def test_while_the_service_is_dumb_a_job_stays_in_the_book_and_is_ended_as_soon_as_it_hears(world, service):
    service.next_lives.append(NEVER_ENDS)
    put(world)
    world.run(6)
    outage(world, 3, "outside.")
    world.run(100)
    assert service.jobs[0].phase is Phase.RUNNING
    assert len(desk_of(pictures(world)).book.jobs) == 1
    world.run(85)
    assert not service.jobs[0].is_alive
    assert at_rest(world) == []


def test_what_ran_on_is_reckoned_from_when_it_was_told_to_end(world, service):
    """The excuse of law J3 is no wider than that."""
    service.next_lives.append(NEVER_ENDS)
    put(world)
    world.run(40)
    assert isinstance(service.jobs[0], Ordered)
    assert ran_on(service.jobs[0], pictures(world), world) <= 1.5 * MINUTE
