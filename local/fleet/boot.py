"""A machine's first process: `python -m local.fleet.boot <folder> <pid of its starter>`.

It runs the user data, then the units, until it is told to end. When its starter is gone, however it went, everything on
the machine is killed.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from local.fleet.machine import Machine
from local.fleet.service import Service
from local.fleet.units import wanted

LOOK_SECONDS = 0.1
NICER = 5  # the emulator answers first where all share two cores


class Boot:
    """One life of a machine, from its power button to its end."""

    def __init__(self, machine: Machine, starter: int) -> None:
        self._machine, self._starter, self._is_ending = machine, starter, False
        kept = json.loads((machine.folder / "machine.json").read_text())
        self._environment: dict[str, str] = kept["environment"]
        self._cpu: int | None = kept["cpu"]
        self._services: dict[str, Service] = {}

    def run(self) -> int:
        """The whole life; 0 if it was shut down in order."""
        signal.signal(signal.SIGTERM, lambda *_: self._end())
        if self._cpu is not None:
            os.sched_setaffinity(0, {self._cpu})
        os.nice(NICER)
        if not self._machine.booted.exists():
            self._first_boot()
        while not self._is_ending:
            for file in wanted(self._machine.root):
                if file.name not in self._services:
                    self._services[file.name] = Service(file, self._environment, self._machine.units)
            for service in self._services.values():
                service.tend()
            self._rest()
        for service in self._services.values():
            service.ask_to_end()
        left = list(self._services.values())
        while left := [service for service in left if not service.has_ended()]:
            self._rest()
        return 0

    def _first_boot(self) -> None:
        """The user data, as cloud-init runs it: once. One machine after another, since they share their /opt."""
        log = self._machine.root / "var" / "log" / "cloud-init-output.log"
        with (self._machine.folder.parent / "boot.lock").open("w") as lock, log.open("ab") as output:
            while not self._is_ending and not _taken(lock.fileno()):
                self._rest()
            if self._is_ending:
                return
            script = subprocess.Popen(
                ["bash", self._machine.user_data],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._machine.root,
                env=self._environment,
            )
            while script.poll() is None:
                if self._is_ending:
                    script.kill()
                self._rest()
        print(f"the user data ended with {script.returncode}; see {log}", flush=True)
        self._machine.booted.touch()

    def _rest(self) -> None:
        time.sleep(LOOK_SECONDS)
        if os.getppid() != self._starter:
            self._machine.kill()

    def _end(self) -> None:
        self._is_ending = True


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(Boot(Machine(Path(sys.argv[1])), int(sys.argv[2])).run())
