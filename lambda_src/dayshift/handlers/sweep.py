"""Every hour, and on request: images without a terminal record are enqueued again."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import bootstrap, events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, logger, metrics
from dayshift.domain.errors import ForeignMessageError, TransientError
from dayshift.services.sweep import sweep

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

bootstrap.sweeper()  # at import: a cold start has more CPU than the first invocation


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers `{"models": {"signs": {"seen", "enqueued", …}}}`. `event` is drawn at `events.sweep_wish`."""
    settings, sweepers = bootstrap.sweeper()
    only, minutes = events.sweep_wish(event, settings.sweep_after_minutes)
    now, patience = datetime.now(UTC), timedelta(minutes=minutes)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > 5 * LEAST_SECONDS_FOR_A_CALL * 1000

    chosen = [ports for ports in sweepers if only in (None, ports.route.model)]
    if only and not chosen:
        raise ForeignMessageError(f"wanted one of {[ports.route.model for ports in sweepers]}; got model {only!r}")
    swept = {ports.route.model: asdict(sweep(ports, patience, now, has_time)) for ports in chosen}
    for model, counts in swept.items():
        logger.info("model_swept", model=model, **counts)
        metrics.add_metric("ImagesSwept", MetricUnit.Count, counts["enqueued"])
    errors = {model: counts["error"] for model, counts in swept.items() if counts["error"]}
    if errors:
        raise TransientError(f"not swept to the end: {errors}; the others: {swept}")
    return {"models": swept}
