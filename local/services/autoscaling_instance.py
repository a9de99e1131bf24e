"""One instance of an Auto Scaling group, and its states. Pure.

Pending -> Pending:Wait -> Pending:Proceed -> InService -> Terminating -> …:Wait -> …:Proceed -> gone
Warmed:Pending -> … -> Warmed:Stopped | Warmed:Running -> Pending (scale out) or Warmed:Terminating -> … -> gone
(AWS, "Amazon EC2 Auto Scaling instance lifecycle" and "Use lifecycle hooks with a warm pool".) Where no hook holds
it, an instance passes :Wait and :Proceed at once.

A machine is a real process, so what is waited for is real time, however the local services' own clock is set.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.services.timeline import Log, entered

LAUNCHING, TERMINATING = "autoscaling:EC2_INSTANCE_LAUNCHING", "autoscaling:EC2_INSTANCE_TERMINATING"
GLOBAL_TIMEOUTS, LONGEST_WAIT_SECONDS = 100, 172_800  # "48 hours or 100 times the heartbeat timeout, whichever is less"
Hook = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, twice: `at` by the local services' clock, for what is shown; `real` by the machine's, for what is waited."""

    at: float
    real: float


@dataclass(slots=True)
class Instance:
    """Its machine is known by `instance_id`; its log is in the local services' time."""

    instance_id: str
    group: str
    instance_type: str
    zone: str
    template: dict[str, str]
    number: int  # of the group's machines, from 0 on
    log: Log
    state: str = "Pending"
    warmed: str = ""  # the warm pool's state that it is on its way to, or in: "Warmed:Stopped"
    is_returning: bool = False  # to the warm pool, after it was in service
    is_protected: bool = False
    is_healthy: bool = True
    activity: str = ""  # the activity that is under way with it
    hook: str = ""  # the one that holds it now
    token: str = ""
    waits_until: float = 0.0
    never_beyond: float = 0.0
    heartbeat_seconds: float = 0.0
    default_result: str = ""
    spot_notice_at: float | None = None  # when it will be taken, by the machine's clock

    def enter(self, state: str, now: Moment) -> None:
        """From now on it is this."""
        self.state, self.log = state, entered(self.log, state, now.at)
        self.hook = self.token = ""

    def hold(self, hook: Hook, now: Moment) -> None:
        """Waits for this hook, in the state's :Wait."""
        seconds = float(hook["HeartbeatTimeout"])
        self.enter(f"{self.state}:Wait", now)
        self.hook, self.token, self.default_result = hook["LifecycleHookName"], str(uuid.uuid4()), hook["DefaultResult"]
        self.heartbeat_seconds, self.waits_until = seconds, now.real + seconds
        self.never_beyond = now.real + min(GLOBAL_TIMEOUTS * seconds, LONGEST_WAIT_SECONDS)

    def beat(self, now: Moment) -> None:
        """Begins the hook's timeout anew, as far as its global one allows."""
        self.waits_until = min(now.real + self.heartbeat_seconds, self.never_beyond)

    @property
    def stage(self) -> str:
        """The state without :Wait and :Proceed."""
        return self.state.removesuffix(":Wait").removesuffix(":Proceed")

    @property
    def is_waiting(self) -> bool:
        """Whether a hook holds it."""
        return self.state.endswith(":Wait")

    @property
    def is_leaving(self) -> bool:
        """Whether it is on its way out for good."""
        return self.stage in ("Terminating", "Warmed:Terminating")

    @property
    def is_warm(self) -> bool:
        """Whether it belongs to the warm pool, not to the capacity."""
        return self.state.startswith("Warmed:")

    @property
    def counts(self) -> bool:
        """Whether it counts towards the desired capacity."""
        return self.stage in ("Pending", "InService")

    @property
    def target(self) -> str:
        """The instance metadata's `autoscaling/target-lifecycle-state`: what it is to become."""
        return {
            "Pending": "InService",
            "InService": "InService",
            "Terminating": "Terminated",
            "Warmed:Terminating": "Warmed:Terminated",
        }.get(self.stage, self.warmed)
