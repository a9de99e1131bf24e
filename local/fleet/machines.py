"""The machines of the local AWS: what Auto Scaling takes for EC2."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.fleet.machine import MACHINES, Machine, machines_in
from local.fleet.templates import Templates
from local.services.autoscaling_instance import Instance, Moment

KEPT_FOLDERS = 20  # of machines that are gone: their logs are worth a look
# Beside the machines: the /opt of those that boot alike. Packages are installed once, never exchanged under a worker.
SHARED = "opt"
METADATA = "/_imds/{instance_id}"
# botocore asks the metadata service once, for a second: in EC2 that is plenty, on a laptop at work it is not.
PATIENCE = {"AWS_METADATA_SERVICE_TIMEOUT": "10", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "5"}


class LocalMachines:
    """Instances by id. `environment` is how a machine reaches AWS here; the metadata service's address comes to it."""

    def __init__(self, folder: Path, templates: Templates, services_url: str, environment: Mapping[str, str]) -> None:
        self._folder, self._templates, self._services_url = folder / MACHINES, templates, services_url
        self._shared, self._environment = folder / SHARED, dict(environment)
        self._profiles: dict[str, str | None] = {}

    def sweep(self) -> None:
        """Ends what an earlier life of these services left behind."""
        for machine in machines_in(self._folder.parent):
            machine.kill()

    def profile(self, instance_id: str) -> str | None:
        """The ARN of its instance profile, if it has one and is there."""
        return self._profiles.get(instance_id)

    def machine(self, instance_id: str) -> Machine:
        """Its folder and process."""
        return Machine(self._folder / instance_id)

    def launch(self, group: str, record: Mapping[str, Any], number: int, state: str, now: Moment) -> Instance:
        """A new machine that boots. Raises LaunchError."""
        template = self._templates.of(record)
        instance_id = f"i-{secrets.token_hex(9)[:17]}"
        machine = self.machine(instance_id)
        metadata = self._services_url + METADATA.format(instance_id=instance_id)
        own = {"AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{metadata}/", **PATIENCE}
        shared = self._shared / hashlib.sha256(template.user_data).hexdigest()[:16]
        machine.make(template.user_data, shared, self._environment | own, _cpu(number))
        self._profiles[instance_id] = template.profile_arn
        machine.start()
        self._prune(shared)
        zones = list(record["AvailabilityZones"])
        zone = zones[number % len(zones)] if zones else ""
        log = [(state, now.at)]
        specification = template.specification
        return Instance(instance_id, group, template.instance_type, zone, specification, number, log, state)

    def start(self, instance_id: str) -> None:
        """Boots a stopped one again."""
        self.machine(instance_id).start()

    def stop(self, instance_id: str) -> None:
        """Asks it to shut down."""
        self.machine(instance_id).shut_down()

    def is_on(self, instance_id: str) -> bool:
        """Whether it boots, runs or is still shutting down."""
        return self.machine(instance_id).is_on()

    def forget(self, instance_id: str) -> None:
        """Ends what is left of it; its folder stays for a while."""
        self.machine(instance_id).kill()
        self._profiles.pop(instance_id, None)

    def kill_all(self) -> None:
        """The power is cut."""
        for instance_id in list(self._profiles):
            self.forget(instance_id)

    def _prune(self, shared: Path) -> None:
        """Old folders go, and what no machine has installed from any more."""
        known = machines_in(self._folder.parent)
        needed = {shared, *((each.root / "opt").readlink() for each in known if each.instance_id in self._profiles)}
        for folder in self._shared.iterdir():
            if folder not in needed:
                shutil.rmtree(folder)
        gone = [each for each in known if not each.is_on()]
        gone.sort(key=lambda machine: machine.folder.stat().st_mtime)
        for machine in gone[:-KEPT_FOLDERS]:
            if machine.instance_id not in self._profiles:
                machine.remove()


def _cpu(number: int) -> int | None:
    """One each, in turn; None where the system knows no affinity."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    cpus = sorted(os.sched_getaffinity(0))
    return cpus[number % len(cpus)]
