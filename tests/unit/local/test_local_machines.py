"""What Auto Scaling takes for EC2: machines launched of a template, and what is left of those that are gone."""

import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from local.fleet.machine import Machine
from local.fleet.machines import KEPT_FOLDERS, LocalMachines
from local.fleet.templates import Template, Templates
from local.services.autoscaling_instance import Moment

NOW = Moment(at=1_795_000_000, real=0)
RECORD = {"AvailabilityZones": ["us-east-1a", "us-east-1b"]}


class OneTemplate(Templates):
    """Of every group, and never asked for in EC2."""

    def __init__(self) -> None:
        super().__init__(None, None)
        self.user_data = b"#!/bin/bash\nexit 0\n"

    def of(self, record: Mapping[str, Any]) -> Template:
        return Template({"LaunchTemplateId": "lt-1", "Version": "1"}, self.user_data, "arn:profile", "c7g.large")


@pytest.fixture
def templates() -> OneTemplate:
    return OneTemplate()


@pytest.fixture
def machines(tmp_path: Path, templates: OneTemplate) -> Iterator[LocalMachines]:
    made = LocalMachines(tmp_path, templates, "http://127.0.0.1:4567", {"AWS_ENDPOINT_URL": "https://127.0.0.1:4566"})
    yield made
    made.kill_all()


def test_a_launch_is_a_machine_that_finds_aws_and_its_own_metadata(machines: LocalMachines) -> None:
    instance = machines.launch("workers", RECORD, 1, "Pending", NOW)
    assert (instance.state, instance.zone, instance.template["LaunchTemplateId"]) == ("Pending", "us-east-1b", "lt-1")
    assert machines.is_on(instance.instance_id)
    assert machines.profile(instance.instance_id) == "arn:profile"
    told = json.loads((machines.machine(instance.instance_id).folder / "machine.json").read_text())["environment"]
    assert told["AWS_EC2_METADATA_SERVICE_ENDPOINT"] == f"http://127.0.0.1:4567/_imds/{instance.instance_id}/"
    assert told["AWS_ENDPOINT_URL"] == "https://127.0.0.1:4566"
    assert not {name for name in told if "KEY" in name or "TOKEN" in name}  # its keys come from its metadata alone


def test_a_template_that_changed_is_installed_beside_what_others_run(
    machines: LocalMachines, templates: OneTemplate
) -> None:
    def opt(instance_id: str) -> Path:
        return (machines.machine(instance_id).root / "opt").readlink()

    first, alike = (machines.launch("workers", RECORD, number, "Pending", NOW).instance_id for number in (0, 1))
    templates.user_data += b"# another package\n"
    other = machines.launch("workers", RECORD, 2, "Pending", NOW).instance_id
    assert opt(first) == opt(alike) != opt(other)
    assert opt(first).is_dir()
    machines.forget(first)
    machines.forget(alike)
    machines.launch("workers", RECORD, 0, "Pending", NOW)
    assert not opt(first).exists()


def test_the_folders_of_the_last_that_are_gone_are_kept(machines: LocalMachines, tmp_path: Path) -> None:
    for number in range(KEPT_FOLDERS + 3):
        Machine(tmp_path / "machines" / f"i-{number}").make(b"", tmp_path / "opt" / "old", {}, None)
    launched = machines.launch("workers", RECORD, 0, "Pending", NOW).instance_id
    kept = {folder.name for folder in (tmp_path / "machines").iterdir() if folder.is_dir()}
    assert kept == {launched, *(f"i-{number}" for number in range(3, KEPT_FOLDERS + 3))}


def test_what_an_earlier_life_left_running_is_ended(machines: LocalMachines, tmp_path: Path) -> None:
    left = Machine(tmp_path / "machines" / "i-left")
    left.make(b"#!/bin/bash\nsleep 300\n", tmp_path / "opt" / "old", {}, None)
    left.start()
    machines.sweep()
    deadline = time.monotonic() + 10
    while left.is_on() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not left.is_on()
