"""Schedules, groups, tags and deliveries to repeat, kept in one JSON file. Its lock is everybody's."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from local.services.schedule_rules import Schedule

Place = tuple[str, str]  # group, name


@dataclass(slots=True)
class Delivery:
    """One firing on its way to its target. Times are epoch seconds, so that the file can hold them."""

    due: float
    group: str
    name: str
    schedule_arn: str
    target: dict[str, Any]
    scheduled_at: float
    execution_id: str
    attempt: int = 0


@dataclass(slots=True)
class Book:
    """The state itself. `fired_until` says for each schedule what has been dealt with."""

    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    schedules: dict[Place, Schedule] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    pending: list[Delivery] = field(default_factory=list)
    fired_until: dict[Place, float] = field(default_factory=dict)


class Store:
    """The book, in memory and on disk."""

    def __init__(self, file: Path | None, now: float) -> None:
        self._file, self._lock = file, threading.RLock()
        self._book = _read(file) if file is not None and file.exists() else Book()
        self._book.groups.setdefault(
            "default", {"Name": "default", "State": "ACTIVE", "CreationDate": now, "LastModificationDate": now}
        )
        # What came due while the laptop slept is not made up for: nobody wants yesterday's schedules at once.
        self._book.fired_until = dict.fromkeys(self._book.schedules, now)

    @contextmanager
    def reading(self) -> Iterator[Book]:
        """The book, held still."""
        with self._lock:
            yield self._book

    @contextmanager
    def writing(self) -> Iterator[Book]:
        """The book, held still, and written to disk afterwards if nothing went wrong."""
        with self._lock:
            yield self._book
            if self._file is not None:
                _write(self._file, self._book)


def _read(file: Path) -> Book:
    value = json.loads(file.read_text(encoding="utf-8"))
    return Book(
        groups=value["groups"],
        schedules={(each["GroupName"], each["Name"]): each for each in value["schedules"]},
        tags=value["tags"],
        pending=[Delivery(**each) for each in value["pending"]],
    )


def _write(file: Path, book: Book) -> None:
    value = {
        "groups": book.groups,
        "schedules": list(book.schedules.values()),
        "tags": book.tags,
        "pending": [asdict(each) for each in book.pending],
    }
    beside = file.with_suffix(".writing")
    beside.write_text(json.dumps(value, indent=1), encoding="utf-8")
    beside.replace(file)  # a reader, and a crash, sees the old file or the new one
