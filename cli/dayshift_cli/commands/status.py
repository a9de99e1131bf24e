"""`dayshift status`: each model's queue, dead letters and mapping, with what needs a person in colour."""

import sys
import time
from typing import TYPE_CHECKING, Any

import click
from botocore.exceptions import ClientError
from rich.text import Text

from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import code_of
from dayshift_cli.queues import depth
from dayshift_cli.render import Row, output_option, show
from dayshift_cli.session import Session

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_COLUMNS = ("model", "family", "visible", "in flight", "delayed", "dead letters", "mapping", "labeler")
_MISSING = "Missing"


@click.command()
@click.option("--model", metavar="NAME", help="Only this model.")
@click.option(
    "--watch", metavar="SECONDS", type=click.IntRange(min=1), help="Show it again every so many seconds, until Ctrl-C."
)
@output_option
@click.pass_obj
def status(session: Session, model: str | None, watch: int | None, output: str) -> None:
    """Show what waits: messages visible, in flight and delayed, dead letters, and the state of the mapping.

    Red needs a person: dead letters (see `dayshift redrive`), a mapping that is missing or reports a problem.
    Yellow is worth a look: images wait while the mapping is not enabled. SQS's counts are approximate.

    \b
    Examples:
      dayshift --env dev status
      dayshift --env dev status --watch 5
      dayshift --env dev status --output json | jq 'select(.dead_letters > 0)'
    """
    while True:
        values = [_observe(session, one) for one in session.models(model)]
        if watch and sys.stdout.isatty():
            click.clear()
        show(output, _COLUMNS, [_row(value) for value in values], values)
        if not watch:
            return
        try:
            time.sleep(watch)
        except KeyboardInterrupt:
            return


def _observe(session: Session, model: DeployedModel) -> dict[str, Any]:
    waiting = depth(session.clients.sqs, model.queue_url)
    dead = depth(session.clients.sqs, model.dlq_url)
    state, problem = _mapping(session.clients.functions, model.mapping_uuid)
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
    }


def _mapping(functions: "LambdaClient", uuid: str) -> tuple[str, str | None]:
    """The event source mapping's state, and the problem it reports if any."""
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
        value["labeler"],
    )
