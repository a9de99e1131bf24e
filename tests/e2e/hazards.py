"""What goes wrong with a fleet at work: processes killed by signal 9, machines lost, a Spot notice."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

from local.fleet.control import Seen
from tests.e2e.fleet import Fleet

KILLS = ["worker"] * 6 + ["child"] * 4 + ["machine"] * 3 + ["notice"]
NOTICE_SECONDS = 15  # AWS gives 120
PATIENCE_SECONDS, PAUSE_SECONDS = 600, 0.5


def kill_at_random(fleet: Fleet, dice: random.Random, images: int, read_before: int) -> Counter[str]:
    """Kills one thing or another, one after the other, while so many images are read; how often what."""
    done, kills, deadline = Counter[str](), dice.sample(KILLS, len(KILLS)), time.monotonic() + PATIENCE_SECONDS
    for number, way in enumerate(kills, start=1):
        wanted = read_before + images * number // len(kills) - dice.randrange(images // len(kills))
        while sum(fleet.versions().values()) < wanted or not fleet.serving():
            assert time.monotonic() < deadline, f"{wanted} images are not read: {fleet.seen()}"
            time.sleep(PAUSE_SECONDS)
        done[way] += killed(fleet, dice.choice(fleet.serving()), way)
    return done


def killed(fleet: Fleet, machine: Seen, way: str) -> bool:
    """Kills the machine, its worker or a child of the worker, or has it interrupted; whether there was any."""
    match way:
        case "machine":
            fleet.aws.machines.kill(machine.instance_id)
            return True
        case "notice":
            fleet.aws.machines.spot_notice(machine.instance_id, NOTICE_SECONDS)
            return True
        case "worker":
            victims = workers_of(machine)
        case _:
            victims = [child for worker in workers_of(machine) for child in children_of(worker)]
    for victim in victims:
        with suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    return bool(victims)


def workers_of(machine: Seen) -> list[int]:
    """The process id of the worker that runs there; none while it is being started anew."""
    notes = (machine.folder / "root" / "run" / "units").glob("dayshift-worker.service.pgid")
    return [int(text) for note in notes if (text := note.read_text())]


def children_of(process: int) -> list[int]:
    """The processes that it has started."""
    table = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = (line.split() for line in table.splitlines())
    return [int(pid) for pid, parent in pairs if int(parent) == process]
