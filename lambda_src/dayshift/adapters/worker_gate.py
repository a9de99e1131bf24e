"""A fleet's gate as a worker looks at it: seldom enough that many workers do not use up Parameter Store's reads.

Forty reads a second are the account's, for all that runs in it; nineteen workers with work make one and a half.
"""

import time
from collections.abc import Callable
from math import inf

from dayshift.domain.worker_ports import WorkGate

OPEN_SECONDS, CLOSED_SECONDS = 15, 5  # how long the last look is believed


class WorkerGate:
    """Remembers the last look; one that fails is no look."""

    def __init__(self, gate: WorkGate, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._gate, self._monotonic = gate, monotonic
        self._was_open, self._believed_until = False, -inf

    def is_open(self) -> bool:
        """Whether messages may be taken. Raises TransientError."""
        now = self._monotonic()
        if now >= self._believed_until:
            self._was_open = self._gate.is_open()
            self._believed_until = now + (OPEN_SECONDS if self._was_open else CLOSED_SECONDS)
        return self._was_open
