"""A demand trace: how many images came in which minute. Read from `timestamp,count`, one row a line, in time order.

A timestamp is ISO 8601. With an offset it is what it says; without one it is wall time of the zone that is given. Of a
wall time that comes twice the first is meant, unless that would go back; one that is skipped is the moment of the skip.
Seconds are dropped: the replay goes by minutes.
"""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

from dayshift.domain.calendar import instant

HEADER = ["timestamp", "count"]
MINUTE = timedelta(minutes=1)
EXAMPLE = "2026-03-02T09:14:00,3"


class TraceError(Exception):
    """A trace file that cannot be replayed; the sentence says where, what was got, and what would do."""


@dataclass(frozen=True, slots=True)
class Trace:
    """Images by minute, in UTC and in order, each minute once and above 0; `first` and `last` are what it speaks of."""

    name: str
    first: datetime
    last: datetime
    arrivals: tuple[tuple[datetime, int], ...]

    @classmethod
    def of(cls, name: str, rows: list[tuple[datetime, int]]) -> "Trace":
        """A trace of rows in time order, of which several may lie in one minute."""
        minutes = [(moment.astimezone(UTC).replace(second=0, microsecond=0), count) for moment, count in rows]
        merged = [(moment, sum(count for _, count in group)) for moment, group in groupby(minutes, itemgetter(0))]
        return cls(name, minutes[0][0], minutes[-1][0], tuple(row for row in merged if row[1]))

    @property
    def images(self) -> int:
        """How many images there are in all."""
        return sum(count for _, count in self.arrivals)


def read_trace(path: Path, zone: ZoneInfo) -> Trace:
    """Reads a trace file. Raises TraceError that names the line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TraceError(f"{path} cannot be read as text: {error}") from error
    reader = csv.reader(text.splitlines())
    header = next(reader, [])
    if [name.strip().lower() for name in header] != HEADER:
        raise TraceError(f'{path}, line 1: must be the header "timestamp,count"; got "{",".join(header)}"')
    rows: list[tuple[datetime, int]] = []
    for row in reader:
        if not any(field.strip() for field in row):
            continue
        place = f"{path}, line {reader.line_num}"
        if len(row) != len(HEADER):
            raise TraceError(f'{place}: must be a timestamp and a count such as "{EXAMPLE}"; got "{",".join(row)}"')
        previous = rows[-1][0] if rows else None
        moment = _moment(row[0].strip(), zone, previous, place)
        if previous is not None and moment < previous:
            raise TraceError(f"{place}: must not lie before the line above it; got {row[0].strip()}")
        rows.append((moment, _count(row[1].strip(), place)))
    if not any(count for _, count in rows):
        raise TraceError(f"{path}: must hold at least one image; got none in {len(rows)} rows")
    return Trace.of(path.stem, rows)


def _moment(text: str, zone: ZoneInfo, previous: datetime | None, place: str) -> datetime:
    try:
        given = datetime.fromisoformat(text)
        if given.tzinfo is not None:
            return given.astimezone(UTC)
        found = instant(given.date(), given.time(), zone)
        again = given.replace(tzinfo=zone, fold=1).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise TraceError(f'{place}: must begin with a time such as "2026-03-02T09:14:00"; got "{text}"') from error
    return again if previous is not None and found < previous <= again else found


def _count(text: str, place: str) -> int:
    try:
        count = float(text)
        whole = int(count)
    except (ValueError, OverflowError) as error:
        raise TraceError(f'{place}: the count must be a whole number such as 3; got "{text}"') from error
    if whole != count or whole < 0:
        raise TraceError(f'{place}: the count must be a whole number, 0 or more; got "{text}"')
    return whole
