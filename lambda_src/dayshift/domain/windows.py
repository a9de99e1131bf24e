"""Windows: "Mon-Fri 09:00-18:00", "Sat 10:00-14:00", over midnight "Mon,Wed 22:00-02:00", all day "Sun 00:00-24:00"."""

import re
from dataclasses import dataclass
from datetime import time, timedelta

from dayshift.domain.errors import ConfigurationError

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY = timedelta(days=1)
_MIDNIGHT = "24:00"
_FORM = re.compile(r"(?P<days>[A-Za-z]{3}([-,][A-Za-z]{3})*) (?P<start>\d\d:\d\d)-(?P<until>\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which a window begins (0 is Monday), its first wall time, and its length by the wall clock."""

    days: frozenset[int]
    start: time
    until: timedelta  # since midnight of the day on which it begins; over 24 h where it ends on the next

    @classmethod
    def parse(cls, text: str) -> "Window":
        """Reads "Mon-Fri 09:00-18:00". Raises ConfigurationError that shows what was got and what would do."""
        found = _FORM.fullmatch(text)
        if found is None:
            raise _unfit(text)
        start, until = _since_midnight(found["start"], text), _since_midnight(found["until"], text)
        if start in (DAY, until):
            raise _unfit(text)
        return cls(_days(found["days"], text), wall_time(start), until if until > start else until + DAY)


def _since_midnight(text: str, window: str) -> timedelta:
    hours, minutes = int(text[:2]), int(text[3:])
    if (hours > 23 or minutes > 59) and text != _MIDNIGHT:
        raise _unfit(window)
    return timedelta(hours=hours, minutes=minutes)


def _days(text: str, window: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        names = part.split("-")
        if len(names) > 2 or not set(names) <= set(DAYS):
            raise _unfit(window)
        first, last = DAYS.index(names[0]), DAYS.index(names[-1])
        days.update((first + count) % 7 for count in range((last - first) % 7 + 1))
    return frozenset(days)


def wall_time(since_midnight: timedelta) -> time:
    """The wall time so long after midnight; under 24 h."""
    hour, minute = divmod(since_midnight // timedelta(minutes=1), 60)
    return time(hour, minute)


def _unfit(window: str) -> ConfigurationError:
    return ConfigurationError(
        f'a window must be written like "Mon-Fri 09:00-18:00" (until 24:00; over midnight "Fri 22:00-02:00"; two '
        f"digits, and an end that differs from the beginning); got {window!r}"
    )
