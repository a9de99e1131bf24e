"""A worker's turns: a record before a message goes, nothing behind a closed gate, nothing left in hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.messages import Envelope
from dayshift.domain.worker_ports import Phase
from dayshift.services.label import LabelPorts, Outcome
from dayshift.services.work import GRIP, Turn, WorkPorts, turn, work
from tests.fakes import IMAGES, NOON, SIGNS, FakePredictor, envelope, image
from tests.worker_fakes import FakeMachine, FakeMailbox, FakeWorkGate, LoggedRecords

A, B, C = (envelope(image(f"{name}.jpg"), message_id=name) for name in "ABC")


class Bench:
    """One worker with its fakes, a clock that moves by hand, and what it waited and said."""

    def __init__(self, *batches: Sequence[Envelope] | BaseException) -> None:
        self.log: list[str] = []
        self.mailbox = FakeMailbox(self.log, list(batches))
        self.machine, self.gate = FakeMachine(self.log), FakeWorkGate()
        self.records, self.predictor = LoggedRecords(log=self.log), FakePredictor()
        label = LabelPorts(SIGNS, IMAGES, self.predictor, self.records, self.mailbox, 20, calls_in_flight=1)
        self.ports = WorkPorts(label, self.mailbox, self.gate, self.machine)
        self.now, self.outcomes, self.said = NOON, list[Outcome](), list[str]()
        self.waits, self.waits_before_the_end = list[float](), 100

    def clock(self) -> datetime:
        return self.now

    def turn(self) -> Turn:
        return turn(self.ports, self.clock, self.outcomes.append)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += timedelta(seconds=seconds)
        if len(self.waits) >= self.waits_before_the_end:
            self.machine.now = Phase.LEAVING

    def work(self, waits: int) -> None:
        self.waits_before_the_end = waits
        work(self.ports, self.clock, self.outcomes.append, self.wait, self.said.append)


def test_a_message_is_deleted_only_after_its_record_is_written() -> None:
    bench = Bench([A, B])
    assert bench.turn() is Turn.WORKED
    assert bench.log == [
        "ready", "receive", "hold 2", "protect", "record A.jpg", "record B.jpg",
        "done receipt of A", "done receipt of B", "let go",
    ]  # fmt: skip


def test_a_message_without_a_record_stays() -> None:
    bench = Bench([A, B])
    bench.predictor.answers = {"A.jpg": TransientError("503 SlowDown")}
    assert bench.turn() is Turn.WORKED
    assert [line for line in bench.log if line.startswith("done")] == ["done receipt of B"]
    assert bench.mailbox.rests == {A.receipt: 60}


def test_behind_a_closed_gate_nothing_is_taken_and_nothing_protected() -> None:
    bench = Bench([A])
    bench.gate.opened = False
    assert bench.turn() is Turn.CLOSED
    assert bench.log == ["ready", "unprotect"]


def test_with_nothing_to_read_the_machine_may_be_taken_away() -> None:
    bench = Bench()
    assert bench.turn() is Turn.IDLE
    assert bench.log == ["ready", "receive", "unprotect"]


def test_a_machine_that_is_not_in_service_yet_says_that_it_is_ready_and_reads_nothing() -> None:
    bench = Bench([A])
    bench.machine.now = Phase.PREPARING
    assert bench.turn() is Turn.CLOSED
    assert bench.log == ["ready"]


def test_a_machine_that_is_to_go_takes_nothing_more_and_says_so() -> None:
    bench = Bench([A])
    bench.machine.now = Phase.LEAVING
    assert bench.turn() is Turn.LEAVE
    assert bench.log == ["leave"]


@pytest.mark.parametrize("phase", [Phase.LEAVING, Phase.PREPARING])
def test_called_away_in_the_middle_it_finishes_what_is_in_hand_and_the_rest_can_be_seen_at_once(phase: Phase) -> None:
    bench = Bench([A, B, C])
    bench.records.then = lambda: setattr(bench.machine, "now", phase)
    assert bench.turn() is Turn.WORKED
    assert [line for line in bench.log if line.startswith("done")] == ["done receipt of A"]
    assert bench.mailbox.rests == {B.receipt: 0, C.receipt: 0}
    assert sorted(outcome.result for outcome in bench.outcomes) == ["ok", "returned", "returned"]  # as they come


def test_called_away_during_the_long_poll_nothing_is_begun_or_protected() -> None:
    bench = Bench([A])
    bench.mailbox.then = lambda: setattr(bench.machine, "now", Phase.LEAVING)
    bench.turn()
    assert "protect" not in bench.log
    assert bench.mailbox.rests == {A.receipt: 0}


def test_under_load_the_machine_is_free_for_a_moment_once_a_minute() -> None:
    bench = Bench(*[[replace(A, message_id=str(number))] for number in range(4)])
    for _ in range(4):
        bench.turn()
        bench.now += GRIP / 2
    kept = [line for line in bench.log if line in ("protect", "unprotect", "receive")]
    assert kept == ["receive", "protect"] * 2 + ["unprotect", "receive", "protect"] + ["receive", "protect"]


def test_messages_that_could_not_be_deleted_find_their_record_next_time() -> None:
    bench = Bench([A], [A])
    bench.mailbox.refuse_done = TransientError("SQS is down")
    with pytest.raises(TransientError, match="SQS is down"):
        bench.turn()
    bench.mailbox.refuse_done = None
    bench.turn()
    assert [outcome.result for outcome in bench.outcomes] == ["ok", "already"]
    assert len(bench.predictor.paid) == 1


def test_surroundings_that_refuse_every_image_are_no_reason_to_fetch_the_next() -> None:
    bench = Bench([A, B])
    bench.predictor.answers = dict.fromkeys(("A.jpg", "B.jpg"), ClosedError("AccessDenied while writing"))
    with pytest.raises(ClosedError, match="2 of 2"):
        bench.turn()
    assert not any(line.startswith("done") for line in bench.log)


def test_trouble_makes_longer_pauses_is_said_once_and_costs_no_protection() -> None:
    refusals = [ClosedError(f"AccessDenied while receiving messages: request {number}") for number in range(6)]
    bench = Bench(*refusals, [A])
    bench.work(waits=7)
    assert bench.waits[:6] == [5, 10, 20, 40, 80, 120]
    assert bench.said == ["AccessDenied while receiving messages: request 0"]
    assert bench.log.count("unprotect") >= 6
    assert bench.outcomes[-1].result == "ok"


def test_after_work_or_a_long_peace_a_trouble_is_a_new_one() -> None:
    trouble = TransientError("ThrottlingException while looking")
    bench = Bench(trouble, trouble, [A], trouble)
    bench.work(waits=3)
    assert bench.waits == [5, 10, 5]
    assert len(bench.said) == 2


def test_a_gate_that_cannot_be_read_is_a_closed_one() -> None:
    bench = Bench([A])
    bench.gate.opened = ClosedError("AccessDeniedException while looking at the gate")
    bench.work(waits=3)
    assert "receive" not in bench.log
    assert bench.waits == [5, 10, 20]


def test_it_looks_again_soon_and_never_spins() -> None:
    bench = Bench()
    bench.work(waits=5)
    assert bench.waits == [1] * 5
    bench.gate.opened, bench.machine.now = False, Phase.SERVING
    bench.work(waits=8)
    assert bench.waits[5:] == [5] * 3
    assert bench.log[-1] == "leave"
