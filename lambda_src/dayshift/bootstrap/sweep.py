"""The sweep: its settings, and for each model the images, records, ledger and queue, also of what came of archives."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from dayshift.adapters.expanded import S3Manifests
from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import S3Images, S3Records
from dayshift.adapters.sqs import SqsQueue
from dayshift.bootstrap import client
from dayshift.domain.archives import EXPANDED_ROOT, expanded_prefix
from dayshift.domain.routing import Route
from dayshift.services.sweep_ports import ArchiveSweepPorts, SweepPorts
from dayshift.settings import SweepSettings


@cache
def ports() -> tuple[SweepPorts, ...]:
    """The ports of each model's sweeps. Raises ConfigurationError."""
    settings = SweepSettings.from_environment()
    expanded = tuple(replace(route, prefix=expanded_prefix(route.model)) for route in settings.routes)
    return (
        *(_of(route, settings.routes, settings) for route in settings.routes),
        *(_of(route, expanded, settings, EXPANDED_ROOT) for route in expanded),
    )


@cache
def patience() -> timedelta:
    """How old an image without a record must be by default. Raises ConfigurationError."""
    return timedelta(minutes=SweepSettings.from_environment().sweep_after_minutes)


def _of(route: Route, routes: tuple[Route, ...], settings: SweepSettings, part: str = "") -> SweepPorts:
    manifests = S3Manifests(client("s3"), settings.results_bucket, route.model)
    archives = ArchiveSweepPorts(SqsQueue(client("sqs"), settings.archives_queue_url), manifests)
    return SweepPorts(
        route=route,
        routes=routes,
        images=S3Images(client("s3"), settings.images_bucket),
        records=S3Records(client("s3"), settings.results_bucket, route.model),
        ledger=S3Ledger(client("s3"), settings.results_bucket, route.model, part),
        queue=SqsQueue(client("sqs"), route.queue_url),
        archives=None if part else archives,
    )
