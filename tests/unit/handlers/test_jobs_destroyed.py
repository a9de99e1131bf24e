"""What Terraform asks of the function of jobs: nothing while it makes it, and the end of all jobs before it goes."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.jobs import JobState
from tests.functions import Context, World
from tests.job_fakes import Plan
from tests.unit.handlers.test_jobs_handler import JobWorld


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> JobWorld:
    """A job that never ends by itself is at the service; who waits ten seconds finds them gone by."""
    made = JobWorld(world, monkeypatch)
    made.service.plans = [Plan(works=None)]
    made.upload("a.png")
    assert made.call()["jobs"][0]["state"] == "running"
    passing = SimpleNamespace(sleep=lambda seconds: setattr(made, "now", made.now + timedelta(seconds=seconds)))
    monkeypatch.setattr("dayshift.handlers.jobs.time", passing)
    return made


@pytest.mark.parametrize("action", ["create", "update"])
def test_an_apply_looks_at_no_job(made: JobWorld, action: str) -> None:
    asked = list(made.service.asked)
    assert made._handle is not None
    assert made._handle({"tf": {"action": action}}, Context()) == {"models": {}}
    assert made.service.asked == asked


def test_a_destroy_ends_what_is_at_the_service_and_keeps_the_book(made: JobWorld) -> None:
    told = made.call({"tf": {"action": "delete"}})
    assert made.service.alive() == []
    assert [job["state"] for job in told["jobs"]] == [JobState.COLLECTING]


def test_a_destroy_in_vain_is_a_failed_invocation(made: JobWorld) -> None:
    made.service.jobs[0].plan = Plan(works=None, stops_in=timedelta(days=1))
    with pytest.raises(TransientError, match="try again in some minutes"):
        made.call({"tf": {"action": "delete"}}, remaining_ms=1_000)
