"""What jobs are called, what their terms may be, and what people and alarms are told of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_attempts import adopted, begun, ended, followed, given_up, order_of
from dayshift.domain.job_json import job_to_json
from dayshift.domain.job_money import share_ms, share_usd
from dayshift.domain.job_names import attempt_name, image_name, index_of, is_job_id, job_id, results_key
from dayshift.domain.job_ports import ServiceJob
from dayshift.domain.job_rest import hopeless, refused, resting
from dayshift.domain.job_summary import gauges, summary
from dayshift.domain.job_terms import terms_of
from dayshift.domain.jobs import Attempt, Book, Job, JobImage, JobState, Phase
from tests.fakes import NOON
from tests.job_fakes import MINUTE, TERMS, pictures

OPTIONS = {"budget_usd": 2, "maximum_usd_per_hour": 0.6}
IMAGES = tuple(JobImage(index, one, NOON) for index, one in enumerate(pictures(4)))
JOB = Job("20261120-120000-00000000", "pictures", JobState.WAITING, NOON, NOON, IMAGES)


def attempt(number: int, indexes: tuple[int, ...], cost_usd: float, **changes: Any) -> Attempt:
    """An attempt of ten minutes."""
    made = Attempt(number, f"a{number}", NOON, NOON, NOON + 60 * MINUTE, indexes, cost_usd=cost_usd)
    return replace(replace(made, started_at=NOON, ended_at=NOON + 10 * MINUTE), **changes)


def running(phase: Phase = Phase.RUNNING, cost_usd: float = 0.0) -> Job:
    """One that the service has just told of."""
    return adopted(begun(JOB, TERMS, "acme-prod", NOON), ServiceJob("id0", phase, str(phase), cost_usd), TERMS, NOON)


def test_a_jobs_id_tells_when_it_began_and_differs_by_what_it_is_about() -> None:
    made = job_id("pictures", NOON, pictures(2))
    assert made.startswith("20261120-120000-")
    assert is_job_id(made)
    others = {job_id("faces", NOON, pictures(2)), job_id("pictures", NOON, pictures(3)), job_id("pictures", NOON, [])}
    assert made not in others
    assert len(others) == 3
    assert job_id("pictures", NOON, pictures(2)) == made


@pytest.mark.parametrize("text", ["", "20261120-120000-0000000", "20261120-120000-0000000G", "a/../b", "open"])
def test_what_is_no_jobs_id_is_known_as_none(text: str) -> None:
    assert not is_job_id(text)


@given(st.text(max_size=80), st.text(max_size=80), st.integers(1, 200))
def test_an_attempts_name_is_one_that_every_service_takes_and_its_beginning_tells_it_apart(
    deployment: str, model: str, number: int
) -> None:
    name = attempt_name(JOB.id, number, deployment, model)
    assert len(name) <= 63
    assert all(character.isascii() and (character.isalnum() or character == "-") for character in name)
    assert name.startswith(f"{JOB.id}-{number}")
    assert name[-1] != "-"


def test_an_image_is_found_again_by_its_name_at_the_service() -> None:
    assert [index_of(image_name(7, form)) for form in ("jpeg", "png")] == [7, 7]
    assert [index_of(text) for text in ("7.jpg", "0007.gif", "0007.jpg\n", "../0007.jpg", "٠٠٠٧.jpg")] == [None] * 5
    assert results_key("pictures", "j", 2) == "job-files/pictures/j/2/results.jsonl"


def test_the_terms_are_as_usual_where_nothing_is_said() -> None:
    terms = terms_of(OPTIONS)
    assert (terms.gather, terms.deadline, terms.maximum_images) == (15 * MINUTE, 120 * MINUTE, 1000)
    assert (terms.jobs_at_once, terms.maximum_attempts, terms.budget_usd) == (1, 3, 2.0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"gather_minutes": -1}, "gather_minutes must be a whole number from 0 to 1440, for example 15; got -1"),
        ({"maximum_images": 1001}, "maximum_images must be a whole number from 1 to 1000"),
        ({"maximum_images": 0}, "maximum_images"),
        ({"jobs_at_once": 1.5}, "jobs_at_once"),
        ({"deadline_minutes": 361}, "deadline_minutes must be a whole number from 5 to 360"),
        ({"maximum_attempts": True}, "maximum_attempts"),
        ({"budget_usd": None}, "budget_usd must be US dollars"),
        ({"budget_usd": float("nan")}, "budget_usd"),
        ({"maximum_usd_per_hour": 0}, "maximum_usd_per_hour"),
        ({"budget_usd": 0.05}, r"budget_usd must pay for 7 minutes at least, 0\.07; got 0\.05"),
    ],
)
def test_terms_that_cannot_be_kept_are_refused_with_what_was_got(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        terms_of({**OPTIONS, **options})


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ConfigurationError, match=r"gather_minutes.*jobs_at_once"):
        terms_of({**OPTIONS, "gather_minutes": -1, "jobs_at_once": 0})


def test_the_parts_of_all_images_are_what_the_job_cost() -> None:
    job = replace(JOB, attempts=(attempt(1, (0, 1, 2, 3), 0.8), attempt(2, (3,), 0.1)))
    assert [share_usd(job, index) for index in range(4)] == pytest.approx([0.2, 0.2, 0.2, 0.3])
    assert sum(share_usd(job, index) for index in range(4)) == pytest.approx(job.spent_usd)
    assert [share_ms(job, index) for index in (0, 3)] == [150_000, 750_000]


def test_an_attempt_costs_what_the_service_says_or_its_time_at_work_where_that_is_more() -> None:
    later = NOON + 30 * MINUTE
    assert followed(running(), ServiceJob("id0", Phase.RUNNING, "running", 0.2), TERMS, later).spent_usd == 1.0
    assert followed(running(), ServiceJob("id0", Phase.RUNNING, "running", 1.2), TERMS, later).spent_usd == 1.2
    waiting = running(Phase.WAITING)
    assert followed(waiting, ServiceJob("id0", Phase.WAITING, "new", 0.0), TERMS, later).spent_usd == 0.0


def test_what_was_reckoned_is_never_taken_back_and_an_end_is_not_reckoned_until_it_was_seen() -> None:
    seen = followed(running(), ServiceJob("id0", Phase.RUNNING, "running", 0.5), TERMS, NOON + 6 * MINUTE)
    much_later = NOON + timedelta(hours=9)
    assert followed(seen, ServiceJob("id0", Phase.ENDED, "finished", 0.3), TERMS, much_later).spent_usd == 0.5
    assert followed(seen, None, TERMS, much_later).spent_usd == 0.5


def test_an_attempt_runs_as_long_as_its_deadline_or_its_money_allows() -> None:
    assert begun(JOB, TERMS, "d", NOON).attempts[0].runs_at_most == TERMS.deadline
    spent = replace(JOB, attempts=(attempt(1, (0,), 2.0),))
    assert begun(spent, TERMS, "d", NOON).attempts[1].runs_at_most == 30 * MINUTE - TERMS.margin


def test_an_order_is_the_same_whenever_it_is_made_anew() -> None:
    job = begun(JOB, TERMS, "acme-prod", NOON)
    order = order_of(job, job.attempts[0])
    later = followed(adopted(job, ServiceJob("id0", Phase.RUNNING, "running"), TERMS, NOON), None, TERMS, NOON)
    assert order_of(later, later.attempts[0]) == order
    assert order.name == f"{JOB.id}-1-acme-prod-pictures"


@pytest.mark.parametrize(
    ("job", "word"),
    [
        (JOB, None),
        (replace(JOB, cancelled_by="ana"), "cancelled: by ana"),
        (replace(JOB, attempts=(attempt(1, (0,), 0.1),) * 3), "no_result: 3 attempts brought none"),
        (replace(JOB, attempts=(attempt(1, (0,), 0.0, started_at=None, given_up_at=NOON),) * 9), None),
        (replace(JOB, attempts=(attempt(1, (0,), 2.8, reason="odd"),)), "budget_spent: 0.20 of 3 USD are left"),
    ],
)
def test_a_job_goes_on_until_it_is_cancelled_or_its_attempts_or_money_are_used_up(job: Job, word: str | None) -> None:
    why = hopeless(job, TERMS, NOON)
    assert (why or "").startswith(word or "")
    assert (why is None) == (word is None)


def test_a_refused_attempt_is_as_if_it_had_never_begun() -> None:
    job = refused(begun(JOB, TERMS, "d", NOON), "no credit " * 100, NOON)
    assert (job.state, job.attempts, job.refusals, job.held_until) == (JobState.WAITING, (), 1, NOON + 5 * MINUTE)
    assert job.reason is not None
    assert len(job.reason) == 500


def test_attempts_that_never_began_do_not_fill_the_book() -> None:
    never = attempt(1, tuple(range(1000)), 0.0, started_at=None, given_up_at=NOON)
    job = resting(replace(JOB, attempts=(attempt(1, (0, 1), 0.1), *[never] * 100)), NOON)
    assert len(job_to_json(job)) < 50_000
    assert job.attempts[0].indexes == (0, 1)


def test_people_and_alarms_are_told_in_a_few_words() -> None:
    later = NOON + 20 * MINUTE
    stopping = given_up(running(cost_usd=0.25), "enough", NOON + 5 * MINUTE)
    held = replace(JOB, id="20261120-115000-00000000", refusals=2, claimed_at=NOON - 10 * MINUTE)
    told = summary(stopping, later)
    assert (told["state"], told["images"], told["cost_usd"], told["reason"]) == ("stopping", 4, 0.25, "enough")
    assert (told["service_id"], told["age_minutes"]) == ("id0", 20.0)
    assert gauges((stopping, held), later) == {
        "JobsOpen": 2,
        "JobsRefused": 2,
        "JobNotStoppingMinutes": 15.0,
        "OldestJobMinutes": 30.0,
        "JobsCostUsd": 0.25,
    }
    assert set(gauges((), later).values()) == {0}


def test_a_book_knows_its_jobs_and_its_room() -> None:
    other = replace(JOB, id="other")
    book = Book("pictures").changed(JOB.id, JOB).changed("other", other).changed(JOB.id, running())
    assert [job.state for job in book.jobs] == [JobState.RUNNING, JobState.WAITING]
    assert (book.has_room(1), book.has_room(2)) == (False, True)
    assert book.changed(JOB.id, None).jobs == (other,)
    assert book.changed("a third", None) == book


def test_what_a_cancelled_or_forgotten_attempt_is_remembered_by() -> None:
    job = ended(given_up(running(), "cancelled by ana", NOON), "the service says: bye", NOON)
    assert job.attempts[0].reason == "cancelled by ana; the service says: bye"
    assert (job.state, job.attempts[0].phase) == (JobState.COLLECTING, Phase.ENDED)
