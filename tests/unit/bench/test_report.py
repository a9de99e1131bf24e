"""Verdicts, what is written down, and what the command line does with a benchmark that cannot run."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import bench.__main__ as command
from bench.report import Figure, Report, save
from bench.started import BenchError

REPORT = Report("speed", "How fast?", (Figure("ours", 1.2, "ratio", at_most=1.15), Figure("rate", 50, "a second")))


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("calls", 6, "calls", at_most=6), "met"),
        (Figure("calls", 6.01, "calls", at_most=6), "missed"),
        (Figure("kept", 0.9, "ratio", at_least=0.9), "met"),
        (Figure("kept", 0.89, "ratio", at_least=0.9), "missed"),
        (Figure("rate", 50, "a second"), "–"),
    ],
)
def test_a_target_is_met_up_to_its_very_value(figure: Figure, verdict: str):
    assert figure.verdict == verdict


def test_the_json_says_target_measure_verdict_machine_and_moment(tmp_path: Path):
    written = json.loads(save(REPORT, tmp_path / "new", datetime(2026, 11, 21, tzinfo=UTC)).read_text())
    first = written["figures"][0]
    assert (first["measured"], first["at_most"], first["verdict"]) == (1.2, 1.15, "missed")
    assert written["at"] == "2026-11-21T00:00:00+00:00"
    assert written["machine"]["processor"]


def test_a_missed_target_is_no_failure_but_a_benchmark_that_cannot_run_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(quick: bool) -> Report:
        raise BenchError("no zip")

    monkeypatch.setattr(command, "BENCHES", {"speed": lambda quick: REPORT, "broken": broken})
    monkeypatch.setattr(sys, "argv", ["bench", "speed", "--json", str(tmp_path)])
    assert command.main() == 0
    monkeypatch.setattr(sys, "argv", ["bench", "--json", str(tmp_path)])
    assert command.main() == 1
    assert "broken could not run: no zip" in capsys.readouterr().out
    assert [file.name for file in tmp_path.iterdir()] == ["speed.json"]


def test_an_unknown_name_is_answered_with_those_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["bench", "sped"])
    with pytest.raises(SystemExit):
        command.main()
    assert (
        "api_calls, cold_start, throughput, recognize, package, scaling, faces, fleet, archives; got sped"
        in capsys.readouterr().err
    )
