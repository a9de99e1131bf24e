"""One run of the command: the options before the command's name, and what is found with them, once."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import click

from dayshift.domain.routing import Route
from dayshift_cli.clients import Clients, Connection, local_connection
from dayshift_cli.deployment import DeployedModel, Deployment, from_parameter, from_terraform

LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Options:
    """The options that stand before the command's name."""

    env: str | None
    name: str
    terraform_dir: Path
    local_dir: Path
    region: str | None
    profile: str | None
    endpoint_url: str | None
    debug: bool


@dataclass
class Session:
    """The deployment and the clients of this run, found and made when first asked for."""

    options: Options

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
        if options.env == LOCAL and options.endpoint_url is None:
            return Clients(local_connection(options.local_dir))
        return Clients(Connection(region=options.region, profile=options.profile, endpoint_url=options.endpoint_url))
