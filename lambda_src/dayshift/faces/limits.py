"""What a child may use, and how a process holds itself to it."""

import fcntl
import json
import os
import resource
import signal
import time
from dataclasses import asdict, dataclass

# Of the files that a child has open by then, it needs no other: one that is taken over can open no file and no socket.
NO_MORE_FILES = 0
OUT_OF_MEMORY = 12  # the exit code of a child that ran into its limit


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """For one child: memory in all; processor time and time by the clock for one image; time to load the model.

    Measured (docs/decisions/0021): a child takes 0.25 GiB of address space; a transparent PNG of
    10,000 x 10,000 pixels, the largest that is read, 1.1 GiB while it is made small; 100 faces take 10 s.
    """

    memory_bytes: int = 1280 * 1024 * 1024
    cpu_seconds: int = 20
    wall_seconds: float = 30.0
    start_seconds: float = 60.0
    image_bytes: int = 16 * 1024 * 1024

    def to_text(self) -> str:
        """For a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_text(cls, text: str) -> "ChildLimits":
        """Reads to_text()."""
        return cls(**json.loads(text))


def die_with_parent() -> None:
    """The parent holds the other end of standard input and never writes: its end, however it comes, sends SIGIO here.

    A signal to the group (systemd's, a terminal's) is left to the parent, which lets its children finish.
    """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGIO, signal.SIG_DFL)  # which is death
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC | os.O_NONBLOCK)
    try:
        if os.read(0, 1) == b"":
            os._exit(0)  # it was gone before anybody listened
    except BlockingIOError:
        return


def hold_memory(limits: ChildLimits) -> None:
    """From here on more memory is a MemoryError, and no core is dumped: it would hold somebody's photograph."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def open_nothing_more() -> None:
    """Once all is loaded."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (NO_MORE_FILES, NO_MORE_FILES))


def allow_cpu_for_one_image(limits: ChildLimits) -> None:
    """From here on so many seconds of processor time, then SIGXCPU. The limit counts since the process began."""
    used = int(time.process_time()) + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used + limits.cpu_seconds, hard))
