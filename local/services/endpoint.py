"""One SageMaker endpoint by its name: its states, and how long they last on the local clock. Pure.

(none) --create--> Creating --start delay--> InService (or Failed, if it was asked to fail)
InService --update--> Updating --update delay--> InService; SystemUpdating ends the same way, and is set by hand
InService | Failed | OutOfService | UpdateRollbackFailed --delete--> Deleting --stop delay--> (none)
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from local.services.service_error import ServiceError
from local.services.timeline import Log, entered

STATUSES = (
    "OutOfService", "Creating", "Updating", "SystemUpdating", "RollingBack", "InService", "Deleting", "Failed",
    "UpdateRollbackFailed",
)  # fmt: skip
NONE = "DELETED"  # no word of the service: such an endpoint is simply not there
DELETABLE = ("InService", "Failed", "OutOfService", "UpdateRollbackFailed")
ANSWERING = ("InService", "Updating", "SystemUpdating", "RollingBack")
FAILURE = (
    "The primary container for production variant did not pass the ping health check: it was asked to at /_local/models"
)


@dataclass(slots=True)
class Delays:
    """How long each change takes. AWS's own waiter gives a creation an hour; some minutes are usual."""

    start_delay_seconds: float = 300.0
    stop_delay_seconds: float = 60.0
    update_delay_seconds: float = 600.0


@dataclass(slots=True)
class Endpoint:
    """Times are epoch seconds of the local clock, so that a file can hold them. The log outlives deletions."""

    arn: str
    since: float
    delays: Delays = field(default_factory=Delays)
    status: str = NONE
    tags: dict[str, str] = field(default_factory=dict)
    created_at: float = 0.0
    # The configuration as it was when the endpoint took it: what happens to it later does not count. An update's waits.
    configuration: dict[str, Any] = field(default_factory=dict)
    coming: dict[str, Any] = field(default_factory=dict)
    starts: int = 0  # accepted, so paid for
    fail_next_starts: int = 0
    is_failing: bool = False  # the creation under way
    log: Log = field(default_factory=list)

    def __post_init__(self) -> None:
        if not self.log:
            self.log.append((self.status, self.since))

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Endpoint":
        """Reads what `to_json` wrote."""
        log = [(str(status), float(at)) for status, at in value["log"]]
        return cls(**{**value, "delays": Delays(**value["delays"]), "log": log})

    def to_json(self) -> dict[str, Any]:
        """Everything, as a file holds it."""
        return asdict(self)

    @property
    def name(self) -> str:
        """As the ARN has it."""
        return self.arn.rsplit("/", 1)[1]

    def settle(self, now: float) -> None:
        """Lets the time pass: what became due has happened at its own instant, not now."""
        changes = {
            "Creating": ("Failed" if self.is_failing else "InService", self.delays.start_delay_seconds),
            "Updating": ("InService", self.delays.update_delay_seconds),
            "SystemUpdating": ("InService", self.delays.update_delay_seconds),
            "Deleting": (NONE, self.delays.stop_delay_seconds),
        }
        if self.status not in changes:
            return
        if now < self.since:  # the clock was set back: it begins anew
            self.enter(self.status, now)
        following, delay = changes[self.status]
        if now >= self.since + delay:
            if self.status == "Updating":
                self.configuration, self.coming = self.coming, {}
            self.enter(following, self.since + delay)

    def create(self, now: float, configuration: dict[str, Any], tags: dict[str, str]) -> None:
        """Begins to be created. Raises ServiceError."""
        if self.status != NONE:
            raise refused(f'Cannot create already existing endpoint "{self.arn}".')
        self.configuration, self.coming, self.tags, self.created_at = configuration, {}, tags, now
        self.starts += 1
        self.is_failing, self.fail_next_starts = self.fail_next_starts > 0, max(self.fail_next_starts - 1, 0)
        self.enter("Creating", now)
        self.settle(now)

    def update(self, now: float, configuration: dict[str, Any]) -> None:
        """Begins to take another configuration; it answers meanwhile. Raises ServiceError."""
        if self.status != "InService":
            raise refused(f'Cannot update in-progress endpoint "{self.arn}".')
        self.coming = configuration
        self.enter("Updating", now)
        self.settle(now)

    def delete(self, now: float) -> None:
        """Begins to go. Raises ServiceError."""
        if self.status not in DELETABLE:
            raise refused(f'Cannot update in-progress endpoint "{self.arn}".')
        self.enter("Deleting", now)
        self.settle(now)

    def enter(self, status: str, at: float) -> None:
        """From now on it is this."""
        self.status, self.since, self.log = status, at, entered(self.log, status, at)


def refused(message: str) -> ServiceError:
    """What SageMaker says to nearly everything that it does not do."""
    return ServiceError("ValidationException", message)
