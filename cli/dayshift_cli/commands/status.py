"""`dayshift status`: queues, dead letters, gates and power, with what needs a person in colour; and archives."""

import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import click
from rich.text import Text

from dayshift_cli.archive_report import ARCHIVE_COLUMNS, archive_reports
from dayshift_cli.errors import ExitCode
from dayshift_cli.observing import MISSING, observe, observe_archives
from dayshift_cli.power_report import FLEET_COLUMNS, POWER_COLUMNS, PowerReport, report
from dayshift_cli.promising import savings
from dayshift_cli.render import Row, output_option, show, show_line
from dayshift_cli.session import Session

_COLUMNS = ("model", "family", "visible", "in flight", "delayed", "dead letters", "gate", "read by")


@click.command()
@click.option("--model", metavar="NAME", help="Only this model.")
@click.option(
    "--watch", metavar="SECONDS", type=click.IntRange(min=1), help="Show it again every so many seconds, until Ctrl-C."
)
@click.option("--archives", is_flag=True, help="The twenty archives that were expanded last, and how far they are.")
@output_option
@click.pass_obj
def status(session: Session, model: str | None, watch: int | None, archives: bool, output: str) -> None:
    """Show what waits: messages visible, in flight and delayed, dead letters, and the gate: the state of the mapping,
    or of a fleet whether its workers may read; and of each powered model what it should be and is, why, and what
    changes next, in the model's own time. Of a fleet also its workers: those there are, should be and may be.

    Archives of all models wait in one queue, the last row. With --archives those are shown that were expanded, with how
    many of their images have ended; `dayshift results pictures.zip` shows the images themselves, by their own names.

    Red needs a person: dead letters (see `dayshift redrive`), a gate that is missing or reports a problem, a model
    that failed, cannot be managed, is overdue, or runs long after it should not. Yellow is worth a look. SQS's counts
    are approximate. Nothing is changed: what comes next is what reconcile would do now.

    Exit codes: 0 shown; 3 the power of some model could not be read.

    \b
    Examples:
      dayshift --env dev status
      dayshift --env dev status --watch 5
      dayshift --env dev status --archives
      dayshift --env dev status --output json | jq 'select(.dead_letters > 0)'
      dayshift --env dev status --output json | jq '{model, is: .power.state, why: .power.reason}'
    """
    look = _look_at_archives if archives else _Look().at_models
    while True:
        is_whole, showing = look(session, model, output)
        if watch and sys.stdout.isatty():
            click.clear()
        showing()
        if not watch:
            break
        try:
            time.sleep(watch)
        except KeyboardInterrupt:
            return
    if not is_whole:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


class _Look:
    """Looking at the models again and again: what a longer promise would save is reckoned once."""

    def __init__(self) -> None:
        self._hints: dict[str, str] | None = None

    def at_models(self, session: Session, model: str | None, output: str) -> tuple[bool, Callable[[], None]]:
        """Whether all could be read, and what shows them."""
        now = session.now()
        values = [observe(session, one) for one in session.models(model)]
        values += observe_archives(session) if model is None else []
        reports = [report(session, one, now) for one in session.models(model) if one.power]
        if self._hints is None:
            self._hints = savings(session, [one.model for one in reports if one.model], now)
        is_whole = all(one.beat is not None for one in reports)
        return is_whole, partial(_show, values, reports, self._hints, output)


def _look_at_archives(session: Session, model: str | None, output: str) -> tuple[bool, Callable[[], None]]:
    reports = archive_reports(session, session.models(model))
    rows, values = [one.row() for one in reports], [one.value() for one in reports]
    return True, partial(show, output, ARCHIVE_COLUMNS, rows, values)


def _show(
    values: Sequence[dict[str, Any]], reports: Sequence[PowerReport], hints: Mapping[str, str], output: str
) -> None:
    powers = {one.name: one for one in reports}
    has_fleet = any(one.model is not None and one.model.is_fleet for one in reports)
    columns = FLEET_COLUMNS if has_fleet else POWER_COLUMNS
    power_rows = {one.name: one.row(has_fleet) for one in reports}
    rows = [_row(value) for value in values]
    match output:
        case "json":
            full = [value | {"power": _power(powers.get(value["model"]), hints)} for value in values]
            show(output, (), (), full)
        case "csv" if reports:
            empty = [""] * len(columns)
            beside = [[*power_rows.get(value["model"], empty)][1:] for value in values]
            show(output, (*_COLUMNS, *columns[1:]), [[*a, *b] for a, b in zip(rows, beside, strict=True)], ())
        case _:
            show(output, _COLUMNS, rows, ())
            if reports:
                click.echo()
                show(output, columns, power_rows.values(), ())
            for one in reports:
                for line in one.lines(hints.get(one.name)):
                    show_line(line)


def _power(one: PowerReport | None, hints: Mapping[str, str]) -> dict[str, Any] | None:
    return None if one is None else one.value() | {"longer_promise": hints.get(one.name)}


def _row(value: dict[str, Any]) -> Row:
    mapping, problem = value["mapping"], value["mapping_problem"]
    is_idle_with_work = mapping != "Enabled" and value["visible"] > 0
    mapping_style = "bold red" if problem or mapping == MISSING else "yellow" if is_idle_with_work else ""
    return (
        value["model"],
        value["family"],
        Text(str(value["visible"]), style="yellow" if is_idle_with_work else ""),
        value["in_flight"],
        value["delayed"],
        Text(str(value["dead_letters"]), style="bold red" if value["dead_letters"] else ""),
        Text(f"{mapping} ({problem})" if problem else mapping, style=mapping_style),
        value["labeler"] or value["group"],
    )
