"""What an archive becomes is written once, whoever writes; and it has ended when the last of its images has."""

import json
from datetime import UTC, datetime

import boto3
import pytest
from botocore.stub import Stubber
from mypy_boto3_s3 import S3Client

from dayshift.adapters.expanded import S3Endings, S3ExpandedImages, S3Manifests
from dayshift.adapters.s3 import S3Records
from dayshift.domain.archives import ExpandedImage, Manifest, RefusedEntry, manifest_key
from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.results import Status, TerminalRecord
from tests.fakes import IMAGES, NOON, RESULTS, SIGNS, image

KEY = "expanded/signs/monday-0123456789ab/0000-0123456789abcdef.png"
ZIP = image("incoming/signs/monday.zip")


def manifest(*images: ImageRef, at: datetime = NOON) -> Manifest:
    expanded = tuple(ExpandedImage(index, f"{index}.png", one) for index, one in enumerate(images))
    return Manifest(
        ZIP, "signs", "expanded/signs/a-1-2/", at, expanded, (RefusedEntry(9, "\0\udce4\u202e.txt", "empty: 0 bytes"),)
    )


def ended(one: ImageRef, status: Status) -> TerminalRecord:
    return TerminalRecord(one, SIGNS, status, None, (), None, NOON, NOON, 1, 0.0)


def versions(s3: S3Client, bucket: str) -> int:
    return len(s3.list_object_versions(Bucket=bucket).get("Versions", []))


def test_an_image_is_written_once_and_both_deliveries_name_its_one_version(s3: S3Client) -> None:
    first = S3ExpandedImages(s3, IMAGES).put(KEY, b"bytes", "image/png")
    second = S3ExpandedImages(s3, IMAGES).put(KEY, b"bytes", "image/png")
    assert first == second
    assert (versions(s3, IMAGES), first.size_bytes, first.bucket) == (1, 5, IMAGES)
    found = s3.get_object(Bucket=IMAGES, Key=KEY, VersionId=str(first.version_id))
    assert (found["Body"].read(), found["ContentType"], found["ETag"]) == (b"bytes", "image/png", f'"{first.etag}"')


def test_a_bucket_without_versions_names_none(s3: S3Client) -> None:
    s3.create_bucket(Bucket="plain")
    both = [S3ExpandedImages(s3, "plain").put(KEY, b"bytes", "image/png") for _ in range(2)]
    assert both[0] == both[1]
    assert both[0].version_id is None


def test_an_image_that_vanishes_between_the_two_is_nobodys_fault() -> None:
    s3 = boto3.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stub.add_client_error("head_object", "404", http_status_code=404)
        with pytest.raises(TransientError):
            S3ExpandedImages(s3, IMAGES).put(KEY, b"bytes", "image/png")


@pytest.mark.parametrize(("code", "kind"), [("SlowDown", TransientError), ("AccessDenied", ClosedError)])
def test_a_write_that_is_refused_goes_back(code: str, kind: type) -> None:
    s3 = boto3.client("s3")
    for write in (
        lambda: S3ExpandedImages(s3, IMAGES).put(KEY, b"bytes", "image/png"),
        lambda: S3Manifests(s3, RESULTS, "signs").write(manifest()),
    ):
        with Stubber(s3) as stub:
            stub.add_client_error("put_object", code)
            with pytest.raises(TransientError) as caught:
                write()
            assert type(caught.value) is kind


def test_a_manifest_is_written_once_and_reads_back_as_it_was(s3: S3Client) -> None:
    manifests = S3Manifests(s3, RESULTS, "signs")
    assert (manifests.exists(ZIP), manifests.read(ZIP)) == (False, None)
    first = manifest(image(KEY, version_id="v7"), image(KEY, version_id=None))
    assert manifests.write(first)
    assert not manifests.write(manifest(at=datetime(2026, 1, 1, tzinfo=UTC)))
    assert manifests.exists(ZIP)
    assert manifests.read(ZIP) == first
    assert manifests.read(image(ZIP.key, version_id="v2")) is None


def test_a_manifest_is_json_that_any_reader_takes(s3: S3Client) -> None:
    S3Manifests(s3, RESULTS, "signs").write(manifest(image(KEY)))
    body = s3.get_object(Bucket=RESULTS, Key="archives/signs/incoming/signs/monday.zip/v1.json")["Body"].read()
    value = json.loads(body.decode("ascii"))
    assert (value["v"], value["ok"], value["rejected"], value["model"]) == (1, 1, 1, "signs")
    assert value["archive"] == {
        "bucket": IMAGES, "key": ZIP.key, "version_id": "v1", "etag": "e1", "size_bytes": 48_213,
    }  # fmt: skip
    assert set(value["images"][0]) == {"index", "name", "key", "version_id", "etag", "size_bytes"}
    assert set(value["refused"][0]) == {"index", "name", "reason"}


@pytest.mark.parametrize("key", ["incoming/ü\n.zip", "incoming/" + "k" * 1011 + ".zip", "incoming/../a.zip"])
def test_any_archive_has_a_manifest_that_s3_takes(s3: S3Client, key: str) -> None:
    manifests = S3Manifests(s3, RESULTS, "signs")
    archive = image(key)
    assert manifests.write(Manifest(archive, "signs", "expanded/signs/a-1-2/", NOON, (), ()))
    assert manifests.exists(archive)
    assert len(manifest_key("signs", archive).encode()) <= 1024


def test_a_forbidden_look_at_a_manifest_is_not_its_absence() -> None:
    s3 = boto3.client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(ClosedError):
            S3Manifests(s3, RESULTS, "signs").read(ZIP)


def test_images_have_ended_when_the_last_of_them_has(s3: S3Client) -> None:
    images = [image(f"expanded/signs/monday-0123456789ab/{number:04}-a.png") for number in range(12)]
    records, endings = S3Records(s3, RESULTS, "signs"), S3Endings(s3, RESULTS, "signs")
    assert endings.of(images) is None
    for one in images[:-1]:
        records.write(ended(one, Status.OK))
    assert endings.of(images) is None
    records.write(ended(images[-1], Status.REJECTED))
    assert endings.of(images) == {"ok": 11, "rejected": 1}


def test_no_images_have_ended_without_a_call() -> None:
    s3 = boto3.client("s3")
    with Stubber(s3):
        assert S3Endings(s3, RESULTS, "signs").of([]) == {}


def test_while_one_is_missing_only_a_listing_is_paid(s3: S3Client) -> None:
    images = [image(f"expanded/signs/monday-0123456789ab/{number:04}-a.png") for number in range(12)]
    S3Records(s3, RESULTS, "signs").write(ended(images[0], Status.OK))
    calls: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    S3Endings(s3, RESULTS, "signs").of(images)
    assert calls == ["ListObjectsV2"]
