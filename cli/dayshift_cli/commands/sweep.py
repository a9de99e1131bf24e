"""`dayshift sweep`: the hourly sweep, now."""

from collections.abc import Mapping
from typing import Any

import click

from dayshift_cli.errors import ExitCode
from dayshift_cli.invoking import invoke, strange
from dayshift_cli.render import output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = ("model", "seen", "enqueued", "exhausted", "finished")


@click.command()
@click.option("--model", metavar="NAME", help="Only this model.")
@click.option(
    "--older-than", metavar="MINUTES", type=click.IntRange(min=0),
    help="Only images that were uploaded so long ago; else as the schedule does.",
)  # fmt: skip
@output_option
@click.pass_obj
def sweep(session: Session, model: str | None, older_than: int | None, output: str) -> None:
    """Enqueue again the images that have no result, and show how many there were.

    Exit codes: 0 swept; 3 the function's time ran out, so the next sweep goes on where this one stopped.

    \b
    Examples:
      dayshift --env dev sweep
      dayshift --env dev sweep --model signs --older-than 0
    """
    wish: dict[str, Any] = {}
    if model is not None:
        wish["model"] = session.model(model).name
    if older_than is not None:
        wish["older_than_minutes"] = older_than
    swept = _invoke(session, wish)
    values = [{"model": name, **{column: counts[column] for column in _COLUMNS[1:]}} for name, counts in swept.items()]
    rows = [[_word(value[column]) for column in _COLUMNS] for value in values]
    show(output, _COLUMNS, rows, values)
    if not all(value["finished"] for value in values):
        say("The function's time ran out; run it again to go on where it stopped.")
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _invoke(session: Session, wish: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The sweep's answer, `{"signs": {"seen", "enqueued", "exhausted", "finished"}}`; raises Failure if it failed."""
    name = session.deployment.sweep
    models = invoke(session.clients.functions, name, wish, "a sweep")
    try:
        return {model: {column: models[model][column] for column in _COLUMNS[1:]} for model in models}
    except KeyError as error:
        raise strange(name, "a sweep", models) from error


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
