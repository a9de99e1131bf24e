"""`dayshift faces enroll`: photos go into the gallery by what they hold, after somebody answered for the consent."""

import json
import unicodedata
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import IMAGES
from tests.unit.cli.fleet import Faces, deploy_faces, photo_bytes

JPEG = bytes.fromhex("ffd8ffc0000b080040004001012200ffd9")


@pytest.fixture
def faces(aws: Any) -> Faces:
    return deploy_faces(aws)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with two photos of one person, beside a file that is none and a hidden one."""
    (tmp_path / "a.png").write_bytes(photo_bytes(1))
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.png").write_bytes(JPEG)  # a JPEG, whatever its name says
    (tmp_path / ".c.png").write_bytes(photo_bytes(3))
    return tmp_path


def _key(person: str, content: bytes, ending: str) -> str:
    return f"gallery/{person}/{sha256(content).hexdigest()[:16]}.{ending}"


def _lying(aws: Any) -> list[str]:
    """The keys of all that lies in the images bucket."""
    keys: list[str] = aws.keys()
    return keys


def test_photos_are_named_by_what_they_hold(aws: Any, faces: Faces, photos: Path) -> None:
    result = aws.run("faces", "enroll", "Ada Lovelace", photos, "--consent")
    assert result.exit_code == 0, result.stderr
    keys = {_key("Ada Lovelace", photo_bytes(1), "png"), _key("Ada Lovelace", JPEG, "jpg")}
    assert set(aws.keys()) == keys
    assert "Enrolled 2 photos of Ada Lovelace." in result.stderr


def test_who_said_that_they_consent_is_kept_beside_the_photo(aws: Any, faces: Faces, photos: Path) -> None:
    aws.run("faces", "enroll", "Ada", photos / "a.png", "--yes")
    head = aws.s3.head_object(Bucket=IMAGES, Key=_key("Ada", photo_bytes(1), "png"))
    assert head["Metadata"] == {"consent-stated-by": "ada", "consent-stated-at": "2026-11-21T08:00:00+00:00"}
    assert head["ContentType"] == "image/png"


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_the_question_for_consent_must_be_answered_yes(
    aws: Any, faces: Faces, photos: Path, answer: str, code: int
) -> None:
    result = aws.run("faces", "enroll", "Ada", photos, stdin=answer)
    assert result.exit_code == code
    assert "Faces are biometric data" in result.stderr
    assert "Has Ada consented?" in result.stderr
    assert bool(aws.keys()) == (code == 0)


def test_the_same_photo_is_nothing_new_under_whatever_name(aws: Any, faces: Faces, photos: Path) -> None:
    aws.run("faces", "enroll", "Ada", photos / "a.png", "--consent")
    (photos / "copy of a.png").write_bytes(photo_bytes(1))
    (photos / "again.png").write_bytes(JPEG)
    result = aws.run("faces", "enroll", "Ada", photos, "--consent", "--output", "json")
    values = [json.loads(line) for line in result.stdout.splitlines()]
    assert {Path(value["file"]).name: value["result"] for value in values} == {
        "a.png": "there already", "again.png": "enrolled", "b.png": "there already", "copy of a.png": "there already",
    }  # fmt: skip
    assert "Enrolled 1 photo of Ada; 3 there already." in result.stderr
    puts = [given["Key"] for operation, given in aws.calls if operation == "PutObject"]
    assert puts == [_key("Ada", photo_bytes(1), "png"), _key("Ada", JPEG, "jpg")]


def test_a_photo_of_somebody_else_and_what_is_none_are_refused_and_the_others_enrolled(
    aws: Any, faces: Faces, photos: Path
) -> None:
    aws.run("faces", "enroll", "Ada", photos / "a.png", "--consent")
    (photos / "cat.jpg").write_bytes(b"GIF89a" + bytes(99))
    (photos / "empty.jpg").write_bytes(b"")
    result = aws.run("faces", "enroll", "Grace", photos, "--consent", "--output", "json")
    assert result.exit_code == 3
    problems = {Path(one["file"]).name: one["problem"] for one in map(json.loads, result.stdout.splitlines())}
    assert "is a photo of Ada already" in problems["a.png"]
    assert "this is GIF, not JPEG or PNG" in problems["cat.jpg"]
    assert "nothing at all" in problems["empty.jpg"]
    assert problems["b.png"] is None
    assert aws.keys() == [_key("Ada", photo_bytes(1), "png"), _key("Grace", JPEG, "jpg")]


def test_a_photo_that_no_worker_reads_is_refused_unread(aws: Any, faces: Faces, tmp_path: Path) -> None:
    with (tmp_path / "huge.png").open("wb") as file:
        file.truncate(15 * 1024 * 1024 + 1)
    result = aws.run("faces", "enroll", "Ada", tmp_path / "huge.png", "--consent")
    assert result.exit_code == 1
    assert "15,728,641 bytes; at most 15,728,640 are read" in result.stderr
    assert "no photo could be used" in result.stderr


@pytest.mark.parametrize(
    "name", ["", "a/b", "unknown", "Unknown", " Ada", "Ada ", "A\x1b[31mda", "a\nb", "\u202egnp", ".", "..", "x" * 129]
)
def test_a_name_that_could_be_misread_is_refused_with_all_rules(
    aws: Any, faces: Faces, photos: Path, name: str
) -> None:
    result = aws.run("faces", "enroll", "--consent", "--", name, photos)
    assert result.exit_code == 2
    said = " ".join(result.stderr.split())
    assert "1 to 128 characters, no slash, no control character" in said
    assert 'is not "unknown"' in said
    assert aws.keys() == []


def test_the_longest_name_and_other_scripts_are_names(aws: Any, faces: Faces, photos: Path) -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë Ångström")
    for name in ("x" * 128, decomposed, "李雷", "=1+1"):
        (photos / "a.png").write_bytes(photo_bytes(len(name)))
        assert aws.run("faces", "enroll", name, photos / "a.png", "--consent").exit_code == 0
    _, people = zip(*(key.split("/")[:2] for key in _lying(aws)), strict=True)
    assert set(people) == {"x" * 128, "Zoë Ångström", "李雷", "=1+1"}


def test_where_no_model_recognises_faces_it_says_how_there_would_be_one(aws: Any, photos: Path) -> None:
    result = aws.run("faces", "enroll", "Ada", photos, "--consent")
    assert result.exit_code == 1
    assert "off unless chosen. Add a model of family face_fleet" in result.stderr
    result = aws.run("faces", "enroll", "Ada", photos, "--consent", "--model", "signs")
    assert result.exit_code == 2
    assert "signs recognises no faces (family rekognition); those that do: none." in result.stderr


def test_of_two_fleets_one_must_be_named(aws: Any, faces: Faces, photos: Path) -> None:
    aws.deployment["models"]["visitors"] = aws.deployment["models"]["faces"] | {"gallery": "visitors/"}
    aws.redeploy()
    result = aws.run("faces", "enroll", "Ada", photos, "--consent")
    assert result.exit_code == 2
    assert "name one with --model: faces, visitors." in " ".join(result.stderr.split())
    assert aws.run("faces", "enroll", "Ada", photos, "--consent", "--model", "visitors").exit_code == 0
    assert all(key.startswith("visitors/Ada/") for key in _lying(aws))


def test_every_help_text_has_examples_and_the_group_names_its_page(aws: Any) -> None:
    assert "docs/faces.md" in aws.run("faces", "--help").stdout
    for command in ("enroll", "list", "remove"):
        text = aws.run("faces", command, "--help").stdout
        assert f"dayshift --env dev faces {command}" in text
        assert "--model NAME" in text
