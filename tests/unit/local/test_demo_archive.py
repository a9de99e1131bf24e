"""What the demo asks of its archive: everything that must make it fail, and what it leaves behind."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from local import demo_archive
from local.demo_archive import MODEL, Unpacked, until
from local.outcomes import Outcome, Sample, read_samples
from local.places import SAMPLES

PICTURES = tuple(sample for sample in read_samples(SAMPLES) if sample.model == MODEL)
ENDED = {"status": "ok", "reason": "ok 7, rejected 2 (empty 1, unsupported_format 1); its images: ok 6, rejected 1"}


def as_wanted(sample: Sample) -> Outcome:
    """A picture that ended as it did by itself."""
    wanted = sample.expectation
    reason = wanted.reason and f"{wanted.reason}: for a reason"
    return Outcome(
        sample, {"status": wanted.status, "reason": reason, "detections": [{"name": name} for name in wanted.names]}
    )


OUTCOMES = tuple(as_wanted(sample) for sample in PICTURES)
GOOD = Unpacked("samples.zip", OUTCOMES, {"v": 1}, ENDED)


def test_a_good_archive_is_told_in_figures_and_one_line() -> None:
    assert len(PICTURES) == 9
    figures = GOOD.to_json()
    assert (figures["entries"], figures["counts"]["ok"], figures["counts"]["rejected"]) == (9, 6, 3)
    assert figures["faults"] == []
    console = Console(record=True, width=200)
    demo_archive.show(GOOD, console)
    assert console.export_text().splitlines() == [f"9 of them again as samples.zip: ok: {ENDED['reason']}"]


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"outcomes": (Outcome(PICTURES[0], None), *OUTCOMES[1:])}, "wanted ok, got no result"),
        ({"outcomes": (replace(OUTCOMES[0], sample=PICTURES[1]), *OUTCOMES[1:])}, "among what is found"),
        ({"record": None}, "wanted samples.zip to end ok, got None"),
        ({"record": {"status": "rejected", "reason": "archive_no_image: ok 0"}}, "got rejected"),
    ],
)
def test_every_way_in_which_an_archive_can_go_wrong_is_a_fault(otherwise: dict[str, Any], said: str) -> None:
    wrong = replace(GOOD, **otherwise)
    (fault,) = wrong.faults()
    assert said in fault
    console = Console(record=True, width=200)
    demo_archive.show(wrong, console)
    assert fault in console.export_text()


def test_its_manifest_and_record_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_archive, "DEMO_RESULTS", tmp_path)
    demo_archive.save(replace(GOOD, manifest=None))
    assert [file.name for file in tmp_path.glob("*/*")] == ["record.json"]
    demo_archive.save(GOOD)
    assert json.loads((tmp_path / "archive" / "record.json").read_text()) == ENDED
    assert json.loads((tmp_path / "archive" / "manifest.json").read_text()) == {"v": 1}


def test_nobody_waits_for_ever() -> None:
    answers = iter([False, True])
    assert until(lambda: next(answers))
    assert not until(lambda: False, longest_seconds=0)
