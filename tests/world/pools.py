"""The services' thread pools, in simulated time and in order, so that a run can be run again."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from dayshift.services import batch, expand_batch, job_desk, reconcile, submit
from tests.world.clock import EventLoop, Process


@contextmanager
def one_at_a_time(loop: EventLoop) -> Iterator[None]:
    """While it lasts, no thread of the services runs beside another."""
    with (
        patch.object(batch, "ThreadPoolExecutor", Inline),
        patch.object(expand_batch, "ThreadPoolExecutor", Inline),
        patch.object(job_desk, "ThreadPoolExecutor", Inline),
        patch.object(submit, "ThreadPoolExecutor", Inline),
        patch.object(reconcile, "ThreadPoolExecutor", side_by_side(loop)),
    ):
        yield


class Inline(Executor):
    """A thread pool that runs everything at once, in order: the same work, without chance."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Takes what a ThreadPoolExecutor takes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        _settle(future, lambda: fn(*args, **kwargs))
        return future


def side_by_side(loop: EventLoop) -> type[Executor]:
    """A thread pool of which each work is a process: one that sleeps keeps no other."""

    class SideBySide(Inline):
        def __init__(self, workers: int, **_: Any) -> None:
            self._workers, self._left = workers, 0
            self._waiting: Process | None = None

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
            future: Future[Any] = Future()

            def work() -> None:
                _settle(future, lambda: fn(*args, **kwargs))
                self._left -= 1
                if self._waiting is not None and not self._left:
                    loop.after(0.0, self._waiting.resume)

            if self._workers == 1 or loop.process is None:  # nobody is kept waiting; nobody sleeps outside a process
                _settle(future, lambda: fn(*args, **kwargs))
            else:
                self._left += 1
                Process(loop, work).resume()
            return future

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            if self._left and loop.process is not None:
                self._waiting = loop.process
                self._waiting.yield_()

    return SideBySide


def _settle(future: "Future[Any]", work: Callable[[], Any]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 as a pool does, for whoever asks for the result
        future.set_exception(error)
