"""The door: AWS's recorded events become values of ours, and nothing else does."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dayshift import events
from dayshift.domain.errors import ForeignMessageError

HALF_AN_HOUR = timedelta(minutes=30)
RECORDED = Path(__file__).parents[1] / "events"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def keys(event: Any) -> list[str]:
    return [found.image.key for found in events.images_from_s3(event)]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("s3_put", "incoming/signs/red flower.jpg"),
        ("s3_multipart", "incoming/signs/100% + ü.png"),
        ("s3_unversioned", "incoming/signs/a b+c.jpg"),
    ],
)
def test_keys_are_decoded_once(name: str, key: str) -> None:
    assert keys(recorded(name)) == [key]


def test_a_slash_encoded_by_an_emulator_is_the_same_key() -> None:
    assert keys(recorded("s3_put_slash_encoded")) == keys(recorded("s3_put"))


def test_the_version_the_etag_and_the_size_come_along() -> None:
    (found,) = events.images_from_s3(recorded("s3_put"))
    assert (found.image.version_id, found.image.size_bytes) == ("3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH", 48213)
    (found,) = events.images_from_s3(recorded("s3_unversioned"))
    assert (found.image.version_id, found.image.version) == (None, "d41d8cd98f00b204e9800998ecf8427e")


def test_the_test_event_holds_no_image() -> None:
    assert keys(recorded("s3_test_event")) == []


@pytest.mark.parametrize(
    "event", [{}, {"Records": [{}]}, {"Records": 3}, {"Records": [{"s3": {"object": {"key": 1}}}]}]
)
def test_what_is_no_notification_is_named_so(event: Any) -> None:
    with pytest.raises(ForeignMessageError, match="not an S3 notification"):
        keys(event)


def test_a_removal_is_not_a_new_image() -> None:
    with pytest.raises(ForeignMessageError, match="ObjectRemoved:Delete"):
        keys(recorded("s3_removed"))


def test_a_batch_keeps_each_message_in_its_place_whatever_its_body() -> None:
    batch = events.envelopes_from_sqs(recorded("sqs_batch"), "signs")
    assert [len(one.requests) for one in batch] == [1, 2, 0, 0, 0]
    assert [one.problem is None for one in batch] == [True, True, True, False, False]
    assert [one.receive_count for one in batch] == [1, 3, 1, 1, 7]


def test_a_problem_shows_where_the_body_began() -> None:
    *_, not_json, not_ours = events.envelopes_from_sqs(recorded("sqs_batch"), "signs")
    assert "the body begins 'please label" in str(not_json.problem)
    assert '{"hello": "world"}' in str(not_ours.problem)


def test_the_reply_to_sqs_has_the_one_shape_that_it_reads() -> None:
    assert events.batch_reply(["a", "b"]) == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
    assert events.batch_reply([]) == {"batchItemFailures": []}


@pytest.mark.parametrize("minutes", [-1, "5", True, None])
def test_a_sweep_refuses_a_wrong_age(minutes: object) -> None:
    with pytest.raises(ForeignMessageError, match="older_than_minutes"):
        events.sweep_wish({"older_than_minutes": minutes}, HALF_AN_HOUR)


def test_a_sweep_from_the_schedule_takes_every_model_and_the_settings_age() -> None:
    assert events.sweep_wish({}, HALF_AN_HOUR) == (None, HALF_AN_HOUR)
    assert events.sweep_wish({"model": "signs", "older_than_minutes": 0}, HALF_AN_HOUR) == ("signs", timedelta(0))


def test_fetched_messages_read_as_those_of_an_event_do() -> None:
    batch = recorded("sqs_batch")
    fetched = [
        {
            name[0].upper() + name[1:]: value
            for name, value in record.items()
            if name not in ("eventSource", "awsRegion")
        }
        for record in batch["Records"]
    ]
    read = events.envelopes_from_messages(fetched, "signs")
    assert read == events.envelopes_from_sqs(batch, "signs")
    assert len(read) == len(fetched)


def test_a_body_nested_too_deeply_to_be_read_is_no_message_of_ours() -> None:
    deep = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "Body": "[" * 200_000,
    }
    (envelope,) = events.envelopes_from_messages([deep], "signs")
    assert envelope.problem
    assert len(envelope.problem) < 1000
