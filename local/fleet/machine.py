"""One machine: where its things lie, what its programs see, how it is started and ended."""

import json
import os
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from local.places import ROOT
from local.processes import BackgroundProcess, kill_group

STAND_INS = Path(__file__).resolve().parent / "bin"  # of dnf, systemctl, useradd and aws; and python3.13
MACHINES, PROCESS = "machines", "machine"


class Machine:
    """`<machines>/<instance id>/`: user-data, machine.json, and root/, which stands for /."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.instance_id = folder, folder.name
        self.root = folder / "root"
        self.user_data, self.booted = folder / "user-data", folder / "booted"
        self.units = self.root / "run" / "units"  # the process group of each unit that runs
        self.process = BackgroundProcess(PROCESS, folder)

    def make(self, user_data: bytes, shared: Path, environment: Mapping[str, str], cpu: int | None) -> None:
        """Lays everything down. `shared` is /opt of all machines, so that the packages are installed once."""
        shared.mkdir(parents=True, exist_ok=True)
        for folder in (self.root / "tmp", self.root / "var" / "log", self.units):
            folder.mkdir(parents=True)
        (self.root / "opt").symlink_to(shared, target_is_directory=True)
        self.user_data.write_bytes(user_data)
        (self.folder / "machine.json").write_text(
            json.dumps({"environment": self._environment(environment), "cpu": cpu}, indent=2) + "\n"
        )

    def start(self) -> None:
        """Boots it, the first time or again."""
        command: list[str | Path] = [sys.executable, "-m", "local.fleet.boot", self.folder, str(os.getpid())]
        self.process.start(command, {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": str(ROOT)}, ROOT)

    def shut_down(self) -> None:
        """Asks it to; what runs on it has the time that its unit names."""
        if (pid := self.process.pid()) is not None:
            os.kill(pid, signal.SIGTERM)

    def kill(self) -> None:
        """Everything on it ends at once, as where a host is lost."""
        pid = self.process.pid()
        for group in (*self._unit_groups(), *([pid] if pid else [])):  # its first process may be who asks
            kill_group(group)

    def is_on(self) -> bool:
        """Whether it runs."""
        return self.process.is_running()

    def remove(self) -> None:
        """Its folder goes."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _unit_groups(self) -> list[int]:
        return [int(file.read_text()) for file in self.units.glob("*.pgid")]

    def _environment(self, given: Mapping[str, str]) -> dict[str, str]:
        own = {
            "PATH": f"{STAND_INS}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.root / "tmp"),
            "TMPDIR": str(self.root / "tmp"),
            # What the stand-ins need.
            "LOCAL_AWS_SOURCES": str(ROOT),
            "LOCAL_AWS_PYTHON": sys.executable,
            "LOCAL_AWS_INTERPRETER": str(Path(sys.executable).resolve()),
        }
        return {"LANG": "C.UTF-8", **own, "DAYSHIFT_ROOT": str(self.root), **given}


def machines_in(folder: Path) -> list[Machine]:
    """Every machine that has a folder in this local AWS."""
    return [Machine(each.parent) for each in sorted((folder / MACHINES).glob("*/machine.json"))]
