"""A child's process, as its parent sees it: begun, asked, and ended."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dayshift.domain.errors import ClosedError
from dayshift.domain.faces import Face
from dayshift.faces.limits import OUT_OF_MEMORY, ChildLimits
from dayshift.faces.wire import LONGEST_ANSWER, READY, BrokenWire, Gone, faces_in, receive, send

# One processor a child: two that each start a thread for every processor are slower than two that start none.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


class Crash(Exception):
    """A child that ended, or was ended, over an image; the text says how."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a child loads: the function, as `module:function`, and its one argument."""

    function: str
    argument: str


class Child:
    """One process and the wire to it. Raises OSError where the machine has no room for another."""

    def __init__(self, loading: Loading, limits: ChildLimits) -> None:
        self._limits, self._ready = limits, False
        self._wire, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-P", "-W", "ignore", "-m", "dayshift.faces.child", str(theirs.fileno())]
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by an argument list
                [*command, loading.function, loading.argument, limits.to_text()],
                stdin=subprocess.PIPE,  # never written to: its end tells the child of ours
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(sys.path), "PATH": os.defpath},
            )
        self._started = time.monotonic()

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def wait_until_ready(self) -> None:
        """Raises ClosedError: whatever keeps a model from being loaded, no other image fares better."""
        if self._ready:
            return
        seconds = self._limits.start_seconds
        try:
            self._ready = receive(self._wire, len(READY), self._until(self._started + seconds)) == READY
        except (BrokenWire, OSError) as error:
            how = self._how(error, seconds)
            self.end()
            raise ClosedError(f"a process that recognises faces could not start: {how}") from error

    def faces(self, content: bytes) -> Sequence[Face]:
        """Raises PermanentError or Crash."""
        before = self._until(time.monotonic() + self._limits.wall_seconds)
        try:
            before()
            send(self._wire, content)
            return faces_in(receive(self._wire, LONGEST_ANSWER, before))
        except (BrokenWire, OSError) as error:
            raise Crash(self._how(error, self._limits.wall_seconds)) from error

    def end(self) -> None:
        """At once, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._wire.close()
        if self._process.stdin:
            self._process.stdin.close()

    def _until(self, deadline: float) -> Callable[[], None]:
        """Sets the wire's patience to what is left of it."""

        def set_patience() -> None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self._wire.settimeout(left)

        return set_patience

    def _how(self, error: Exception, seconds: float) -> str:
        """How it ended: by itself, by a signal, or not at all."""
        if isinstance(error, TimeoutError):
            return f"no answer within {seconds:g} s"
        if not isinstance(error, Gone | OSError):
            return str(error)
        try:
            code = self._process.wait(1)
        except subprocess.TimeoutExpired:
            return "it let go of its wire"
        if code >= 0:
            return "out of memory" if code == OUT_OF_MEMORY else f"exit code {code}"
        return signal.Signals(-code).name
