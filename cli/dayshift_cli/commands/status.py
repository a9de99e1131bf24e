"""`dayshift status`: each model's queue, dead letters, mapping and power, with what needs a person in colour."""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import ClientError
from rich.text import Text

from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import ExitCode, code_of
from dayshift_cli.power_report import FLEET_COLUMNS, POWER_COLUMNS, PowerReport, report
from dayshift_cli.powering import gate_of
from dayshift_cli.promising import savings
from dayshift_cli.queues import depth
from dayshift_cli.render import Row, output_option, show, show_line
from dayshift_cli.session import Session

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_COLUMNS = ("model", "family", "visible", "in flight", "delayed", "dead letters", "gate", "read by")
_MISSING = "Missing"


@click.command()
@click.option("--model", metavar="NAME", help="Only this model.")
@click.option(
    "--watch", metavar="SECONDS", type=click.IntRange(min=1), help="Show it again every so many seconds, until Ctrl-C."
)
@output_option
@click.pass_obj
def status(session: Session, model: str | None, watch: int | None, output: str) -> None:
    """Show what waits: messages visible, in flight and delayed, dead letters, and the gate: the state of the mapping,
    or of a fleet whether its workers may read; and of each powered model what it should be and is, why, and what
    changes next, in the model's own time. Of a fleet also its workers: those there are, should be and may be.

    Red needs a person: dead letters (see `dayshift redrive`), a gate that is missing or reports a problem, a model
    that failed, cannot be managed, is overdue, or runs long after it should not. Yellow is worth a look. SQS's counts
    are approximate. Nothing is changed: what comes next is what reconcile would do now.

    Exit codes: 0 shown; 3 the power of some model could not be read.

    \b
    Examples:
      dayshift --env dev status
      dayshift --env dev status --watch 5
      dayshift --env dev status --output json | jq 'select(.dead_letters > 0)'
      dayshift --env dev status --output json | jq '{model, is: .power.state, why: .power.reason}'
    """
    hints: dict[str, str] | None = None
    while True:
        now = session.now()
        values = [_observe(session, one) for one in session.models(model)]
        reports = [report(session, one, now) for one in session.models(model) if one.power]
        hints = savings(session, [one.model for one in reports if one.model], now) if hints is None else hints
        if watch and sys.stdout.isatty():
            click.clear()
        _show(values, reports, hints, output)
        if not watch:
            break
        try:
            time.sleep(watch)
        except KeyboardInterrupt:
            return
    if any(one.beat is None for one in reports):
        raise click.exceptions.Exit(ExitCode.PARTIAL)


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


def _observe(session: Session, model: DeployedModel) -> dict[str, Any]:
    waiting = depth(session.clients.sqs, model.queue_url)
    dead = depth(session.clients.sqs, model.dlq_url)
    state, problem = _gate(session, model)
    return {
        "model": model.name,
        "family": model.family,
        "visible": waiting.visible,
        "in_flight": waiting.in_flight,
        "delayed": waiting.delayed,
        "dead_letters": dead.total,
        "mapping": state,
        "mapping_problem": problem,
        "labeler": model.labeler,
        "group": model.group,
    }


def _gate(session: Session, model: DeployedModel) -> tuple[str, str | None]:
    """The gate's state in the words of an event source mapping, and the problem it reports if any."""
    if model.mapping_uuid is None:
        return gate_of(session, model).state().capitalize(), None
    return _mapping(session.clients.functions, model.mapping_uuid)


def _mapping(functions: "LambdaClient", uuid: str) -> tuple[str, str | None]:
    try:
        found = functions.get_event_source_mapping(UUID=uuid)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return _MISSING, None
    result = str(found.get("LastProcessingResult") or "")
    return str(found["State"]), result if result.startswith("PROBLEM") else None


def _row(value: dict[str, Any]) -> Row:
    mapping, problem = value["mapping"], value["mapping_problem"]
    is_idle_with_work = mapping != "Enabled" and value["visible"] > 0
    mapping_style = "bold red" if problem or mapping == _MISSING else "yellow" if is_idle_with_work else ""
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
