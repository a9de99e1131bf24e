"""What some weeks came to, by Dayshift or by the seed."""

from collections import Counter
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass(slots=True)
class Figures:
    """What some weeks came to. Minutes are those billed, STARTING included."""

    weeks: int = 0
    images: int = 0
    lost: int = 0
    good_in_dlq: int = 0
    paid_twice: int = 0
    outside: float = 0.0  # minutes billed though unwanted
    outside_most: float = 0.0  # at one time
    starting: float = 0.0  # minutes billed while STARTING
    running: float = 0.0  # and while RUNNING
    overrun_most: float = 0.0  # minutes billed unwanted, counted from the last thing that went wrong
    kept_on: float = 0.0  # minutes billed unwanted at one time while a start or a system update lasted
    waited_most: float = 0.0  # hours from upload to record
    worker_hours: float = 0.0  # of a fleet
    jobs: int = 0  # at a service outside, that were paid
    unserved: float = 0.0  # minutes in which messages were handed out though the model did not run
    troubles: Counter[str] = field(default_factory=Counter)
    breaches: Counter[str] = field(default_factory=Counter)  # by law
    examples: list[str] = field(default_factory=list)  # with the world's seed

    def add(self, other: "Figures") -> None:
        """The figures of both."""
        for name in (
            "weeks",
            "images",
            "lost",
            "good_in_dlq",
            "paid_twice",
            "outside",
            "starting",
            "running",
            "unserved",
            "worker_hours",
            "jobs",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.outside_most = max(self.outside_most, other.outside_most)
        self.overrun_most = max(self.overrun_most, other.overrun_most)
        self.kept_on = max(self.kept_on, other.kept_on)
        self.waited_most = max(self.waited_most, other.waited_most)
        self.troubles += other.troubles
        self.breaches += other.breaches
        self.examples += other.examples

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
