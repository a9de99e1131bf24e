"""The sweep: its settings, and for each model the images, records, ledger and queue."""

from datetime import timedelta
from functools import cache

from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import S3Images, S3Records
from dayshift.adapters.sqs import SqsQueue
from dayshift.bootstrap import client
from dayshift.domain.routing import Route
from dayshift.services.sweep import SweepPorts
from dayshift.settings import SweepSettings


@cache
def ports() -> tuple[SweepPorts, ...]:
    """The ports of each model's sweep. Raises ConfigurationError."""
    settings = SweepSettings.from_environment()
    return tuple(_of(route, settings) for route in settings.routes)


@cache
def patience() -> timedelta:
    """How old an image without a record must be by default. Raises ConfigurationError."""
    return timedelta(minutes=SweepSettings.from_environment().sweep_after_minutes)


def _of(route: Route, settings: SweepSettings) -> SweepPorts:
    return SweepPorts(
        route=route,
        routes=settings.routes,
        images=S3Images(client("s3"), settings.images_bucket),
        records=S3Records(client("s3"), settings.results_bucket, route.model),
        ledger=S3Ledger(client("s3"), settings.results_bucket, route.model),
        queue=SqsQueue(client("sqs"), route.queue_url),
    )
