"""An archive under a model's prefix becomes images in that model's queue, and in the end a terminal record."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, expander, logger, metrics, warm
from dayshift.services.expand import Turn
from dayshift.services.expand_batch import expand_batch
from dayshift.services.label import Outcome

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

warm(expander.ports)
# An entry is a GET, a PUT, a HEAD and a message, each of which may take its longest.
LEAST_SECONDS_FOR_AN_ENTRY = 4 * LEAST_SECONDS_FOR_A_CALL
NO_MODEL = ""  # an S3 notification, which names none, is sent to no queue of archives


@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers the ids of the messages to deliver again. `event` is an SQS batch, drawn in events.py."""
    logger.append_keys(request_id=context.aws_request_id)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > LEAST_SECONDS_FOR_AN_ENTRY * 1000

    turn = Turn(expander.ports(), clock=lambda: datetime.now(UTC), has_time=has_time)
    return events.batch_reply(expand_batch(events.envelopes_from_sqs(event, NO_MODEL), turn, _report))


def _report(outcome: Outcome) -> None:
    log = logger.warning if outcome.result in ("returned", "rejected", "failed") else logger.info
    log(
        "archive_settled",
        archive=outcome.key,
        result=outcome.result,
        reason=outcome.reason,
        duration_ms=outcome.duration_ms,
    )
    metrics.add_metric(f"Archives{outcome.result.capitalize()}", MetricUnit.Count, 1)
