"""`dayshift faces list`: the people of the gallery, and what workers found in their photos."""

import csv
import io
import json
from typing import Any

import pytest

from tests.unit.cli.conftest import RESULTS
from tests.unit.cli.fleet import Faces, deploy_faces


@pytest.fixture
def faces(aws: Any) -> Faces:
    """Ada with three photos, Grace with one."""
    faces = deploy_faces(aws)
    for number, key in enumerate(("Ada/1.jpg", "Ada/2.jpg", "Ada/3.jpg", "Grace/1.png")):
        faces.put(f"gallery/{key}", bytes([number]) * 99)
    return faces


def _found(aws: Any, *arguments: str) -> dict[str, str]:
    result = aws.run("faces", "list", *arguments, "--output", "json")
    assert result.exit_code == 0, result.stderr
    return {value["key"]: value["found"] for value in map(json.loads, result.stdout.splitlines())}


def test_before_any_worker_has_run_nothing_is_known_of_the_photos(aws: Any, faces: Faces) -> None:
    assert set(_found(aws).values()) == {"not looked at yet"}
    assert "2 people, 4 photos, 0 with one face found." in aws.run("faces", "list").stderr


@pytest.mark.parametrize("version", ["etag", "version_id"])
def test_what_a_worker_found_is_said_of_each_photo(aws: Any, faces: Faces, version: str) -> None:
    seen = {"gallery/Ada/1.jpg": 1, "gallery/Ada/2.jpg": 0, "gallery/Ada/3.jpg": 2}
    faces.index("f1", seen, version)
    assert _found(aws) == {
        "gallery/Ada/1.jpg": "1 face", "gallery/Ada/2.jpg": "no face", "gallery/Ada/3.jpg": "2 faces, one wanted",
        "gallery/Grace/1.png": "not looked at yet",
    }  # fmt: skip


def test_another_photo_under_the_same_key_was_not_looked_at(aws: Any, faces: Faces) -> None:
    faces.index("f1", {"gallery/Grace/1.png": 1})
    faces.put("gallery/Grace/1.png", b"another")
    assert _found(aws, "Grace") == {"gallery/Grace/1.png": "not looked at yet"}


def test_what_an_older_index_knows_counts_and_what_is_no_index_does_not(aws: Any, faces: Faces) -> None:
    faces.index("f1", {"gallery/Ada/1.jpg": 1})
    faces.index("f2", {"gallery/Ada/2.jpg": 1})
    aws.s3.put_object(Bucket=RESULTS, Key="_gallery/faces/f3.json", Body=b"[]")
    aws.s3.put_object(Bucket=RESULTS, Key="_gallery/facesother/f4.json", Body=b"{}")
    found = _found(aws, "Ada")
    assert (found["gallery/Ada/1.jpg"], found["gallery/Ada/2.jpg"]) == ("1 face", "1 face")


def test_of_one_person_only_their_photos_are_shown_however_their_name_is_composed(aws: Any, faces: Faces) -> None:
    faces.put("gallery/Zoë/1.jpg")
    assert list(_found(aws, "Zoe\u0308")) == ["gallery/Zoë/1.jpg"]
    assert len(_found(aws, "Ada")) == 3


def test_somebody_who_is_not_there_is_told_with_those_who_are(aws: Any, faces: Faces) -> None:
    result = aws.run("faces", "list", "ada")
    assert result.exit_code == 1
    assert "There is nobody called 'ada' in the gallery; there is: Ada, Grace." in result.stderr


def test_what_is_no_photo_by_its_place_is_shown_as_such_and_folders_are_not(aws: Any, faces: Faces) -> None:
    for key in ("gallery/loose.jpg", "gallery/Ada/deep/1.jpg", "gallery/Ada/notes.txt", "gallery/Ada/"):
        faces.put(key)
    found = _found(aws)
    strange = [key for key, said in found.items() if said.startswith("no photo: it should be <person>/<photo>.jpg")]
    assert strange == ["gallery/Ada/deep/1.jpg", "gallery/Ada/notes.txt", "gallery/loose.jpg"]
    assert "gallery/Ada/" not in found


def test_a_photo_that_was_deleted_is_not_shown(aws: Any, faces: Faces) -> None:
    aws.s3.delete_object(Bucket=faces.aws.deployment["images_bucket"], Key="gallery/Grace/1.png")
    assert "gallery/Grace/1.png" not in _found(aws)


def test_names_from_the_bucket_act_on_no_terminal_and_no_sheet(aws: Any, faces: Faces) -> None:
    faces.put("gallery/=cmd|' \u202egnp/1.jpg")
    result = aws.run("faces", "list", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert "\u202e" not in result.stdout
    assert rows[0]["person"].startswith("'=cmd")
    assert "\u202e" not in aws.run("faces", "list").stdout


def test_the_table_has_a_row_a_photo(aws: Any, faces: Faces) -> None:
    faces.index("f1", {"gallery/Ada/1.jpg": 1})
    lines = [line.split("  ") for line in aws.run("faces", "list", "Ada").stdout.splitlines()]
    assert [cell for cell in lines[0] if cell] == ["person", "photo", "found", "added"]
    assert "1 face" in [cell.strip() for cell in lines[1]]
