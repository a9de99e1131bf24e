"""Jobs from the queue to their records, and each way in which they do not get there."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from dayshift.domain.errors import ForeignMessageError, RefusedError, TransientError
from dayshift.domain.job_ports import ServiceJob
from dayshift.domain.job_steps import SUBMIT_LEASE
from dayshift.domain.jobs import Book, JobState, Phase
from dayshift.services.job_desk import OpenBook
from dayshift.services.run_jobs import cancel
from tests.fakes import IMAGES
from tests.job_fakes import MINUTE, TERMS, JobBench, Plan, all_cats, gone, lines, picture, pictures

ARCHIVE = replace(picture(), key="incoming/pictures/a.zip")


def bench_with(count: int = 3, *plans: Plan) -> JobBench:
    """An archive of so many images waits; the service does as planned."""
    bench = JobBench()
    if plans:
        bench.service.plans = list(plans)
    bench.mailbox.put(bench.manifests.of(ARCHIVE, *pictures(count)))
    return bench


def _also(bench: JobBench) -> None:
    """Another function ticks meanwhile."""
    bench.tick()


def test_an_archive_becomes_one_job_and_each_of_its_images_a_record() -> None:
    bench = bench_with(3)
    assert bench.tick().open[0].state is JobState.RUNNING
    job = bench.until_closed()
    assert (job.state, dict(job.endings), job.archive) == (JobState.CLOSED, {"ok": 3}, ARCHIVE)
    assert bench.statuses() == ["ok"] * 3
    assert bench.book.jobs == ()
    assert not bench.mailbox.line
    assert not bench.mailbox.hidden
    assert [each.image for each in bench.archives.sent] == [ARCHIVE]


def test_what_a_job_cost_is_what_its_records_cost() -> None:
    bench = bench_with(3)
    job = bench.until_closed()
    assert job.spent_usd == pytest.approx(bench.service.billed_usd(), rel=0.25)
    assert sum(each.cost_usd for each in bench.records.written.values()) == pytest.approx(job.spent_usd)
    assert sum(each.cost_usd for each in bench.outcomes) == pytest.approx(job.spent_usd)


def test_nothing_is_asked_for_before_the_book_says_so() -> None:
    bench = bench_with(1)
    bench.book.meanwhile = lambda: setattr(bench.book, "refuse", TransientError("S3 is away"))  # at the second write
    assert bench.tick().errors
    assert bench.book.jobs[0].state is JobState.WAITING
    assert bench.service.asked == []


def test_a_job_that_never_ends_is_given_up_at_its_deadline_and_costs_no_more_than_its_budget() -> None:
    bench = bench_with(2, Plan(works=None))
    job = bench.until_closed()
    assert job.reason is not None
    assert job.reason.startswith(("no_result: ", "budget_spent: "))
    assert "it did not end before its deadline" in job.reason
    assert bench.statuses() == ["failed"] * 2
    assert {each.reason for each in bench.records.written.values()} == {job.reason}
    assert bench.service.billed_usd() <= TERMS.budget_usd
    assert bench.service.alive() == []


def test_a_service_that_charges_more_than_it_was_told_is_given_up_by_its_own_number() -> None:
    """Four dollars an hour where two were allowed: three are spent after 45 minutes, long before the deadline."""
    bench = JobBench()
    bench.service.plans = [Plan(works=None, usd_per_hour=2 * TERMS.maximum_usd_per_hour)]
    bench.mailbox.put(bench.manifests.of(ARCHIVE, *pictures(1)))
    job = bench.until_closed()
    [attempt] = job.attempts
    assert "it would cost more than its budget of 3 USD" in (attempt.reason or "")
    assert attempt.given_up_at is not None
    assert attempt.given_up_at - attempt.began_at <= 45 * MINUTE < TERMS.deadline
    assert bench.statuses() == ["failed"]


def test_an_answer_that_does_not_come_is_one_job() -> None:
    bench = bench_with(2, Plan(brings=all_cats, times_out=True))
    assert bench.tick().open[0].state is JobState.SUBMITTING
    bench.ticks(1)
    assert bench.book.jobs[0].state is JobState.RUNNING
    bench.until_closed()
    assert len(bench.service.jobs) == 1
    assert bench.statuses() == ["ok", "ok"]


def test_what_the_service_never_heard_of_is_asked_for_again_by_the_same_name_after_the_lease() -> None:
    bench = bench_with(2, Plan(refuses=TransientError("no connection")), Plan(brings=all_cats))
    bench.tick()
    asked = bench.book.jobs[0].attempts[-1]
    bench.ticks(SUBMIT_LEASE // MINUTE - 1)
    assert bench.service.submits == 1
    bench.ticks(1)
    assert bench.service.submits == 2
    assert [one.order.name for one in bench.service.jobs] == [asked.name]
    assert bench.book.jobs[0].attempts[-1].deadline_at == bench.now + TERMS.deadline


def test_a_refusal_costs_no_image_and_is_tried_again_after_5_10_20_and_40_minutes() -> None:
    bench = bench_with(1, *[Plan(refuses=RefusedError("no credit"))] * 6, Plan(brings=all_cats))
    tried = []
    for _ in range(200):
        before = bench.service.submits
        bench.tick()
        if bench.service.submits > before:
            tried.append(bench.now)
        bench.now += MINUTE
    gaps = [round((later - earlier) / MINUTE) for earlier, later in pairwise(tried)]
    assert gaps == [5, 10, 20, 40, 40, 40]
    assert bench.statuses() == ["ok"]
    assert next(iter(bench.closed.kept.values())).attempts[0].number == 1


def test_refusals_are_said_and_counted() -> None:
    bench = bench_with(1, Plan(refuses=RefusedError("no credit")))
    bench.ticks(7)
    job = bench.book.jobs[0]
    assert (job.refusals, job.reason, job.attempts) == (2, "no credit", ())


def test_after_fourteen_days_of_refusals_its_images_fail_all_the_same() -> None:
    bench = bench_with(1, Plan(refuses=RefusedError("no credit")))
    bench.tick()
    bench.now += timedelta(days=14)
    bench.ticks(2)
    [job] = bench.closed.kept.values()
    assert job.reason == "waited_too_long: 14 days; no credit"
    assert bench.statuses() == ["failed"]


def test_an_attempt_that_never_left_the_services_queue_is_no_paid_one() -> None:
    bench = bench_with(1, *[Plan(queues=timedelta(days=1))] * 4, Plan(brings=all_cats))
    job = bench.until_closed()
    assert [one.was_paid for one in job.attempts] == [False] * 4 + [True]
    assert bench.statuses() == ["ok"]


def test_what_an_attempt_did_not_bring_is_asked_for_alone() -> None:
    def only_first(order: object) -> bytes:
        return lines({"image": "0000.png", "classes": []})

    bench = bench_with(3, Plan(brings=only_first), Plan(brings=all_cats))
    job = bench.until_closed()
    assert [one.indexes for one in job.attempts] == [(0, 1, 2), (1, 2)]
    assert bench.statuses() == ["none", "ok", "ok"]


def test_forged_and_missing_results_are_tried_again_and_then_failed_with_the_reason() -> None:
    forged = lines({"image": "0000.png", "classes": [{"name": "cat", "confidence_percent": 101}]})
    bench = bench_with(1, Plan(brings=lambda _: forged))
    job = bench.until_closed()
    assert len(bench.service.jobs) == TERMS.maximum_attempts
    assert job.reason is not None
    assert "confidence_percent" in job.reason
    assert bench.statuses() == ["failed"]


def test_the_models_own_word_about_an_image_rejects_it() -> None:
    brought = lines({"image": "0000.png", "error": "too dark"})
    bench = bench_with(1, Plan(brings=lambda _: brought))
    bench.until_closed()
    [record] = bench.records.written.values()
    assert (record.status, record.reason) == ("rejected", "model: too dark")


def test_a_job_the_service_forgot_is_an_attempt_that_brought_nothing() -> None:
    bench = bench_with(1, Plan(works=None), Plan(brings=all_cats))
    bench.ticks(2)
    bench.service.jobs.clear()
    job = bench.until_closed()
    assert job.attempts[0].word == "unknown to the service"
    assert bench.statuses() == ["ok"]


def test_results_that_are_seen_a_little_later_are_not_paid_twice() -> None:
    bench = bench_with(1, Plan(works=MINUTE))
    bench.ticks(2)
    assert bench.book.jobs[0].state is JobState.COLLECTING
    bench.service.jobs[0].plan = replace(bench.service.jobs[0].plan, brings=all_cats)
    bench.until_closed()
    assert len(bench.service.jobs) == 1


def test_a_cancelled_job_is_stopped_and_its_images_fail_with_who_said_so() -> None:
    bench = bench_with(2, Plan(works=None))
    bench.ticks(3)
    cancel(bench.ports, bench.book.jobs[0].id, "ana")
    bench.until_closed(minutes=5)
    assert {record.reason for record in bench.records.written.values()} == {"cancelled: by ana"}
    assert bench.service.alive() == []


def test_a_job_cancelled_at_its_end_keeps_what_it_brought() -> None:
    bench = bench_with(1, Plan(works=5 * MINUTE, brings=all_cats))
    bench.ticks(5)
    cancel(bench.ports, bench.book.jobs[0].id, "ana")
    bench.ticks(3)
    assert bench.statuses() == ["ok"]


def test_a_job_that_only_waits_is_cancelled_at_once() -> None:
    bench = bench_with(1, Plan(refuses=RefusedError("no credit")))
    bench.tick()
    cancel(bench.ports, bench.book.jobs[0].id, "ana")
    bench.tick()
    assert bench.statuses() == ["failed"]


def test_a_job_that_is_not_open_cannot_be_cancelled() -> None:
    with pytest.raises(ForeignMessageError, match="20261121-120000-00000000"):
        cancel(JobBench().ports, "20261121-120000-00000000", "ana")


def test_behind_a_closed_gate_nothing_is_taken_or_begun_and_what_runs_goes_on() -> None:
    bench = bench_with(1, Plan(works=10 * MINUTE, brings=all_cats))
    bench.tick()
    bench.gate.answer = False
    other = replace(ARCHIVE, version_id="v2")
    bench.mailbox.put(bench.manifests.of(other, picture(7)))
    bench.until_closed(minutes=15)
    assert bench.statuses() == ["ok"]
    assert len(bench.mailbox.line) == 1
    assert bench.service.submits == 1


def test_a_gate_that_cannot_be_looked_at_counts_as_closed_and_is_said() -> None:
    bench = bench_with(1)
    bench.gate.answer = TransientError("SSM is away")
    assert bench.tick().errors == ("the gate: SSM is away",)
    assert bench.book.jobs == ()


def test_no_more_jobs_are_at_the_service_than_are_wanted() -> None:
    bench = JobBench()
    for number in range(3):
        archive = replace(ARCHIVE, version_id=f"v{number}")
        bench.mailbox.put(bench.manifests.of(archive, picture(number)))
    most = 0
    for _ in range(40):
        bench.tick()
        most = max(most, len(bench.service.alive()))
        bench.now += MINUTE
    assert most == 1
    assert bench.statuses() == ["ok"] * 3


def test_two_functions_that_begin_two_jobs_at_once_leave_room_for_one() -> None:
    bench = JobBench()
    bench.service.plans = [Plan(works=None)]
    for number in range(2):
        archive = replace(ARCHIVE, version_id=f"v{number}")
        bench.mailbox.put(bench.manifests.of(archive, picture(number)))
    bench.contents.answers = {picture(0).key: TransientError("S3 is slow")}
    bench.tick()
    first, second = bench.book.jobs
    assert (first.state, second.state) == (JobState.WAITING, JobState.RUNNING)
    ours = OpenBook(bench.ports, Book(first.model, (first, replace(second, state=JobState.WAITING))), "stale")
    begun = replace(first, state=JobState.SUBMITTING)
    assert not ours.put(first, begun, lambda book: book.has_room(1))
    assert bench.book.jobs == (first, second)
    assert ours.put(first, begun)


def test_what_fails_for_one_job_fails_for_no_other() -> None:
    bench = JobBench(terms=replace(TERMS, jobs_at_once=2))
    for number in range(2):
        archive = replace(ARCHIVE, version_id=f"v{number}")
        bench.mailbox.put(bench.manifests.of(archive, picture(number)))
    bench.contents.answers = {picture(0).key: TransientError("S3 is slow")}
    bench.tick()
    assert sorted(job.state for job in bench.book.jobs) == [JobState.RUNNING, JobState.WAITING]


def test_what_nobody_foresaw_about_one_job_stops_another_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = JobBench(terms=replace(TERMS, jobs_at_once=2))
    bench.service.plans = [Plan(works=None)]
    for number in range(2):
        archive = replace(ARCHIVE, version_id=f"v{number}")
        bench.mailbox.put(bench.manifests.of(archive, picture(number)))
    bench.tick()
    look = bench.service.look

    def fail(service_id: str) -> ServiceJob | None:
        if service_id == "id0":
            raise RuntimeError("odd")
        return look(service_id)

    monkeypatch.setattr(bench.service, "look", fail)
    bench.now += TERMS.deadline - 2 * MINUTE
    cancel(bench.ports, bench.book.jobs[1].id, "ana")
    assert "unforeseen: RuntimeError: odd" in bench.tick().errors[0]
    assert bench.service.jobs[1].stopped_at is not None


def test_images_that_cannot_be_packed_end_before_anything_is_paid() -> None:
    bench = bench_with(3)
    bench.contents.answers = {picture(0).key: b"GIF89a" + bytes(100), picture(1).key: gone()}
    bench.until_closed()
    assert bench.statuses() == ["rejected", "gone", "ok"]
    assert bench.service.jobs[0].order.images[0].index == 2


def test_a_job_of_which_nothing_can_be_packed_is_over_without_the_service() -> None:
    bench = bench_with(1)
    bench.contents.answers = {picture(0).key: b"GIF89a" + bytes(100)}
    bench.tick()
    bench.tick()
    assert bench.service.submits == 0
    assert bench.book.jobs == ()
    assert bench.statuses() == ["rejected"]


def test_without_time_nothing_long_is_begun() -> None:
    bench = bench_with(1)
    bench.has_time = False
    bench.tick()
    assert (bench.book.jobs, len(bench.mailbox.line)) == ((), 1)


def test_a_service_that_does_not_answer_leaves_the_job_and_is_said() -> None:
    bench = bench_with(1, Plan(works=30 * MINUTE, brings=all_cats))
    bench.tick()
    bench.service.trouble = TransientError("HTTP 500")
    assert bench.ticks(5).errors
    assert bench.book.jobs[0].state is JobState.RUNNING
    bench.service.trouble = None
    bench.until_closed()
    assert bench.statuses() == ["ok"]


def test_a_deadline_passes_also_while_the_service_does_not_answer() -> None:
    bench = bench_with(1, Plan(works=None))
    bench.tick()
    bench.service.trouble = TransientError("HTTP 500")
    bench.now += TERMS.deadline
    bench.tick()
    assert bench.book.jobs[0].state is JobState.STOPPING
    assert bench.service.asked[-1] == "cancel"


def test_images_of_a_job_that_nobody_hears_of_any_more_fail_and_the_job_stays() -> None:
    bench = bench_with(1, Plan(works=None))
    bench.tick()
    bench.service.trouble = TransientError("HTTP 500")
    bench.now += timedelta(days=14)
    bench.ticks(3)
    assert bench.statuses() == ["failed"]
    assert bench.book.jobs[0].state is JobState.STOPPING
    bench.service.trouble = None
    bench.until_closed()
    assert bench.service.alive() == []


def test_a_second_tick_at_the_same_time_pays_nothing_more() -> None:
    bench = bench_with(2)
    bench.book.meanwhile = lambda: _also(bench)
    bench.tick()
    bench.until_closed()
    assert len(bench.service.jobs) == 1
    assert bench.statuses() == ["ok"] * 2


def test_loose_images_gather_and_go_together() -> None:
    bench = JobBench()
    bench.mailbox.put(picture(0))
    bench.tick()
    bench.ticks(5)
    bench.mailbox.put(picture(1))
    bench.ticks(9)
    assert (bench.book.jobs[0].state, bench.service.jobs) == (JobState.GATHERING, [])
    bench.ticks(1)
    assert [len(one.order.images) for one in bench.service.jobs] == [2]


def test_the_phase_and_cost_of_a_job_under_way_are_in_the_book() -> None:
    bench = bench_with(1, Plan(queues=2 * MINUTE, works=60 * MINUTE, brings=all_cats))
    bench.ticks(1)
    assert bench.book.jobs[0].attempts[0].phase is Phase.WAITING
    bench.ticks(32)
    attempt = bench.book.jobs[0].attempts[0]
    assert attempt.phase is Phase.RUNNING
    assert attempt.cost_usd == pytest.approx(1.0, abs=0.1)


def test_foreign_buckets_never_reach_the_service() -> None:
    bench = JobBench()
    bench.mailbox.put(replace(picture(), bucket=f"not-{IMAGES}"))
    bench.ticks(30)
    assert bench.service.asked == []
    assert bench.statuses() == ["failed"]
