"""One batch transform job: its states, and how long they last on the local clock. Pure.

InProgress --start delay--> InProgress, and billed --the work, and its delay--> Completed or Failed
InProgress --stop--> Stopping --stop delay--> Stopped, with nothing in S3
"""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from local.services.endpoint import refused
from local.services.timeline import Log, entered

IN_PROGRESS, COMPLETED, FAILED, STOPPING, STOPPED = "InProgress", "Completed", "Failed", "Stopping", "Stopped"


class Trouble(StrEnum):
    """What is to go wrong with a job."""

    NEVER_ENDS = "never_ends"  # it works until it is stopped
    FAILS = "fails"  # before the first image, as a container that cannot load its model
    LOSES = "loses"  # it is said to be completed, and nothing is there
    FORGES = "forges"  # answers that are none, and one for an image that nobody sent


@dataclass(slots=True)
class Pace:
    """How long each change takes. Some minutes until the instances are there is usual."""

    start_delay_seconds: float = 240.0
    work_seconds: float = 0.0  # at least, whatever the images take
    stop_delay_seconds: float = 30.0


@dataclass(slots=True)
class TransformJob:
    """Times are epoch seconds of the local clock, so that a file can hold them."""

    arn: str
    request: dict[str, Any]
    created_at: float
    pace: Pace
    container: dict[str, Any]  # the model's, as it was when the job was created
    trouble: Trouble | None = None
    status: str = IN_PROGRESS
    since: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None
    failure: str = ""
    log: Log = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.log:
            self.enter(IN_PROGRESS, self.created_at)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "TransformJob":
        """Reads what `to_json` wrote."""
        log = [(str(status), float(at)) for status, at in value["log"]]
        trouble = Trouble(value["trouble"]) if value["trouble"] else None
        return cls(**{**value, "pace": Pace(**value["pace"]), "trouble": trouble, "log": log})

    def to_json(self) -> dict[str, Any]:
        """Everything, as a file holds it."""
        return asdict(self)

    @property
    def name(self) -> str:
        """As it was asked for; the ARN has it in small letters."""
        return str(self.request["TransformJobName"])

    def settle(self, now: float) -> None:
        """Lets the time pass: what became due has happened at its own instant, not now."""
        start = self.created_at + self.pace.start_delay_seconds
        if self.status == IN_PROGRESS and self.started_at is None and now >= start:
            self.started_at = start
        stopped = self.since + self.pace.stop_delay_seconds
        if self.status == STOPPING and now >= stopped:
            self.ended_at = stopped
            self.enter(STOPPED, stopped)

    def is_due(self, now: float) -> bool:
        """Whether its work is to be done, or its end to be told."""
        if self.status != IN_PROGRESS or self.started_at is None or self.trouble is Trouble.NEVER_ENDS:
            return False
        return now >= self.started_at + self.pace.work_seconds

    def stop(self, now: float) -> None:
        """Begins to stop. Raises ServiceError."""
        if self.status != IN_PROGRESS:
            raise refused(f"The request was rejected because the transform job is in status {self.status}.")
        self.enter(STOPPING, now)
        self.settle(now)

    def end(self, failure: str, now: float) -> None:
        """Its work is done."""
        self.failure, self.ended_at = failure, now
        self.enter(FAILED if failure else COMPLETED, now)

    def billed_seconds(self, now: float) -> float:
        """From the start on its instances to the end."""
        if self.started_at is None:
            return 0.0
        return max((now if self.ended_at is None else self.ended_at) - self.started_at, 0.0)

    def enter(self, status: str, at: float) -> None:
        """From now on it is this."""
        self.status, self.since, self.log = status, at, entered(self.log, status, at)
