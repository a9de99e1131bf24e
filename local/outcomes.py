"""The demo's samples, how each should end, and how it did."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOST = "lost"
STATUSES = ("ok", "none", "rejected", "gone", "failed", LOST)


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a sample should end: its status, names that must be among the detections, the code of the reason."""

    status: str
    names: tuple[str, ...] = ()
    reason: str | None = None

    def fault(self, record: Mapping[str, Any] | None) -> str | None:
        """What is otherwise, or None."""
        if record is None:
            return f"wanted {self.status}, got no result"
        code = (record["reason"] or "").split(":")[0] or None
        if (record["status"], code) != (self.status, self.reason):
            return f"wanted {self.status} {self.reason or ''}, got {record['status']} {record['reason'] or ''}"
        missing = set(self.names) - {found["name"] for found in record["detections"]}
        return f"wanted {', '.join(sorted(missing))} among what is found" if missing else None


@dataclass(frozen=True, slots=True)
class Sample:
    """One file of samples/, for the model whose name is its folder's."""

    file: Path
    model: str
    expectation: Expectation

    @property
    def name(self) -> str:
        """`signs/page.png`."""
        return f"{self.model}/{self.file.name}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a sample ended; `record` is None if it was lost."""

    sample: Sample
    record: Mapping[str, Any] | None

    @property
    def status(self) -> str:
        """The record's status, or `lost`."""
        return LOST if self.record is None else str(self.record["status"])

    @property
    def fault(self) -> str | None:
        """What is otherwise than expected, or None."""
        return self.sample.expectation.fault(self.record)

    def names(self, *kinds: str) -> tuple[str, ...]:
        """The detections' names of these kinds, each once."""
        found = self.record["detections"] if self.record else ()
        return tuple(dict.fromkeys(each["name"] for each in found if each["kind"] in kinds))


def read_samples(folder: Path, below: Path | None = None) -> tuple[Sample, ...]:
    """The samples in the order of the folder's `expected.json`; their paths begin at `below`, left out: there."""
    wanted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    return tuple(
        Sample(
            (below or folder) / name,
            name.split("/")[0],
            Expectation(value["status"], tuple(value.get("names", ())), value.get("reason")),
        )
        for name, value in wanted.items()
    )


def counts(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many ended in each way, the ways that did not happen included."""
    found = Counter(outcome.status for outcome in outcomes)
    return {status: found[status] for status in STATUSES}
