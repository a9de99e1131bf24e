"""How AWS is reached: which region, credentials and endpoints, and the clients made from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from dayshift_cli.errors import Failure

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_sts import STSClient

# The sweep may run for the fifteen minutes a function has; a second invocation beside it would only be waste.
_FUNCTION_TIMEOUT_SECONDS = 900
# Sixteen requests at once, and the parts of large files beside them.
_POOL_CONNECTIONS = 40


@dataclass(frozen=True, slots=True)
class Connection:
    """Region, credentials and endpoints; None leaves the choice to AWS's own configuration."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    service_endpoints: Mapping[str, str] = field(default_factory=dict)
    ca_bundle: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = None
    clock_url: str | None = None  # the local AWS has a clock of its own, which can be moved

    def endpoint_for(self, service: str) -> str | None:
        """The endpoint of one service; None for AWS's own."""
        return self.service_endpoints.get(service, self.endpoint_url)


def local_connection(folder: Path, target: str = "up") -> Connection:
    """How the local AWS is reached; reads `connection.json`, which `make up` (or another target) writes. Raises Failure
    without it."""
    path = folder / "connection.json"
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
        return Connection(
            region=value["region"],
            endpoint_url=value["endpoint_url"],
            service_endpoints=value.get("service_endpoints") or {},
            ca_bundle=value.get("ca_bundle"),
            access_key_id=value["access_key_id"],
            secret_access_key=value["secret_access_key"],
            clock_url=value.get("clock_url") or _clock_beside(value.get("service_endpoints") or {}),
        )
    except FileNotFoundError as error:
        raise Failure(
            f"The local AWS is not running: {path} is not there. Start it with `make {target}` in the project's "
            "folder, or name the folder with --local-dir."
        ) from error
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(
            f"{path} is not what `make {target}` writes ({type(error).__name__}: {error}); run `make {target}` again."
        ) from error


def _clock_beside(endpoints: Mapping[str, str]) -> str | None:
    """The clock of the local services, at the address of those whose schedules go by it."""
    return f"{endpoints['scheduler']}/_local/clock" if "scheduler" in endpoints else None


@dataclass
class Clients:
    """One client per service, made when first needed."""

    connection: Connection

    def in_region(self, region: str) -> "Clients":
        """The same way to AWS, in another region."""
        if region == self.connection.region:
            return self
        return Clients(replace(self.connection, region=region))

    @cached_property
    def s3(self) -> "S3Client":
        """Amazon S3."""
        # a bucket cannot be a subdomain of localhost
        style = {"addressing_style": "path"} if self.connection.endpoint_for("s3") else {}
        client: S3Client = self._client("s3", s3=style)
        return client

    @cached_property
    def sqs(self) -> "SQSClient":
        """Amazon SQS."""
        client: SQSClient = self._client("sqs")
        return client

    @cached_property
    def ssm(self) -> "SSMClient":
        """AWS Systems Manager, for its parameters."""
        client: SSMClient = self._client("ssm")
        return client

    @cached_property
    def functions(self) -> "LambdaClient":
        """AWS Lambda."""
        client: LambdaClient = self._client("lambda", read_timeout=_FUNCTION_TIMEOUT_SECONDS)
        return client

    @cached_property
    def cloudwatch(self) -> "CloudWatchClient":
        """Amazon CloudWatch, for its metrics."""
        client: CloudWatchClient = self._client("cloudwatch")
        return client

    @cached_property
    def sts(self) -> "STSClient":
        """AWS STS, which knows who asks."""
        client: STSClient = self._client("sts")
        return client

    def of(self, service: str) -> Any:
        """The client of any service by its name, as a family asks for those it needs."""
        known = {"s3": "s3", "sqs": "sqs", "ssm": "ssm", "lambda": "functions", "cloudwatch": "cloudwatch"}
        return getattr(self, known[service]) if service in known else self._client(service)

    def _client(self, service: str, **config: Any) -> Any:
        attempts = 1 if service == "lambda" else 4
        return self._session.client(
            service,
            endpoint_url=self.connection.endpoint_for(service),
            verify=self.connection.ca_bundle,
            config=Config(
                connect_timeout=5,
                retries={"mode": "standard", "total_max_attempts": attempts},
                max_pool_connections=_POOL_CONNECTIONS,
                tcp_keepalive=True,  # gateways drop a connection that is silent for minutes, as during a sweep
                **config,
            ),
        )

    @cached_property
    def _session(self) -> Any:
        return boto3.Session(
            region_name=self.connection.region,
            profile_name=self.connection.profile,
            aws_access_key_id=self.connection.access_key_id,
            aws_secret_access_key=self.connection.secret_access_key,
        )
