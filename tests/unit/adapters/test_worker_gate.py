"""A closed gate is looked at every five seconds, an open one every fifteen, and a look that failed at once again."""

import pytest

from dayshift.adapters.worker_gate import WorkerGate
from dayshift.domain.errors import TransientError


class Looked:
    """A gate that counts how often it is looked at."""

    def __init__(self) -> None:
        self.is_it, self.looks, self.now = False, 0, 0.0
        self.refuse: TransientError | None = None
        self.gate = WorkerGate(self, lambda: self.now)

    def is_open(self) -> bool:
        self.looks += 1
        if self.refuse is not None:
            raise self.refuse
        return self.is_it


@pytest.mark.parametrize(("is_open", "looks"), [(False, 12), (True, 4)])
def test_a_minute_of_questions_is_so_many_looks(is_open: bool, looks: int) -> None:
    looked = Looked()
    looked.is_it = is_open
    for second in range(60):
        looked.now = float(second)
        assert looked.gate.is_open() is is_open
    assert looked.looks == looks


def test_a_gate_that_closes_is_seen_within_a_quarter_of_a_minute() -> None:
    looked = Looked()
    looked.is_it = True
    assert looked.gate.is_open()
    looked.is_it, looked.now = False, 15.0
    assert not looked.gate.is_open()


def test_a_look_that_failed_is_not_believed() -> None:
    looked = Looked()
    looked.refuse = TransientError("ThrottlingException")
    with pytest.raises(TransientError):
        looked.gate.is_open()
    looked.refuse, looked.is_it = None, True
    assert looked.gate.is_open()
