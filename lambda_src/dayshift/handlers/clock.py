"""The clock of the powered models' functions."""

import json
import urllib.request
from datetime import UTC, datetime


def now(url: str) -> datetime:
    """The time, in UTC; on the local AWS, which sets the URL, that of its services, whose clock can be moved."""
    if not url:
        return datetime.now(UTC)
    with urllib.request.urlopen(url, timeout=10) as answer:
        return datetime.fromisoformat(json.load(answer)["now"])
