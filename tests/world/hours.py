"""When a model should run, told without the code under test: windows are laid out day by day with zoneinfo alone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[float, float]
WEEKDAYS = (0, 1, 2, 3, 4)
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """Windows of one place: the same from and until on some weekdays; `until` <= `opens` means the next day."""

    timezone: str
    opens: str
    until: str
    days: tuple[int, ...] = WEEKDAYS
    closed_on: frozenset[date] = frozenset()

    def spec(self) -> dict[str, object]:
        """As it is configured."""
        window = f"{','.join(NAMES[day] for day in self.days)} {self.opens}-{self.until}"
        return {"timezone": self.timezone, "open": [window], "closed_on": sorted(map(str, self.closed_on))}

    def spans(self, start: float, end: float) -> list[Span]:
        """From when until when it is open, in seconds since 1970, cut to [start, end)."""
        first = datetime.fromtimestamp(start, UTC).date() - timedelta(days=2)
        found = []
        for number in range(int((end - start) // 86_400) + 5):
            day = first + timedelta(days=number)
            if day.weekday() not in self.days or day in self.closed_on:
                continue
            last = day if self.until > self.opens else day + timedelta(days=1)
            found.append((self._moment(day, self.opens), self._moment(last, self.until)))
        return clipped(union(found), start, end)

    def _moment(self, day: date, text: str) -> float:
        if text == "24:00":
            day, text = day + timedelta(days=1), "00:00"
        return datetime.combine(day, time.fromisoformat(text), tzinfo=ZoneInfo(self.timezone)).timestamp()


def union(spans: list[Span]) -> list[Span]:
    """The same moments, as spans in order that do not touch."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[1] > span[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def clipped(spans: list[Span], start: float, end: float) -> list[Span]:
    """What of these lies in [start, end)."""
    return [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start]


def without(spans: list[Span], taken: list[Span]) -> list[Span]:
    """The moments of `spans` that are not in `taken`."""
    found = []
    for start, end in spans:
        left = start
        for a, b in clipped(union(taken), start, end):
            found.append((left, a))
            left = b
        found.append((left, end))
    return [(a, b) for a, b in found if b > a]


def begun_earlier(spans: list[Span], seconds: float) -> list[Span]:
    """Each span begun so much earlier; those that meet then are one."""
    return union([(start - seconds, end) for start, end in spans])
