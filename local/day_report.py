"""A lived day in figures: how long each state lasted, what became of each image, what it costs, what went wrong."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rich.console import Console
from rich.table import Table

# AWS says "hours run"; whether the first and the last count, it does not. Then an endpoint's words.
PAID = ("STARTING", "RUNNING", "STOPPING", "Creating", "InService", "Updating", "SystemUpdating", "Deleting")
RUNNING = ("RUNNING", "InService")
HOUR, DAY = timedelta(hours=1), timedelta(hours=24)
AFTER_CLOSING = timedelta(minutes=20)  # the most that may be paid after hours


@dataclass(slots=True)
class Arrival:
    """One image: which object, when it came, what it shows (None: none of the classes), its record once it is read."""

    key: str
    version: str
    at: datetime
    shows: str | None
    record: Mapping[str, Any] | None = None

    @property
    def is_right(self) -> bool:
        """Whether the record says what the image shows."""
        names = [found["name"] for found in (self.record or {}).get("detections", ())]
        return self.record is None or names == ([self.shows] if self.shows else [])


@dataclass(frozen=True, slots=True)
class Span:
    """One state of the model, from an instant to another."""

    status: str
    start: datetime
    end: datetime

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Day:
    """One model's day. `paid_from` and `closing` are the hours, the warm-up before them included."""

    model: str
    spans: tuple[Span, ...]
    arrivals: Sequence[Arrival]
    paid_from: datetime
    opening: datetime
    closing: datetime
    queued: int  # at the end of the day
    dead_letters: int
    usd_per_hour: float

    @property
    def paid(self) -> timedelta:
        """How long the model was on."""
        return sum((span.lasted for span in self.spans if span.status in PAID), timedelta())

    @property
    def unread(self) -> int:
        """Images without a record."""
        return sum(arrival.record is None for arrival in self.arrivals)

    @property
    def lost(self) -> int:
        """Images that have no record and are not in the queue either."""
        return max(self.unread - self.queued, 0)

    def faults(self) -> tuple[str, ...]:
        """What went otherwise than it should, each a sentence."""
        latest = self.closing + AFTER_CLOSING
        outside = [
            span for span in self.spans if span.status in PAID and (span.start < self.paid_from or span.end > latest)
        ]
        ran = [span.start for span in self.spans if span.status in RUNNING]
        late = [arrival for arrival in self.arrivals if arrival.record is None and arrival.at < self.closing]
        wrong = [arrival for arrival in self.arrivals if not arrival.is_right]
        return (
            *([f"{self.lost} images are lost"] if self.lost else ()),
            *([f"{self.dead_letters} images are in the dead-letter queue"] if self.dead_letters else ()),
            *(f"the model was {span.status} outside its hours, {_span(span)}" for span in outside),
            *([] if ran and ran[0] <= self.opening else ["the model did not run at opening"]),
            *(f"{arrival.key} came before closing and was not read" for arrival in late),
            *(
                f"{arrival.key} was taken for something else: {(arrival.record or {}).get('detections')}"
                for arrival in wrong
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The figures."""
        return {
            "states": [
                {
                    "status": span.status,
                    "from": f"{span.start:%H:%M}",
                    "minutes": round(span.lasted / timedelta(minutes=1)),
                }
                for span in self.spans
            ],
            "images": {
                "came": len(self.arrivals),
                "came_while_asleep": sum(arrival.at < self.paid_from for arrival in self.arrivals),
                "read": len(self.arrivals) - self.unread,
                "waiting": min(self.unread, self.queued),
                "lost": self.lost,
            },
            "hours_on": round(self.paid / HOUR, 2),
            "usd": round(self.paid / HOUR * self.usd_per_hour, 2),
            "usd_always_on": round(DAY / HOUR * self.usd_per_hour, 2),
            "faults": list(self.faults()),
        }


def spans(log: Iterable[Mapping[str, Any]], start: datetime, end: datetime) -> tuple[Span, ...]:
    """The states between two instants, in the zone of the first, from a log of `status` and `at`."""
    entered = [(str(entry["status"]), datetime.fromisoformat(entry["at"]).astimezone(start.tzinfo)) for entry in log]
    ends = [at for _, at in entered[1:]] + [end]
    found = [Span(status, max(at, start), min(until, end)) for (status, at), until in zip(entered, ends, strict=True)]
    return tuple(span for span in found if span.lasted > timedelta())


def show(day: Day, console: Console) -> None:
    """The day as a table, its images and its cost as a line each."""
    table = Table(day.model, "from", "to", "lasted")
    for span in day.spans:
        table.add_row(
            span.status.replace("DELETED", "no endpoint"),
            f"{span.start:%H:%M}",
            f"{span.end:%H:%M}",
            _length(span.lasted),
        )
    console.print(table)
    figures = day.to_json()
    images, usd = figures["images"], figures["usd"]
    console.print(
        f"{images['came']} images came, {images['came_while_asleep']} of them while the model slept: "
        f"{images['read']} read, {images['waiting']} waiting for the next day, {images['lost']} lost"
    )
    console.print(
        f"On AWS {figures['hours_on']:g} h at {day.usd_per_hour:g} USD an hour would cost {usd:.2f} USD that day; "
        f"always on, {figures['usd_always_on']:.2f} USD ({1 - usd / figures['usd_always_on']:.0%} less)"
    )
    for fault in day.faults():
        console.print(fault, style="red", markup=False)


def _span(span: Span) -> str:
    return f"{span.start:%H:%M} to {span.end:%H:%M}"


def _length(lasted: timedelta) -> str:
    minutes = round(lasted / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60:02} min"
