"""`dayshift backfill`: the images that have no result yet, counted, priced, asked for, sent once each."""

import json
from typing import Any

import pytest

from dayshift.domain.messages import InferenceRequest


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other at once."""
    monkeypatch.setattr("dayshift_cli.queues.time.sleep", lambda _: None)


def _sent(aws: Any) -> list[InferenceRequest]:
    return [InferenceRequest.from_json(body) for body in aws.messages()]


def test_what_has_a_result_or_is_another_models_or_is_a_folder_is_left_out(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/read.jpg"))
    hashed = aws.put("incoming/signs/../read.jpg")
    aws.answer(hashed)
    aws.put("incoming/pets/other.jpg")
    aws.put("incoming/signs/folder/", b"")
    aws.put("incoming/signs/deleted.jpg")
    aws.s3.delete_object(Bucket=aws.deployment["images_bucket"], Key="incoming/signs/deleted.jpg")
    older, newer = (aws.put("incoming/signs/a b+ü.jpg", body) for body in (b"older", b"newer"))
    result = aws.run("backfill", "--model", "signs", "--yes", "--output", "json")
    assert result.exit_code == 0, result.stderr
    wanted = {(older.key, older.version_id), (newer.key, newer.version_id)}
    sent = _sent(aws)
    assert wanted <= {(one.image.key, one.image.version_id) for one in sent}
    assert {one.image.key for one in sent} == {"incoming/signs/a b+ü.jpg", "incoming/signs/deleted.jpg"}
    assert {(one.image.etag, one.model) for one in sent if one.image == newer} == {(newer.etag, "signs")}
    assert json.loads(result.stdout)["sent"] == 3


def test_more_than_a_page_of_images_is_counted_priced_and_sent(aws: Any) -> None:
    names = [f"incoming/signs/{number:04}.jpg" for number in range(2500)]

    def page(parameters: Any) -> Any:
        """As S3 answers: a thousand versions after the marker."""
        start = names.index(parameters["KeyMarker"]) + 1 if "KeyMarker" in parameters else 0
        shown = names[start : start + 1000]
        versions = [{"Key": name, "VersionId": "v1", "ETag": '"e"', "Size": 9} for name in shown]
        more = {"IsTruncated": True, "NextKeyMarker": shown[-1], "NextVersionIdMarker": "v1"}
        return {"Versions": versions, **(more if shown[-1] != names[-1] else {"IsTruncated": False})}

    aws.answers["ListObjectVersions"] = page
    aws.answers["SendMessageBatch"] = lambda _: {"Successful": []}
    result = aws.run("backfill", "--model", "signs", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "2,500 images, at most 5.00 USD at list price" in result.stderr
    batches = [parameters["Entries"] for operation, parameters in aws.calls if operation == "SendMessageBatch"]
    keys = [json.loads(entry["MessageBody"])["image"]["key"] for batch in batches for entry in batch]
    assert keys == names
    assert len(batches) == 250


def test_a_dry_run_sends_nothing_and_a_no_neither(aws: Any) -> None:
    aws.put("incoming/signs/a.jpg")
    dry = aws.run("backfill", "--model", "signs", "--dry-run", "--output", "json")
    assert json.loads(dry.stdout) == {
        "model": "signs", "prefix": "incoming/signs/", "images": 1, "estimated_usd": 0.002, "sent": 0,
    }  # fmt: skip
    assert "1 images, at most 0.01 USD" in dry.stderr, "a cost is rounded up"
    assert aws.run("backfill", "--model", "signs", stdin="n\n").exit_code == 1
    assert aws.run("backfill", "--model", "signs", stdin="").exit_code == 1
    assert _sent(aws) == []


def test_what_sqs_refuses_is_sent_again_and_nothing_twice(aws: Any) -> None:
    for number in range(12):
        aws.put(f"incoming/signs/{number}.jpg")
    attempts = iter(range(1000))

    def refuse_the_third_entry_once(parameters: Any) -> Any:
        if next(attempts):
            return None
        first, second, kept, *others = parameters["Entries"]
        for entry in (first, second, *others):
            aws.sqs.send_message(QueueUrl=parameters["QueueUrl"], MessageBody=entry["MessageBody"])
        return {"Successful": [], "Failed": [{"Id": kept["Id"], "Code": "InternalError", "SenderFault": False}]}

    aws.answers["SendMessageBatch"] = refuse_the_third_entry_once
    assert aws.run("backfill", "--model", "signs", "--yes").exit_code == 0
    keys = [one.image.key for one in _sent(aws)]
    assert sorted(keys) == sorted({f"incoming/signs/{number}.jpg" for number in range(12)})


def test_what_stays_unsent_is_an_error_that_counts(aws: Any) -> None:
    aws.put("incoming/signs/a.jpg")
    aws.answers["SendMessageBatch"] = lambda parameters: {
        "Failed": [{"Id": entry["Id"], "Code": "InternalError"} for entry in parameters["Entries"]]
    }
    result = aws.run("backfill", "--model", "signs", "--yes")
    assert result.exit_code == 1
    assert "1 messages could not be sent" in result.stderr
    assert "an image sent twice is read once" in result.stderr


def test_images_of_a_model_with_a_longer_prefix_are_left_to_it(aws: Any) -> None:
    aws.deployment["models"]["night"] = {**aws.deployment["models"]["pets"], "prefix": "incoming/signs/night/"}
    aws.redeploy()
    aws.put("incoming/signs/day.jpg")
    aws.put("incoming/signs/night/x.jpg")
    assert aws.run("backfill", "--model", "signs", "--yes").exit_code == 0
    assert [one.image.key for one in _sent(aws)] == ["incoming/signs/day.jpg"]


@pytest.mark.parametrize("prefix", ["2026/", "incoming/signs/2026/"])
def test_the_source_prefix_narrows_with_and_without_the_models_own(aws: Any, prefix: str) -> None:
    aws.put("incoming/signs/2025/a.jpg")
    aws.put("incoming/signs/2026/b.jpg")
    assert aws.run("backfill", "--model", "signs", "--source-prefix", prefix, "--yes").exit_code == 0
    assert [one.image.key for one in _sent(aws)] == ["incoming/signs/2026/b.jpg"]
