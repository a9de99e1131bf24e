"""What bringing jobs about needs of the world, and the book as one tick holds it: every change is conditional."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from dayshift.domain.archive_ports import Manifests
from dayshift.domain.job_ports import ClosedJobs, ImageContents, JobBook, JobMailbox, JobRecords, JobService
from dayshift.domain.job_steps import Rules
from dayshift.domain.jobs import Book, Job
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Queue
from dayshift.domain.results import Status
from dayshift.domain.worker_ports import WorkGate
from dayshift.services.label import Clock, Outcome

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 16
WRITES = 5  # each is refused only if another function has written meanwhile


@dataclass(frozen=True, slots=True)
class JobPorts:
    """All that the jobs of one model need; made once for many invocations. `archives` is where archives wait for their
    own record, `gate` is open at all times for a model without power."""

    model: ModelSpec
    images_bucket: str
    maximum_receive_count: int
    rules: Rules
    service: JobService
    book: JobBook
    closed: ClosedJobs
    mailbox: JobMailbox
    records: JobRecords
    manifests: Manifests
    contents: ImageContents
    archives: Queue
    gate: WorkGate


@dataclass(slots=True)
class OpenBook:
    """The book as this tick last saw it."""

    ports: JobPorts
    book: Book
    mark: str | None

    @classmethod
    def of(cls, ports: JobPorts) -> "OpenBook":
        """One read."""
        return cls(ports, *ports.book.read())

    def put(self, before: Job, after: Job | None, allowed: Callable[[Book], bool] = lambda _: True) -> bool:
        """Changes this one job in the book, or takes it out; False if somebody else changed it meanwhile, or `allowed`
        says no to the book as it is then."""
        for _ in range(WRITES):
            if self.book.job(before.id) != before or not allowed(self.book):
                return False
            book = self.book.changed(before.id, after)
            mark = self.ports.book.write(book, self.mark)
            if mark is not None:
                self.book, self.mark = book, mark
                return True
            self.book, self.mark = self.ports.book.read()
        return False


@dataclass(slots=True)
class Tick:
    """One invocation: its ports and clock, whether there is time for another long step, and what came of it so far."""

    ports: JobPorts
    clock: Clock
    has_time: Callable[[], bool]
    report: Callable[[Outcome], None]
    taken: int = 0
    settled: Counter[str] = field(default_factory=Counter)
    closed: list[Job] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def settle(self, outcome: Outcome) -> None:
        """One image has come to its record, or its message goes back."""
        self.settled[outcome.result] += 1
        self.report(outcome)

    def statuses(self, job: Job) -> dict[int, Status | None]:
        """How each image of a job ended, by its index."""
        found = side_by_side(lambda one: self.ports.records.status(one.image), job.images)
        return {one.index: status for one, status in zip(job.images, found, strict=True)}


def side_by_side(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """The answers in the items' order, sixteen at once; the first error ends it."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="jobs") as pool:
        yield from pool.map(work, items)


def each_by_itself(work: Callable[[T], R], items: Sequence[T]) -> list[tuple[T, Future[R]]]:
    """Each item with how it ended, sixteen at once: no error ends the others."""
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="jobs") as pool:
        return [(item, pool.submit(work, item)) for item in items]
