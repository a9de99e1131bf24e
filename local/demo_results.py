"""What the demo leaves behind: `demo-results/` with every record, CSV and picture, and a table on the terminal."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.day_report import Day
from local.demo_api import Asked
from local.demo_archive import Unpacked
from local.demo_job_report import Ordered
from local.gallery import draw, page
from local.outcomes import LOST, Outcome, Sample, counts
from local.places import DEMO_RESULTS

LONGEST_CELL = 60
UNREADABLE = ("rejected", "gone", "failed", LOST)


def save(outcomes: tuple[Outcome, ...], sheet_of: Callable[[Sample], bytes]) -> None:
    """Every record and CSV, each picture with its boxes, and a page that shows them."""
    shutil.rmtree(DEMO_RESULTS, ignore_errors=True)
    DEMO_RESULTS.mkdir()
    pictures: dict[str, str] = {}
    for outcome in outcomes:
        if outcome.record is None:
            continue
        sample, folder = outcome.sample, DEMO_RESULTS / outcome.sample.model
        folder.mkdir(exist_ok=True)
        _write(folder / f"{sample.file.name}.json", json.dumps(outcome.record, indent=2, ensure_ascii=False) + "\n")
        (folder / f"{sample.file.name}.csv").write_bytes(sheet_of(sample))
        if outcome.status not in UNREADABLE:
            drawn = folder / f"{sample.file.name}.boxes.jpg"
            draw(sample.file, outcome.record["detections"], drawn)
            pictures[sample.name] = quote(str(drawn.relative_to(DEMO_RESULTS)))
    _write(DEMO_RESULTS / "index.html", page(outcomes, pictures, counts(outcomes)))


def show(outcomes: tuple[Outcome, ...], console: Console) -> int:
    """The table; the exit code: 1 if any image ended otherwise than expected."""
    console.print(_table(outcomes))
    console.print(", ".join(f"{number} {status}" for status, number in counts(outcomes).items()))
    faults = _faults(outcomes)
    for name, fault in faults.items():
        console.print(f"{name}: {fault}", style="red", markup=False)
    return 1 if faults else 0


@dataclass(frozen=True, slots=True)
class Lived:
    """What came after the samples: the same in an archive, the archive that was a job, the models' day, and what the
    API was asked on it."""

    unpacked: Unpacked
    ordered: Ordered
    days: tuple[Day, ...]
    asked: Asked

    def is_as_wanted(self) -> bool:
        """Whether none of it went otherwise than it should."""
        faults = [*self.unpacked.faults(), *self.ordered.faults(), *self.asked.faults()]
        return not (faults or any(day.faults() for day in self.days))


def summarise(outcomes: tuple[Outcome, ...], lived: Lived, seconds: Mapping[str, float], console: Console) -> int:
    """`summary.json` and how long it all took; the exit code of what came after the samples."""
    summary = {
        "uploaded": len(outcomes),
        "counts": counts(outcomes),
        "unexpected": _faults(outcomes),
        "archive": lived.unpacked.to_json(),
        "jobs": lived.ordered.to_json(),
        "days": {day.model: day.to_json() for day in lived.days},
        "recognize": lived.asked.to_json(),
        "seconds": dict(seconds),
    }
    _write(DEMO_RESULTS / "summary.json", json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    for fault in lived.asked.faults():
        console.print(fault, style="red", markup=False)
    console.print(", ".join(f"{name} {value} s" for name, value in seconds.items()))
    console.print(f"Everything is in {DEMO_RESULTS.name}/ (open {DEMO_RESULTS.name}/index.html)")
    return 0 if lived.is_as_wanted() else 1


def _faults(outcomes: tuple[Outcome, ...]) -> dict[str, str]:
    return {outcome.sample.name: outcome.fault for outcome in outcomes if outcome.fault}


def _table(outcomes: tuple[Outcome, ...]) -> Table:
    table = Table("image", "status", "labels", "text or reason")
    for outcome in outcomes:
        reason = str((outcome.record or {}).get("reason") or "").split(":")[0]
        labels, text = ", ".join(outcome.names("label", "face")), " / ".join(outcome.names("text"))
        said = text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
        table.add_row(escape(outcome.sample.name), outcome.status, escape(labels), escape(said or reason))
    return table


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")
