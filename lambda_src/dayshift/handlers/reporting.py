"""What became of an image, as its reader says it: the labeler and the worker in the same words."""

from aws_lambda_powertools.metrics import MetricUnit

from dayshift.bootstrap import logger, metrics
from dayshift.services.label import Outcome


def report(outcome: Outcome) -> None:
    """One line in the log and one count in the metrics for each image."""
    log = logger.info if outcome.reason is None else logger.warning
    log(
        "image_settled",
        image=outcome.key,
        result=outcome.result,
        reason=outcome.reason,
        duration_ms=outcome.duration_ms,
    )
    metrics.add_metric(f"Images{outcome.result.capitalize()}", MetricUnit.Count, 1)
    if outcome.cost_usd:
        metrics.add_metric("CostUsd", MetricUnit.NoUnit, outcome.cost_usd)
