"""New images in S3 become messages in the queue of the model that reads them."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import logger, metrics, producer, warm
from dayshift.services.enqueue import enqueue

warm(producer.ports)


@logger.inject_lambda_context
@metrics.log_metrics
def handle(event: dict[str, Any], context: object) -> dict[str, int]:
    """Answers `{"enqueued": n}`. `event` is an S3 notification, drawn in events.py."""
    images = [uploaded.image for uploaded in events.images_from_s3(event)]
    done = enqueue(images, producer.ports(), datetime.now(UTC))
    logger.info("images_enqueued", count=done.sent)
    for image in (*done.unrouted, *done.foreign):
        logger.warning("image_unrouted", image=image.key, bucket=image.bucket, reason="no model's prefix matches")
    metrics.add_metric("ImagesEnqueued", MetricUnit.Count, done.sent)
    metrics.add_metric("ImagesUnrouted", MetricUnit.Count, len(done.unrouted) + len(done.foreign))
    return {"enqueued": done.sent}
