"""One project version of Rekognition Custom Labels: its states, and how long they last on the local clock. Pure.

TRAINING_COMPLETED | STOPPED | FAILED --start--> STARTING --start delay--> RUNNING (or FAILED, if it was asked to fail)
RUNNING --stop--> STOPPING --stop delay--> STOPPED
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from local.services.service_error import ServiceError
from local.services.timeline import Log, entered

STATUSES = (
    "TRAINING_IN_PROGRESS", "TRAINING_COMPLETED", "TRAINING_FAILED", "STARTING", "RUNNING", "FAILED", "STOPPING",
    "STOPPED", "DELETING", "COPYING_IN_PROGRESS", "COPYING_COMPLETED", "COPYING_FAILED", "DEPRECATED", "EXPIRED",
)  # fmt: skip
DELETED = "DELETED"  # no word of the service: such a version is simply not there
STARTABLE = ("TRAINING_COMPLETED", "STOPPED", "FAILED", "COPYING_COMPLETED")
BUSY = ("STARTING", "RUNNING", "STOPPING")
MESSAGES = {
    "TRAINING_COMPLETED": "The model is ready to run.",
    "STARTING": "The model is starting.",
    "RUNNING": "The model is running.",
    "STOPPING": "The model is stopping.",
    "STOPPED": "The model is stopped.",
    "FAILED": "The model failed to start: it was asked to at /_local/models.",
}


@dataclass(slots=True)
class Delays:
    """How long starting and stopping take. AWS says "a few minutes" to 30; its own waiter gives up after 20."""

    start_delay_seconds: float = 1200.0
    stop_delay_seconds: float = 120.0


@dataclass(slots=True)
class ProjectVersion:
    """Times are epoch seconds of the local clock, so that a file can hold them."""

    arn: str
    since: float
    delays: Delays = field(default_factory=Delays)
    status: str = "TRAINING_COMPLETED"
    tags: dict[str, str] = field(default_factory=dict)
    minimum_units: int | None = None
    maximum_units: int | None = None
    starts: int = 0  # accepted, so paid for
    fail_next_starts: int = 0
    is_failing: bool = False  # the start under way
    log: Log = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.log:
            self.log.append((self.status, self.since))

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "ProjectVersion":
        """Reads what `to_json` wrote."""
        log = [(str(status), float(at)) for status, at in value["log"]]
        return cls(**{**value, "delays": Delays(**value["delays"]), "log": log})

    def to_json(self) -> dict[str, Any]:
        """Everything, as a file holds it."""
        return asdict(self)

    def settle(self, now: float) -> None:
        """Lets the time pass: what became due has happened at its own instant, not now."""
        if now < self.since and self.status in ("STARTING", "STOPPING"):  # the clock was set back: it begins anew
            self.enter(self.status, now)
        if self.status == "STARTING" and now >= self.since + self.delays.start_delay_seconds:
            self.enter("FAILED" if self.is_failing else "RUNNING", self.since + self.delays.start_delay_seconds)
        if self.status == "STOPPING" and now >= self.since + self.delays.stop_delay_seconds:
            self.enter("STOPPED", self.since + self.delays.stop_delay_seconds)

    def start(self, now: float, minimum_units: int, maximum_units: int | None) -> None:
        """Begins to start. Raises ServiceError."""
        if self.status in BUSY:
            raise in_use(f"the model is {self.status}; it can be started when it is {' or '.join(STARTABLE)}")
        if self.status not in STARTABLE:
            raise ServiceError("InvalidParameterException", f"a model that is {self.status} cannot be started")
        self.minimum_units, self.maximum_units = minimum_units, maximum_units
        self.starts += 1
        self.is_failing, self.fail_next_starts = self.fail_next_starts > 0, max(self.fail_next_starts - 1, 0)
        self.enter("STARTING", now)
        self.settle(now)

    def stop(self, now: float) -> None:
        """Begins to stop. Raises ServiceError."""
        if self.status != "RUNNING":
            raise in_use(f"the model is {self.status}; only a model that is RUNNING can be stopped")
        self.enter("STOPPING", now)
        self.settle(now)

    def enter(self, status: str, at: float) -> None:
        """From now on it is this."""
        self.status, self.since, self.log = status, at, entered(self.log, status, at)

    @property
    def message(self) -> str:
        """The service's own sentence on the status."""
        return MESSAGES.get(self.status, f"The model is {self.status}.")


def in_use(message: str) -> ServiceError:
    """The refusal of what is under way already."""
    return ServiceError("ResourceInUseException", f"The specified resource is already being used: {message}")
