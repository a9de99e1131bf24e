"""The sweep: its settings, and for each model the images, records, ledger and queue, also of what came of archives."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from dayshift.adapters.expanded import S3Manifests
from dayshift.adapters.families import family_of
from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import S3Images, S3Records
from dayshift.adapters.sqs import SqsQueue
from dayshift.bootstrap import client
from dayshift.domain.archives import EXPANDED_ROOT, expanded_prefix
from dayshift.domain.model import ModelSpec
from dayshift.domain.routing import Route
from dayshift.domain.sweeping import IN_FLIGHT_PATIENCE
from dayshift.services.sweep_ports import ArchiveSweepPorts, SweepPorts
from dayshift.settings import SweepSettings

if TYPE_CHECKING:
    from dayshift.domain.job_ports import JobBook


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
    s3, bucket = client("s3"), settings.results_bucket
    archives = ArchiveSweepPorts(
        SqsQueue(client("sqs"), settings.archives_queue_url), S3Manifests(s3, bucket, route.model)
    )
    is_whole = family_of(ModelSpec(route.model, route.family, None, route.prefix)).whole_archives
    return SweepPorts(
        route=route,
        routes=routes,
        images=S3Images(s3, settings.images_bucket),
        records=S3Records(s3, bucket, route.model),
        ledger=S3Ledger(s3, bucket, route.model, part),
        queue=SqsQueue(client("sqs"), route.queue_url),
        archives=None if part else archives,
        jobs=_book(route, bucket) if is_whole else None,
        # What came out of an archive is asked for by the archive, sooner than by itself: else it would be two jobs.
        least_patience=IN_FLIGHT_PATIENCE if is_whole and part else timedelta(0),
    )


def _book(route: Route, bucket: str) -> "JobBook":
    """The book of a model of jobs. Its import is 8 ms, a thirtieth of a cold start, which no other sweep pays."""
    from dayshift.adapters.job_book import S3JobBook

    return S3JobBook(client("s3"), bucket, route.model)
