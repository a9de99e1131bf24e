"""A service outside that reads many images in one job, and is paid by the minute while it works.

Rules: the worst of what such services document or leave open. An order that comes twice under one name is two jobs,
unless names are unique there (SageMaker, CreateTransformJob: ResourceInUse). An order may be in the list of jobs only
some minutes later. A cancellation takes a while, and may come to nothing. A started minute is billed whole. A job that
somebody deletes is known no more. A job has what was packed for it when it begins, and brings something only if it
comes to its own end.
"""

import json
import math
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random

from dayshift.domain.errors import RefusedError
from dayshift.domain.job_ports import Order, ServiceJob
from dayshift.domain.job_results import MAXIMUM_RESULTS_BYTES
from dayshift.domain.jobs import Phase
from dayshift.domain.lifecycle import ModelState
from tests.world.clock import HOUR, MINUTE, EventLoop
from tests.world.hours import Span
from tests.world.lives import GOOD, Life, jsonl, lines_of
from tests.world.service import Service
from tests.world.site import Site
from tests.world.storage import Stored

STOPS_WITHIN = 15.0  # seconds from a cancellation
COUNTED_WITHIN = 5 * MINUTE  # what a job costs that still works is told so late
WORDS = {Phase.WAITING: "waiting for GPUs", Phase.RUNNING: "running", Phase.ENDED: "finished"}
Place = tuple[str, int]  # a job of ours, and the number of its attempt


@dataclass(slots=True, eq=False)
class Ordered:
    """A job at the service."""

    id: str
    order: Order
    life: Life
    accepted_at: float
    deaf: int
    phase: Phase = Phase.WAITING
    started_at: float | None = None
    ended_at: float | None = None
    first_cancelled_at: float | None = None
    brought_at: float | None = None
    answered: frozenset[Stored] = frozenset()  # of which what it brought says what is to be seen
    read: Mapping[str, Stored] | None = None  # what it found packed, by file name
    is_known: bool = True  # to the service
    is_told: bool = False  # whether the order has arrived

    @property
    def is_alive(self) -> bool:
        """Whether it waits or works."""
        return self.phase is not Phase.ENDED

    @property
    def place(self) -> Place:
        """Where what it brings is expected."""
        return self.order.job_id, self.order.attempt


class Outside(Service):
    """One account at such a service. `next_lives`: what becomes of its next jobs; good ones after that."""

    def __init__(self, loop: EventLoop, random: Random, usd_per_hour: float, has_unique_names: bool) -> None:
        super().__init__(loop, random, (0.0, 0.0), (0.0, 0.0))
        self.usd_per_hour, self._has_unique_names = usd_per_hour, has_unique_names
        self.state, self.history = ModelState.RUNNING, [(loop.now, ModelState.RUNNING)]  # it is always there
        self.next_lives = deque[Life]()
        self.jobs: list[Ordered] = []
        self.parcels: dict[str, dict[str, Stored]] = {}  # by the attempt's name: files by their names
        self.brought: dict[Place, bytes] = {}
        self.refuses_until = 0.0  # it takes no order: no credit, no such GPU
        self.refused = 0
        self.on_accept: Callable[[Ordered], None] = lambda job: None
        self.on_bring: Callable[[Ordered], None] = lambda job: None

    def submit(self, order: Order) -> Ordered:
        """An order. Raises RefusedError."""
        if self._loop.now < self.refuses_until:
            self.refused += 1
            raise RefusedError("Insufficient credits")
        known = [job for job in self.jobs if job.order.name == order.name]
        if known and self._has_unique_names:
            return known[0]
        life = self.next_lives.popleft() if self.next_lives else GOOD
        job = Ordered(f"job-{len(self.jobs) + 1}", order, life, self._loop.now + life.told_after, life.deaf)
        self.jobs.append(job)
        self._loop.after(life.told_after, lambda: self._accept(job))
        return job

    def find(self, name: str) -> Ordered | None:
        """The last that the list of jobs has of this name."""
        now = self._loop.now
        listed = [job for job in self.jobs if job.is_known and job.accepted_at + job.life.listed_after <= now]
        return next((job for job in reversed(listed) if job.order.name == name), None)

    def look(self, job_id: str) -> Ordered | None:
        """One job."""
        return next((job for job in self.jobs if job.id == job_id and job.is_known), None)

    def cancel(self, job: Ordered) -> None:
        """Asks for its end."""
        if not job.is_alive:
            return
        job.first_cancelled_at = job.first_cancelled_at or self._loop.now
        if job.deaf:
            job.deaf -= 1
        else:
            self._loop.after(STOPS_WITHIN, lambda: self._end(job, is_whole=False))

    def remove(self, job: Ordered) -> None:
        """Somebody deletes it."""
        self._end(job, is_whole=False)
        job.is_known = False

    def usd(self, job: Ordered, ago: float = 0.0) -> float:
        """What it has cost, or had so many seconds ago: started minutes."""
        ended_at = self._loop.now - ago if job.ended_at is None else job.ended_at
        if job.started_at is None or ended_at < job.started_at:
            return 0.0
        return math.ceil((ended_at - job.started_at) / MINUTE - 1e-9) * MINUTE / HOUR * self.usd_per_hour

    def told(self, job: Ordered) -> ServiceJob:
        """As the service tells of it."""
        return ServiceJob(job.id, job.phase, WORDS[job.phase], self.usd(job, COUNTED_WITHIN))

    @property
    def alive(self) -> list[Ordered]:
        """The jobs that wait or work."""
        return [job for job in self.jobs if job.is_alive]

    def _accept(self, job: Ordered) -> None:
        job.is_told = True
        self.on_accept(job)
        if job.is_alive and job.life.waits is not None:
            self._loop.after(job.life.waits * MINUTE, partial(self._begin, job))

    def _begin(self, job: Ordered) -> None:
        if not job.is_alive:
            return
        job.phase, job.started_at = Phase.RUNNING, self._loop.now
        job.read = dict(self.parcels.get(job.order.name, {}))
        works = math.inf if job.life.works is None else job.life.works * MINUTE
        longest = job.order.runs_at_most.total_seconds()
        if works <= longest or not job.life.keeps_time:
            if works < math.inf:
                self._loop.after(works, lambda: self._end(job, is_whole=True))
        else:
            self._loop.after(longest, lambda: self._end(job, is_whole=False))

    def _end(self, job: Ordered, is_whole: bool) -> None:
        if not job.is_alive:
            return
        job.phase, job.ended_at = Phase.ENDED, self._loop.now
        content = job.life.brings(lines_of(job.read or {})) if is_whole else None
        if content is not None:
            self._loop.after(job.life.late, lambda: self._bring(job, content))

    def _bring(self, job: Ordered, content: bytes) -> None:
        job.brought_at = self._loop.now
        job.answered = answered(content, job.read or {})
        self.brought[job.place] = content
        self.on_bring(job)

    def start(self) -> None:
        """There is nothing to start."""

    def stop(self) -> None:
        """Nor to stop."""

    def break_down(self) -> None:
        """All its jobs end at once."""
        for job in self.alive:
            self._end(job, is_whole=False)

    @property
    def is_off(self) -> bool:
        """No model of ours is on there; what its jobs cost is another law's."""
        return True

    @property
    def is_stoppable(self) -> bool:
        """No backstop has anything to stop."""
        return False

    def billed(self) -> list[Span]:
        """As a model: never."""
        return []

    def unstoppable(self) -> list[Span]:
        """Never."""
        return []

    def minutes(self) -> float:
        """Minutes that were billed."""
        return sum(self.usd(job) for job in self.jobs) / self.usd_per_hour * HOUR / MINUTE


def answered(content: bytes, read: Mapping[str, Stored]) -> frozenset[Stored]:
    """The images of which a file says what is to be seen, and nobody who reads it can miss it."""
    if len(content) > MAXIMUM_RESULTS_BYTES:
        return frozenset()
    found = set[Stored]()
    for line in lines_of(read):
        mentioned = content.count(json.dumps(line["image"]).encode())
        if mentioned == 1 and jsonl([line]) in content:
            found.add(read[line["image"]])
    return frozenset(found)


def outside_of(site: Site) -> Outside:
    """The service outside that reads for this model."""
    assert isinstance(site.service, Outside)
    return site.service
