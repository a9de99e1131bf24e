"""EC2 instances of an Auto Scaling group: their words, what they cost, and how each ends.

Rules: EC2 Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle" (the words; billed as soon as launched,
"including the time that they are not yet in service"); EC2 User Guide, "On-Demand Instances" (by the second, a minute
at the least; not while shutting down), "Spot Instance interruptions" (a notice of two minutes, which may come late or
not at all).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.world.clock import MINUTE
from tests.world.faults import Invocation
from tests.world.hours import Span

NOTICE = 2 * MINUTE
LEAST_BILLED = MINUTE


class Life(StrEnum):
    """LifecycleState, as far as it matters here."""

    PENDING = "Pending"
    PENDING_WAIT = "Pending:Wait"
    IN_SERVICE = "InService"
    TERMINATING_WAIT = "Terminating:Wait"
    TERMINATED = "Terminated"
    WARMED_WAIT = "Warmed:Pending:Wait"
    WARMED = "Warmed:Stopped"


COMING = (Life.PENDING, Life.PENDING_WAIT)
COUNTED = (*COMING, Life.IN_SERVICE)  # against the desired capacity
IN_POOL = (Life.WARMED_WAIT, Life.WARMED)


@dataclass(slots=True, eq=False)
class Instance:
    """One instance. `gone_at`: when EC2 ended it, which the group may learn later."""

    name: str
    launched_at: float
    life: Life = Life.PENDING
    is_protected: bool = False
    noticed_at: float | None = None  # a spot interruption was announced
    gone_at: float | None = None
    is_ready_late: bool = False  # nothing on it ever says that it is ready
    hooked_at: float = 0.0  # since when a hook holds it
    paid: list[Span] = field(default_factory=list)  # as one that was stopped in a warm pool before
    work: Invocation | None = None  # the worker process that runs on it
    holds: int = 0  # messages that its worker was given and has not settled
    wake: Callable[[], None] = lambda: None  # ends whatever its worker waits for
    hurry: Callable[[], None] = lambda: None  # ends a pause of its worker, which learns that it must go
    changed: Callable[[], None] = lambda: None  # its metadata say something else

    @property
    def is_there(self) -> bool:
        """Whether EC2 still runs it."""
        return self.gone_at is None

    def billed(self, now: float) -> list[Span]:
        """From when until when it was paid for."""
        if self.life is Life.WARMED:
            return self.paid
        end = now if self.gone_at is None else max(self.gone_at, self.launched_at + LEAST_BILLED)
        return [*self.paid, (self.launched_at, min(end, now))]

    def kill(self, now: float) -> None:
        """It ends, whatever it was doing; no code on it learns of that."""
        if self.gone_at is None:
            self.gone_at = now
            self.kill_worker()

    def kill_worker(self) -> None:
        """Its worker process ends (kill -9)."""
        if self.work is not None:
            self.work.dead = self.work.struck = True
            self.wake()
