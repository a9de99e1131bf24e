"""An image can cost its own child, never another image, and never the worker."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from dayshift.domain.errors import ClosedError, PermanentError, TransientError
from dayshift.faces.children import Children, processors
from dayshift.faces.limits import ChildLimits
from dayshift.faces.process import Loading

HOSTILE = "tests.unit.faces.hostile:reader"
SHORT, PATIENT = ChildLimits(wall_seconds=2.0), ChildLimits(wall_seconds=60.0)  # the machine may be busy
ROOT = Path(__file__).parents[3]


@pytest.fixture
def started(tmp_path: Path) -> Path:
    """Where each child leaves a file by its id."""
    (tmp_path / "started").mkdir()
    return tmp_path / "started"


@pytest.fixture
def children(started: Path) -> Iterator[Children]:
    with closing(Children(Loading(HOSTILE, str(started)), 2, PATIENT)) as two:
        two.start()
        yield two


def pid_of(children: Children) -> int:
    """Of the child that answers."""
    return int(children.faces(b"pid")[0].embedding[0])


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("image", "how"),
    [
        ("segfault", "SIGSEGV"), ("hoard", "out of memory"),
        ("exit 7", "exit code 7"), ("unforeseen", "exit code 1"), ("lie {}", "without faces"), ("lie ][", "no JSON"),
        ('lie {"faces": [{"box": [0, 0, 1, 2], "embedding": []}]}', "a face that is none"),
    ],
)  # fmt: skip
def test_an_image_that_ends_three_fresh_children_is_refused_and_the_next_is_read(children, started, image, how):
    before = len(list(started.iterdir()))
    with pytest.raises(PermanentError, match=f"^crashes_decoder: .* 3 processes in a row .*{how}") as refused:
        children.faces(image.encode())
    assert refused.value.code == "crashes_decoder"
    assert len(list(started.iterdir())) == before + 2  # one was there
    assert is_running(pid_of(children))


def test_an_image_that_takes_too_long_three_times_is_refused(started):
    with closing(Children(Loading(HOSTILE, str(started)), 1, SHORT)) as one:
        with pytest.raises(PermanentError, match=r"3 processes in a row \(no answer within 2 s\)"):
            one.faces(b"sleep 60")
        assert len(list(started.iterdir())) == 3


def test_who_is_killed_from_outside_as_for_want_of_memory_is_no_images_fault(children):
    with pytest.raises(TransientError, match="killed from outside while it read an image, 3 times"):
        children.faces(b"killed")
    assert is_running(pid_of(children))


def test_processor_time_is_counted_for_each_image_anew(started):
    with closing(Children(Loading(HOSTILE, str(started)), 1, ChildLimits(cpu_seconds=1))) as one:
        with pytest.raises(PermanentError, match=r"\(SIGXCPU\)$"):
            one.faces(b"burn")
        pids = {one.faces(b"work 0.6")[0].embedding[0] for _ in range(5)}
        assert len(pids) == 1


def test_a_child_that_died_twice_of_it_is_no_verdict(children, tmp_path):
    (tmp_path / "deaths").mkdir()
    assert children.faces(f"die_twice {tmp_path / 'deaths'}".encode())[0].embedding[0] == 2


def test_a_refusal_costs_no_child_and_keeps_its_words(children):
    before = pid_of(children)
    with pytest.raises(PermanentError, match=r"^truncated: it ends: too early$"):
        children.faces(b"refuse")
    assert pid_of(children) == before


def test_a_child_is_loaded_once_for_many_images(children, started):
    assert len({pid_of(children) for _ in range(20)}) == 1
    assert len(list(started.iterdir())) == 2


def test_threads_get_a_child_each_and_wait_for_a_free_one(children):
    with ThreadPoolExecutor(6) as threads:
        begun = time.monotonic()
        pids = [faces[0].embedding[0] for faces in threads.map(children.faces, [b"sleep 0.3"] * 6)]
        assert 0.8 < time.monotonic() - begun < 2.5
    assert len(set(pids)) == 2


def test_a_child_that_died_between_two_images_is_replaced_at_no_images_cost(children, tmp_path):
    for pid in {pid_of(children), *(int(pid.name) for pid in (tmp_path / "started").iterdir())}:
        os.kill(pid, signal.SIGKILL)
        while is_running(pid):
            time.sleep(0.01)
    (tmp_path / "deaths").mkdir()
    assert children.faces(f"die_twice {tmp_path / 'deaths'}".encode())  # it has all three tries


def test_a_child_can_open_no_file_and_no_socket(children):
    assert [found.embedding[0] for found in children.faces(b"open /etc/hostname")] == [24, 24]  # EMFILE


def test_signals_to_the_group_are_the_parents(children):
    pid = pid_of(children)
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    assert pid_of(children) == pid


@pytest.mark.parametrize(("model", "how"), [("broken", "exit code 1"), ("slow", "no answer within 1 s")])
def test_a_model_that_cannot_be_loaded_closes_the_worker_and_is_no_images_fault(model, how):
    with closing(Children(Loading(HOSTILE, model), 1, ChildLimits(start_seconds=1.0))) as one:
        for ask in (one.start, lambda: one.faces(b"pid"), one.start):
            with pytest.raises(ClosedError, match=f"could not start: {how}"):
                ask()


def test_a_machine_without_room_for_a_process_closes_the_worker_and_keeps_its_children(started, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    with closing(Children(Loading(HOSTILE, str(started)), 2)) as two:
        with monkeypatch.context() as crowded:
            crowded.setattr(subprocess, "Popen", full)
            for ask in (two.start, lambda: two.faces(b"pid"), two.start):
                with pytest.raises(ClosedError, match=r"could not be begun: .*temporarily unavailable"):
                    ask()
        two.start()
        assert len(list(started.iterdir())) == 2


WORKER = f"""
import os, signal, sys, threading, time
from dayshift.faces.children import Children
from dayshift.faces.process import Loading
children = Children(Loading({HOSTILE!r}, sys.argv[1]), 2)
children.start()
threading.Thread(target=children.faces, args=(b"burn",), daemon=True).start()
time.sleep(0.3)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_children_die_with_a_worker_that_is_killed_idle_or_not(started):
    path = {"PYTHONPATH": f"{ROOT}:{ROOT / 'lambda_src'}"}
    killed = subprocess.run([sys.executable, "-c", WORKER, str(started)], env=path, check=False)
    assert killed.returncode == -signal.SIGKILL
    pids = [int(pid.name) for pid in started.iterdir()]
    assert len(pids) == 2
    deadline = time.monotonic() + 5
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, f"wanted {pids} to end with their parent"
        time.sleep(0.02)


def test_one_a_processor():
    allowed = os.sched_getaffinity(0)
    assert processors() == len(allowed)
