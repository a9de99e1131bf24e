"""Records and CSVs as those are answered who uploaded the images."""

from datetime import timedelta
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.answers import S3Answers
from dayshift.adapters.s3 import S3Records
from dayshift.domain.results import Status, TerminalRecord, csv_key
from tests.fakes import FLOWER, NOON, RESULTS, SIGNS, image

FOLDER = "incoming/signs/0123456789abcdef/"


def key(number: int) -> str:
    return f"{FOLDER}{number:032x}.jpg"


def write(s3: S3Client, at: str, version: str = "v1", status: Status = Status.OK) -> None:
    found = image(at, version_id=version)
    record = TerminalRecord(
        found, SIGNS, status, None, FLOWER.detections, "labels 3.0", NOON, NOON + timedelta(seconds=1), 1_000, 0.002
    )
    assert S3Records(s3, RESULTS, "signs").write(record)


def test_the_record_of_an_image_is_found_by_its_key(s3: S3Client) -> None:
    answers = S3Answers(s3, RESULTS, 4)
    assert answers.latest("signs", key(1)) is None
    write(s3, key(1))
    found = answers.latest("signs", key(1))
    assert found is not None
    assert (found["status"], found["image"]["key"]) == ("ok", key(1))
    assert answers.latest("signs", key(1)[:-4]) is None, "a key that begins alike is another image"
    assert answers.latest("logos", key(1)) is None


@pytest.mark.parametrize("last", ["v1", "v2", "v3"])
def test_of_several_versions_the_one_that_was_answered_last_counts(
    s3: S3Client, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    for version in ("v1", "v2", "v3"):
        write(s3, key(1), version)
    listed: Any = s3.list_objects_v2

    def dated(**wishes: str) -> Any:
        """As listed, but for the dates: moto's clock counts whole seconds."""
        answer = listed(**wishes)
        for entry in answer["Contents"]:
            entry["LastModified"] = NOON + timedelta(seconds=entry["Key"].endswith(f"{last}.json"))
        return answer

    monkeypatch.setattr(s3, "list_objects_v2", dated)
    found = S3Answers(s3, RESULTS, 4).latest("signs", key(1))
    assert found is not None
    assert found["image"]["version_id"] == last


def test_sheets_are_of_one_folder_in_order_and_page_by_page(s3: S3Client) -> None:
    answers = S3Answers(s3, RESULTS, 4)
    for number in (3, 1, 2):
        write(s3, key(number))
    write(s3, key(2), "v2")
    write(s3, "incoming/signs/fedcba9876543210/9.jpg")
    first, has_more = answers.sheets("signs", FOLDER, "", 2)
    assert ([sheet.name for sheet in first], has_more) == ([f"{1:032x}.jpg", f"{2:032x}.jpg"], True)
    assert len(first[1].rows.splitlines()) == 2 * len(FLOWER.detections), "both versions of the second"
    assert all(line.startswith(f'"{FOLDER}') for sheet in first for line in sheet.rows.splitlines())
    second, has_more = answers.sheets("signs", FOLDER, first[-1].name, 2)
    assert ([sheet.name for sheet in second], has_more) == ([f"{3:032x}.jpg"], False)
    assert answers.sheets("signs", FOLDER, second[-1].name, 2) == ([], False)


def test_a_long_folder_is_listed_to_its_end(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        write(s3, key(number))
    listed: Any = s3.list_objects_v2
    monkeypatch.setattr(s3, "list_objects_v2", lambda **wishes: listed(**{"MaxKeys": 2, **wishes}))
    sheets, has_more = S3Answers(s3, RESULTS, 4).sheets("signs", FOLDER, "", 500)
    assert ([sheet.name[:-4] for sheet in sheets], has_more) == ([f"{number:032x}" for number in range(5)], False)


def test_a_sheet_that_a_lifecycle_rule_took_meanwhile_is_empty(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        write(s3, key(number))
    listed: Any = s3.list_objects_v2

    def list_then_lose(**wishes: str) -> Any:
        answer = listed(**wishes)
        s3.delete_object(Bucket=RESULTS, Key=csv_key("signs", key(1), "v1"))
        return answer

    monkeypatch.setattr(s3, "list_objects_v2", list_then_lose)
    sheets, _ = S3Answers(s3, RESULTS, 4).sheets("signs", FOLDER, "", 500)
    assert [bool(sheet.rows) for sheet in sheets] == [False, True]
