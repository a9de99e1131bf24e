"""What a thing was, and since when: the log of its states. Pure; instants are epoch seconds of the local clock."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

REMEMBERED = 1000  # entries of a log
Log = list[tuple[str, float]]


def entered(log: Log, status: str, at: float) -> Log:
    """The log with one more state."""
    return [*log, (status, at)][-REMEMBERED:]


def history(log: Log, now: float) -> list[tuple[str, float, float]]:
    """Every state with the instant it began, and how many seconds it lasted (until now, the last one)."""
    ends = [at for _, at in log[1:]] + [now]
    return [(status, at, max(end - at, 0.0)) for (status, at), end in zip(log, ends, strict=True)]


def told(log: Log, now: float) -> dict[str, Any]:
    """The log as the controls show it: the sum of seconds by state, and each entry with its instant."""
    lived, seconds = history(log, now), Counter[str]()
    for status, _, lasted in lived:
        seconds[status] += round(lasted)
    entries = [{"status": status, "at": text(at), "lasted_seconds": round(lasted)} for status, at, lasted in lived]
    return {"seconds": dict(seconds), "log": entries}


def text(at: float) -> str:
    """The instant as the controls write it: in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
