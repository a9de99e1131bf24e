"""What `dayshift status` shows: a table of queues and gates, one of power, one of jobs, and lines under them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.text import Text

from dayshift_cli.jobs_in_status import JOBS_COLUMNS, JobsReport
from dayshift_cli.observing import MISSING
from dayshift_cli.power_report import FLEET_COLUMNS, POWER_COLUMNS, PowerReport
from dayshift_cli.render import Row, show, show_line

_COLUMNS = ("model", "family", "visible", "in flight", "delayed", "dead letters", "gate", "read by")
_NO_GATE = "none"


@dataclass(frozen=True, slots=True)
class StatusPage:
    """What was seen: `values` of each queue, the powered models' reports, those of models that are read in jobs, and
    by name what a longer promise would save."""

    values: Sequence[dict[str, Any]]
    powers: Sequence[PowerReport]
    jobs: Sequence[JobsReport]
    hints: Mapping[str, str]

    @property
    def is_whole(self) -> bool:
        """Whether all could be read."""
        return all(one.beat is not None for one in self.powers) and not any(one.problem for one in self.jobs)

    def show(self, output: str) -> None:
        """As table, CSV or JSON."""
        match output:
            case "json":
                show(output, (), (), [self._whole(value) for value in self.values])
            case "csv":
                beside = [(self._power_columns, self._power_rows)] if self.powers else []
                beside += [(JOBS_COLUMNS, {one.model.name: one.row() for one in self.jobs})] if self.jobs else []
                self._show_csv(beside)
            case _:
                self._show_tables(output)

    def _whole(self, value: dict[str, Any]) -> dict[str, Any]:
        powers = {one.name: one.value() | {"longer_promise": self.hints.get(one.name)} for one in self.powers}
        jobs = {one.model.name: one.value() for one in self.jobs}
        return value | {"power": powers.get(value["model"]), "jobs": jobs.get(value["model"])}

    def _show_csv(self, beside: Sequence[tuple[Sequence[str], Mapping[str, Row]]]) -> None:
        """One row a queue: what the other tables say of its model stands beside it."""
        columns = [*_COLUMNS, *(column for more, _ in beside for column in more[1:])]
        rows = [
            [*_row(value), *(cell for more, found in beside for cell in _beside(value["model"], more, found))]
            for value in self.values
        ]
        show("csv", columns, rows, ())

    def _show_tables(self, output: str) -> None:
        show(output, _COLUMNS, [_row(value) for value in self.values], ())
        for columns, rows in (
            (self._power_columns, [*self._power_rows.values()]),
            (JOBS_COLUMNS, [one.row() for one in self.jobs]),
        ):
            if rows:
                click.echo()
                show(output, columns, rows, ())
        for one in self.powers:
            for line in one.lines(self.hints.get(one.name)):
                show_line(line)

    @property
    def _has_fleet(self) -> bool:
        return any(one.model is not None and one.model.is_fleet for one in self.powers)

    @property
    def _power_columns(self) -> Sequence[str]:
        return FLEET_COLUMNS if self._has_fleet else POWER_COLUMNS

    @property
    def _power_rows(self) -> Mapping[str, Row]:
        return {one.name: one.row(self._has_fleet) for one in self.powers}


def _beside(model: str | None, columns: Sequence[str], found: Mapping[str, Row]) -> Row:
    """The cells of a model in another table, without its name; empty ones where it is not there."""
    return [*found.get(str(model), [""] * len(columns))][1:]


def _row(value: dict[str, Any]) -> Row:
    mapping, problem = value["mapping"] or _NO_GATE, value["mapping_problem"]
    is_idle_with_work = mapping not in ("Enabled", _NO_GATE) and value["visible"] > 0
    mapping_style = "bold red" if problem or mapping == MISSING else "yellow" if is_idle_with_work else ""
    return (
        value["model"],
        value["family"],
        Text(str(value["visible"]), style="yellow" if is_idle_with_work else ""),
        value["in_flight"],
        value["delayed"],
        Text(str(value["dead_letters"]), style="bold red" if value["dead_letters"] else ""),
        Text(f"{mapping} ({problem})" if problem else mapping, style=mapping_style),
        value["labeler"] or value["group"] or value["jobs_function"],
    )
