"""What the demo asks of its job: everything that must make it fail, and what it leaves behind."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local import demo_job_report
from local.demo_job_report import Ordered
from local.lived_archives import archive_of
from local.lived_jobs import instants
from local.outcomes import Outcome, read_samples
from local.places import SAMPLES

PICTURES = read_samples(SAMPLES / "jobs", SAMPLES)
JOB = {"id": "20261121-093000-1a2b3c4d", "attempts": [{"cost_usd": 0.02}, {"cost_usd": 0.01}]}
ENDED = {"status": "ok", "reason": "ok 8, rejected 1"}


def as_wanted(number: int) -> Outcome:
    """A picture that ended as it should."""
    wanted = PICTURES[number].expectation
    found = [{"kind": "class", "name": name, "confidence_percent": 97.5, "box": None} for name in wanted.names]
    reason = wanted.reason and f"{wanted.reason}: for a reason"
    return Outcome(PICTURES[number], {"status": wanted.status, "reason": reason, "detections": found})


OUTCOMES = tuple(as_wanted(number) for number in range(len(PICTURES)))
GOOD = Ordered(OUTCOMES, {PICTURES[0].name: b"image_key\n"}, (JOB,), ({"name": "one"},), (ENDED, ENDED))


def test_a_good_job_is_told_in_figures() -> None:
    assert GOOD.faults() == []
    figures = GOOD.to_json()
    assert (figures["jobs"], figures["orders"], figures["cost_usd"]) == (1, 1, 0.03)
    assert (figures["counts"]["ok"], figures["counts"]["none"], figures["counts"]["rejected"]) == (6, 1, 2)


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"outcomes": (Outcome(PICTURES[0], None), *OUTCOMES[1:])}, "day/aster 1.png: wanted ok, got no result"),
        ({"outcomes": (replace(OUTCOMES[0], sample=PICTURES[2]), *OUTCOMES[1:])}, "wanted sunflower among"),
        ({"jobs": (JOB, JOB)}, "wanted one closed job, got 2"),
        ({"jobs": ()}, "wanted one closed job, got 0"),
        ({"orders": ({}, {})}, "wanted one order at the service, got 2"),
        ({"archives": (ENDED, None)}, "wanted both uploads to end ok, got ['ok', None]"),
        ({"archives": (ENDED, {"status": "failed"})}, "got ['ok', 'failed']"),
    ],
)
def test_every_way_in_which_a_job_can_go_wrong_is_a_fault(otherwise: dict[str, Any], said: str) -> None:
    (fault,) = replace(GOOD, **otherwise).faults()
    assert said in fault


def test_it_leaves_the_job_each_record_and_row_and_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_job_report, "TO", tmp_path / "jobs")
    demo_job_report.save(GOOD)
    left = {file.name for file in (tmp_path / "jobs").iterdir()}
    assert {"20261121-093000-1a2b3c4d.json", "aster 1.png.json", "aster 1.png.csv", "aster 1.png.jpg"} <= left
    assert {"animated.gif.json", "index.html"} <= left
    assert "animated.gif.jpg" not in left  # nobody can open it
    assert json.loads((tmp_path / "jobs" / "tulip 2.png.json").read_text())["detections"][0]["name"] == "tulip"
    page = (tmp_path / "jobs" / "index.html").read_text()
    assert "6 ok, 1 none, 2 rejected" in page


def test_it_shows_what_went_wrong() -> None:
    said = io.StringIO()
    demo_job_report.show(replace(GOOD, orders=()), Console(file=said, width=200))
    assert "sunflower 98%" in said.getvalue()
    assert "1 job, 0 orders at the service, 0.030 USD" in said.getvalue()
    assert "wanted one order at the service, got 0" in said.getvalue()


def test_the_archive_has_every_picture_by_its_own_name() -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(PICTURES))) as archive:
        assert archive.namelist() == [each.name for each in PICTURES]
        assert archive.read("day/aster 1.png") == (SAMPLES / "day" / "aster 1.png").read_bytes()


def test_the_clock_begins_after_whatever_an_open_job_waits_for() -> None:
    job = {"due_at": "2026-11-21T09:45:00Z", "held_until": None, "attempts": [{"deadline_at": "2026-11-21T11:00:00Z"}]}
    assert max(instants([job])).isoformat() == "2026-11-21T11:00:00+00:00"
