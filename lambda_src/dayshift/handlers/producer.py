"""New images in S3 become messages in the queue of the model that reads them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import logger, metrics, producer, warm
from dayshift.services.enqueue import enqueue

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

warm(producer.ports)


@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, int]:
    """Answers `{"enqueued": n}`. `event` is an S3 notification, drawn in events.py."""
    logger.append_keys(request_id=context.aws_request_id)
    images = [uploaded.image for uploaded in events.images_from_s3(event)]
    done = enqueue(images, producer.ports(), datetime.now(UTC))
    logger.debug("images_enqueued", count=done.sent)
    for image in (*done.unrouted, *done.foreign):
        metrics.add_metric("ImagesUnrouted", MetricUnit.Count, 1)
        logger.warning("image_unrouted", image=image.key, bucket=image.bucket, reason="no model's prefix matches")
    metrics.add_metric("ImagesEnqueued", MetricUnit.Count, done.sent)
    return {"enqueued": done.sent}
