"""The clock of the local services: the real one, moved or stopped on request."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    """The machine's clock, aware, in UTC."""
    return datetime.now(UTC)


class Clock:
    """Runs at the real pace from wherever it was set to; or stands still there."""

    def __init__(self, real: Callable[[], datetime] = real_now) -> None:
        self._real, self._lock = real, threading.Lock()
        self._ahead = timedelta()
        self._standing_at: datetime | None = None

    def now(self) -> datetime:
        """The local services' time, aware, in UTC."""
        with self._lock:
            return self._standing_at or self._real() + self._ahead

    def is_standing(self) -> bool:
        """Whether time passes only when the clock is set."""
        with self._lock:
            return self._standing_at is not None

    def run_from(self, instant: datetime) -> None:
        """Sets the clock; time passes from there."""
        with self._lock:
            self._ahead, self._standing_at = instant.astimezone(UTC) - self._real(), None

    def stand_at(self, instant: datetime) -> None:
        """Sets the clock and stops it there."""
        with self._lock:
            self._standing_at = instant.astimezone(UTC)

    def return_to_real(self) -> None:
        """Undoes every move."""
        with self._lock:
            self._ahead, self._standing_at = timedelta(), None
