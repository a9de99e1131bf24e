"""One run of the command: the options before the command's name, and what is found with them, once."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

import click
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from dayshift.domain.routing import Route
from dayshift_cli.clients import Clients, Connection, local_connection
from dayshift_cli.deployment import DeployedModel, Deployment, from_parameter, from_terraform

LOCAL, LOCALS_FOLDER = "local", Path(".dayshift")
_CLOCK_TIMEOUT_SECONDS = 10


def is_local(env: str) -> bool:
    """Whether an environment of that name is on this machine: `local`, `local-fleet` and the like."""
    return env == LOCAL or env.startswith(f"{LOCAL}-")


def machine_now() -> datetime:
    """The machine's clock, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Options:
    """The options that stand before the command's name."""

    env: str | None
    name: str
    terraform_dir: Path
    local_dir: Path | None
    region: str | None
    profile: str | None
    endpoint_url: str | None
    debug: bool


@dataclass
class Session:
    """The deployment and the clients of this run, found and made when first asked for."""

    options: Options
    clock: Callable[[], datetime] = machine_now

    def now(self) -> datetime:
        """The time, in UTC; of a local environment that of the local services, whose clock can be moved."""
        url = self._first_clients.connection.clock_url
        return self.clock() if url is None else _asked(url)

    @cached_property
    def deployment(self) -> Deployment:
        """The environment named by --env, else what Terraform has applied."""
        if self.options.env is None:
            return from_terraform(self.options.terraform_dir)
        return from_parameter(self._first_clients.ssm, self.options.name, self.options.env)

    @cached_property
    def clients(self) -> Clients:
        """Clients in the region named by --region, else in the deployment's own."""
        return self._first_clients.in_region(self.options.region or self.deployment.region)

    def model(self, name: str | None) -> DeployedModel:
        """The model of that name; without a name the only one there is. Raises UsageError naming those there are."""
        models = self.deployment.models
        known = ", ".join(model.name for model in models)
        if name is None and len(models) == 1:
            return models[0]
        if name is None:
            raise click.UsageError(f"There are {len(models)} models; name one of them: {known}.")
        for model in models:
            if model.name == name:
                return model
        raise click.UsageError(f"There is no model {name!r} in {self.deployment.environment}; there are: {known}.")

    def powered(self, name: str | None) -> DeployedModel:
        """The powered model of that name; without a name the only one. Raises UsageError for one without power."""
        powered = [model for model in self.deployment.models if model.power]
        if name is None and len(powered) == 1:
            return powered[0]
        model = self.model(name)
        if model.power is None:
            known = ", ".join(one.name for one in powered) or "none"
            raise click.UsageError(
                f"{model.name} is always there and has no power: nobody starts or stops it. With power: {known}."
            )
        return model

    def with_jobs(self, name: str | None) -> tuple[DeployedModel, ...]:
        """The model of that name, without a name all that are read in jobs. Raises UsageError where there is none."""
        found = tuple(model for model in self.models(name) if model.jobs)
        if found:
            return found
        known = ", ".join(one.name for one in self.deployment.models if one.jobs) or "none"
        raise click.UsageError(
            f"{name or self.deployment.environment} has no jobs: only models of family gpu_job are read in jobs, at a "
            f"service outside. In {self.deployment.environment}: {known}."
        )

    def models(self, name: str | None) -> tuple[DeployedModel, ...]:
        """The model of that name; without a name all of them."""
        return self.deployment.models if name is None else (self.model(name),)

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """All models' routes, as the producer has them."""
        return tuple(Route(model.name, model.family, model.prefix, model.queue_url) for model in self.deployment.models)

    @cached_property
    def _first_clients(self) -> Clients:
        """Clients before the deployment is known."""
        options = self.options
        if options.env is not None and is_local(options.env) and options.endpoint_url is None:
            target = options.env.replace(LOCAL, "up", 1)  # `make up` starts local, `make up-fleet` local-fleet
            return Clients(local_connection(options.local_dir or LOCALS_FOLDER / options.env, target))
        return Clients(Connection(region=options.region, profile=options.profile, endpoint_url=options.endpoint_url))


def _asked(url: str) -> datetime:
    """What the clock at that address says."""
    answer = URLLib3Session(timeout=_CLOCK_TIMEOUT_SECONDS).send(AWSRequest("GET", url).prepare())
    return datetime.fromisoformat(json.loads(answer.content)["now"]).astimezone(UTC)
