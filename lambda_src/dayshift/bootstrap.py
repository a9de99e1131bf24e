"""Composition root: clients, adapters and services put together once for each execution environment."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config

from dayshift.adapters.families import family_of
from dayshift.adapters.ledger import S3Ledger
from dayshift.adapters.s3 import S3Images, S3Records
from dayshift.adapters.sqs import SqsInbox, SqsQueue
from dayshift.domain.routing import Route
from dayshift.services.label import CALLS_IN_FLIGHT, LabelPorts
from dayshift.services.sweep import SweepPorts
from dayshift.settings import LabelerSettings, ProducerSettings, SweepSettings

if TYPE_CHECKING:
    from dayshift.domain.ports import Queue

# botocore's own defaults, 60 s and five attempts, outlast a Lambda and kill its batch midway.
CONNECT_TIMEOUT_SECONDS, READ_TIMEOUT_SECONDS = 2, 10
CONFIG = Config(
    connect_timeout=CONNECT_TIMEOUT_SECONDS,
    read_timeout=READ_TIMEOUT_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=CALLS_IN_FLIGHT,
)
# No new image is begun in an invocation that has less time left than its slowest call, and 2 s to reply.
LEAST_SECONDS_FOR_A_CALL = CONNECT_TIMEOUT_SECONDS + READ_TIMEOUT_SECONDS + 2

logger = Logger()
metrics = Metrics()


@cache
def client(service: str) -> Any:
    """The one client of a service, all of one session."""
    return _session().client(service, config=CONFIG)


@cache
def producer() -> tuple[ProducerSettings, "Mapping[str, Queue]"]:
    """The producer's settings, and a queue for each model."""
    settings = ProducerSettings.from_environment()
    return settings, {route.model: SqsQueue(client("sqs"), route.queue_url) for route in settings.routes}


@cache
def labeler() -> LabelPorts:
    """The ports of one model's labeler."""
    settings = LabelerSettings.from_environment()
    return LabelPorts(
        model=settings.model,
        images_bucket=settings.images_bucket,
        predictor=family_of(settings.model).predictor(client, settings.model),
        records=S3Records(client("s3"), settings.results_bucket, settings.model.name),
        inbox=SqsInbox(client("sqs"), settings.queue_url),
        maximum_receive_count=settings.maximum_receive_count,
    )


@cache
def sweeper() -> tuple[SweepSettings, tuple[SweepPorts, ...]]:
    """The sweep's settings, and the ports of each model's sweep."""
    settings = SweepSettings.from_environment()
    return settings, tuple(_sweep_ports(route, settings) for route in settings.routes)


def _sweep_ports(route: Route, settings: SweepSettings) -> SweepPorts:
    return SweepPorts(
        route=route,
        routes=settings.routes,
        images=S3Images(client("s3"), settings.images_bucket),
        records=S3Records(client("s3"), settings.results_bucket, route.model),
        ledger=S3Ledger(client("s3"), settings.results_bucket, route.model),
        queue=SqsQueue(client("sqs"), route.queue_url),
    )


@cache
def _session() -> Any:  # boto3.Session, whose typed `client` wants the service's name as a literal
    return boto3.Session()
