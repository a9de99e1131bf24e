"""What goes wrong with a fleet at work: processes killed by signal 9, machines lost, Spot notices, a scale-in."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

from local.fleet.control import Seen
from tests.e2e.fleet import Fleet

NOTICE_SECONDS = 15  # AWS gives 120
PAUSE_SECONDS = (1.0, 3.0)
WAYS = ("worker", "worker", "child", "machine")
MACHINES = 3  # a new one takes longer to boot than the next kill does to come


def kill_at_random(fleet: Fleet, dice: random.Random, until_read: int, read_before: int) -> Counter[str]:
    """Kills something every few seconds until so many images are read; how often what. One gets a Spot notice."""
    done = Counter[str]()
    while sum(fleet.versions().values()) - read_before < until_read:
        time.sleep(dice.uniform(*PAUSE_SECONDS))
        if not (serving := fleet.serving()):
            continue
        machine = dice.choice(serving)
        if not done["notice"]:
            fleet.aws.machines.spot_notice(machine.instance_id, NOTICE_SECONDS)
            done["notice"] += 1
            continue
        way = dice.choice(WAYS if done["machine"] < MACHINES else WAYS[:-1])
        done[way] += killed(fleet, machine, way)
    return done


def killed(fleet: Fleet, machine: Seen, way: str) -> bool:
    """Kills the machine, its worker or a child of the worker; whether there was any."""
    if way == "machine":
        fleet.aws.machines.kill(machine.instance_id)
        return True
    worker = worker_of(machine)
    victim = worker if way == "worker" or worker is None else next(iter(children_of(worker)), None)
    if victim is None:
        return False
    with suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    return True


def worker_of(machine: Seen) -> int | None:
    """The process id of the worker that runs there."""
    note = machine.folder / "root" / "run" / "units" / "dayshift-worker.service.pgid"
    try:
        return int(note.read_text())
    except (FileNotFoundError, ValueError):  # it is just being started
        return None


def children_of(process: int) -> list[int]:
    """The processes that it has started."""
    table = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in table.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == process]
