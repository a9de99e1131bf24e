"""For any key that S3 takes: decoded once, a record of its own, and a CSV that no spreadsheet runs."""

import csv
import io
from urllib.parse import quote, quote_plus

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dayshift import events
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.results import MAXIMUM_KEY_BYTES, Status, TerminalRecord, csv_key, record_key, safe_cell
from tests.fakes import NOON, SIGNS, image, request

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(lambda key: len(key.encode()) <= 1024)
VERSIONS = st.text("abcXYZ019._-", min_size=1, max_size=64)


@settings(max_examples=2000)
@given(KEYS)
def test_a_key_comes_out_of_an_event_as_it_went_into_s3(key: str) -> None:
    for encoded in (quote_plus(key, safe="/"), quote(key), quote_plus(key)):
        thing = {"key": encoded, "size": 1, "eTag": "e"}
        record = {
            "eventName": "ObjectCreated:Put",
            "eventTime": "2026-11-20T12:00:00Z",
            "s3": {"bucket": {"name": "b"}, "object": thing},
        }
        assert [found.image.key for found in events.images_from_s3({"Records": [record]})] == [key]


@given(KEYS)
def test_a_message_says_the_key_as_it_is(key: str) -> None:
    (found,) = events.envelopes_from_sqs(
        {
            "Records": [
                {
                    "messageId": "m",
                    "receiptHandle": "r",
                    "body": request(image(key)).to_json(),
                    "attributes": {"ApproximateReceiveCount": "1"},
                }
            ]
        },
        "signs",
    )
    assert found.requests == (InferenceRequest(image(key), "signs", NOON),)


@settings(max_examples=2000)
@given(st.tuples(KEYS, VERSIONS), st.tuples(KEYS, VERSIONS))
def test_two_images_never_share_a_record(one: tuple[str, str], other: tuple[str, str]) -> None:
    assume(one != other)
    assert record_key("m", *one) != record_key("m", *other)
    assert csv_key("m", *one) != csv_key("m", *other)


@given(KEYS, VERSIONS)
def test_a_record_has_a_key_that_s3_takes_and_a_record_of_its_own(key: str, version: str) -> None:
    place = record_key("a-model", key, version)
    assert len(place.encode()) <= MAXIMUM_KEY_BYTES
    assert place.isprintable() or not any(ord(character) < 32 for character in place)
    assert record_key("a-model", "incoming/" + place, version) != place


@settings(max_examples=2000)
@given(st.text())
def test_no_cell_begins_like_a_formula_and_no_text_is_lost(text: str) -> None:
    cell = safe_cell(text)
    assert cell.removeprefix("'") in (text.replace("\0", ""), text.replace("\0", "").removeprefix("'"))
    assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))


@given(st.lists(st.tuples(st.text(), st.floats(0, 100)), min_size=1, max_size=20), KEYS)
def test_csv_reads_back_as_it_was_written(found: list[tuple[str, float]], key: str) -> None:
    detections = tuple(Detection(Kind.TEXT, name, confidence) for name, confidence in found)
    record = TerminalRecord(image(key), SIGNS, Status.OK, None, detections, "1", NOON, NOON, 1, 0.001)
    rows = list(csv.DictReader(io.StringIO(record.to_csv(), newline="")))
    assert [(row["name"], float(row["confidence_percent"])) for row in rows] == [
        (safe_cell(name), confidence) for name, confidence in found
    ]
    assert record.to_json().count("\n") == 1
