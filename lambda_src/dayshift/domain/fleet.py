"""Fleet: how many workers should read, of a model whose readers are machines that come and go with the backlog.

{"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.sweeping import QueueDepth

MINUTE = timedelta(minutes=1)
# Between two batches nothing is visible for a moment; a worker that is let go for that takes minutes to come back.
SHRINK_AFTER = timedelta(minutes=2)
# As many as read at one look fall behind at the next: without one more, a steady stream has its workers come and go.
SPARE = 1
_EXAMPLE = '{"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}'


@dataclass(frozen=True, slots=True)
class Fleet:
    """What a fleet may cost and should do. `images_per_minute` is that of one worker."""

    maximum: int  # workers
    images_per_minute: float
    clear_within: timedelta  # what waits should be read within so long, once the workers run
    idle: timedelta  # with nothing to read for so long, the fleet goes to zero

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Fleet":
        """Reads the shape above. Raises ConfigurationError."""
        try:
            fleet = cls(
                int(value["maximum"]),
                float(value["images_per_minute"]),
                timedelta(minutes=value["clear_within_minutes"]),
                timedelta(minutes=value["idle_minutes"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ConfigurationError(
                f"a fleet is written like {_EXAMPLE}; {type(error).__name__}: {error}; got {value!r}"
            ) from error
        if fleet.maximum < 1 or min(fleet.images_per_minute, fleet.clear_within / MINUTE, fleet.idle / MINUTE) <= 0:
            raise ConfigurationError(f"all numbers of a fleet must be above 0, for example {_EXAMPLE}; got {value!r}")
        return fleet

    def clears(self, workers: int) -> float:
        """How many images so many workers read within `clear_within`."""
        return workers * self.images_per_minute * (self.clear_within / MINUTE)


def wanted(
    fleet: Fleet,
    depth: QueueDepth,
    workers: int,
    idle_since: datetime | None,
    now: datetime,
    quiet_since: datetime | None = None,
) -> int:
    """How many workers there should be, from 1 to the maximum, while the fleet should run at all.

    `workers` is the group's desired capacity now, `idle_since` since when nothing has waited (None: something does),
    `quiet_since` since when nothing has come either: what is in flight long after that is not being read, but rests.
    """
    needed = math.ceil((depth.visible + depth.in_flight) / fleet.clears(1))
    if depth.visible or depth.delayed:
        wish = max(needed, workers)  # who reads goes on reading: fewer would be more again a minute later
    elif idle_since is None or now - idle_since < SHRINK_AFTER:
        wish = workers
    else:
        rests = quiet_since is not None and now - quiet_since >= fleet.idle
        wish = min(workers, SPARE if rests else depth.in_flight + SPARE)
    return min(max(wish, 1), fleet.maximum)
