"""Faults: every call of our code to the world passes one line, at which it can fail or its function can die.

Errors are botocore's and become ours by the real `adapters.aws_errors`, so that what a code means is not guessed here.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar

from botocore.exceptions import ClientError, ReadTimeoutError

from dayshift.adapters.aws_errors import surroundings

T = TypeVar("T")
DEATH, TIMEOUT = "death", "timeout"
CODES = (
    "ThrottlingException",
    "InternalServerError",
    "AccessDeniedException",
    "KMS.DisabledException",
    "ServiceUnavailable",
    "LimitExceededException",
)
# Calls that change something: for all others, failing before and failing after the effect are the same thing.
CHANGES = (
    "queue.send", "inbox.rest", "records.write", "predictor.predict", "predictor.invoke_endpoint",
    "ledger.remember", "ledger.keep", "power.start", "power.stop", "power.create_endpoint", "power.delete_endpoint",
    "power.set_desired_capacity", "power.release", "gate.enable", "gate.disable", "state.remember", "state.switch",
    "expanded.put", "manifests.write",
    "mailbox.receive", "mailbox.extend", "mailbox.done", "machine.complete", "machine.protect",
    "book.write", "closed.keep", "parcel.close", "outside.submit", "outside.cancel", "mailbox.rest",
)  # fmt: skip


class Died(BaseException):
    """The function's process ended: a crash, its memory, its time. No code of ours can catch it and go on."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens at a call: an error's code, a timeout or the function's death; before or after the effect."""

    kind: str
    after: bool = False

    def strike(self, name: str) -> None:
        """Raises what our services see: through an adapter, as it were."""
        with surroundings(f"calling {name}"):
            self.strike_adapter(name)

    def strike_adapter(self, name: str) -> None:
        """Raises what an adapter sees."""
        if self.kind == DEATH:
            raise Died
        if self.kind == TIMEOUT:
            raise ReadTimeoutError(endpoint_url=f"https://{name}")
        raise ClientError({"Error": {"Code": self.kind, "Message": "injected"}}, name)


Strike = Callable[[Fault, str], None]


@dataclass(slots=True)
class Outage:
    """For a while, calls whose names begin so fail with this chance."""

    calls: tuple[str, ...]
    fault: Fault
    until: float
    chance: float = 1.0


@dataclass(slots=True)
class Invocation:
    """One run of a function: its name, when it is cut off, whether it has met a fault, and whether it has died."""

    function: str
    deadline: float
    struck: bool = False
    dead: bool = False


@dataclass(slots=True)
class Recorder:
    """Counts all calls, remembers those that change something, and lets the chosen ones fail."""

    random: Random
    clock: Callable[[], float]
    planned: dict[int, Fault] = field(default_factory=dict)
    outages: list[Outage] = field(default_factory=list)
    count: int = 0
    names: list[str] = field(default_factory=list)  # of every call, in order, where `keep_names`
    keep_names: bool = False
    changes: list[tuple[float, str, str]] = field(default_factory=list)  # moment, function, call
    struck: list[float] = field(default_factory=list)  # when a fault was met
    kinds: Counter[str] = field(default_factory=Counter)
    before_call: Callable[[str], None] = lambda name: None  # where two functions are stepped call by call

    def call(self, name: str, effect: Callable[[], T], invocation: Invocation, strike: Strike = Fault.strike) -> T:
        """Does what our code asks of the world, or fails as planned."""
        self.before_call(name)
        if invocation.dead:
            raise Died
        self.count += 1
        if self.keep_names:
            self.names.append(name)
        fault = self._fault(name)
        if fault is not None and not fault.after:
            self._strike(name, fault, invocation, strike)
        if name in CHANGES:
            self.changes.append((self.clock(), invocation.function, name))
        result = effect()
        if invocation.dead:  # it died while the effect took its time
            raise Died
        if fault is not None:
            self._strike(name, fault, invocation, strike)
        return result

    def _strike(self, name: str, fault: Fault, invocation: Invocation, strike: Strike) -> None:
        self.struck.append(self.clock())
        self.kinds[fault.kind] += 1
        invocation.struck, invocation.dead = True, fault.kind == DEATH
        strike(fault, name)

    def _fault(self, name: str) -> Fault | None:
        if self.planned and (planned := self.planned.pop(self.count, None)) is not None:
            return planned
        if not self.outages:
            return None
        now = self.clock()
        self.outages = [outage for outage in self.outages if outage.until > now]
        for outage in self.outages:
            if name.startswith(outage.calls) and self.random.random() < outage.chance:
                return outage.fault
        return None
