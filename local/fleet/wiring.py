"""Auto Scaling, its machines and their metadata service, put together for the local services."""

import time
from collections.abc import Mapping
from pathlib import Path

import boto3
from flask import Flask

from local.fleet.machines import LocalMachines
from local.fleet.role_keys import RoleKeys
from local.fleet.templates import Templates
from local.services.autoscaling import AutoScaling
from local.services.autoscaling_instances import AutoScalingInstances
from local.services.autoscaling_settings import AutoScalingSettings
from local.services.autoscaling_store import AutoScalingStore
from local.services.clock import Clock, real_now
from local.services.machine_controls import MachineControls
from local.services.metadata import Metadata
from local.services.query import Query

# What a machine is told of where AWS is; on EC2 it needs none of it.
PASSED_ON = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE")
STATE = "autoscaling.json"


class FleetServices:
    """One for each process of the local services. `folder` is the local AWS's own, `place` ARNs' beginning."""

    def __init__(
        self, folder: Path, services_url: str, clock: Clock, environment: Mapping[str, str], place: str
    ) -> None:
        templates = Templates(boto3.client("ec2"), boto3.client("iam"))
        told = {name: environment[name] for name in PASSED_ON if name in environment}
        self._machines = LocalMachines(
            folder, templates, services_url, told | {"AWS_ENDPOINT_URL_AUTO_SCALING": services_url}
        )
        self._store = AutoScalingStore(folder / STATE, clock.now, time.time, self._machines, place)
        self._metadata = Metadata(
            self._store, self._machines, RoleKeys(boto3.client("sts"), templates, real_now), time.time
        )
        self._templates = templates

    def query(self) -> Query:
        """Auto Scaling's API."""
        groups = AutoScaling(self._store, self._templates.zones).operations()
        within = AutoScalingInstances(self._store).operations()
        return Query("autoscaling", groups | within | AutoScalingSettings(self._store).operations())

    def add_to(self, flask: Flask) -> None:
        """The metadata service, and the controls."""
        flask.register_blueprint(self._metadata.routes())
        MachineControls(self._store, self._machines, time.time).add_to(flask)

    def begin(self) -> None:
        """Ends what an earlier life left, before anything is launched."""
        self._machines.sweep()

    def tick(self) -> None:
        """Lets time pass."""
        self._store.tick()

    def end(self) -> None:
        """Every machine ends."""
        self._machines.kill_all()
