"""Records that nobody overwrites, and a bucket listed version by version."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_s3 import S3Client

from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import S3Images, S3Records, is_there
from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.ports import Progress
from dayshift.domain.results import Status, TerminalRecord, csv_key, record_key
from dayshift.domain.sweeping import Tries
from tests.fakes import FLOWER, IMAGES, NOON, RESULTS, SIGNS, image


def record(of: ImageRef, name: str = "signs v1") -> TerminalRecord:
    return TerminalRecord(of, SIGNS, Status.OK, None, FLOWER.detections, name, NOON, NOON, 1, 0.002)


def body(s3: S3Client, key: str) -> str:
    return s3.get_object(Bucket=RESULTS, Key=key)["Body"].read().decode()


def test_a_record_is_written_once_and_never_overwritten(s3: S3Client) -> None:
    records = S3Records(s3, RESULTS, "signs")
    assert not records.exists(image())
    assert records.write(record(image(), "first"))
    assert not records.write(record(image(), "second"))
    assert records.exists(image())
    assert '"version":"first"' in body(s3, record_key("signs", image().key, "v1"))


def test_whoever_sees_the_record_finds_its_csv(s3: S3Client) -> None:
    order: list[str] = []
    s3.meta.events.register("before-call.s3.PutObject", lambda params, **_: order.append(params["url_path"]))
    S3Records(s3, RESULTS, "signs").write(record(image()))
    assert [place.split("/")[-1] for place in order] == ["v1.csv", "v1.json"]
    assert "Flower" in body(s3, csv_key("signs", image().key, "v1"))


@pytest.mark.parametrize(
    "key", ["incoming/a b+c%.jpg", "incoming/ü\n.jpg", "incoming/" + "k" * 1015, "incoming/=1.jpg"]
)
def test_any_key_that_s3_takes_has_a_record_that_s3_takes(s3: S3Client, key: str) -> None:
    records = S3Records(s3, RESULTS, "signs")
    assert records.write(record(image(key)))
    assert records.exists(image(key))


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [("SlowDown", 503, TransientError), ("AccessDenied", 403, ClosedError), ("KMS.DisabledException", 400, ClosedError),
     ("ConditionalRequestConflict", 409, TransientError), ("NoSuchBucket", 404, TransientError)],
)  # fmt: skip
def test_a_refusal_of_the_surroundings_is_never_about_the_image(code: str, status: int, kind: type) -> None:
    s3 = boto3.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", code, http_status_code=status)
        with pytest.raises(TransientError) as caught:
            S3Records(s3, RESULTS, "signs").write(record(image()))
    assert type(caught.value) is kind
    assert code in str(caught.value)


def test_a_forbidden_look_is_not_an_absence() -> None:
    s3 = boto3.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("head_object", "403", http_status_code=403)
        with pytest.raises(ClosedError):
            is_there(s3, RESULTS, "results/signs/a/v1.json")


def test_a_deleted_version_is_gone_while_another_version_stands(s3: S3Client) -> None:
    first = s3.put_object(Bucket=IMAGES, Key="a.jpg", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=IMAGES, Key="a.jpg", Body=b"2")["VersionId"]
    s3.delete_object(Bucket=IMAGES, Key="a.jpg", VersionId=first)
    assert not is_there(s3, IMAGES, "a.jpg", first)
    assert is_there(s3, IMAGES, "a.jpg", second)


def test_every_version_beyond_the_first_thousand_is_listed_and_no_delete_marker(s3: S3Client) -> None:
    for number in range(1003):
        s3.put_object(Bucket=IMAGES, Key=f"incoming/signs/{number:04}.jpg", Body=b"x" * 100)
    s3.put_object(Bucket=IMAGES, Key="incoming/signs/0000.jpg", Body=b"y" * 100)
    s3.delete_object(Bucket=IMAGES, Key="incoming/signs/0001.jpg")
    pages = list(S3Images(s3, IMAGES).pages("incoming/signs/", None))
    listed = [stored.image for page in pages for stored in page.images]
    assert len(listed) == len(set(listed)) == 1004
    assert pages[-1].next_marker is None
    resumed = [
        stored.image
        for page in S3Images(s3, IMAGES).pages("incoming/signs/", pages[0].next_marker)
        for stored in page.images
    ]
    assert resumed == listed[len(pages[0].images) :]


def stored(s3: S3Client, *keys: str) -> list[ImageRef]:
    for key in keys:
        s3.put_object(Bucket=IMAGES, Key=key, Body=b"x" * 100)
    return [one.image for page in S3Images(s3, IMAGES).pages("incoming/", None) for one in page.images]


@pytest.mark.parametrize("half", [slice(0, None, 2), slice(1, None, 2)])
def test_the_ledger_tells_answered_from_unanswered_even_where_slashes_sort_oddly(s3: S3Client, half: slice) -> None:
    records, ledger = S3Records(s3, RESULTS, "signs"), S3Ledger(s3, RESULTS, "signs")
    images = stored(s3, "incoming/a", "incoming/a!b", "incoming/a/b", "incoming/~x", "incoming/b\n", "incoming/c")
    for one in images[half]:
        records.write(record(one))
    answered, newest = ledger.answered(images)
    assert answered == frozenset(images[half])
    assert newest is not None
    assert abs(newest - datetime.now(UTC)) < timedelta(minutes=1)


def test_the_ledger_looks_no_further_than_the_images_asked_about(s3: S3Client) -> None:
    records, ledger = S3Records(s3, RESULTS, "signs"), S3Ledger(s3, RESULTS, "signs")
    images = stored(s3, *(f"incoming/{number:02}" for number in range(30)))
    for one in images:
        records.write(record(one))
    calls: list[Any] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    assert ledger.answered(images[10:20])[0] == frozenset(images[10:20])
    assert calls == ["ListObjectsV2"]


def test_an_image_under_a_hash_is_looked_up_without_listing_up_to_it(s3: S3Client) -> None:
    records, ledger = S3Records(s3, RESULTS, "signs"), S3Ledger(s3, RESULTS, "signs")
    (hashed,) = stored(s3, "incoming/a\n")
    records.write(record(hashed))
    calls: list[Any] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    assert ledger.answered([hashed]) == (frozenset([hashed]), None)
    assert calls == ["HeadObject"]


def test_the_ledger_remembers_tries_and_progress(s3: S3Client) -> None:
    ledger = S3Ledger(s3, RESULTS, "signs")
    assert (ledger.tries(image()), ledger.progress()) == (None, Progress())
    ledger.remember(image(), Tries(2, NOON))
    ledger.keep(Progress(("incoming/a", "v1"), NOON))
    assert ledger.tries(image()) == Tries(2, NOON)
    assert ledger.tries(image(version_id="v2")) is None
    assert ledger.progress() == Progress(("incoming/a", "v1"), NOON)
