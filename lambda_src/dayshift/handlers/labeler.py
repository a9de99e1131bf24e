"""A batch of one model's queue becomes terminal records."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from dayshift import events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, labeler, logger, metrics, warm
from dayshift.handlers.reporting import report
from dayshift.services.batch import Shift, label_batch

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

warm(labeler.ports)


@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers the ids of the messages to deliver again. `event` is an SQS batch, drawn in events.py."""
    logger.append_keys(request_id=context.aws_request_id)
    ports = labeler.ports()
    metrics.add_dimension("model", ports.model.name)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > LEAST_SECONDS_FOR_A_CALL * 1000

    shift = Shift(ports, clock=lambda: datetime.now(UTC), has_time=has_time)
    messages = events.envelopes_from_sqs(event, ports.model.name)
    return events.batch_reply(label_batch(messages, shift, report))
