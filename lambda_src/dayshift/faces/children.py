"""Children: one process a processor finds faces, so that no image can cost more than itself.

An image that ends its child is tried in a fresh one, which has read a plain picture before; at the third it is refused.
Threads may ask at once, and each gets a child of its own. Imports nothing that decodes.
"""

import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dayshift.domain.errors import ClosedError, PermanentError, TransientError
from dayshift.domain.faces import Face
from dayshift.faces.limits import OUT_OF_MEMORY, ChildLimits
from dayshift.faces.wire import LONGEST_ANSWER, READY, BrokenWire, Gone, faces_in, receive, send

CRASHES = 3
# We kill only what gave no answer in time. Else it is the kernel, on a machine too small for its children's limits.
KILLED = "SIGKILL"
RECOGNISER = "dayshift.faces.recogniser:reader"
# One processor a child: two that each start a thread for every processor are slower than two that start none.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1"}


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Crash(Exception):
    """A child that ended, or was ended, over an image; the text says how."""


@dataclass(frozen=True, slots=True)
class Loading:
    """What a child loads: the function, as `module:function`, and its one argument."""

    function: str
    argument: str


class Children:
    """So many children, each started when it is first needed."""

    def __init__(self, loading: Loading, count: int, limits: ChildLimits | None = None) -> None:
        self._loading, self._limits = loading, limits or ChildLimits()
        self.count = count
        self._free: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def start(self) -> None:
        """All of them, side by side. Raises ClosedError where the model cannot be loaded."""
        children = [self._free.get() or _Child(self._loading, self._limits) for _ in range(self.count)]
        try:
            for child in children:
                child.wait_until_ready()
        finally:
            for child in children:
                self._free.put(child)

    def faces(self, content: bytes) -> Sequence[Face]:
        """All faces in an image, the largest first. Raises PermanentError about the image, TransientError or
        ClosedError about us."""
        child = self._free.get()
        if child is not None and not child.is_alive():  # ended between two images: none of them was at fault
            child.end()
            child = None
        how: list[str] = []
        try:
            while len(how) < CRASHES:
                child = child or _Child(self._loading, self._limits)
                child.wait_until_ready()
                try:
                    return child.faces(content)
                except Crash as crash:
                    how.append(str(crash))
                    child.end()
                    child = None
        finally:
            self._free.put(child)
        if KILLED in how:
            raise TransientError(f"a process was killed from outside while it read an image, {how.count(KILLED)} times")
        ends = "; ".join(dict.fromkeys(how))
        raise PermanentError("crashes_decoder", f"reading it ended {CRASHES} processes in a row ({ends})")

    def close(self) -> None:
        """Ends all that are free; one that is at work ends with this process."""
        for child in [self._free.get() for _ in range(self._free.qsize())]:
            if child is not None:
                child.end()
            self._free.put(None)


class _Child:
    """One process and the wire to it."""

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
