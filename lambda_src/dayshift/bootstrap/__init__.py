"""Composition root: clients, adapters and services put together once for each execution environment.

One file a function, so that a cold start imports what its function needs and nothing else (bench/cold_start).
"""

import gc
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger, Metrics
from botocore.config import Config

# Sixteen calls of 300 ms saturate the 50 a second that Rekognition allows by default.
CALLS_IN_FLIGHT = 16
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


def warm(ports: Callable[[], object]) -> None:
    """Ends a cold start: makes the ports while the function has a whole processor, then lets garbage be collected.

    All that was made so far stays for good, so the collector need never look at it again.
    """
    ports()
    gc.freeze()
    gc.enable()


@cache
def client(service: str) -> Any:
    """The one client of a service, all of one session."""
    return _session().client(service, config=CONFIG)


@cache
def _session() -> Any:  # boto3.Session, whose typed `client` wants the service's name as a literal
    return boto3.Session()
