"""What a person or a program sees: data on stdout as table, CSV or JSON lines; messages and progress on stderr.

Everything that came from outside is made inert here, at the last moment, so that the JSON stays lossless.
"""

import csv
import io
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from dayshift.domain.results import safe_cell
from dayshift_cli.inert import inert, inert_json

# Piped, a row is one line however long: nothing is cut or wrapped for a terminal that is not there.
_UNLIMITED_WIDTH = 1_000_000
_Command = TypeVar("_Command", bound=Callable[..., Any])
Row = Sequence[str | int | float | Text | None]


def output_option(command: _Command) -> _Command:
    """The option --output, the same for every command that shows data."""
    return click.option(
        "--output",
        type=click.Choice(["table", "csv", "json"]),
        default="table",
        show_default=True,
        help="json is one object a line.",
    )(command)


def say(message: str) -> None:
    """A message for the person, on stderr, on one line."""
    click.echo(inert(message), err=True)


def show(output: str, columns: Sequence[str], rows: Iterable[Row], values: Iterable[Any]) -> None:
    """Prints data as asked: `rows` under `columns` for table and csv, `values` for json."""
    match output:
        case "json":
            for value in values:
                show_json(value)
        case "csv":
            show_csv([columns, *rows])
        case _:
            show_table(columns, rows)


def show_json(value: Any) -> None:
    """One JSON object on one line, in which no character acts on a terminal."""
    click.echo(inert_json(json.dumps(value, ensure_ascii=False)))


def show_csv(rows: Iterable[Row]) -> None:
    """Rows of CSV in which no cell acts on a terminal or in a spreadsheet."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, lineterminator="\n")
    for row in rows:
        writer.writerow([safe_cell(inert(str(cell)) if isinstance(cell, str | Text) else cell) for cell in row])
    click.echo(sheet.getvalue(), nl=False)


def show_table(columns: Sequence[str], rows: Iterable[Row]) -> None:
    """A table: with lines and folded cells on a terminal, one plain line a row elsewhere."""
    console = Console(highlight=False)
    table = Table(*columns, header_style="bold")
    if sys.stdout.isatty():  # not console.is_terminal, which FORCE_COLOR makes true in a pipe
        console.print(_filled(table, rows, overflow="fold"))
        return
    table.box, table.show_edge, table.padding = None, False, (0, 2, 0, 0)
    with console.capture() as captured:
        console.width = _UNLIMITED_WIDTH
        console.print(_filled(table, rows, overflow="ignore"), crop=False)
    for line in captured.get().splitlines():
        click.echo(line.rstrip(), color=console.is_terminal)


def show_line(line: Text) -> None:
    """One line of words under a table, wrapped on a terminal."""
    console = Console(highlight=False)
    with console.capture() as captured:
        console.print(_cell(line), soft_wrap=not sys.stdout.isatty())
    click.echo(captured.get(), nl=False, color=console.is_terminal)


def _filled(table: Table, rows: Iterable[Row], overflow: Any) -> Table:
    for column in table.columns:
        column.overflow = overflow
    for row in rows:
        table.add_row(*[_cell(cell) for cell in row])
    return table


def _cell(cell: str | int | float | Text | None) -> Text:
    if isinstance(cell, Text):
        return Text(inert(cell.plain), style=cell.style)
    return Text("" if cell is None else inert(str(cell)))


class Meter:
    """A progress bar on stderr if that is a terminal; `note` prints a line above it."""

    def __init__(self, title: str, total: int, output: str = "table") -> None:
        self._console = Console(stderr=True, highlight=False)
        # data that streams to the same terminal would tear the bar
        streams = output != "table" and sys.stdout.isatty()
        self._progress = Progress(
            TextColumn(title),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not sys.stderr.isatty() or streams,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task(title, total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def advance(self, steps: int = 1) -> None:
        """So many more are done."""
        self._progress.advance(self._task, steps)

    def set_total(self, total: int) -> None:
        """There are more, or fewer, than was thought."""
        self._progress.update(self._task, total=total)

    def note(self, message: str) -> None:
        """A line above the bar."""
        if self._progress.disable:
            say(message)
        else:
            self._console.print(Text(inert(message)), soft_wrap=True)
