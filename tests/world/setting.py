"""What a world is like, and what happened in it that nobody wished for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.world.clock import MINUTE
from tests.world.hours import Span
from tests.world.site import Plan

# Monday, an ordinary week in winter.
MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Setting:
    """What a world is like."""

    plans: tuple[Plan, ...] = (Plan(),)
    start: datetime = MONDAY
    seed: int = 1
    counts_lag: float = 0.0  # SQS's counts are up to so many seconds old
    mapping_lag: tuple[float, float] = (5.0, 55.0)
    event_delay: tuple[float, float] = (0.2, 3.0)
    skips_ticks: bool = True
    is_seed: bool = False  # what Dayshift replaces runs in its place

    def lag_at(self, now: float) -> float:
        """How old SQS's counts are: the same for the same minute, so that leaving out a tick changes nothing."""
        return (int(now // MINUTE) * 2_654_435_761 + self.seed) % 1009 / 1008 * self.counts_lag


@dataclass(slots=True)
class Notes:
    """What happened that was nobody's wish, so that nobody is blamed for what followed."""

    meddled: list[float] = field(default_factory=list)  # when a person or a breakdown interfered
    backstops: list[float] = field(default_factory=list)  # when the backstop found something to stop
    troubled: list[Span] = field(default_factory=list)  # from when until when something was out of order
