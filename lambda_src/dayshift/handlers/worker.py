"""A worker of a fleet: one process, from its model's loading until its machine is to go.

    python -m dayshift.handlers.worker

Exit codes: 0 it was told to stop, and has nothing in hand; 69 its model cannot be loaded; 78 its settings are wrong.
Whatever else ends it is a fault, and its messages come back by themselves.
"""

import signal
import sys
import time
from datetime import UTC, datetime
from io import TextIOWrapper
from threading import Thread

from dayshift import events
from dayshift.bootstrap import logger, metrics, warm
from dayshift.bootstrap.worker import Worker, worker
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.worker_ports import Phase
from dayshift.handlers.reporting import report
from dayshift.services.label import Outcome
from dayshift.services.work import work

EX_UNAVAILABLE, EX_CONFIG = 69, 78  # sysexits.h
LOOK_SECONDS, NAP_SECONDS = 5, 0.2
FLUSH_SECONDS = 10


def main() -> int:
    """Works until SIGTERM, and answers the exit code."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a file, which is read while it grows
    try:
        made = worker(events.envelopes_from_messages, say)
        warm(made.prepare)
    except ConfigurationError as error:
        logger.error("worker_misconfigured", error=str(error))
        return EX_CONFIG
    except TransientError as error:
        logger.error("worker_unprepared", error=str(error))
        return EX_UNAVAILABLE
    process = _Process(made)
    process.begin()
    work(made.ports, lambda: datetime.now(UTC), process.report, process.wait, say)
    process.end()
    return 0


def say(trouble: str) -> None:
    """One line for what goes wrong around the images."""
    logger.warning("worker_troubled", reason=trouble)


class _Process:
    """What the work needs of the process that it runs in: signals, a watch, waiting, and a word now and then."""

    def __init__(self, made: Worker) -> None:
        self._made, self._machine = made, made.machine
        self._is_told_to_stop, self._has_counts, self._flushed_at = False, False, time.monotonic()

    def begin(self) -> None:
        """From here on signals are heeded, and the machine's metadata is watched."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop())
        model = self._made.ports.label.model.name
        metrics.set_default_dimensions(model=model)
        logger.info("worker_started", model=model)
        self._made.watchdog.ready()
        self._machine.look()
        Thread(target=self._watch, name="watch", daemon=True).start()

    def report(self, outcome: Outcome) -> None:
        """An image is settled, so this process is alive."""
        report(outcome)
        self._has_counts = True
        self._made.watchdog.alive()
        if time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self._flush()

    def wait(self, seconds: float) -> None:
        """So long, or until the machine is to leave."""
        self._made.watchdog.alive()
        self._flush()
        until = time.monotonic() + seconds
        while self._machine.phase() is not Phase.LEAVING and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, NAP_SECONDS))

    def end(self) -> None:
        """A machine that goes has its process end with it: one that ended before would be begun anew by systemd."""
        self._flush()
        logger.info("worker_left")
        while not self._is_told_to_stop:
            self._made.watchdog.alive()
            time.sleep(NAP_SECONDS)
        self._made.watchdog.stopping()

    def _stop(self) -> None:
        self._is_told_to_stop = True
        self._machine.stop()

    def _watch(self) -> None:
        while True:
            time.sleep(LOOK_SECONDS)
            self._machine.look()

    def _flush(self) -> None:
        if self._has_counts:
            metrics.flush_metrics()
        self._has_counts, self._flushed_at = False, time.monotonic()


if __name__ == "__main__":
    sys.exit(main())
