"""Every hour, and on request: images without a terminal record are enqueued again."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, logger, metrics, warm
from dayshift.bootstrap import sweep as sweeper
from dayshift.domain.errors import TransientError
from dayshift.services.sweep import sweep_models

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

warm(sweeper.ports)


@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers `{"models": {"signs": {"seen", "enqueued", …}}}`. `event` is drawn at `events.sweep_wish`."""
    logger.append_keys(request_id=context.aws_request_id)
    only, patience = events.sweep_wish(event, sweeper.patience())

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > 5 * LEAST_SECONDS_FOR_A_CALL * 1000

    swept = sweep_models(sweeper.ports(), only, patience, datetime.now(UTC), has_time)
    for model, counts in swept.items():
        logger.info("model_swept", model=model, **asdict(counts))
        metrics.add_metric("ImagesSwept", MetricUnit.Count, counts.enqueued)
    if errors := {model: counts.error for model, counts in swept.items() if counts.error}:
        raise TransientError(f"not swept to the end: {errors}")  # so that the failure shows, and is tried again
    return {"models": {model: asdict(counts) for model, counts in swept.items()}}
