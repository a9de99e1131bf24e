"""A process that outlives the command that started it, and can be found, asked and stopped again.

The pid file is locked by the process itself, through a descriptor that it inherits: the lock ends with the process,
however it ends, so a stale file, or a pid that another program has by now, is never mistaken for it.
"""

import fcntl
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from local.errors import StartError

LOOK_SECONDS = 0.05
LAST_LINES = 15


def kill_group(group: int) -> None:
    """Ends a process group by force; nothing where it has ended."""
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)


class BackgroundProcess:
    """One process, known by its folder and name."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._pid_file, self.log_file = folder / f"{name}.pid", folder / f"{name}.log"

    def start(self, command: Sequence[str | Path], environment: Mapping[str, str], working_folder: Path) -> None:
        """Starts it in a session of its own, with this environment and no other; its output goes to the log file."""
        self._pid_file.parent.mkdir(parents=True, exist_ok=True)
        with self._pid_file.open("a+") as lock, self.log_file.open("wb") as log:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=working_folder,
                env=dict(environment),
                start_new_session=True,  # Ctrl-C is for the command that waits, which then stops this in order
                pass_fds=(lock.fileno(),),
            )
            lock.truncate(0)
            lock.write(str(process.pid))

    def is_running(self) -> bool:
        """Whether it runs now."""
        if not self._pid_file.exists():
            return False
        with self._pid_file.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def pid(self) -> int | None:
        """Its process id, or None if it does not run."""
        return int(self._pid_file.read_text()) if self.is_running() else None

    def stop(self, within_seconds: float = 45) -> bool:
        """Asks it and its children to end, and waits; ends them by force after that. False if it did not run, or had to
        be forced.

        The children too: MiniStack waits 30 s for each open TLS connection, and idle functions hold theirs open.
        """
        pid = self.pid()
        if pid is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        os.killpg(pid, signal.SIGTERM)
        if not self._ends(within_seconds):
            os.killpg(pid, signal.SIGKILL)
            self._ends(within_seconds)
            return False
        self._pid_file.unlink(missing_ok=True)
        return True

    def check(self) -> None:
        """Raises StartError with the last lines of its log if it has ended."""
        if not self.is_running():
            raise StartError(f"{self.name} ended at once; its log {self.log_file} ends with:\n{self.last_lines()}")

    def last_lines(self) -> str:
        """The end of its log."""
        if not self.log_file.exists():
            return ""
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-LAST_LINES:])

    def _ends(self, within_seconds: float) -> bool:
        deadline = time.monotonic() + within_seconds
        while self.is_running():
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_SECONDS)
        return True
