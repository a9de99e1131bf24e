"""What waits in the queue, for up to fourteen days and across releases."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dayshift.domain.errors import ForeignMessageError
from dayshift.domain.messages import InferenceRequest, backoff_seconds, rfc3339
from tests.fakes import image, request

# As written by the first release. It may wait for two weeks: no later release may stop reading it.
VERSION_1 = (
    '{"v":1,"model":"signs","enqueued_at":"2026-11-20T12:00:00Z","image":{"bucket":"acme-images",'
    '"key":"incoming/signs/red flower.jpg","version_id":"v1","etag":"e1","size_bytes":48213}}'
)


def test_a_body_of_the_first_release_is_read() -> None:
    assert InferenceRequest.from_json(json.loads(VERSION_1)) == request()


def test_the_body_is_ascii_since_sqs_refuses_some_characters_of_object_keys() -> None:
    odd = request(image("incoming/signs/\x01\uffff é.jpg"))
    assert odd.to_json().isascii()
    assert InferenceRequest.from_json(json.loads(odd.to_json())) == odd


@pytest.mark.parametrize(
    "body", [{}, [], None, "x", 7, {"v": 2}, {"v": 1}, {"v": 1, "model": 3}, {"v": 1, "image": []}]
)
def test_a_body_that_is_not_ours_is_named_so(body: object) -> None:
    with pytest.raises(ForeignMessageError):
        InferenceRequest.from_json(body)


def test_a_moment_without_a_zone_is_not_ours() -> None:
    with pytest.raises(ForeignMessageError, match="time zone"):
        InferenceRequest.from_json(json.loads(VERSION_1.replace("00:00Z", "00:00")))


def test_a_message_rests_a_minute_then_twice_as_long_up_to_a_quarter_of_an_hour() -> None:
    assert [backoff_seconds(n) // 60 for n in range(1, 9)] == [1, 2, 4, 8, 15, 15, 15, 15]


def test_twenty_receives_outlast_an_outage_of_three_days() -> None:
    assert timedelta(seconds=sum(backoff_seconds(n) for n in range(1, 20))) > timedelta(days=3)


def test_no_rest_is_longer_than_sqs_allows() -> None:
    assert max(backoff_seconds(n) for n in range(1000)) < 43_200


def test_moments_are_written_in_utc_and_naive_ones_refused() -> None:
    berlin = timezone(timedelta(hours=1))
    assert rfc3339(datetime(2026, 11, 20, 13, tzinfo=berlin)) == "2026-11-20T12:00:00Z"
    assert rfc3339(datetime(2026, 11, 20, 13, 0, 0, 250_000, tzinfo=UTC)) == "2026-11-20T13:00:00.250Z"
    with pytest.raises(ValueError, match="time zone"):
        rfc3339(datetime(2026, 11, 20, 13, tzinfo=berlin).replace(tzinfo=None))
