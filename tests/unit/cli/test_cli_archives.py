"""`dayshift upload pictures.zip`: what is said before it goes, and how its images are followed to their ends."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dayshift.domain.images import ImageRef
from dayshift.domain.results import Status
from dayshift_cli import waiting
from tests.unit.cli.archives import PNG, deploy_archives, expand, zipped

HTML = b"<!doctype html>" + bytes(100)


@pytest.fixture(autouse=True)
def deployed(aws: Any) -> None:
    deploy_archives(aws)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time that passes only in pauses; the next of `steps` is taken in each of them."""
    state = SimpleNamespace(now=0.0, steps=[])

    def sleep(seconds: float) -> None:
        state.now += seconds
        if state.steps:
            state.steps.pop(0)()

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: state.now, sleep=sleep))
    return state


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    path = tmp_path / "pictures.zip"
    path.write_bytes(zipped({"trip/b 2.png": PNG, "__MACOSX/._b": b"x", "a.png": PNG, "notes.txt": HTML}))
    return path


def uploaded(aws: Any, key: str = "incoming/signs/pictures.zip") -> ImageRef:
    head = aws.s3.head_object(Bucket=aws.deployment["images_bucket"], Key=key)
    return ImageRef("dayshift-test-images", key, head["VersionId"], head["ETag"].strip('"'), head["ContentLength"])


def expander(aws: Any, **endings: Status) -> Callable[[], None]:
    """Expands the archive; the images end at once as said, by the letter that their name begins with."""

    def work() -> None:
        manifest = expand(aws, uploaded(aws), ["trip/b 2.png", "a.png"], ["notes.txt"])
        for one in manifest.images:
            if (letter := one.name.rpartition("/")[2][0]) in endings:
                aws.answer(one.image, endings[letter])

    return work


def test_an_archive_goes_up_as_one_object_and_what_will_not_be_read_of_it_is_said_before(
    aws: Any, pictures: Path
) -> None:
    result = aws.run("upload", pictures, "--model", "signs")
    assert result.exit_code == 0, result.stderr
    assert aws.keys() == ["incoming/signs/pictures.zip"]
    said = result.stderr.splitlines()[0]
    assert "pictures.zip holds 2 images, 0.0 MB when they are out of it." in said
    assert "Not read will be 1 of its entries: notes.txt: unsupported_format: this is HTML" in said


def test_an_archive_may_be_larger_than_any_image(aws: Any, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "many.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.png", PNG + bytes(6_000_000))
    result = aws.run("upload", tmp_path / "many.zip", "--model", "signs")
    assert result.exit_code == 0, result.stderr
    assert uploaded(aws, "incoming/signs/many.zip").size_bytes > 15_728_640


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK\3\4 and nothing behind it", "archive_unreadable"),
        (b"\xff\xd8\xff a JPEG", "archive_unreadable"),
        (zipped({f"{number}.png": b"" for number in range(1001)}), "archive_too_many: more than 1,000 entries"),
        (zipped({"notes.txt": HTML}), "There is no image in it"),
        (zipped({}), "There is no image in it"),
    ],
)
def test_an_archive_of_which_nothing_would_be_read_is_refused_before_it_goes(
    aws: Any, tmp_path: Path, content: bytes, why: str
) -> None:
    (tmp_path / "bad.ZIP").write_bytes(content)
    (tmp_path / "good.jpg").write_bytes(b"\xff\xd8\xff")
    result = aws.run("upload", tmp_path, "--model", "signs")
    assert result.exit_code == 3
    assert f"Refused {tmp_path / 'bad.ZIP'}: " in result.stderr
    assert why in result.stderr
    assert aws.keys() == ["incoming/signs/good.jpg"]
    forced = aws.run("upload", tmp_path / "bad.ZIP", "--model", "signs", "--force")
    assert forced.exit_code == 0, forced.stderr
    assert uploaded(aws, "incoming/signs/bad.ZIP").size_bytes == len(content)


def test_the_limits_are_told_with_the_refusal(aws: Any, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(zipped({f"{number}.png": b"" for number in range(1001)}))
    refused = aws.run("upload", tmp_path / "bad.zip", "--model", "signs").stderr
    assert "at most 1,000 images are read, 15 MB each and 500 MB in all" in refused


def test_an_archive_that_only_its_bytes_tell_is_refused_with_the_name_that_would_do(aws: Any, tmp_path: Path) -> None:
    (tmp_path / "pictures.cbz").write_bytes(zipped({"a.png": PNG}))
    result = aws.run("upload", tmp_path / "pictures.cbz", "--model", "signs")
    assert result.exit_code == 1
    assert "it is a ZIP archive; let its name end in .zip" in result.stderr
    assert aws.keys() == []


def test_a_deployment_of_an_earlier_release_is_sent_no_archive(aws: Any, pictures: Path) -> None:
    del aws.deployment["archives"]
    aws.redeploy()
    result = aws.run("upload", pictures, "--model", "signs")
    assert result.exit_code == 1
    assert "takes no archives yet" in result.stderr
    assert aws.keys() == []


def test_waiting_follows_the_images_by_their_own_names_in_the_archives_order(
    aws: Any, clock: Any, pictures: Path
) -> None:
    clock.steps = [lambda: None, expander(aws, a=Status.OK, b=Status.NONE)]
    result = aws.run("upload", pictures, "--model", "signs", "--wait")
    assert result.exit_code == 3, "one entry was refused"
    rows = [line.split("  ") for line in result.stdout.splitlines()[1:]]
    assert [row[0] for row in rows] == ["pictures.zip/trip/b 2.png", "pictures.zip/a.png", "pictures.zip/notes.txt"]
    assert "rejected" in result.stdout.splitlines()[3]
    assert "expanded pictures.zip: ok 2, rejected 1" in result.stderr
    assert "none     pictures.zip/trip/b 2.png" in result.stderr


def test_json_names_the_entry_of_each_record_and_has_the_refused_ones_too(aws: Any, clock: Any, pictures: Path) -> None:
    clock.steps = [expander(aws, a=Status.OK, b=Status.OK)]
    result = aws.run("upload", pictures, "--model", "signs", "--wait", "--output", "json")
    values = [json.loads(line) for line in result.stdout.splitlines()]
    archive = {"key": "incoming/signs/pictures.zip", "version_id": uploaded(aws).version_id}
    assert [value["within"] for value in values] == [
        {"archive": archive, "index": 2, "name": "notes.txt"},
        {"archive": archive, "index": 0, "name": "trip/b 2.png"},
        {"archive": archive, "index": 1, "name": "a.png"},
    ]
    assert [value["status"] for value in values] == ["rejected", "ok", "ok"]
    assert values[1]["image"]["key"].startswith("expanded/signs/pictures-")


def test_csv_has_a_row_an_entry(aws: Any, clock: Any, pictures: Path) -> None:
    clock.steps = [expander(aws, a=Status.OK, b=Status.FAILED)]
    result = aws.run("upload", pictures, "--model", "signs", "--wait", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert {row["image"]: row["status"] for row in rows} == {
        "pictures.zip/trip/b 2.png": "failed", "pictures.zip/a.png": "ok", "pictures.zip/notes.txt": "rejected",
    }  # fmt: skip


def test_an_archive_refused_as_a_whole_is_one_row_with_its_reason(aws: Any, clock: Any, pictures: Path) -> None:
    clock.steps = [lambda: aws.answer(uploaded(aws), Status.REJECTED, names=(), reason="archive_overlap: in words")]
    result = aws.run("upload", pictures, "--model", "signs", "--wait")
    assert result.exit_code == 3
    (row,) = result.stdout.splitlines()[1:]
    assert row.split()[:3] == ["pictures.zip", "signs", "rejected"]
    assert "archive_overlap: in words" in row


def test_time_over_counts_the_images_that_have_not_ended(aws: Any, clock: Any, pictures: Path) -> None:
    clock.steps = [expander(aws, a=Status.OK)]
    result = aws.run("upload", pictures, "--model", "signs", "--wait", "--timeout", "30")
    assert result.exit_code == 4
    assert "1 of 2 images have no result after 30 s" in result.stderr
    assert [line.split()[-1] for line in result.stdout.splitlines()[1:2]] == ["waiting"]


def test_time_over_counts_an_archive_that_was_not_expanded(aws: Any, clock: Any, pictures: Path) -> None:
    result = aws.run("upload", pictures, "--model", "signs", "--wait", "--timeout", "30")
    assert result.exit_code == 4
    assert "1 of 1 images have no result after 30 s" in result.stderr


def test_the_archives_own_record_is_not_waited_for(aws: Any, clock: Any, pictures: Path) -> None:
    """It may come with the sweep, an hour later, and says nothing new."""
    clock.steps = [expander(aws, a=Status.OK, b=Status.OK)]
    aws.run("upload", pictures, "--model", "signs", "--wait")
    assert clock.now < 5


def test_names_in_an_archive_do_nothing_on_a_terminal(aws: Any, clock: Any, pictures: Path) -> None:
    name = "\x1b]0;owned\x07..\\..\\=1+1.png"
    clock.steps = [lambda: aws.answer(expand(aws, uploaded(aws), [name]).images[0].image)]
    for output in ("table", "csv", "json"):
        clock.steps = [lambda: aws.answer(expand(aws, uploaded(aws), [name]).images[0].image)]
        result = aws.run("upload", pictures, "--model", "signs", "--wait", "--output", output)
        shown = (result.stdout + result.stderr).replace("\n", "")
        assert [character for character in shown if not character.isprintable()] == []
