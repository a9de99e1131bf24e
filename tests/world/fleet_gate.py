"""A fleet's gate: an SSM parameter that reconcile writes, and each worker reads now and then.

Rules: Systems Manager API Reference, PutParameter and GetParameter: what was written is read. There is no state between
open and closed, so it is closed before its last reader knows.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from dayshift.domain.lifecycle import MappingState
from tests.world.clock import EventLoop
from tests.world.mapping import Word

if TYPE_CHECKING:
    from tests.world.site import Site

LEARNED_WITHIN = 15.0 + 20.0  # a worker's last look, and a long poll that it had begun


class FleetGate:
    """One parameter, created closed. It answers what a mapping does, and hands nothing out by itself."""

    def __init__(self, loop: EventLoop) -> None:
        self._loop = loop
        self.word = Word.DISABLED
        self.history: list[tuple[float, bool]] = []
        self.closed_at = loop.now
        self.changed_at = loop.now
        self.on_change: Callable[[], None] = lambda: None
        self.taken_late: list[float] = []  # messages taken so long after it was closed that nobody need have

    @property
    def state(self) -> MappingState:
        """In our words."""
        return MappingState.ENABLED if self.word is Word.ENABLED else MappingState.DISABLED

    @property
    def text(self) -> str:
        """What the parameter says."""
        return '{"open": true}' if self.word is Word.ENABLED else '{"open": false}'

    def closed_for(self) -> float:
        """Seconds since it was last told to close."""
        return self._loop.now - self.closed_at

    def enable(self) -> None:
        """Opens it."""
        self.become(Word.ENABLED)

    def disable(self) -> None:
        """Closes it."""
        self.closed_at = self._loop.now
        self.become(Word.DISABLED)

    def become(self, word: Word) -> None:
        """It is so from now on."""
        if word is not self.word:
            self.history.append((self._loop.now, word is Word.ENABLED))
        self.word, self.changed_at = word, self._loop.now
        self.on_change()

    def took(self, messages: int) -> None:
        """A worker has received so many."""
        if messages and self.word is Word.DISABLED and self.closed_for() > LEARNED_WITHIN:
            self.taken_late += [self._loop.now] * messages


def fleet_gate_of(site: "Site") -> FleetGate:
    """The site's gate."""
    assert isinstance(site.mapping, FleetGate)
    return site.mapping
