"""`dayshift results`: which records are shown, how, and that nothing in them acts."""

import csv
import io
import json
from typing import Any

import pytest

from dayshift.domain.results import Status

HOSTILE = "\x1b]0;owned\x07\x1b[31mred\x9b2J\u202egpj.exe[bold]x[/bold]"


def test_the_wide_table_joins_labels_and_text(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/red flower.jpg"), names=["label:Flower", "face:", "text:KEEP", "text:OUT"])
    result = aws.run("results")
    assert result.exit_code == 0, result.stderr
    header, row = result.stdout.splitlines()
    assert header.split() == ["image", "model", "status", "labels", "text", "reason"]
    assert row.split("  ")[0] == "red flower.jpg"
    assert "KEEP | OUT" in row
    assert row.index("Flower") == header.index("labels")


def test_json_is_the_terminal_records_themselves_newest_first(aws: Any) -> None:
    images = [aws.put(f"incoming/signs/{name}.jpg") for name in "abc"]
    for image in images:
        aws.answer(image)
    result = aws.run("results", "--output", "json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert {record["image"]["version_id"] for record in records} == {image.version_id for image in images}
    assert all(record["schema"] == 1 and record["detections"][0]["name"] == "Sign" for record in records)


@pytest.mark.parametrize("output", ["table", "csv", "json"])
def test_text_read_in_an_image_does_nothing_on_a_terminal(aws: Any, output: str) -> None:
    aws.answer(aws.put("incoming/signs/\x1b[2Jevil.jpg"), names=[f"text:{HOSTILE}"], reason=HOSTILE)
    result = aws.run("results", "--output", output)
    shown = result.stdout.replace("\n", "")
    active = [character for character in shown if not character.isprintable()]
    assert active == [], f"wanted inert text, got {active!r}"
    assert "[bold]x[/bold]" in shown
    if output == "json":
        assert json.loads(result.stdout)["detections"][0]["name"] == HOSTILE


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "＝1+1"])
def test_csv_cells_are_no_formulas(aws: Any, formula: str) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"), names=[f"text:{formula}"])
    (row,) = csv.DictReader(io.StringIO(aws.run("results", "--output", "csv").stdout))
    assert row["text"] == f"'{formula}"
    assert row["image"] == "a.jpg"


def test_a_line_feed_in_a_key_stays_within_its_row(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/two\nlines.jpg"))
    assert len(aws.run("results").stdout.splitlines()) == 2


@pytest.mark.parametrize(
    "name", ["incoming/signs/trip/a b.jpg", "trip/a b.jpg", "photos/trip/a b.jpg", "/x/trip/a b.jpg"]
)
def test_an_image_is_found_by_key_by_key_without_prefix_and_by_local_name(aws: Any, name: str) -> None:
    aws.answer(aws.put("incoming/signs/trip/a b.jpg"))
    aws.answer(aws.put("incoming/signs/trip/a b.jpg/inside.jpg"))
    aws.answer(aws.put("incoming/signs/other.jpg"))
    result = aws.run("results", name, "--output", "json")
    assert [json.loads(line)["image"]["key"] for line in result.stdout.splitlines()] == ["incoming/signs/trip/a b.jpg"]


@pytest.mark.parametrize(
    "key",
    [
        "incoming/signs/" + "x" * 1000,
        "incoming/signs/" + "x" * 975,  # fits with a short version id, not with a real one
        "incoming/signs/\x01.jpg",
        "incoming/signs/../a.jpg",
    ],
)
def test_an_image_whose_record_lies_under_a_hash_is_found_by_its_key(aws: Any, key: str) -> None:
    aws.answer(aws.put(key))
    result = aws.run("results", key, "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["image"]["key"] == key


def test_every_version_of_a_key_is_shown(aws: Any) -> None:
    for body in (b"first", b"second"):
        aws.answer(aws.put("incoming/signs/a.jpg", body))
    assert len(aws.run("results", "a.jpg", "--output", "json").stdout.splitlines()) == 2


def test_a_name_without_result_says_whether_the_image_waits(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/read.jpg"))
    aws.put("incoming/signs/waits.jpg")
    some = aws.run("results", "read.jpg", "waits.jpg", "never.jpg")
    assert some.exit_code == 3
    assert (
        "waits.jpg: no result yet; the image s3://dayshift-test-images/incoming/signs/waits.jpg is there" in some.stderr
    )
    assert "never.jpg: there is neither a result nor an image of that name." in some.stderr
    assert aws.run("results", "never.jpg").exit_code == 1


def test_models_are_kept_apart(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    aws.answer(aws.put("incoming/pets/b.jpg"), Status.NONE, names=(), model="pets")
    assert [line.split()[:2] for line in aws.run("results", "--model", "pets").stdout.splitlines()[1:]] == [
        ["b.jpg", "pets"]
    ]
    assert len(aws.run("results").stdout.splitlines()) == 3


def test_the_limit_keeps_the_newest_and_says_so(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        aws.answer(aws.put(f"incoming/signs/{number}.jpg"))
    result = aws.run("results", "--limit", "2", "--output", "json")
    assert len(result.stdout.splitlines()) == 2
    assert "Shown are the newest 2 of 5" in result.stderr
    assert len(aws.run("results", "--limit", "0").stdout.splitlines()) == 6


def test_since_leaves_out_what_is_older(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    assert len(aws.run("results", "--since", "1h", "--output", "json").stdout.splitlines()) == 1
    later = aws.run("results", "--since", "2999-01-01", "--output", "json")
    assert (later.exit_code, later.stdout, later.stderr) == (0, "", "There are no results since then.\n")


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-21T08:00:00", "5w", "2026-13-01"])
def test_a_moment_without_zone_or_meaning_is_refused_with_one_that_would_do(aws: Any, moment: str) -> None:
    result = aws.run("results", "--since", moment)
    assert result.exit_code == 2
    assert "2026-11-21T08:00:00Z" in result.stderr
    assert repr(moment) in result.stderr


def test_more_than_a_page_of_results_is_shown(aws: Any) -> None:
    for number in range(1001):
        key = f"results/signs/incoming/signs/{number}.jpg/v.json"
        aws.s3.put_object(Bucket=aws.deployment["results_bucket"], Key=key, Body=b"")
    result = aws.run("results", "--since", "2999-01-01")
    assert result.exit_code == 0
    listings = [parameters for operation, parameters in aws.calls if operation == "ListObjectsV2"]
    assert sum("ContinuationToken" in parameters for parameters in listings) == 1
