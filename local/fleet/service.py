"""A unit that runs on a machine: started, started again, and ended as systemd would with Restart=always."""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from local.fleet.units import Unit
from local.processes import kill_group


class Service:
    """In a process group of its own, whose id is written down: who kills the machine finds it there."""

    def __init__(self, file: Path, environment: Mapping[str, str], notes: Path) -> None:
        self._unit = Unit.read(file)
        # Of a real machine a unit sees nothing; where AWS is on this one, it has to.
        self._environment = {**environment, **self._unit.environment}
        self._note = notes / f"{self._unit.name}.pgid"
        self._process: subprocess.Popen[bytes] | None = None
        self._starts_after, self._killed_after = 0.0, 0.0

    def tend(self) -> None:
        """Starts it if it does not run."""
        if self._process is not None and self._process.poll() is not None:
            self._clear()
            self._process = None
            self._starts_after = time.monotonic() + self._unit.restart_seconds if self._unit.restarts else float("inf")
        if self._process is None and time.monotonic() >= self._starts_after:
            self._start()

    def ask_to_end(self) -> None:
        """Its signal, to the main process alone (KillMode=mixed)."""
        self._killed_after = time.monotonic() + self._unit.stop_seconds
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(self._unit.stop_signal)

    def has_ended(self) -> bool:
        """Whether it has; what does not end in its time is killed."""
        if self._process is None:
            return True
        if self._process.poll() is None and time.monotonic() < self._killed_after:
            return False
        self._clear()
        self._process.wait()
        return True

    def _start(self) -> None:
        output = self._unit.output or Path(os.devnull)
        with output.open("ab") as log:
            self._process = subprocess.Popen(
                self._unit.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._unit.folder,
                env=self._environment,
                start_new_session=True,
            )
        self._note.write_text(str(self._process.pid))

    def _clear(self) -> None:
        """What its main process leaves behind goes too."""
        if self._process is not None:
            kill_group(self._process.pid)
        self._note.unlink(missing_ok=True)
