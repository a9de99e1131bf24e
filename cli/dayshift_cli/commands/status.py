"""`dayshift status`: queues, dead letters, gates and power, with what needs a person in colour; and archives."""

import sys
import time
from collections.abc import Callable
from functools import partial

import click

from dayshift_cli.archive_report import ARCHIVE_COLUMNS, archive_reports
from dayshift_cli.errors import ExitCode
from dayshift_cli.jobs_in_status import jobs_report
from dayshift_cli.observing import observe, observe_archives
from dayshift_cli.power_report import report
from dayshift_cli.promising import savings
from dayshift_cli.render import output_option, show
from dayshift_cli.session import Session
from dayshift_cli.status_page import StatusPage


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
    changes next, in the model's own time. Of a fleet also its workers: those there are, should be and may be. Of a
    model that is read in jobs those that are open, and what today's have cost (`dayshift jobs` shows each).

    Archives of all models wait in one queue, the last row. With --archives those are shown that were expanded, with how
    many of their images have ended; `dayshift results pictures.zip` shows the images themselves, by their own names.

    Red needs a person: dead letters (see `dayshift redrive`), a gate that is missing or reports a problem, a model
    that failed, cannot be managed, is overdue, or runs long after it should not. Yellow is worth a look. SQS's counts
    are approximate. Nothing is changed: what comes next is what reconcile would do now.

    Exit codes: 0 shown; 3 the power or the jobs of some model could not be read.

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
        jobs = [jobs_report(session, one, now) for one in session.models(model) if one.jobs]
        if self._hints is None:
            self._hints = savings(session, [one.model for one in reports if one.model], now)
        page = StatusPage(values, reports, jobs, self._hints)
        return page.is_whole, partial(page.show, output)


def _look_at_archives(session: Session, model: str | None, output: str) -> tuple[bool, Callable[[], None]]:
    reports = archive_reports(session, session.models(model))
    rows, values = [one.row() for one in reports], [one.value() for one in reports]
    return True, partial(show, output, ARCHIVE_COLUMNS, rows, values)
