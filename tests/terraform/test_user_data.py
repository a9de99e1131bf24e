"""The user data of a fleet, run as a machine runs it: by bash, with stand-ins of the programs that a machine has."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.terraform.fleets import EXAMPLE, NAME, kept_state, user_data_of

STAND_INS = {
    "dnf": 'echo "dnf $*" >>"$CALLS"; [ ! -e "$FOLDER/no-network" ]',
    "systemctl": 'echo "systemctl $*" >>"$CALLS"',
    "useradd": 'echo "useradd $*" >>"$CALLS"',
    "id": "exit 1",
    "sleep": 'echo "sleep $*" >>"$CALLS"',
    "curl": 'case "$*" in *api/token*) echo a-token ;; *"metadata-token: a-token"*instance-id) echo i-1 ;; esac',
    "python3.13": 'exec "$PYTHON" "$@"',
    # aws s3 cp --only-show-errors s3://<bucket>/<key> <file>
    "aws": 'echo "aws $*" >>"$CALLS"; [ "$1" != s3 ] || cp "$FOLDER/bucket/${4##*/}" "$5"',
}
INSTALL = 'mkdir -p "$2/package" "$2/models" && cp "$3" "$2/package/package.zip"\n'


@dataclass(frozen=True)
class Machine:
    """One that has just been launched, in a folder."""

    folder: Path
    user_data: str

    @property
    def root(self) -> Path:
        return self.folder / "root"

    @property
    def calls(self) -> list[str]:
        return (self.folder / "calls").read_text().splitlines()

    def boot(self) -> subprocess.CompletedProcess[str]:
        own = {"FOLDER": self.folder, "CALLS": self.folder / "calls", "PYTHON": sys.executable}
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        environment = {
            "PATH": path,
            "DAYSHIFT_ROOT": str(self.root),
            **{name: str(value) for name, value in own.items()},
        }
        return subprocess.run(
            [shutil.which("bash") or "bash"],
            input=self.user_data,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packages")
    (folder / "dayshift.zip").write_bytes(b"the package")
    with zipfile.ZipFile(folder / "worker.zip", "w") as bundle:
        bundle.writestr("install.sh", INSTALL)
    return folder


@pytest.fixture(scope="module")
def user_data(configuration, plan_of, packages, tmp_path_factory):
    state = kept_state(plan_of(EXAMPLE), tmp_path_factory.mktemp("state"))
    files = {"package_file": packages / "dayshift.zip", "worker_package_file": packages / "worker.zip"}
    plan = configuration.plan(EXAMPLE, state=state, **{name: str(file) for name, file in files.items()})
    return user_data_of(plan)


@pytest.fixture
def machine(user_data, packages, tmp_path):
    (tmp_path / "bin").mkdir()
    for name, body in STAND_INS.items():
        program = tmp_path / "bin" / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    shutil.copytree(packages, tmp_path / "bucket")
    (tmp_path / "root").mkdir()
    return Machine(tmp_path, user_data)


def test_it_is_bash_and_fits_into_what_ec2_takes(user_data):
    checked = subprocess.run(["bash", "-n"], input=user_data, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert user_data.startswith("#!/bin/bash\n")
    assert len(user_data.encode()) <= 16_384


def test_a_boot_ends_with_a_service_that_runs_our_packages(machine):
    booted = machine.boot()
    assert booted.returncode == 0, booted.stdout + booted.stderr
    assert machine.calls[-2:] == ["systemctl daemon-reload", "systemctl enable --now dayshift-worker.service"]
    home = machine.root / "opt/dayshift"
    assert (home / "package/package.zip").read_bytes() == b"the package"
    unit = (machine.root / "etc/systemd/system/dayshift-worker.service").read_text().splitlines()
    assert f"ExecStart={home}/venv/bin/python -m dayshift.handlers.worker" in unit
    assert f"EnvironmentFile={machine.root}/etc/dayshift/worker.env" in unit
    assert {"User=dayshift", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart=always"} <= set(unit)
    told = (machine.root / "etc/dayshift/worker.env").read_text().splitlines()
    assert f"MODELS_FOLDER='{home}/models'" in told
    assert f"PYTHONPATH='{home}/package'" in told
    assert not list((machine.root / "var/lib/dayshift").iterdir()), "wanted no zip left behind"


def test_the_log_is_shipped_before_anything_can_go_wrong_with_our_packages(machine):
    machine.boot()
    shipped, fetched = (
        next(number for number, call in enumerate(machine.calls) if word in call)
        for word in ("amazon-cloudwatch-agent.service", "aws s3 cp")
    )
    assert shipped < fetched
    file = machine.root / "opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"
    collected = json.loads(file.read_text())["logs"]["logs_collected"]["files"]["collect_list"]
    unit = (machine.root / "etc/systemd/system/dayshift-worker.service").read_text()
    assert f"StandardOutput=append:{collected[0]['file_path']}\n" in unit
    assert {each["log_group_name"] for each in collected} == {f"/dayshift/{NAME}"}


def test_a_package_with_other_bytes_is_not_installed_and_the_machine_is_given_up(machine):
    (machine.folder / "bucket/dayshift.zip").write_bytes(b"something else")
    booted = machine.boot()
    assert booted.returncode == 1
    assert not (machine.root / "opt/dayshift").exists()
    assert machine.calls[-1] == (
        f"aws autoscaling complete-lifecycle-action --auto-scaling-group-name {NAME} --lifecycle-hook-name launching "
        "--lifecycle-action-result ABANDON --instance-id i-1"
    )


def test_a_network_that_is_not_there_is_tried_three_times(machine):
    (machine.folder / "no-network").touch()
    booted = machine.boot()
    assert booted.returncode == 1
    assert [call.split()[0] for call in machine.calls] == ["dnf", "sleep"] * 3 + ["aws"]
    assert "ABANDON" in machine.calls[-1]


def test_a_second_boot_changes_nothing(machine):
    first, second = machine.boot(), machine.boot()
    assert (first.returncode, second.returncode) == (0, 0), second.stdout + second.stderr
    told = (machine.root / "etc/dayshift/worker.env").read_text()
    assert told.count("PYTHONPATH=") == 1


def test_the_hashes_are_those_of_the_packages(user_data, packages):
    for file in ("dayshift.zip", "worker.zip"):
        wanted = sha256((packages / file).read_bytes()).hexdigest()
        assert f"fetch 'packages/{wanted}/{file}' '{wanted}' " in user_data
