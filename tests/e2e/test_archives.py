"""Archives, through everything that a user would deploy: the real expander with its own role, over real ranges."""

import io
import json
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from dayshift.domain.archives import Manifest, manifest_key
from dayshift.domain.images import ImageRef
from tests.e2e.conftest import LOOK_SECONDS, Pipeline, picture

ENTRIES = {
    "trip/harbour.jpg": picture("HARBOUR"),
    "../../etc/garden.png": picture("GARDEN", kind="PNG"),
    "notes.txt": b"buy milk, " * 20,
    "__MACOSX/._harbour.jpg": b"\0\5\x16\7" * 30,
}


def archived(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def expanded(signs: Pipeline, name: str, content: bytes) -> tuple[ImageRef, Manifest]:
    """An archive that was uploaded, once its images wait for the model."""
    key = signs.spec["prefix"] + name
    version = signs.s3.put_object(Bucket=signs.images, Key=key, Body=content)["VersionId"]
    archive = ImageRef(signs.images, key, version, "", len(content))
    place, deadline = manifest_key(signs.model, archive), time.monotonic() + 60
    while place not in signs.stored("archives"):
        assert time.monotonic() < deadline, "the archive was not expanded"
        time.sleep(LOOK_SECONDS)
    manifest = Manifest.from_json(signs.s3.get_object(Bucket=signs.results, Key=place)["Body"].read())
    signs.uploaded |= {(one.image.key, one.image.version): b"" for one in manifest.images}
    return archive, manifest


def sweep(signs: Pipeline) -> None:
    wish = json.dumps({"older_than_minutes": 0}).encode()
    answer = signs.lambda_.invoke(FunctionName=signs.deployment["functions"]["sweep"], Payload=wish)
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_the_images_of_an_archive_are_read_by_their_own_names_and_the_archive_ends_after_them(signs: Pipeline) -> None:
    archive, manifest = expanded(signs, "one trip.ZIP", archived(ENTRIES))
    assert [one.name for one in manifest.images] == ["trip/harbour.jpg", "../../etc/garden.png"]
    assert [(one.name, one.reason.partition(":")[0]) for one in manifest.refused] == [
        ("notes.txt", "unsupported_format")
    ]
    assert all(one.image.key.startswith("expanded/signs/one-trip-") for one in manifest.images)
    signs.wait(120)
    for one, word in zip(manifest.images, ("HARBOUR", "GARDEN"), strict=True):
        found = signs.record(one.image.key, one.image.version)["detections"]
        assert word in [text["name"] for text in found if text["kind"] == "text"]
    signs.uploaded[archive.key, archive.version] = b""
    sweep(signs)
    signs.wait(60)
    record = signs.record(archive.key, archive.version)
    assert (record["status"], record["reason"].partition(";")[0]) == ("ok", "ok 2, rejected 1 (unsupported_format 1)")


def test_the_same_archive_put_there_twice_at_once_is_one_set_of_images_and_results(signs: Pipeline) -> None:
    content = archived({name: ENTRIES[name] for name in ("trip/harbour.jpg", "notes.txt")})
    with ThreadPoolExecutor(2) as pool:
        (one, first), (other, second) = pool.map(lambda _: expanded(signs, "twice.zip", content), range(2))
    assert one.version_id != other.version_id
    assert (first.images, first.folder) == (second.images, second.folder)
    signs.wait(120)
    written = signs.s3.list_object_versions(Bucket=signs.images, Prefix=first.folder)["Versions"]
    assert [version["Key"] for version in written] == [image.image.key for image in first.images]
    signs.uploaded |= {(archive.key, str(archive.version_id)): b"" for archive in (one, other)}
    sweep(signs)
    signs.wait(60)
    reasons = {signs.record(archive.key, str(archive.version_id))["reason"] for archive in (one, other)}
    assert reasons == {"ok 1, rejected 1 (unsupported_format 1); its images: ok 1"}


def test_what_is_no_archive_is_rejected_and_writes_nothing(signs: Pipeline) -> None:
    before = objects(signs)
    image = signs.upload("cut.zip", archived(ENTRIES)[:200])
    signs.wait(60)
    record = signs.record(*image)
    assert (record["status"], record["reason"].partition(":")[0]) == ("rejected", "archive_unreadable")
    assert objects(signs) == before


def test_the_expander_can_neither_write_where_events_come_from_nor_feed_its_own_queue(signs: Pipeline) -> None:
    iam, sts = signs.aws.client("iam"), signs.aws.client("sts")
    archives = signs.deployment["archives"]
    role = f"arn:aws:iam::{sts.get_caller_identity()['Account']}:role/{archives['expander']}"

    def may(action: str, resource: str) -> bool:
        answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    def arn(url: str) -> Any:
        return signs.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    assert may("s3:PutObject", f"arn:aws:s3:::{signs.images}/expanded/signs/a/0000-a.jpg")
    assert not may("s3:PutObject", f"arn:aws:s3:::{signs.images}/incoming/signs/a.jpg")
    assert not may("s3:DeleteObject", f"arn:aws:s3:::{signs.images}/expanded/signs/a/0000-a.jpg")
    assert may("sqs:SendMessage", arn(signs.spec["queue_url"]))
    assert not may("sqs:SendMessage", arn(archives["queue_url"]))


def objects(signs: Pipeline) -> set[str]:
    """What came out of archives."""
    pages = signs.s3.get_paginator("list_objects_v2").paginate(Bucket=signs.images, Prefix="expanded/")
    return {entry["Key"] for page in pages for entry in page.get("Contents", ())}
