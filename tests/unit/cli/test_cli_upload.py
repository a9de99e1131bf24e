"""`dayshift upload`: which files become which objects."""

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from dayshift_cli.images import natural
from dayshift_cli.render import Meter


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder of images, some of them hidden."""
    folder = tmp_path / "photos"
    for name in ("img 10.jpg", "img 2.jpg", "trip/a+b 100%.png", "trip/naïve\n.jpg", ".DS_Store", ".cache/x.jpg"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"\xff\xd8" + name.encode())
    return folder


def test_a_folder_becomes_keys_below_the_prefix_with_names_exactly_as_on_disk(aws: Any, photos: Path) -> None:
    result = aws.run("upload", photos, "--model", "signs")
    assert result.exit_code == 0, result.stderr
    assert sorted(aws.keys()) == [
        "incoming/signs/img 10.jpg", "incoming/signs/img 2.jpg", "incoming/signs/trip/a+b 100%.png",
        "incoming/signs/trip/naïve\n.jpg",
    ]  # fmt: skip
    assert "Left out 2 hidden files." in result.stderr


def test_json_names_the_version_that_each_file_became_in_natural_order(aws: Any, photos: Path) -> None:
    result = aws.run("upload", photos, "--model", "signs", "--output", "json")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["key"] for line in lines[:2]] == ["incoming/signs/img 2.jpg", "incoming/signs/img 10.jpg"]
    for line in lines:
        head = aws.s3.head_object(Bucket=line["bucket"], Key=line["key"])
        assert (line["version_id"], line["etag"]) == (head["VersionId"], head["ETag"].strip('"'))
        assert line["size_bytes"] == head["ContentLength"]


def test_a_hidden_file_is_uploaded_if_it_is_named_itself(aws: Any, photos: Path) -> None:
    assert aws.run("upload", photos / ".DS_Store", "--model", "signs").exit_code == 0
    assert aws.keys() == ["incoming/signs/.DS_Store"]


def test_the_model_may_be_left_out_only_if_there_is_one(aws: Any, photos: Path) -> None:
    refused = aws.run("upload", photos)
    assert refused.exit_code == 2
    assert "There are 2 models; name one of them: pets, signs." in refused.stderr
    del aws.deployment["models"]["pets"]
    aws.redeploy()
    assert aws.run("upload", photos).exit_code == 0
    assert len(aws.keys()) == 4


def test_a_large_file_goes_up_in_parts_and_its_version_is_known(aws: Any, tmp_path: Path) -> None:
    large = tmp_path / "large.jpg"
    large.write_bytes(os.urandom(17 * 1024 * 1024))
    result = aws.run("upload", large, "--model", "signs", "--force", "--output", "json")
    assert result.exit_code == 0, result.stderr
    head = aws.s3.head_object(Bucket=aws.deployment["images_bucket"], Key="incoming/signs/large.jpg")
    assert json.loads(result.stdout)["version_id"] == head["VersionId"]
    assert head["ETag"].strip('"').endswith("-3"), f"wanted three parts, got {head['ETag']}"
    assert head["ContentType"] == "image/jpeg"


def test_a_file_too_large_for_the_model_is_refused_with_both_numbers_and_the_rest_is_uploaded(
    aws: Any, photos: Path
) -> None:
    (photos / "huge.jpg").write_bytes(bytes(15_728_641))
    result = aws.run("upload", photos, "--model", "signs")
    assert result.exit_code == 3
    assert "huge.jpg: 15,728,641 bytes; model signs reads at most 15,728,640" in result.stderr
    assert len(aws.keys()) == 4
    alone = aws.run("upload", photos / "huge.jpg", "--model", "signs")
    assert alone.exit_code == 1
    assert "--force" in alone.stderr


def test_two_files_that_would_share_a_key_are_refused_before_anything_is_uploaded(aws: Any, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.jpg").write_bytes(b"x")
    result = aws.run("upload", tmp_path / "a", tmp_path / "b", "--model", "signs")
    assert result.exit_code == 1
    assert "would both become 'incoming/signs/x.jpg'" in result.stderr
    assert aws.keys() == []


def test_a_key_that_another_model_reads_is_refused(aws: Any, tmp_path: Path) -> None:
    aws.deployment["models"]["night"] = {**aws.deployment["models"]["pets"], "prefix": "incoming/signs/night/"}
    aws.redeploy()
    (tmp_path / "night").mkdir()
    (tmp_path / "night" / "x.jpg").write_bytes(b"x")
    result = aws.run("upload", tmp_path, "--model", "signs")
    assert result.exit_code == 1
    assert "which model night reads (prefix 'incoming/signs/night/')" in result.stderr
    assert aws.keys() == []


@pytest.mark.parametrize(
    ("name", "why"),
    [("/".join(letter * 255 for letter in "long"), "S3 takes 1,024"), ("caf\udce9.jpg", "not UTF-8")],
)
def test_a_name_that_can_be_no_key_is_refused(aws: Any, tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    result = aws.run("upload", tmp_path / "in", "--model", "signs")
    assert result.exit_code == 1
    assert why in result.stderr
    assert aws.keys() == []


def test_an_empty_folder_and_a_pipe_are_refused(aws: Any, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "There is no file to upload" in aws.run("upload", tmp_path / "empty", "--model", "signs").stderr
    os.mkfifo(tmp_path / "pipe")
    piped = aws.run("upload", tmp_path / "pipe", "--model", "signs")
    assert piped.exit_code == 1
    assert "neither a file nor a folder" in piped.stderr


def test_a_file_that_vanished_is_named_and_the_others_are_uploaded(
    aws: Any, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.read_bytes

    def vanishing(path: Path) -> bytes:
        if path.name == "img 2.jpg":
            raise FileNotFoundError(2, "No such file or directory")
        return real(path)

    monkeypatch.setattr(Path, "read_bytes", vanishing)
    result = aws.run("upload", photos, "--model", "signs")
    assert result.exit_code == 3
    assert "img 2.jpg cannot be read: No such file or directory" in result.stderr
    assert len(aws.keys()) == 3


def test_an_error_of_aws_ends_it_with_one_line_and_shows_what_was_uploaded(aws: Any, photos: Path) -> None:
    def deny_the_tenth(parameters: Any) -> None:
        if parameters["Key"].endswith("img 10.jpg"):
            aws.refuse("PutObject", "AccessDenied")
            aws.answers["PutObject"](parameters)

    aws.answers["PutObject"] = deny_the_tenth
    result = aws.run("upload", photos, "--model", "signs", "--output", "json")
    assert result.exit_code == 1
    assert "Access denied: these credentials need s3:PutObject" in result.stderr
    assert [json.loads(line)["key"] for line in result.stdout.splitlines()] == sorted(aws.keys(), key=natural)


def test_after_an_error_of_aws_nothing_more_is_begun(aws: Any, tmp_path: Path) -> None:
    for number in range(200):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    aws.refuse("PutObject", "AccessDenied")
    result = aws.run("upload", tmp_path, "--model", "signs")
    assert result.exit_code == 1
    begun = sum(operation == "PutObject" for operation, _ in aws.calls)
    assert begun < 100, f"wanted only the uploads under way, got {begun}"


def test_a_progress_bar_is_drawn_on_a_terminal_and_nowhere_else(
    aws: Any, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert aws.run("upload", photos, "--model", "signs").stderr.splitlines() == [
        "Left out 2 hidden files.", "Uploaded 4 of 4 files to s3://dayshift-test-images.",
    ]  # fmt: skip
    monkeypatch.setenv("TERM", "xterm")
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys, "stderr", terminal)
    with Meter("Uploading", 4) as meter:
        meter.advance(4)
        meter.note("a\x1b[2J line")
    assert "4/4" in terminal.getvalue()
    assert "a[2J line" in terminal.getvalue()


def test_natural_order_counts_as_people_do() -> None:
    names = ["b1", "a10", "A2", "a2b", "a", "10", "9"]
    assert sorted(names, key=natural) == ["9", "10", "a", "A2", "a2b", "a10", "b1"]
