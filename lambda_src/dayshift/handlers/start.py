"""At each opening, warm-up before it: reconcile, which starts the model if it should run."""

from typing import TYPE_CHECKING, Any

from dayshift import events
from dayshift.bootstrap import logger
from dayshift.handlers.reconcile import reconcile_all

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers as handlers/reconcile does. What should be true is read off the clock, not off this function's name."""
    logger.append_keys(request_id=context.aws_request_id)
    return reconcile_all(events.power_wish(event).model)
