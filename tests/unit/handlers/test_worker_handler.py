"""What the worker's process does around its turns: it feeds the watchdog, counts, waits, and heeds a signal."""

import json
import os
import signal
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from dayshift.bootstrap import metrics
from dayshift.bootstrap.worker import Worker
from dayshift.domain.worker_ports import Phase
from dayshift.handlers import worker as handler
from dayshift.services.label import LabelPorts, Outcome
from dayshift.services.work import WorkPorts
from tests.fakes import IMAGES, SIGNS, FakePredictor, FakeRecords
from tests.worker_fakes import FakeMachine, FakeMailbox, FakeWorkGate


class Told:
    """A watchdog that remembers, and a machine that can be looked at and stopped."""

    def __init__(self) -> None:
        self.states: list[str] = []

    def ready(self) -> None:
        self.states.append("ready")

    def alive(self) -> None:
        self.states.append("alive")

    def stopping(self) -> None:
        self.states.append("stopping")


class Machine(FakeMachine):
    looks = 0

    def look(self) -> None:
        self.looks += 1

    def stop(self) -> None:
        self.now = Phase.LEAVING


@pytest.fixture
def signals() -> Iterator[None]:
    """Whoever had the signals before has them again."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, had in before.items():
        signal.signal(number, had)
    metrics.clear_default_dimensions()


def made() -> tuple[Any, Machine, Told]:
    log: list[str] = []
    mailbox, machine, told = FakeMailbox(log), Machine(log), Told()
    label = LabelPorts(SIGNS, IMAGES, FakePredictor(), FakeRecords(), mailbox, 20, 1)
    parts: Any = (WorkPorts(label, mailbox, FakeWorkGate(), machine), lambda: None, machine, told)
    return handler._Process(Worker(*parts)), machine, told


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_makes_the_machine_leave_and_ends_a_wait_at_once(number: signal.Signals) -> None:
    process, machine, told = made()
    process.begin()
    assert (machine.looks, told.states) == (1, ["ready"])
    signal.raise_signal(number)
    began = monotonic()
    process.wait(60)
    assert monotonic() - began < 1
    assert machine.phase() is Phase.LEAVING
    process.end()
    assert told.states[-1] == "stopping"


def test_a_wait_is_as_long_as_it_should_be_and_feeds_the_watchdog() -> None:
    process, _, told = made()
    began = monotonic()
    process.wait(0.3)
    assert 0.3 <= monotonic() - began < 0.8
    assert told.states == ["alive"]


def test_each_settled_image_feeds_the_watchdog_and_is_counted_in_time(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "FLUSH_SECONDS", 0.2)
    process, _, told = made()
    began = monotonic()
    while monotonic() - began < 0.5:
        process.report(Outcome("a.jpg", "ok"))
        os.sched_yield()
    process.report(Outcome("b.jpg", "rejected", "too_large: 20 MB"))
    process.wait(0)
    counts = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith('{"_aws"')]
    assert len(counts) >= 3
    assert sum(len(line.get("ImagesOk", ())) for line in counts) == len(told.states) - 2
    assert counts[-1]["ImagesRejected"] == [1.0]
