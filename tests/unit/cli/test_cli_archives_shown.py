"""Archives in `dayshift results`, `status`, `redrive`, `backfill` and `purge`."""

import csv
import io
import json
from typing import Any

import pytest

from dayshift.domain.images import ImageRef
from dayshift.domain.results import Status
from dayshift_cli import queues, redriving
from tests.unit.cli.archives import deploy_archives, expand, zipped

ENTRIES = ["trip/b 2.png", "a.png", "trip/b 2.png"]  # a name may be there twice


@pytest.fixture(autouse=True)
def deployed(aws: Any) -> None:
    deploy_archives(aws)
    aws.answers["GetEventSourceMapping"] = lambda _: {"State": "Enabled"}


@pytest.fixture
def pictures(aws: Any) -> ImageRef:
    """An archive that was expanded; two of its three images have ended."""
    archive: ImageRef = aws.put("incoming/signs/2026/pictures.zip", zipped({"a.png": b"x"}))
    manifest = expand(aws, archive, ENTRIES, ["notes.txt"])
    for one, status in zip(manifest.images, (Status.OK, Status.NONE), strict=False):
        aws.answer(one.image, status)
    return archive


def rows(result: Any) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.stderr
    return list(csv.DictReader(io.StringIO(result.stdout)))


@pytest.mark.usefixtures("pictures")
def test_results_show_images_of_archives_by_their_own_names(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/plain.jpg"))
    shown = {row["image"]: row["status"] for row in rows(aws.run("results", "--output", "csv"))}
    assert shown == {
        "2026/pictures.zip/trip/b 2.png": "ok", "2026/pictures.zip/a.png": "none", "plain.jpg": "ok",
    }  # fmt: skip


def test_without_images_of_archives_no_manifest_is_looked_for(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/plain.jpg"))
    aws.calls.clear()
    aws.run("results")
    prefixes = [given["Prefix"] for operation, given in aws.calls if operation == "ListObjectsV2"]
    assert prefixes == ["results/pets/", "results/signs/"]


@pytest.mark.parametrize(
    "name", ["2026/pictures.zip", "incoming/signs/2026/pictures.zip", "/home/me/2026/pictures.zip"]
)
@pytest.mark.usefixtures("pictures")
def test_results_of_an_archive_are_those_of_its_images_and_what_was_refused(aws: Any, name: str) -> None:
    result = aws.run("results", name, "--output", "csv")
    *ended, last = [(row["image"].rpartition(".zip/")[2], row["status"]) for row in rows(result)]
    assert sorted(ended) == [("a.png", "none"), ("trip/b 2.png", "ok")]
    assert last == ("notes.txt", "rejected")
    assert "2026/pictures.zip: ok 3, rejected 1 of its entries; 2 of 3 images have ended." in result.stderr


def test_results_of_an_archive_hold_its_own_record_when_there_is_one(aws: Any, pictures: ImageRef) -> None:
    aws.answer(pictures, Status.OK, names=(), reason="ok 3, rejected 1 (unsupported_format 1); its images: ok 3")
    assert ("2026/pictures.zip", "ok") in [
        (row["image"], row["status"]) for row in rows(aws.run("results", "2026/pictures.zip", "--output", "csv"))
    ]


@pytest.mark.usefixtures("pictures")
def test_results_of_one_entry_are_all_entries_of_that_name(aws: Any) -> None:
    result = aws.run("results", "2026/pictures.zip/trip/b 2.png", "--output", "json")
    (value,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert (value["within"]["index"], value["within"]["name"]) == (0, "trip/b 2.png")
    assert "1 of 2 images have ended" in result.stderr


@pytest.mark.usefixtures("pictures")
def test_the_result_of_a_refused_entry_is_its_reason(aws: Any) -> None:
    (row,) = rows(aws.run("results", "2026/pictures.zip/notes.txt", "--output", "csv"))
    assert (row["status"], row["reason"].partition(":")[0]) == ("rejected", "unsupported_format")


def test_an_archive_that_was_not_expanded_has_no_result_yet(aws: Any) -> None:
    aws.put("incoming/signs/late.zip")
    result = aws.run("results", "late.zip")
    assert result.exit_code == 1
    assert "no result yet; the archive s3://dayshift-test-images/incoming/signs/late.zip is there" in result.stderr


def test_each_version_of_an_archive_keeps_its_own_names(aws: Any) -> None:
    for number in (1, 2):
        archive = aws.put("incoming/signs/again.zip", zipped({f"{number}.png": b"x"}))
        aws.answer(expand(aws, archive, [f"{number}.png"]).images[0].image)
    names = [row["image"] for row in rows(aws.run("results", "again.zip", "--output", "csv"))]
    assert sorted(names) == ["again.zip/1.png", "again.zip/2.png"]


def test_an_archive_that_was_put_there_twice_is_shown_once_and_each_of_its_records_too(aws: Any) -> None:
    content = zipped({"a.png": b"x"})
    twice = [aws.put("incoming/signs/again.zip", content) for _ in range(2)]
    *_, manifest = [expand(aws, archive, ["a.png"], ["notes.txt"]) for archive in twice]
    aws.answer(manifest.images[0].image)
    result = aws.run("results", "again.zip", "--output", "csv")
    assert [row["image"] for row in rows(result)] == ["again.zip/a.png", "again.zip/notes.txt"]
    assert result.stderr.count("ok 1, rejected 1 of its entries") == 1
    assert [row["image"] for row in rows(aws.run("results", "--output", "csv"))] == ["again.zip/a.png"]
    for archive in twice:
        aws.answer(archive, Status.OK, names=())
    named = rows(aws.run("results", "again.zip", "--output", "csv"))
    assert sorted(row["image"] for row in named) == ["again.zip", "again.zip", "again.zip/a.png", "again.zip/notes.txt"]
    assert [row["ended"] for row in rows(aws.run("status", "--archives", "--output", "csv"))] == ["1 of 1", "1 of 1"]


def test_only_manifests_of_the_key_are_read_that_a_folder_tells(aws: Any) -> None:
    for name in ("a", "b", "b", "c"):
        archive = aws.put(f"incoming/signs/{name}.zip", zipped({"x.png": name.encode()}))
        manifest = expand(aws, archive, [f"{name}.png"])
        if name == "b":
            aws.answer(manifest.images[0].image)
    aws.calls.clear()
    assert [row["image"] for row in rows(aws.run("results", "--output", "csv"))] == ["b.zip/b.png"]
    read = [given["Key"] for operation, given in aws.calls if operation == "GetObject"]
    assert len([key for key in read if key.startswith("archives/")]) == 2
    assert not [key for key in read if "/a.zip/" in key or "/c.zip/" in key]


def test_names_are_found_where_the_manifest_lies_under_a_hash(aws: Any) -> None:
    archive = aws.put(f"incoming/signs/{'x' * 990}.zip", zipped({"a.png": b"x"}))
    aws.answer(expand(aws, archive, ["a.png"]).images[0].image)
    (row,) = rows(aws.run("results", "--output", "csv"))
    assert row["image"].endswith(".zip/a.png")


@pytest.mark.usefixtures("pictures")
def test_images_whose_manifest_is_gone_are_shown_by_their_keys(aws: Any) -> None:
    for key in aws.keys(aws.deployment["results_bucket"]):
        if key.startswith("archives/"):
            aws.s3.delete_object(Bucket=aws.deployment["results_bucket"], Key=key)
    assert all(
        row["image"].startswith("expanded/signs/pictures-") for row in rows(aws.run("results", "--output", "csv"))
    )


def test_status_counts_archives_that_wait_and_that_died_beside_the_models(aws: Any) -> None:
    aws.sqs.send_message(QueueUrl=aws.deployment["archives"]["queue_url"], MessageBody="{}")
    aws.sqs.send_message(QueueUrl=aws.deployment["archives"]["dlq_url"], MessageBody="{}")
    *_, last = aws.run("status").stdout.splitlines()
    assert last.split() == ["archives", "1", "0", "0", "1", "Enabled", "dayshift-test-expander"]
    values = [json.loads(line) for line in aws.run("status", "--output", "json").stdout.splitlines()]
    assert [(value["model"], value["family"]) for value in values][-1] == (None, "archives")
    assert len(aws.run("status", "--model", "signs").stdout.splitlines()) == 2, "one model was asked for"


@pytest.mark.usefixtures("pictures")
def test_status_of_archives_tells_how_far_their_images_are(aws: Any) -> None:
    expand(aws, aws.put("incoming/pets/all.zip"), ["cat.png"], model="pets")
    by_name = {row["archive"]: row for row in rows(aws.run("status", "--archives", "--output", "csv"))}
    pictures = by_name["2026/pictures.zip"]
    assert (pictures["model"], pictures["images"], pictures["rejected"], pictures["ended"]) == (
        "signs",
        "3",
        "1",
        "2 of 3",
    )
    assert by_name["all.zip"]["ended"] == "0 of 1"


def test_status_of_archives_says_which_are_settled(aws: Any, pictures: ImageRef) -> None:
    def settled() -> bool:
        return bool(json.loads(aws.run("status", "--archives", "--output", "json").stdout)["settled"])

    before = settled()
    aws.answer(pictures, Status.OK, names=())
    assert (before, settled()) == (False, True)


def test_dead_archives_go_back_to_their_queue(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redriving, "_LONG_POLL_SECONDS", 0)
    archives = aws.deployment["archives"]
    aws.sqs.send_message(QueueUrl=archives["dlq_url"], MessageBody="{}")
    result = aws.run("redrive", "--archives", "--by-hand")
    assert result.exit_code == 0, result.stderr
    assert queues.depth(aws.sqs, archives["queue_url"]).visible == 1
    assert queues.depth(aws.sqs, archives["dlq_url"]).total == 0
    assert aws.run("redrive", "signs", "--archives").exit_code == 2


def test_backfill_sends_archives_to_be_expanded_and_images_to_be_read(aws: Any) -> None:
    aws.put("incoming/signs/old.jpg")
    aws.put("incoming/signs/old.ZIP")
    result = aws.run("backfill", "--model", "signs", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "2 images, 1 of them archives, of which each image costs as much" in result.stderr
    assert [message["image"]["key"] for message in aws.messages()] == ["incoming/signs/old.jpg"]
    (archive,) = aws.sqs.receive_message(QueueUrl=aws.deployment["archives"]["queue_url"])["Messages"]
    assert json.loads(archive["Body"])["image"]["key"] == "incoming/signs/old.ZIP"


@pytest.mark.usefixtures("pictures")
def test_a_purge_takes_the_names_and_leaves_the_images(aws: Any) -> None:
    result = aws.run("purge", "signs", "--yes")
    assert result.exit_code == 0, result.stderr
    assert aws.keys(aws.deployment["results_bucket"]) == []
    left = aws.keys()
    assert len([key for key in left if key.startswith("expanded/signs/")]) == 3
    assert "those out of archives in expanded/signs/" in result.stderr


def test_a_deployment_with_half_of_its_archives_is_not_understood(aws: Any) -> None:
    del aws.deployment["archives"]["dlq_url"]
    aws.redeploy()
    result = aws.run("status")
    assert result.exit_code == 1
    assert "it lacks archives.dlq_url" in result.stderr
