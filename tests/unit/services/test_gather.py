"""What waits in a queue becomes jobs, each image in one, and no message is taken off before the book has it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.job_gathering import MAXIMUM_JOB_BYTES, MAXIMUM_OPEN_JOBS
from dayshift.domain.jobs import JobState
from dayshift.domain.messages import Envelope, InferenceRequest, backoff_seconds
from dayshift.domain.results import Status, TerminalRecord
from tests.fakes import NOON
from tests.job_fakes import MINUTE, PICTURES, TERMS, JobBench, Plan, picture, pictures

MIB = 1024 * 1024
ARCHIVE = picture(key="incoming/pictures/a.zip")
TWIN = replace(ARCHIVE, version_id="v2")


def answer(bench: JobBench, *images: ImageRef) -> None:
    """These images have their records already."""
    for one in images:
        bench.records.write(TerminalRecord(one, PICTURES, Status.OK, None, (), None, NOON, NOON, 0, 0.0))


def busy() -> JobBench:
    """One whose service never ends anything, so that jobs stay in the book."""
    bench = JobBench()
    bench.service.plans = [Plan(works=None)]
    return bench


def test_the_same_archive_put_twice_at_once_is_one_job_that_tells_both_of_its_end() -> None:
    bench = JobBench()
    for archive in (ARCHIVE, TWIN):
        bench.mailbox.put(bench.manifests.of(archive, *pictures(3)))
    bench.tick()
    [job] = bench.book.jobs
    assert ([one.image for one in job.images], job.archive, job.twins) == (pictures(3), ARCHIVE, (TWIN,))
    bench.until_closed()
    assert [each.image for each in bench.archives.sent] == [ARCHIVE, TWIN]
    assert len(bench.service.jobs) == 1


def test_the_same_archive_put_again_while_its_job_runs_waits_for_that_job() -> None:
    bench = JobBench()
    bench.mailbox.put(bench.manifests.of(ARCHIVE, *pictures(3)))
    bench.ticks(2)
    bench.mailbox.put(bench.manifests.of(TWIN, *pictures(3)), TWIN)
    bench.ticks(1)
    [job] = bench.book.jobs
    assert job.twins == (TWIN,)
    bench.until_closed()
    assert len(bench.service.jobs) == 1


def test_of_an_archive_only_what_is_in_no_job_and_without_a_record_becomes_a_job() -> None:
    bench = busy()
    bench.mailbox.put(bench.manifests.of(ARCHIVE, *pictures(2)))
    bench.tick()
    answer(bench, picture(2))
    bench.mailbox.put(bench.manifests.of(TWIN, *pictures(5)))
    bench.ticks(1)
    first, second = bench.book.jobs
    assert [one.image for one in second.images] == [picture(3), picture(4)]
    assert [one.index for one in second.images] == [0, 1]
    assert (second.archive, first.twins) == (TWIN, (TWIN,))


def test_an_archive_that_is_not_expanded_yet_goes_back_and_rests() -> None:
    bench = JobBench()
    bench.mailbox.put(ARCHIVE)
    bench.tick()
    assert bench.book.jobs == ()
    assert list(bench.mailbox.rests.values()) == [backoff_seconds(1)]


def test_an_archive_with_more_images_than_a_job_may_have_becomes_several() -> None:
    bench = busy()
    bench.terms = replace(TERMS, maximum_images=2)
    bench.mailbox.put(bench.manifests.of(ARCHIVE, *pictures(5)))
    bench.tick()
    assert [len(job.images) for job in bench.book.jobs] == [2, 2, 1]
    assert {job.archive for job in bench.book.jobs} == {ARCHIVE}


def test_a_full_batch_goes_at_once_and_the_next_image_begins_another() -> None:
    bench = busy()
    bench.terms = replace(TERMS, maximum_images=10)
    bench.mailbox.put(*pictures(9))
    bench.tick()
    assert [job.state for job in bench.book.jobs] == [JobState.GATHERING]
    bench.mailbox.put(picture(9), picture(10))
    bench.ticks(1)
    assert [(len(job.images), job.state) for job in bench.book.jobs] == [
        (10, JobState.RUNNING),
        (1, JobState.GATHERING),
    ]
    assert bench.book.jobs[1].due_at == bench.now + TERMS.gather


def test_a_batch_is_full_by_its_bytes_too() -> None:
    bench = busy()
    large = [picture(number, size_bytes=15 * MIB) for number in range(40)]
    bench.mailbox.put(*large)
    bench.tick()
    first, second = bench.book.jobs
    assert sum(one.image.size_bytes for one in first.images) <= MAXIMUM_JOB_BYTES
    assert (len(first.images), len(second.images), second.state) == (33, 7, JobState.GATHERING)


def test_repeated_messages_are_one_image() -> None:
    bench = busy()
    bench.mailbox.put(picture(), picture())
    bench.tick()
    bench.mailbox.put(picture())
    bench.ticks(1)
    assert [len(job.images) for job in bench.book.jobs] == [1]
    assert not bench.mailbox.hidden


def test_what_has_its_record_is_taken_off_and_costs_nothing() -> None:
    bench = JobBench()
    answer(bench, picture())
    bench.mailbox.put(picture())
    assert bench.tick().settled == {"already": 1}
    assert (bench.book.jobs, bench.mailbox.hidden) == ((), {})


def test_an_image_that_no_job_could_read_ends_at_once() -> None:
    bench = JobBench()
    bench.mailbox.put(picture(0, size_bytes=16 * MIB), picture(1, size_bytes=7))
    bench.tick()
    assert bench.statuses() == ["rejected", "rejected"]
    assert (bench.book.jobs, bench.mailbox.hidden) == ((), {})


def test_where_another_function_was_faster_the_messages_are_shown_again() -> None:
    bench = JobBench()
    bench.mailbox.put(picture(0))

    def meanwhile() -> None:
        bench.book.text, bench.book.version = other.book.text, other.book.version

    other = busy()
    other.mailbox.put(picture(1))
    other.tick()
    bench.book.meanwhile = meanwhile
    assert bench.tick().settled == {"returned": 1}
    assert [one.image for job in bench.book.jobs for one in job.images] == [picture(1)]
    assert list(bench.mailbox.rests.values()) == [0]
    bench.ticks(1)
    assert [one.image for job in bench.book.jobs for one in job.images] == [picture(1), picture(0)]


def test_a_book_that_cannot_be_written_keeps_every_message_in_the_queue() -> None:
    bench = JobBench()
    bench.mailbox.put(picture())
    bench.book.refuse = TransientError("S3 is away")
    assert bench.tick().errors == ("gathering: S3 is away",)
    assert len(bench.mailbox.hidden) == 1
    assert bench.book.jobs == ()


def test_a_message_that_is_not_ours_ends_under_its_own_id() -> None:
    bench = JobBench()
    bench.mailbox.line.append(Envelope("m1", "r1", 1, problem="not JSON"))
    bench.tick()
    [record] = bench.records.written.values()
    assert (record.image.key, record.status) == ("message/m1", "failed")
    assert record.reason == "foreign_message: not JSON"
    assert not bench.mailbox.hidden


def test_a_message_that_asks_nothing_is_taken_off() -> None:
    bench = JobBench()
    bench.mailbox.line.append(Envelope("m1", "r1", 1))
    bench.tick()
    assert (bench.mailbox.hidden, bench.records.written) == ({}, {})


def test_an_image_of_another_model_is_foreign() -> None:
    bench = JobBench()
    bench.mailbox.line.append(Envelope("m1", "r1", 1, (InferenceRequest(picture(), "signs", NOON),)))
    bench.tick()
    assert bench.statuses() == ["failed"]


def _fails_for(key: str, error: BaseException, status: Callable[[ImageRef], Any]) -> Callable[[ImageRef], Any]:
    def fail(image: ImageRef) -> Any:
        if image.key == key:
            raise error
        return status(image)

    return fail


@pytest.mark.parametrize("error", [TransientError("S3 is slow"), RuntimeError("nobody thought of it")])
def test_what_is_wrong_with_one_message_costs_no_other(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = busy()
    bench.mailbox.put(*pictures(3))
    monkeypatch.setattr(bench.records, "status", _fails_for(picture(1).key, error, bench.records.status))
    assert bench.tick().settled == {"returned": 1}
    assert [one.image for one in bench.book.jobs[0].images] == [picture(0), picture(2)]
    assert list(bench.mailbox.rests.values()) == [backoff_seconds(1)]


def test_an_error_that_nobody_named_ends_the_image_on_its_last_receive_but_one(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = busy()
    monkeypatch.setattr(bench.records, "status", _fails_for(picture().key, RuntimeError("odd"), bench.records.status))
    bench.mailbox.line.append(Envelope("m1", "r1", 19, (InferenceRequest(picture(), PICTURES.name, NOON),)))
    bench.tick()
    [record] = bench.records.written.values()
    assert record.reason == "unforeseen: RuntimeError: odd"
    assert not bench.mailbox.hidden


def test_a_full_book_takes_nothing_more() -> None:
    bench = busy()
    for number in range(MAXIMUM_OPEN_JOBS + 5):
        archive = replace(ARCHIVE, version_id=f"v{number}")
        bench.mailbox.put(bench.manifests.of(archive, picture(number)))
    bench.ticks(3)
    assert MAXIMUM_OPEN_JOBS <= len(bench.book.jobs) < MAXIMUM_OPEN_JOBS + 10
    assert len(bench.mailbox.line) == MAXIMUM_OPEN_JOBS + 5 - len(bench.book.jobs)


def test_a_cancelled_batch_takes_no_more_images() -> None:
    bench = busy()
    bench.mailbox.put(picture(0))
    bench.tick()
    book, mark = bench.book.read()
    bench.book.write(book.changed(book.jobs[0].id, replace(book.jobs[0], cancelled_by="ana")), mark)
    bench.mailbox.put(picture(1))
    bench.ticks(1)
    [job] = bench.book.jobs
    assert [one.image for one in job.images] == [picture(1)]
    assert bench.statuses() == ["failed"]


def test_a_batch_waits_no_longer_than_it_was_told_to_however_many_come() -> None:
    bench = busy()
    for number in range(20):
        bench.mailbox.put(picture(number))
        bench.tick()
        bench.now += MINUTE
    assert len(bench.service.jobs[0].order.images) == TERMS.gather // timedelta(minutes=1) + 1


def test_a_book_that_cannot_be_written_keeps_every_message_which_comes_back_after_a_minute() -> None:
    bench = busy()
    bench.mailbox.put(*pictures(2))
    bench.book.refuse = TransientError("S3 is away")
    assert bench.tick().errors == ("gathering: S3 is away",)
    assert set(bench.mailbox.rests) == set(bench.mailbox.hidden)
    assert set(bench.mailbox.rests.values()) == {backoff_seconds(1)}
    assert [(one.result, one.reason) for one in bench.outcomes] == [("returned", "S3 is away")] * 2
    assert bench.book.jobs == ()
