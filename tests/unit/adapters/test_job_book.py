"""The book in S3: whoever reads it changes it, or is told that another did."""

import json
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from dayshift.adapters.image_bytes import S3ImageContents
from dayshift.adapters.job_book import S3ClosedJobs, S3JobBook
from dayshift.adapters.s3 import S3Records
from dayshift.domain.errors import ClosedError, GoneError, TransientError
from dayshift.domain.job_json import job_from_json
from dayshift.domain.jobs import Book, Job, JobImage, JobState
from dayshift.domain.results import Status, TerminalRecord
from tests.fakes import IMAGES, NOON, RESULTS
from tests.job_fakes import PICTURES, PNG, picture

JOB = Job("20261120-120000-00000000", "pictures", JobState.WAITING, NOON, NOON, (JobImage(0, picture(), NOON),))
ONE = Book("pictures", (JOB,))
KEY = "jobs/pictures/open.json"


@pytest.fixture
def book(s3: S3Client) -> S3JobBook:
    return S3JobBook(s3, RESULTS, "pictures")


def test_before_the_first_job_the_book_is_empty_and_has_no_mark(book: S3JobBook) -> None:
    assert book.read() == (Book("pictures"), None)


def test_what_is_written_is_read_back_with_its_mark(book: S3JobBook) -> None:
    mark = book.write(ONE, None)
    assert mark is not None
    assert book.read() == (ONE, mark)


def test_of_two_that_begin_the_book_one_is_told_that_the_other_was_faster(book: S3JobBook) -> None:
    assert book.write(ONE, None) is not None
    assert book.write(Book("pictures"), None) is None
    assert book.read()[0] == ONE


def test_of_two_that_read_the_same_book_only_one_changes_it(book: S3JobBook) -> None:
    book.write(ONE, None)
    _, mark = book.read()
    running = ONE.changed(JOB.id, replace(JOB, state=JobState.SUBMITTING))
    assert book.write(running, mark) is not None
    assert book.write(Book("pictures"), mark) is None
    assert book.read()[0] == running


def test_a_book_that_was_deleted_meanwhile_is_not_as_it_was_read(book: S3JobBook, s3: S3Client) -> None:
    mark = book.write(ONE, None)
    s3.delete_object(Bucket=RESULTS, Key=KEY)
    assert book.write(Book("pictures"), mark) is None


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"v": 2}', b'{"v": 1, "model": "m", "jobs": [{}]}', b"\xff"])
def test_a_book_that_nobody_can_read_is_an_error_and_never_an_empty_one(
    book: S3JobBook, s3: S3Client, content: bytes
) -> None:
    s3.put_object(Bucket=RESULTS, Key=KEY, Body=content)
    with pytest.raises(TransientError, match=r"open\.json is no book of this release"):
        book.read()


@pytest.mark.parametrize("code", ["ConditionalRequestConflict", "PreconditionFailed"])
def test_a_conflict_is_another_function_and_all_else_goes_up(book: S3JobBook, s3: S3Client, code: str) -> None:
    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "PutObject")

    s3.meta.events.register("before-call.s3.PutObject", fail)
    assert book.write(ONE, "mark") is None


def test_a_missing_permission_is_said(book: S3JobBook, s3: S3Client) -> None:
    def fail(**_: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    s3.meta.events.register("before-call.s3.GetObject", fail)
    with pytest.raises(ClosedError, match="AccessDenied"):
        book.read()


def test_a_closed_job_lies_where_people_look_for_it(s3: S3Client) -> None:
    S3ClosedJobs(s3, RESULTS, "pictures").keep(replace(JOB, state=JobState.CLOSED, endings={"ok": 1}))
    content = s3.get_object(Bucket=RESULTS, Key=f"jobs/pictures/{JOB.id}.json")["Body"].read()
    assert job_from_json(content).endings == {"ok": 1}
    assert json.loads(content)["state"] == "closed"


def test_a_record_tells_how_its_image_ended_and_none_that_it_has_not(s3: S3Client) -> None:
    records = S3Records(s3, RESULTS, "pictures")
    assert records.status(picture()) is None
    records.write(TerminalRecord(picture(), PICTURES, Status.GONE, "gone: it is", (), None, NOON, NOON, 0, 0.0))
    assert records.status(picture()) is Status.GONE


def test_an_image_is_read_whole_by_its_version_and_gone_when_that_is_gone(s3: S3Client) -> None:
    contents = S3ImageContents(s3)
    version = s3.put_object(Bucket=IMAGES, Key=picture().key, Body=PNG)["VersionId"]
    s3.put_object(Bucket=IMAGES, Key=picture().key, Body=b"another")
    assert contents.read(picture(version_id=version)) == PNG
    s3.delete_object(Bucket=IMAGES, Key=picture().key, VersionId=version)
    with pytest.raises(GoneError):
        contents.read(picture(version_id=version))
