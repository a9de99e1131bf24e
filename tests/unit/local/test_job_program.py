"""The program that local jobs run: what it is given, what it leaves behind."""

import json
import subprocess
import sys
from pathlib import Path
from shutil import copy
from typing import Any

import pytest

from local.places import ROOT, SAMPLES

PROGRAM = ROOT / "local" / "job_models" / "classifier" / "classify.py"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    given, brought = tmp_path / "in", tmp_path / "out"
    given.mkdir()
    brought.mkdir()
    return given, brought


def run(given: Path, brought: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """As the local service runs it: in a folder of its own."""
    environment = {"DAYSHIFT_INPUT": str(given), "DAYSHIFT_OUTPUT": str(brought), "PYTHONPATH": str(ROOT), **more}
    command = [sys.executable, str(PROGRAM)]
    return subprocess.run(command, env=environment, cwd=given, capture_output=True, text=True, check=False, timeout=120)


def lines(brought: Path) -> dict[str, dict[str, Any]]:
    found = [json.loads(line) for line in (brought / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    return {str(each["image"]): each for each in found}


def test_it_names_what_each_picture_shows_and_says_which_it_cannot_read(folders: tuple[Path, Path]) -> None:
    given, brought = folders
    copy(SAMPLES / "day" / "tulip 1.png", given / "0000.png")
    copy(SAMPLES / "day" / "aster 2.png", given / "0001.png")
    (given / "0002.jpg").write_bytes(b"\xff\xd8\xff and no picture")
    done = run(given, brought, PROJECT="flowers")
    assert (done.returncode, done.stdout) == (0, "3 images are classified\n"), done.stderr
    found = lines(brought)
    best = [found[name]["classes"][0] for name in ("0000.png", "0001.png")]
    assert [each["name"] for each in best] == ["tulip", "aster"]
    assert all(80 < each["confidence_percent"] <= 100 for each in best)
    assert "neither JPEG nor PNG" in str(found["0002.jpg"]["error"])


def test_without_examples_a_picture_is_no_class(folders: tuple[Path, Path]) -> None:
    given, brought = folders
    copy(SAMPLES / "day" / "tulip 1.png", given / "0000.png")
    run(given, brought, PROJECT="nobody knows")
    assert lines(brought) == {"0000.png": {"image": "0000.png", "classes": []}}


def test_it_says_what_it_was_not_told(folders: tuple[Path, Path]) -> None:
    done = run(*folders)
    assert (done.returncode, done.stderr) == (2, "PROJECT must be set, for example PROJECT=flowers\n")
    assert not (folders[1] / "results.jsonl").exists()
