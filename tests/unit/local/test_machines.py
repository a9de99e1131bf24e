"""Machines of the local AWS: real processes, booted by user data; they end in order, by force, with their starter."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.fleet.machine import STAND_INS, Machine, machines_in
from local.fleet.units import Unit, read_environment
from local.places import ROOT

WITHIN_SECONDS = 15
# The script of a machine: as user data on EC2, with everything below DAYSHIFT_ROOT.
USER_DATA = """#!/bin/bash
set -eu
echo once >>"$DAYSHIFT_ROOT/boots"
dnf install -y python3.13
useradd --system dayshift
mkdir -p "$DAYSHIFT_ROOT/etc/systemd/system"
echo "GREETING='good morning'" >"$DAYSHIFT_ROOT/etc/worker.env"
cat >"$DAYSHIFT_ROOT/etc/systemd/system/worker.service" <<UNIT
[Service]
EnvironmentFile=$DAYSHIFT_ROOT/etc/worker.env
ExecStart=bash $DAYSHIFT_ROOT/worker.sh
StandardOutput=append:$DAYSHIFT_ROOT/var/log/worker.log
Restart=always
RestartSec=0.1
TimeoutStopSec=5
UNIT
cat >"$DAYSHIFT_ROOT/worker.sh" <<'WORKER'
trap 'echo ended in order; exit 0' TERM
sleep 300 & echo $! >"$DAYSHIFT_ROOT/child"
echo "$GREETING $$ $MACHINE"
while :; do sleep 0.1; done
WORKER
systemctl daemon-reload
systemctl enable --now amazon-cloudwatch-agent.service
systemctl enable --now worker.service
"""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    made = Machine(tmp_path / "machines" / "i-0123456789abcdef0")
    made.make(USER_DATA.encode(), tmp_path / "opt", {"MACHINE": "one"}, None)
    yield made
    made.kill()


def wait(is_true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.05)


def log(machine: Machine) -> list[str]:
    file = machine.root / "var" / "log" / "worker.log"
    return file.read_text().splitlines() if file.exists() else []


def worker_pid(machine: Machine) -> int:
    """Of the unit's latest start."""
    wait(lambda: bool(log(machine)))
    return int(log(machine)[-1].split()[2])


def child_pid(machine: Machine) -> int:
    """Of what the unit's main process has started."""
    file = machine.root / "child"
    wait(lambda: file.exists() and file.read_text().endswith("\n"))
    return int(file.read_text())


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_its_user_data_runs_once_and_its_unit_again_after_a_restart(machine: Machine) -> None:
    machine.start()
    wait(lambda: bool(log(machine)))
    assert log(machine)[0].split()[:2] == ["good", "morning"]
    assert log(machine)[0].endswith(" one")
    machine.shut_down()
    wait(lambda: not machine.is_on())
    assert log(machine)[-1] == "ended in order"
    machine.start()
    wait(lambda: len(log(machine)) == 3)
    assert (machine.root / "boots").read_text() == "once\n"


def test_a_unit_that_dies_begins_anew_and_leaves_nothing_behind(machine: Machine) -> None:
    machine.start()
    first = worker_pid(machine)
    child = child_pid(machine)
    os.kill(first, signal.SIGKILL)
    wait(lambda: len(log(machine)) == 2)
    assert worker_pid(machine) != first
    assert not is_there(child)


def test_a_killed_machine_has_no_process_left(machine: Machine) -> None:
    machine.start()
    worker = worker_pid(machine)
    child = child_pid(machine)
    machine.kill()
    wait(lambda: not machine.is_on() and not is_there(worker) and not is_there(child))
    assert "ended in order" not in log(machine)


def test_a_machine_never_outlives_who_started_it(machine: Machine) -> None:
    program = "import sys, time; from pathlib import Path; from local.fleet.machine import Machine\n"
    program += "Machine(Path(sys.argv[1])).start(); time.sleep(300)"
    starter = subprocess.Popen([sys.executable, "-c", program, machine.folder], cwd=ROOT)
    worker = worker_pid(machine)
    starter.kill()
    starter.wait()
    wait(lambda: not machine.is_on() and not is_there(worker))


def test_a_machine_that_is_ended_while_it_boots_ends(tmp_path: Path) -> None:
    slow = Machine(tmp_path / "machines" / "i-1")
    slow.make(b"#!/bin/bash\nsleep 300\n", tmp_path / "opt", {}, None)
    slow.start()
    wait(slow.is_on)
    time.sleep(0.3)
    slow.shut_down()
    wait(lambda: not slow.is_on())


def test_it_has_one_processor_if_told_so(machine: Machine) -> None:
    kept = machine.folder / "machine.json"
    cpu = min(os.sched_getaffinity(0))
    kept.write_text(json.dumps(json.loads(kept.read_text()) | {"cpu": cpu}))
    machine.start()
    assert os.sched_getaffinity(worker_pid(machine)) == {cpu}


def test_machines_share_their_opt_and_nothing_else(machine: Machine, tmp_path: Path) -> None:
    other = Machine(tmp_path / "machines" / "i-2")
    other.make(b"", tmp_path / "opt", {}, None)
    (machine.root / "opt" / "bundle").write_text("installed once")
    assert (other.root / "opt" / "bundle").read_text() == "installed once"
    assert [each.instance_id for each in machines_in(tmp_path)] == ["i-0123456789abcdef0", "i-2"]


@pytest.mark.parametrize(
    "call",
    [["dnf", "remove", "python3.13"], ["systemctl", "stop", "x"], ["systemctl", "enable", "--now", "none.service"]],
)
def test_a_stand_in_fails_at_what_it_does_not_know(machine: Machine, call: list[str]) -> None:
    done = subprocess.run(
        [STAND_INS / call[0], *call[1:]],
        env={"PATH": os.defpath, "DAYSHIFT_ROOT": str(machine.root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "does not know" in done.stderr


def test_an_environment_file_is_read_as_systemd_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "worker.env"
    file.write_text('# a comment\n\nMODEL=\'{"name": "faces"}\'\nPLAIN=a b=c\nQUOTED="it\'s"\n')
    assert read_environment(file) == {"MODEL": '{"name": "faces"}', "PLAIN": "a b=c", "QUOTED": "it's"}


def test_a_unit_is_read_with_systemds_own_defaults(tmp_path: Path) -> None:
    file = tmp_path / "worker.service"
    file.write_text("[Unit]\nDescription=50 % done\n[Service]\nExecStart=/bin/true -m x\nKillSignal=SIGINT\n")
    unit = Unit.read(file)
    assert unit.command == ("/bin/true", "-m", "x")
    assert (unit.restarts, unit.stop_signal, unit.stop_seconds) == (False, signal.SIGINT, 90)
