"""Settings: the environment of a function as one frozen value; every fault is named in one error.

The names are the contract with Terraform: `tests/contract/environment.json`, read by both sides.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dayshift.domain.model import ModelSpec
from dayshift.domain.routing import Route
from dayshift.environment import EnvironmentReader

ENVIRONMENT: Mapping[str, str] = os.environ
ROUTE = ("model", "family", "prefix", "queue_url")


@dataclass(frozen=True, slots=True)
class ProducerSettings:
    """What the producer needs to know."""

    images_bucket: str
    routes: tuple[Route, ...]
    archives_queue_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ProducerSettings":
        """Reads IMAGES_BUCKET, ROUTES and ARCHIVES_QUEUE_URL; raises ConfigurationError."""
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            images_bucket=read.text("IMAGES_BUCKET"),
            routes=read.json("ROUTES", _routes),
            archives_queue_url=read.text("ARCHIVES_QUEUE_URL"),
        )


@dataclass(frozen=True, slots=True)
class ExpanderSettings:
    """What the expander needs to know."""

    images_bucket: str
    results_bucket: str
    routes: tuple[Route, ...]
    queue_url: str
    maximum_receive_count: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ExpanderSettings":
        """Reads IMAGES_BUCKET, RESULTS_BUCKET, ROUTES, QUEUE_URL and MAX_RECEIVE_COUNT; raises ConfigurationError."""
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            images_bucket=read.text("IMAGES_BUCKET"),
            results_bucket=read.text("RESULTS_BUCKET"),
            routes=read.json("ROUTES", _routes),
            queue_url=read.text("QUEUE_URL"),
            maximum_receive_count=read.number("MAX_RECEIVE_COUNT"),
        )


@dataclass(frozen=True, slots=True)
class LabelerSettings:
    """What one model's labeler needs to know."""

    images_bucket: str
    results_bucket: str
    model: ModelSpec
    queue_url: str
    maximum_receive_count: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "LabelerSettings":
        """Reads IMAGES_BUCKET, RESULTS_BUCKET, MODEL, QUEUE_URL and MAX_RECEIVE_COUNT; raises ConfigurationError."""
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            images_bucket=read.text("IMAGES_BUCKET"),
            results_bucket=read.text("RESULTS_BUCKET"),
            model=read.json("MODEL", ModelSpec.from_json),
            queue_url=read.text("QUEUE_URL"),
            maximum_receive_count=read.number("MAX_RECEIVE_COUNT"),
        )


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker of one fleet needs to know: the labeler's settings, and those of its machine."""

    labeler: LabelerSettings
    gate_parameter: str
    group_name: str
    visibility_seconds: int
    models_folder: str
    watchdog_address: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "WorkerSettings":
        """Reads the labeler's settings, GATE_PARAMETER, GROUP_NAME, VISIBILITY_SECONDS and MODELS_FOLDER; raises
        ConfigurationError.

        NOTIFY_SOCKET is set by systemd alone.
        """
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            labeler=read.part(LabelerSettings.from_environment),
            gate_parameter=read.text("GATE_PARAMETER"),
            group_name=read.text("GROUP_NAME"),
            visibility_seconds=read.number("VISIBILITY_SECONDS"),
            models_folder=read.text("MODELS_FOLDER"),
            watchdog_address=environment.get("NOTIFY_SOCKET", ""),
        )


@dataclass(frozen=True, slots=True)
class SweepSettings:
    """What the sweep needs to know."""

    images_bucket: str
    results_bucket: str
    routes: tuple[Route, ...]
    archives_queue_url: str
    sweep_after_minutes: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "SweepSettings":
        """Reads IMAGES_BUCKET, RESULTS_BUCKET, ROUTES, ARCHIVES_QUEUE_URL and SWEEP_AFTER_MINUTES; raises
        ConfigurationError."""
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            images_bucket=read.text("IMAGES_BUCKET"),
            results_bucket=read.text("RESULTS_BUCKET"),
            routes=read.json("ROUTES", _routes),
            archives_queue_url=read.text("ARCHIVES_QUEUE_URL"),
            sweep_after_minutes=read.number("SWEEP_AFTER_MINUTES"),
        )


@dataclass(frozen=True, slots=True)
class PowerSettings:
    """What start, stop and reconcile need to know. All else about the models lies in their parameters."""

    parameters: str
    deployment: str
    clock_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "PowerSettings":
        """Reads PARAMETERS and DEPLOYMENT; raises ConfigurationError.

        DAYSHIFT_CLOCK_URL is set by the local AWS alone, whose clock can be moved.
        """
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            parameters=read.text("PARAMETERS"),
            deployment=read.text("DEPLOYMENT"),
            clock_url=environment.get("DAYSHIFT_CLOCK_URL", ""),
        )


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """What the API needs to know. All about the models lies in an object, and in the parameters of those that have
    power."""

    images_bucket: str
    results_bucket: str
    models_key: str
    parameters: str
    authentication: str
    counts_table: str
    images_a_day: int
    clock_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "ApiSettings":
        """Reads the seven settings of the API, and DAYSHIFT_CLOCK_URL as PowerSettings does; raises
        ConfigurationError."""
        read = EnvironmentReader(environment)
        return read.done(
            cls,
            images_bucket=read.text("IMAGES_BUCKET"),
            results_bucket=read.text("RESULTS_BUCKET"),
            models_key=read.text("MODELS_KEY"),
            parameters=read.text("PARAMETERS"),
            authentication=read.one_of("AUTHENTICATION", ("iam", "jwt", "open")),
            counts_table=read.text("COUNTS_TABLE"),
            images_a_day=read.number("IMAGES_A_DAY"),
            clock_url=environment.get("DAYSHIFT_CLOCK_URL", ""),
        )


def _routes(value: Any) -> tuple[Route, ...]:
    return tuple(Route(**{name: entry[name] for name in ROUTE}) for entry in value)
