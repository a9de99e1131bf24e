"""Work: a worker's queue becomes terminal records, in turns, while the gate is open and the machine is in service.

It labels as the labeler does; all that differs is who fetches the messages, keeps them hidden and takes them away.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.messages import Envelope
from dayshift.domain.worker_ports import Machine, Mailbox, Phase, WorkGate
from dayshift.services.batch import Shift, label_batch
from dayshift.services.label import Clock, LabelPorts, Outcome

# A worker with work has something in hand at every moment; once a minute it is free to be taken between two batches.
GRIP = timedelta(minutes=1)
CLOSED_SECONDS, IDLE_SECONDS = 5, 1  # the gate is looked at again; the long poll has waited already
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 120  # under half of what the watchdog allows (decision 0020)
FORGOTTEN = timedelta(minutes=15)

Report = Callable[[Outcome], None]


@dataclass(slots=True)
class WorkPorts:
    """What a worker needs of the world, and since when it has asked not to be taken away."""

    label: LabelPorts
    mailbox: Mailbox
    gate: WorkGate
    machine: Machine
    protected_since: datetime | None = None


class Turn(StrEnum):
    """How one pass ended."""

    WORKED = "WORKED"
    IDLE = "IDLE"
    CLOSED = "CLOSED"
    LEAVE = "LEAVE"


def turn(ports: WorkPorts, clock: Clock, report: Report) -> Turn:
    """One pass: takes a batch, if it may, and brings it to its records. Nothing is in hand when it returns.

    Raises TransientError for surroundings in which no other message would fare better just now.
    """
    machine = ports.machine
    phase = machine.phase()
    if phase is Phase.LEAVING:
        machine.leave()
        return Turn.LEAVE
    machine.ready()
    if phase is Phase.PREPARING:
        return Turn.CLOSED
    if not ports.gate.is_open():
        return _let_go(ports, Turn.CLOSED)
    if ports.protected_since is not None and clock() - ports.protected_since >= GRIP:
        _let_go(ports, Turn.WORKED)
    messages = ports.mailbox.receive()
    if not messages:
        return _let_go(ports, Turn.IDLE)
    _label(messages, ports, clock, report)
    return Turn.WORKED


def _label(messages: Sequence[Envelope], ports: WorkPorts, clock: Clock, report: Report) -> None:
    """A batch to its records, then off the queue. Raises ClosedError if the surroundings refuse all."""

    def has_time() -> bool:
        return ports.machine.phase() is Phase.SERVING

    shift = Shift(ports.label, clock, has_time)
    with ports.mailbox.holding([message.receipt for message in messages]):
        if has_time():
            ports.machine.protect(True)
            ports.protected_since = ports.protected_since or clock()
        returned = set(label_batch(messages, shift, report))
        done = [message.receipt for message in messages if message.message_id not in returned]
        if done:
            ports.mailbox.done(done)
    if shift.closed.is_set():
        raise ClosedError(f"the surroundings refused a batch: {len(returned)} of {len(messages)} messages went back")


def _let_go(ports: WorkPorts, how: Turn) -> Turn:
    """Nothing is in hand: this machine may be taken."""
    ports.machine.protect(False)
    ports.protected_since = None
    return how


@dataclass(slots=True)
class _Patience:
    """How long to pause in surroundings that stay bad, and what was said of them."""

    pause_seconds: int = 0
    failed_at: datetime | None = None
    said: str = ""

    def after(self, error: TransientError, now: datetime, say: Callable[[str], None]) -> int:
        """The next pause; each is twice as long as the one before. A trouble is said once, whatever its details."""
        if self.failed_at is None or now - self.failed_at > FORGOTTEN:
            self.pause_seconds, self.said = 0, ""
        trouble = str(error).partition(":")[0]
        if trouble != self.said:
            say(str(error))
        self.pause_seconds = min(max(self.pause_seconds * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
        self.failed_at, self.said = now, trouble
        return self.pause_seconds


def work(
    ports: WorkPorts, clock: Clock, report: Report, wait: Callable[[float], None], say: Callable[[str], None]
) -> None:
    """Turns until the machine is to leave. In bad surroundings it pauses, longer each time, and says so once.

    `wait` returns at once when the machine is to leave.
    """
    patience = _Patience()
    while True:
        try:
            ended = turn(ports, clock, report)
        except TransientError as error:
            _let_go(ports, Turn.CLOSED)
            wait(patience.after(error, clock(), say))
            continue
        match ended:
            case Turn.LEAVE:
                return
            case Turn.WORKED:
                patience = _Patience()
            case Turn.IDLE:
                wait(IDLE_SECONDS)
            case Turn.CLOSED:
                wait(CLOSED_SECONDS)
