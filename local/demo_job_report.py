"""What the demo shows and keeps of its job: a table, `demo-results/jobs/`, and whether all went as it should."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.gallery import CLASSES, draw, page
from local.outcomes import Outcome, counts
from local.places import DEMO_RESULTS

TO = DEMO_RESULTS / "jobs"


@dataclass(frozen=True, slots=True)
class Ordered:
    """What became of an archive that was uploaded twice: its pictures, their CSVs by name, the closed jobs, what the
    service was asked for, and the records of both uploads."""

    outcomes: tuple[Outcome, ...]
    sheets: Mapping[str, bytes]
    jobs: tuple[Mapping[str, Any], ...]
    orders: tuple[Mapping[str, Any], ...]
    archives: tuple[Mapping[str, Any] | None, ...]

    @property
    def cost_usd(self) -> float:
        """What the service took for it, had it been the real one."""
        return sum(float(attempt["cost_usd"]) for job in self.jobs for attempt in job["attempts"])

    def faults(self) -> list[str]:
        """What is otherwise than it should be, each a sentence."""
        found = [f"{each.sample.name}: {each.fault}" for each in self.outcomes if each.fault]
        found += [] if len(self.jobs) == 1 else [f"wanted one closed job, got {len(self.jobs)}"]
        found += [] if len(self.orders) == 1 else [f"wanted one order at the service, got {len(self.orders)}"]
        ends = [None if each is None else each["status"] for each in self.archives]
        return found + ([] if ends == ["ok", "ok"] else [f"wanted both uploads to end ok, got {ends}"])

    def to_json(self) -> dict[str, Any]:
        """The figures."""
        return {
            "pictures": len(self.outcomes),
            "counts": counts(self.outcomes),
            "jobs": len(self.jobs),
            "orders": len(self.orders),
            "cost_usd": round(self.cost_usd, 4),
            "faults": self.faults(),
        }


def save(ordered: Ordered) -> None:
    """The job, every record and CSV, and a page of the pictures."""
    TO.mkdir(parents=True, exist_ok=True)
    for job in ordered.jobs:
        _write(f"{job['id']}.json", job)
    drawn: dict[str, str] = {}
    for outcome in ordered.outcomes:
        name = outcome.sample.file.name
        if outcome.record is None:
            continue
        _write(f"{name}.json", outcome.record)
        if sheet := ordered.sheets.get(outcome.sample.name):
            (TO / f"{name}.csv").write_bytes(sheet)
        if outcome.status in ("ok", "none"):
            draw(outcome.sample.file, outcome.record["detections"], TO / f"{name}.jpg")
            drawn[outcome.sample.name] = f"{name}.jpg"
    text = page(ordered.outcomes, drawn, counts(ordered.outcomes), CLASSES)
    (TO / "index.html").write_text(text, encoding="utf-8")


def show(ordered: Ordered, console: Console) -> None:
    """The table, and what is otherwise than it should be."""
    table = Table("picture in the archive", "status", "classes or reason")
    for outcome in ordered.outcomes:
        found = (outcome.record or {}).get("detections", ())
        seen = ", ".join(f"{each['name']} {each['confidence_percent']:.0f}%" for each in found)
        reason = str((outcome.record or {}).get("reason") or "").split(":")[0]
        table.add_row(escape(outcome.sample.name), outcome.status, escape(seen or reason))
    console.print(table)
    told = f"{_many(ordered.jobs, 'job')}, {_many(ordered.orders, 'order')} at the service, {ordered.cost_usd:.3f} USD"
    console.print(f"uploaded twice: {told}", highlight=False)
    for fault in ordered.faults():
        console.print(fault, style="red", markup=False)


def _many(things: Sequence[object], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _write(name: str, value: Mapping[str, Any]) -> None:
    (TO / name).write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
