"""`dayshift upload --wait`: results as they come, and what the shell is told in the end."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dayshift.domain.images import ImageRef
from dayshift.domain.results import Status
from dayshift_cli import waiting


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Time that passes only in pauses; `labeler` works in each of them."""
    state = SimpleNamespace(now=0.0, pauses=[], labeler=lambda: None)

    def sleep(seconds: float) -> None:
        state.now += seconds
        state.pauses.append(seconds)
        state.labeler()

    monkeypatch.setattr(waiting, "time", SimpleNamespace(monotonic=lambda: state.now, sleep=sleep))
    return state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three images."""
    for name in ("good.jpg", "nothing.jpg", "bad.jpg"):
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def _labeler(aws: Any, **outcomes: Callable[[ImageRef], None]) -> Callable[[], None]:
    """One image at each pause, in the order of `outcomes`, found in the bucket by its name."""
    left = list(outcomes.items())

    def work() -> None:
        if left:
            name, outcome = left.pop(0)
            key = f"incoming/signs/{name}.jpg"
            head = aws.s3.head_object(Bucket=aws.deployment["images_bucket"], Key=key)
            outcome(ImageRef("b", key, head["VersionId"], head["ETag"].strip('"'), head["ContentLength"]))

    return work


def _all(aws: Any) -> dict[str, Callable[[ImageRef], None]]:
    return {
        "nothing": lambda image: aws.answer(image, Status.NONE, names=()),
        "bad": lambda image: aws.answer(image, Status.REJECTED, names=(), reason="empty: no bytes"),
        "good": lambda image: aws.answer(image, names=["label:Sign", "label:Sign", "text:STOP", "text:ALL WAY"]),
    }


def test_a_rejected_image_gives_exit_code_three_and_its_reason(aws: Any, clock: Any, folder: Path) -> None:
    clock.labeler = _labeler(aws, **_all(aws))
    result = aws.run("upload", folder, "--model", "signs", "--wait")
    assert result.exit_code == 3, result.stderr
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[:3] for row in rows] == [
        ["bad.jpg", "signs", "rejected"], ["good.jpg", "signs", "ok"], ["nothing.jpg", "signs", "none"],
    ]  # fmt: skip
    assert "empty: no bytes" in result.stdout
    assert "STOP | ALL WAY" in result.stdout
    assert "Sign, Sign" not in result.stdout


def test_all_read_gives_exit_code_zero(aws: Any, clock: Any, folder: Path) -> None:
    (folder / "bad.jpg").unlink()
    outcomes = _all(aws)
    clock.labeler = _labeler(aws, nothing=outcomes["nothing"], good=outcomes["good"])
    assert aws.run("upload", folder, "--model", "signs", "--wait").exit_code == 0


def test_json_streams_the_records_in_the_order_they_came(aws: Any, clock: Any, folder: Path) -> None:
    clock.labeler = _labeler(aws, **_all(aws))
    result = aws.run("upload", folder, "--model", "signs", "--wait", "--output", "json")
    assert [json.loads(line)["status"] for line in result.stdout.splitlines()] == ["none", "rejected", "ok"]


def test_csv_streams_wide_rows_under_one_header(aws: Any, clock: Any, folder: Path) -> None:
    clock.labeler = _labeler(aws, **_all(aws))
    result = aws.run("upload", folder, "--model", "signs", "--wait", "--output", "csv", "--confidence")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [row["status"] for row in rows] == ["none", "rejected", "ok"]
    assert rows[2]["labels"] == "Sign (98 %)"


def test_time_over_gives_exit_code_four_and_shows_what_waits(aws: Any, clock: Any, folder: Path) -> None:
    clock.labeler = _labeler(aws, good=_all(aws)["good"])
    result = aws.run("upload", folder, "--model", "signs", "--wait", "--timeout", "60")
    assert result.exit_code == 4
    assert "2 of 3 images have no result after 60 s" in result.stderr
    assert [line.split()[2] for line in result.stdout.splitlines()[1:]] == ["waiting", "ok", "waiting"]
    assert clock.now == pytest.approx(60)
    assert max(clock.pauses) <= 5


def test_an_older_versions_record_is_not_taken_for_the_new_ones(aws: Any, clock: Any, folder: Path) -> None:
    aws.answer(aws.put("incoming/signs/good.jpg", b"older"))
    result = aws.run("upload", folder / "good.jpg", "--model", "signs", "--wait", "--timeout", "1")
    assert result.exit_code == 4


def test_of_many_waiting_each_round_asks_few_and_none_is_forgotten(aws: Any, clock: Any, tmp_path: Path) -> None:
    for number in range(100):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    outcomes = {str(number): aws.answer for number in reversed(range(100))}
    work = _labeler(aws, **outcomes)
    clock.labeler = lambda: [work() for _ in range(10)]
    result = aws.run("upload", tmp_path, "--model", "signs", "--wait", "--output", "json")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 100
    asked = sum(operation == "GetObject" for operation, _ in aws.calls)
    assert asked < 1500, f"wanted a small multiple of 100 reads, got {asked}"


def test_the_oldest_that_do_not_end_hold_up_nobody(aws: Any, clock: Any, tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.jpg").write_bytes(b"x")
    clock.labeler = _labeler(aws, **{str(number): aws.answer for number in range(40, 60)})
    result = aws.run("upload", tmp_path, "--model", "signs", "--wait", "--output", "json", "--timeout", "60")
    assert result.exit_code == 4
    assert len(result.stdout.splitlines()) == 20


def test_a_result_that_is_no_record_is_named(aws: Any, clock: Any, folder: Path) -> None:
    def scribble(image: ImageRef) -> None:
        aws.answer(image)
        place = next(key for key in aws.keys(aws.deployment["results_bucket"]) if key.startswith("results/"))
        aws.s3.put_object(Bucket=aws.deployment["results_bucket"], Key=place, Body=b'{"schema": 9}')

    clock.labeler = _labeler(aws, good=scribble)
    result = aws.run("upload", folder / "good.jpg", "--model", "signs", "--wait")
    assert result.exit_code == 1
    assert "is not a terminal record (schema 9, this release reads 1)" in result.stderr
