"""The event loop: what is due next happens next. One thread at a time runs, so every run of a seed is the same run."""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from threading import Lock, Thread

MINUTE, HOUR, DAY, WEEK = 60.0, 3600.0, 86_400.0, 604_800.0
Do = Callable[[], None]


class EventLoop:
    """Simulated time, in seconds since 1970, and what is to happen when."""

    def __init__(self, start: datetime) -> None:
        self.now = start.timestamp()
        self._due: list[tuple[float, int, Do]] = []
        self._order = count()
        self.process: Process | None = None
        self.idle: list[_Worker] = []

    def at(self, moment: float, do: Do) -> None:
        """Does it at that moment; after whatever was asked for the same moment before."""
        heapq.heappush(self._due, (max(moment, self.now), next(self._order), do))

    def after(self, seconds: float, do: Do) -> None:
        """Does it so many seconds from now."""
        self.at(self.now + seconds, do)

    def run_until(self, moment: float) -> None:
        """Lets everything happen that is due up to that moment."""
        while self._due and self._due[0][0] <= moment:
            self.now, _, do = heapq.heappop(self._due)
            do()
        self.now = max(self.now, moment)

    def sleep(self, seconds: float) -> None:
        """Inside a process: lets everything else go on for so long. Elsewhere time stands still."""
        if self.process is not None:
            self.process.sleep(seconds)

    def close(self) -> None:
        """Ends the threads that wait for a process."""
        for worker in self.idle:
            worker.process = None
            worker.go.release()
        self.idle.clear()

    def moment(self) -> datetime:
        """Now, as our code is told it."""
        return datetime.fromtimestamp(self.now, UTC)


class Process:
    """A function that takes simulated time: it runs in a thread of its own, but only while it holds the baton."""

    def __init__(self, loop: EventLoop, run: Do) -> None:
        self._loop, self._run = loop, run
        self._thread = loop.idle.pop() if loop.idle else _Worker()
        self._thread.process = self
        self._is_over = False
        self._raised: BaseException | None = None

    def resume(self) -> None:
        """Hands it the baton until it sleeps or ends; raises what escaped it."""
        before, self._loop.process = self._loop.process, self
        self._thread.go.release()
        self._thread.back.acquire()
        self._loop.process = before
        if self._is_over:
            self._loop.idle.append(self._thread)
        if self._raised is not None:
            raise self._raised

    def sleep(self, seconds: float) -> None:
        """Gives the baton back for so long."""
        self._loop.after(seconds, self.resume)
        self.yield_()

    def yield_(self) -> None:
        """Gives the baton back until somebody resumes it."""
        self._thread.back.release()
        self._thread.go.acquire()

    def work(self) -> None:
        """All of it, in its thread."""
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 raised again in `resume`, in the thread that waits for it
            self._raised = error
        self._is_over = True


class _Worker(Thread):
    """A thread that runs one process after another, since threads are dear."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.go, self.back = Lock(), Lock()
        self.go.acquire()
        self.back.acquire()
        self.process: Process | None = None
        self.start()

    def run(self) -> None:
        while True:
            self.go.acquire()
            if self.process is None:
                return
            self.process.work()
            self.back.release()
