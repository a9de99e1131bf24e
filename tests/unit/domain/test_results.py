"""The shapes of results: bytes of JSON and CSV, and keys that never collide, overflow or run."""

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dayshift.domain.results import COLUMNS, Status, TerminalRecord, csv_key, record_key, safe_cell
from tests.fakes import FLOWER, NOON, SIGNS, image


def record(**changes: Any) -> TerminalRecord:
    whole = TerminalRecord(
        image=image(), model=SIGNS, status=Status.OK, reason=None, detections=FLOWER.detections,
        model_version="labels 3.0, text 3.0", enqueued_at=NOON, finished_at=NOON + timedelta(seconds=2),
        duration_ms=812, cost_usd=0.002,
    )  # fmt: skip
    return replace(whole, **changes)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_is_one_line_that_says_everything() -> None:
    text = record().to_json()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    value = json.loads(text)
    assert value["image"]["key"] == "incoming/signs/red flower.jpg"
    assert value["enqueued_at"] == "2026-11-20T12:00:00Z"
    assert value["detections"][1] == {"kind": "text", "name": "OPEN", "confidence_percent": 91.0, "box": None}


def test_csv_has_one_row_a_detection_in_the_order_of_the_contract() -> None:
    text = record().to_csv()
    assert text.splitlines()[0].replace('"', "").split(",") == list(COLUMNS)
    assert [(row["kind"], row["name"], row["box_left"]) for row in rows(text)] == [
        ("label", "Flower", "0.1"),
        ("text", "OPEN", ""),
    ]


def test_an_image_with_nothing_in_it_still_has_a_row() -> None:
    (row,) = rows(record(status=Status.NONE, detections=()).to_csv())
    assert (row["status"], row["name"]) == ("none", "")


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_cell_that_begins_like_a_formula_is_led_by_an_apostrophe(first: str) -> None:
    assert safe_cell(first + "cmd|'/C calc'!A0") == "'" + first + "cmd|'/C calc'!A0"


def test_a_number_below_zero_is_a_number_not_a_formula() -> None:
    assert safe_cell(-0.5) == "-0.5"


def test_an_object_key_is_neutralised_in_the_csv_and_whole_in_the_json() -> None:
    hostile = record(image=image("=HYPERLINK(A1).jpg"))
    assert rows(hostile.to_csv())[0]["image_key"] == "'=HYPERLINK(A1).jpg"
    assert json.loads(hostile.to_json())["image"]["key"] == "=HYPERLINK(A1).jpg"


def test_both_files_of_a_readable_key_lie_where_a_person_looks() -> None:
    assert record_key("signs", "incoming/signs/a b.jpg", "v1") == "results/signs/incoming/signs/a b.jpg/v1.json"
    assert csv_key("signs", "incoming/signs/a b.jpg", "v1") == "csv/signs/incoming/signs/a b.jpg/v1.csv"


@pytest.mark.parametrize(
    "key", ["incoming/" + "é" * 507, "~incoming", "a\nb", "a\0b", "/etc/passwd", "a/../b", "..", "./a", "a\x7f"]
)
def test_a_key_that_tools_would_trip_over_is_replaced_by_its_hash(key: str) -> None:
    place = record_key("signs", key, "v" * 32)
    assert place.startswith("results/signs/~")
    assert len(place.encode()) <= 1024
    assert place.isascii()


def test_json_and_csv_of_a_long_key_are_found_under_the_same_name() -> None:
    for length in range(900, 1025):
        key = "k" * length
        assert (
            record_key("m", key, "v")[len("results/") : -len("json")]
            == csv_key("m", key, "v")[len("csv/") : -len("csv")]
        )
