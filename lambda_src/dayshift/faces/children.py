"""Children: one process a processor finds faces, so that no image can cost more than itself.

An image that ends its child is tried in a fresh one, which has read a plain picture before; at the third it is refused.
Threads may ask at once, and each gets a child of its own. Imports nothing that decodes.
"""

import os
import queue
import sys
from collections.abc import Sequence

from dayshift.domain.errors import ClosedError, PermanentError, TransientError
from dayshift.domain.faces import Face
from dayshift.faces.limits import ChildLimits
from dayshift.faces.process import Child, Crash, Loading

CRASHES = 3
# We kill only what gave no answer in time. Else it is the kernel, on a machine too small for its children's limits.
KILLED = "SIGKILL"
RECOGNISER = "dayshift.faces.recogniser:reader"


def processors() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Children:
    """So many children, each started when it is first needed."""

    def __init__(self, loading: Loading, count: int, limits: ChildLimits | None = None) -> None:
        self._loading, self._limits = loading, limits or ChildLimits()
        self.count = count
        self._free: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(count):
            self._free.put(None)

    def start(self) -> None:
        """All of them, side by side. Raises ClosedError where the model cannot be loaded."""
        children = [self._free.get() for _ in range(self.count)]
        try:
            for place, child in enumerate(children):
                children[place] = child or self._fresh()
            for child in filter(None, children):
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
                child = child or self._fresh()
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

    def _fresh(self) -> Child:
        try:
            return Child(self._loading, self._limits)
        except OSError as error:
            raise ClosedError(f"a process that recognises faces could not be begun: {error}") from error
