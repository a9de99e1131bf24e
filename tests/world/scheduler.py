"""EventBridge Scheduler: what fires when; late, twice or never.

Rules: Scheduler User Guide, "What is Amazon EventBridge Scheduler" (at least once, within a minute), "Schedule types"
(a wall time that spring skips does not fire, one that autumn repeats fires once), retry policy (here an age of at most
15 minutes: later than that an event is lost, FAILURES section 7).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from tests.world.clock import MINUTE, Do, EventLoop

RETRY_AGE = 15 * MINUTE


class Manner(StrEnum):
    """How a schedule misbehaves."""

    NEVER = "never"
    TWICE = "twice"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Trouble:
    """For a while, schedules of these names fire in this manner."""

    manner: Manner
    names: tuple[str, ...]
    until: float


@dataclass(slots=True)
class Scheduler:
    """All schedules."""

    loop: EventLoop
    random: Random
    troubles: list[Trouble] = field(default_factory=list)

    def every(self, seconds: float, name: str, do: Do) -> None:
        """A rate."""

        def fire() -> None:
            self.deliver(name, do)
            self.loop.after(seconds, fire)

        self.loop.after(seconds, fire)

    def by_the_clock(self, name: str, days: tuple[int, ...], wall: timedelta, zone: str, do: Do) -> None:
        """A cron: on these weekdays, so long after the zone's midnight by its clock."""
        moments = wall_moments(days, wall, ZoneInfo(zone), self.loop.now)
        delay = self.random.uniform(0, MINUTE - 1)

        def arm() -> None:
            self.loop.at(next(moments) + delay, fire)

        def fire() -> None:
            self.deliver(name, do)
            arm()

        arm()

    def deliver(self, name: str, do: Do) -> None:
        """Fires, unless there is trouble."""
        manner = self._manner(name)
        if manner is Manner.NEVER:
            return
        if manner is Manner.LATE:
            self.loop.after(self.random.uniform(MINUTE, RETRY_AGE), do)
            return
        if manner is Manner.TWICE:
            self.loop.after(self.random.uniform(0, 3 * MINUTE), do)
        do()

    def has_trouble(self, name: str) -> bool:
        """Whether this schedule misbehaves now."""
        return self._manner(name) is not None

    def _manner(self, name: str) -> Manner | None:
        if not self.troubles:
            return None
        self.troubles = [trouble for trouble in self.troubles if trouble.until > self.loop.now]
        return next((trouble.manner for trouble in self.troubles if name in trouble.names), None)


def wall_moments(days: tuple[int, ...], wall: timedelta, zone: ZoneInfo, after: float) -> Iterator[float]:
    """When the zone's clock shows that time on these weekdays, later than `after`."""
    day: date = datetime.fromtimestamp(after, zone).date() - timedelta(days=1)
    while True:
        local = datetime.combine(day, time(), tzinfo=zone).replace(tzinfo=None) + wall
        moment = local.replace(tzinfo=zone).timestamp()  # of a time that comes twice, the first
        is_skipped = datetime.fromtimestamp(moment, UTC).astimezone(zone).replace(tzinfo=None) != local
        if day.weekday() in days and not is_skipped and moment > after:
            yield moment
        day += timedelta(days=1)
