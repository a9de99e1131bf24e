"""Stand-ins for what a worker has around it, which write down in one list what was done, in order."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dayshift.domain.messages import Envelope
from dayshift.domain.results import TerminalRecord
from dayshift.domain.worker_ports import Phase
from tests.fakes import FakeRecords


@dataclass
class FakeMailbox:
    """Hands out one batch after the other, or raises it; then nothing more. It is its reader's inbox too."""

    log: list[str]
    batches: list[Sequence[Envelope] | BaseException] = field(default_factory=list)
    refuse_done: BaseException | None = None
    rests: dict[str, int] = field(default_factory=dict)
    then: Callable[[], None] = lambda: None

    def receive(self) -> Sequence[Envelope]:
        self.log.append("receive")
        self.then()
        batch = self.batches.pop(0) if self.batches else ()
        if isinstance(batch, BaseException):
            raise batch
        return batch

    @contextmanager
    def holding(self, receipts: Sequence[str]) -> Iterator[None]:
        self.log.append(f"hold {len(receipts)}")
        try:
            yield
        finally:
            self.log.append("let go")

    def done(self, receipts: Sequence[str]) -> None:
        if self.refuse_done is not None:
            raise self.refuse_done
        self.log.extend(f"done {receipt}" for receipt in receipts)

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        self.rests.update(seconds_by_receipt)


@dataclass
class FakeWorkGate:
    """A gate that is as the test says, or raises."""

    opened: bool | BaseException = True

    def is_open(self) -> bool:
        if isinstance(self.opened, BaseException):
            raise self.opened
        return self.opened


@dataclass
class FakeMachine:
    """A machine in the phase that the test says."""

    log: list[str]
    now: Phase = Phase.SERVING

    def phase(self) -> Phase:
        return self.now

    def ready(self) -> None:
        self.log.append("ready")

    def protect(self, wanted: bool) -> None:
        self.log.append("protect" if wanted else "unprotect")

    def leave(self) -> None:
        self.log.append("leave")


@dataclass
class LoggedRecords(FakeRecords):
    """Records that say when they are written, and do then what the test wants."""

    log: list[str] = field(default_factory=list)
    then: Callable[[], None] = lambda: None

    def write(self, record: TerminalRecord) -> bool:
        wrote = super().write(record)
        self.log.append(f"record {record.image.key}")
        self.then()
        return wrote
