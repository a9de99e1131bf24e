"""What `dayshift status` looks at: queues, dead letters, and what lets their readers read."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import code_of
from dayshift_cli.powering import gate_of
from dayshift_cli.queues import depth
from dayshift_cli.session import Session

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

MISSING = "Missing"


def observe(session: Session, model: DeployedModel) -> dict[str, Any]:
    """A model's queue, its dead letters and its gate."""
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
        "jobs_function": model.jobs,
    }


def observe_archives(session: Session) -> list[dict[str, Any]]:
    """The queue of archives, as if it were a model's; nothing where an earlier release was applied."""
    archives = session.deployment.archives
    if archives is None:
        return []
    waiting, dead = depth(session.clients.sqs, archives.queue_url), depth(session.clients.sqs, archives.dlq_url)
    state, problem = _mapping(session.clients.functions, archives.mapping_uuid)
    value = {
        "model": None, "family": "archives", "visible": waiting.visible, "in_flight": waiting.in_flight,
        "delayed": waiting.delayed, "dead_letters": dead.total, "mapping": state, "mapping_problem": problem,
        "labeler": archives.expander, "group": None, "jobs_function": None,
    }  # fmt: skip
    return [value]


def _gate(session: Session, model: DeployedModel) -> tuple[str | None, str | None]:
    """The gate's state in the words of an event source mapping, and the problem it reports if any; None where there is
    no gate: jobs without power begin at any time."""
    if model.jobs and model.power is None:
        return None, None
    if model.mapping_uuid is None:
        return gate_of(session, model).state().capitalize(), None
    return _mapping(session.clients.functions, model.mapping_uuid)


def _mapping(functions: "LambdaClient", uuid: str) -> tuple[str, str | None]:
    try:
        found = functions.get_event_source_mapping(UUID=uuid)
    except ClientError as error:
        if code_of(error) != "ResourceNotFoundException":
            raise
        return MISSING, None
    result = str(found.get("LastProcessingResult") or "")
    return str(found["State"]), result if result.startswith("PROBLEM") else None
