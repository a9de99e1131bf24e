"""What a benchmark answers: figures with their targets, tables and notes; on the screen and as JSON."""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `at_most` or `at_least` is its target; with neither it only informs."""

    name: str
    measured: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """The target as a person reads it; empty where there is none."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return "" if self.at_least is None else f"≥ {self.at_least:g}"

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or `–` for a number without a target."""
        if self.at_most is None and self.at_least is None:
            return "–"
        too_much = self.at_most is not None and self.measured > self.at_most
        too_little = self.at_least is not None and self.measured < self.at_least
        return "missed" if too_much or too_little else "met"


@dataclass(frozen=True, slots=True)
class Rows:
    """A table of details."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """One benchmark's answer."""

    bench: str
    question: str
    figures: tuple[Figure, ...]
    tables: tuple[Rows, ...] = ()
    notes: tuple[str, ...] = ()


def show(report: Report, console: Console) -> None:
    """Prints the figures, then the details, then what to know when reading them."""
    console.rule(f"[bold]{report.bench}[/bold]")
    console.print(report.question)
    figures = [
        (figure.name, f"{figure.measured:,.4g}", figure.unit, figure.target, figure.verdict)
        for figure in report.figures
    ]
    console.print(_table("", ("figure", "measured", "unit", "target", "verdict"), figures))
    for rows in report.tables:
        console.print(table(rows))
    for note in report.notes:
        console.print(f"· {escape(note)}")


def save(report: Report, folder: Path, now: datetime) -> Path:
    """Writes `<bench>.json`: the report, each verdict, the machine and the moment."""
    folder.mkdir(parents=True, exist_ok=True)
    figures = [asdict(figure) | {"verdict": figure.verdict} for figure in report.figures]
    value = asdict(report) | {"figures": figures, "machine": machine(), "at": now.astimezone(UTC).isoformat()}
    place = folder / f"{report.bench}.json"
    place.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    return place


def machine() -> dict[str, str]:
    """Where it ran, as far as a reader of the figures needs to know."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = next(iter(names), model)
    cores, python = str(os.cpu_count()), platform.python_version()
    return {"processor": model, "cores": cores, "system": platform.system(), "python": python}


def table(rows: Rows) -> Table:
    """A table of details, for the screen."""
    return _table(rows.title, rows.columns, rows.rows)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title or None, title_justify="left")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place == 0 else "right")
    for row in rows:
        style = "green" if row[-1] == "met" else "yellow" if row[-1] == "missed" else None
        table.add_row(*map(escape, row), style=style)
    return table
