"""Before a model of jobs is destroyed nothing of it is left at the service, and none of its images is lost."""

from datetime import timedelta

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.job_steps import SUBMIT_LEASE
from dayshift.domain.jobs import JobState
from dayshift.services.retire_jobs import retire_jobs
from dayshift.services.run_jobs import Tended
from tests.job_fakes import JobBench, Plan, all_cats, picture, pictures

ENDLESS = Plan(works=None, stops_in=timedelta(seconds=25))


def at_work(*plans: Plan) -> JobBench:
    """A job of an archive's three images is at the service."""
    bench = JobBench()
    bench.service.plans = list(plans)
    archive = picture(9, key="incoming/pictures/a.zip")
    bench.mailbox.put(bench.manifests.of(archive, *pictures(3)))
    bench.tick()
    return bench


def retired(bench: JobBench, looks: int = 25) -> Tended:
    """As long as the function has time: a look every ten seconds."""
    left = [looks]

    def pause() -> None:
        bench.now += timedelta(seconds=10)
        left[0] -= 1

    return retire_jobs(bench.ports, lambda: bench.now, pause, lambda: left[0] > 0, bench.outcomes.append)


def test_a_job_is_asked_to_end_until_it_has() -> None:
    bench = at_work(ENDLESS)
    assert len(bench.service.alive()) == 1
    tended = retired(bench)
    assert bench.service.alive() == []
    assert [job.state for job in tended.open] == [JobState.COLLECTING]
    assert bench.service.asked.count("cancel") > 1, "wanted it asked again while it lived"


def test_its_images_are_lost_to_nobody_and_read_when_the_model_is_there_again() -> None:
    bench = at_work(ENDLESS, Plan(brings=all_cats))
    retired(bench)
    assert bench.statuses() == []
    job = bench.until_closed()
    assert (dict(job.endings), job.cancelled_by, len(job.attempts)) == ({"ok": 3}, None, 2)


def test_nothing_begins_meanwhile_and_nothing_leaves_the_queue() -> None:
    bench = at_work(ENDLESS)
    bench.mailbox.put(*pictures(5))
    retired(bench)
    assert (bench.service.submits, len(bench.mailbox.line)) == (1, 5)


def test_without_jobs_there_is_nothing_to_wait_for() -> None:
    bench = JobBench()
    assert retired(bench, looks=0).open == ()
    assert bench.service.asked == []


def test_a_job_that_does_not_end_stops_the_destroy_and_says_so() -> None:
    bench = at_work(Plan(works=None, stops_in=timedelta(hours=1)))
    with pytest.raises(TransientError, match=r"pictures have not ended yet .* is stopping"):
        retired(bench)
    bench.now += timedelta(hours=1)
    assert retired(bench).open[0].state is JobState.COLLECTING


def test_a_service_that_cannot_be_reached_stops_the_destroy_with_what_it_says() -> None:
    bench = at_work(ENDLESS)
    bench.service.trouble = TransientError("nobody answers")
    with pytest.raises(TransientError, match="nobody answers"):
        retired(bench)


def test_an_order_that_may_have_been_heard_is_waited_for_a_quarter_of_an_hour_and_no_longer() -> None:
    bench = at_work(Plan(works=None, times_out=True))
    bench.service.lists_after = timedelta(hours=1)  # it is there, and nobody sees it yet
    with pytest.raises(TransientError, match="is submitting"):
        retired(bench)
    bench.now += SUBMIT_LEASE
    assert retired(bench, looks=0).open[0].state is JobState.SUBMITTING


def test_a_job_that_only_shows_late_is_found_and_ended() -> None:
    bench = at_work(Plan(works=None, times_out=True))
    bench.service.lists_after = timedelta(minutes=2)
    retired(bench)
    assert bench.service.alive() == []
