"""A service outside and a book in memory, and a model's jobs over them, with a clock that tests move."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dayshift.domain.archives import ExpandedImage, Manifest
from dayshift.domain.errors import GoneError, TransientError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.job_json import book_from_json, book_to_json, job_from_json, job_to_json
from dayshift.domain.job_ports import Order, Results, ServiceJob
from dayshift.domain.job_results import Kept, read_results
from dayshift.domain.job_steps import Rules
from dayshift.domain.jobs import Book, Job, JobTerms, Phase
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from dayshift.domain.results import Status
from dayshift.services.job_desk import JobPorts
from dayshift.services.label import Outcome
from dayshift.services.run_jobs import Tended, tend
from tests.fakes import IMAGES, NOON, FakeQueue, FakeRecords

PICTURES = ModelSpec("pictures", "gpu_job", None, "incoming/pictures/", {"provider": "proximl"})
LIMITS = Limits(15 * 1024 * 1024, 1, 10_000, ("jpeg", "png"))
TERMS = JobTerms(
    gather=timedelta(minutes=15),
    maximum_images=1000,
    jobs_at_once=1,
    deadline=timedelta(minutes=60),
    maximum_attempts=3,
    budget_usd=3.0,
    maximum_usd_per_hour=2.0,
)
MINUTE = timedelta(minutes=1)
PNG = plain_png(8)
CAT = {"name": "cat", "confidence_percent": 93.1}


def picture(number: int = 0, **changes: Any) -> ImageRef:
    """One of many images of the model's."""
    return replace(ImageRef(IMAGES, f"incoming/pictures/{number:04}.png", "v1", f"e{number}", len(PNG)), **changes)


def pictures(count: int) -> list[ImageRef]:
    """So many."""
    return [picture(number) for number in range(count)]


@dataclass(frozen=True, slots=True)
class Plan:
    """How the service does with one order. `works` None: it never ends by itself. `brings` None: nothing at all."""

    queues: timedelta = timedelta()
    works: timedelta | None = timedelta(minutes=5)
    stops_in: timedelta = MINUTE
    brings: Callable[[Order], bytes] | None = None
    usd_per_hour: float = 2.0
    heeds_time: bool = True  # and ends by itself when its time is up
    times_out: bool = False  # after it was taken
    refuses: BaseException | None = None


def all_cats(order: Order) -> bytes:
    """A cat in each image."""
    return lines(*({"image": f"{one.index:04}.png", "classes": [CAT]} for one in order.images))


def lines(*values: Mapping[str, Any]) -> bytes:
    """As a worker writes them."""
    return b"".join(json.dumps(value).encode() + b"\n" for value in values)


@dataclass
class Ordered:
    """A job at the service."""

    id: str
    order: Order
    plan: Plan
    taken_at: datetime
    stopped_at: datetime | None = None

    def work(self, now: datetime) -> tuple[datetime, datetime, datetime | None]:
        """From when it works, until when at the latest as of now, and when it ended if it has."""
        starts = self.taken_at + self.plan.queues
        most = self.order.runs_at_most if self.plan.heeds_time else timedelta(days=365)
        ends = starts + min(most, most if self.plan.works is None else self.plan.works)
        if self.stopped_at is not None:
            ends = min(ends, max(self.stopped_at, starts))
        return starts, min(ends, now), ends if ends <= now else None

    def told(self, now: datetime) -> ServiceJob:
        starts, until, ended = self.work(now)
        if self.stopped_at is not None and self.stopped_at <= min(now, starts):
            return ServiceJob(self.id, Phase.ENDED, "canceled")
        cost = self.plan.usd_per_hour * max(until - starts, timedelta()) / timedelta(hours=1)
        if ended is not None:
            return ServiceJob(self.id, Phase.ENDED, "finished", cost)
        phase = Phase.RUNNING if starts <= now else Phase.WAITING
        return ServiceJob(self.id, phase, str(phase), cost)


@dataclass
class FakeService:
    """Does with the n-th order as the n-th plan says, and with the last one's from then on."""

    now: Callable[[], datetime]
    plans: list[Plan] = field(default_factory=lambda: [Plan(brings=all_cats)])
    jobs: list[Ordered] = field(default_factory=list)
    parcels: dict[str, dict[int, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    trouble: BaseException | None = None  # at every call
    lists_after: timedelta = timedelta()
    limits: Limits = LIMITS
    submits: int = 0

    def parcel(self, order: Order) -> "FakeParcel":
        return FakeParcel(self, order.name)

    def find(self, name: str) -> ServiceJob | None:
        self._call("find")
        listed = [one for one in self.jobs if one.order.name == name and one.taken_at + self.lists_after <= self.now()]
        return listed[0].told(self.now()) if listed else None

    def submit(self, order: Order) -> ServiceJob:
        self._call("submit")
        plan = self.plans[min(self.submits, len(self.plans) - 1)]
        self.submits += 1
        assert set(self.parcels[order.name]) == {one.index for one in order.images}, "what is asked for is packed"
        if plan.refuses is not None:
            raise plan.refuses
        self.jobs.append(Ordered(f"id{len(self.jobs)}", order, plan, self.now()))
        if plan.times_out:
            raise TransientError("the answer did not come")
        return self.jobs[-1].told(self.now())

    def look(self, service_id: str) -> ServiceJob | None:
        self._call("look")
        return next((one.told(self.now()) for one in self.jobs if one.id == service_id), None)

    def cancel(self, service_id: str) -> None:
        self._call("cancel")
        for one in self.jobs:
            if one.id == service_id and one.stopped_at is None:
                one.stopped_at = self.now() + one.plan.stops_in

    def results(self, order: Order) -> Results:
        self._call("results")
        mine = [one for one in self.jobs if one.order.name == order.name]
        brought = [one.plan.brings(one.order) for one in mine if one.plan.brings and one.stopped_at is None]
        if not brought:
            return Results({}, {}, "there are no results")
        return read_results(brought[0], [one.index for one in order.images], Kept(), "main")

    def alive(self) -> list[Ordered]:
        """Those that may still cost something."""
        return [one for one in self.jobs if one.told(self.now()).phase is not Phase.ENDED]

    def billed_usd(self) -> float:
        """What the service really takes."""
        return sum(one.told(self.now()).cost_usd for one in self.jobs)

    def _call(self, name: str) -> None:
        self.asked.append(name)
        if self.trouble is not None:
            raise self.trouble


@dataclass
class FakeParcel:
    """Nowhere until it is closed."""

    service: FakeService
    name: str
    files: dict[int, str] = field(default_factory=dict)

    def add(self, index: int, image: ImageRef, content: bytes, form: str) -> None:
        assert content, image
        self.files[index] = form

    def close(self) -> None:
        self.service.parcels[self.name] = self.files


@dataclass
class FakeBook:
    """The book as text; `meanwhile` is what another function does to it before the next write."""

    model: str = PICTURES.name
    text: str | None = None
    version: int = 0
    meanwhile: Callable[[], None] | None = None
    refuse: BaseException | None = None

    def read(self) -> tuple[Book, str | None]:
        if self.text is None:
            return Book(self.model), None
        return book_from_json(self.text), str(self.version)

    def write(self, book: Book, mark: str | None) -> str | None:
        if self.refuse is not None:
            refusal, self.refuse = self.refuse, None
            raise refusal
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        if mark != (None if self.text is None else str(self.version)):
            return None
        self.text, self.version = book_to_json(book), self.version + 1
        return str(self.version)

    @property
    def jobs(self) -> tuple[Job, ...]:
        return self.read()[0].jobs


@dataclass
class FakeClosed:
    """Closed jobs by id, read back from their text."""

    kept: dict[str, Job] = field(default_factory=dict)

    def keep(self, job: Job) -> None:
        self.kept[job.id] = job_from_json(job_to_json(job))


class FakeJobRecords(FakeRecords):
    """Terminal records that tell their status."""

    def status(self, image: ImageRef) -> Status | None:
        return self.of(image).status if self.exists(image) else None


@dataclass
class FakeMailbox:
    """Messages in line; received ones are hidden until they are shown again."""

    line: list[Envelope] = field(default_factory=list)
    hidden: dict[str, Envelope] = field(default_factory=dict)
    rests: dict[str, int] = field(default_factory=dict)

    def put(self, *images: ImageRef) -> None:
        for one in images:
            name = f"{one.key}@{one.version}-{len(self.line) + len(self.hidden)}"
            self.line.append(Envelope(name, name, 1, (InferenceRequest(one, PICTURES.name, NOON),)))

    def receive(self) -> Sequence[Envelope]:
        some, self.line = self.line[:10], self.line[10:]
        self.hidden |= {one.receipt: one for one in some}
        return some

    def done(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            del self.hidden[receipt]

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        self.rests |= seconds_by_receipt
        for receipt, seconds in seconds_by_receipt.items():
            if seconds == 0:
                again = self.hidden.pop(receipt)
                self.line.append(replace(again, receive_count=again.receive_count + 1))


@dataclass
class FakeManifests:
    """Manifests by the version of their archive."""

    written: dict[ImageRef, Manifest] = field(default_factory=dict)

    def exists(self, archive: ImageRef) -> bool:
        return archive in self.written

    def read(self, archive: ImageRef) -> Manifest | None:
        return self.written.get(archive)

    def write(self, manifest: Manifest) -> bool:
        return self.written.setdefault(manifest.archive, manifest) is manifest

    def of(self, archive: ImageRef, *images: ImageRef) -> ImageRef:
        """An archive that was expanded to these."""
        expanded = tuple(ExpandedImage(index, one.key, one) for index, one in enumerate(images))
        self.write(Manifest(archive, PICTURES.name, "expanded/pictures/a-0/", NOON, expanded, ()))
        return archive


@dataclass
class FakeContents:
    """Every image is the same PNG, but for those that `answers` has by key."""

    answers: dict[str, bytes | BaseException] = field(default_factory=dict)

    def read(self, image: ImageRef) -> bytes:
        answer = self.answers.get(image.key, PNG)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@dataclass
class FakeGate:
    """Open, closed, or an error to raise."""

    answer: bool | BaseException = True

    def is_open(self) -> bool:
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer


@dataclass
class JobBench:
    """A model's jobs in memory."""

    terms: JobTerms = TERMS
    now: datetime = NOON
    service: FakeService = field(init=False)
    book: FakeBook = field(default_factory=FakeBook)
    closed: FakeClosed = field(default_factory=FakeClosed)
    mailbox: FakeMailbox = field(default_factory=FakeMailbox)
    records: FakeJobRecords = field(default_factory=lambda: FakeJobRecords(PICTURES.name))
    manifests: FakeManifests = field(default_factory=FakeManifests)
    contents: FakeContents = field(default_factory=FakeContents)
    archives: FakeQueue = field(default_factory=FakeQueue)
    gate: FakeGate = field(default_factory=FakeGate)
    outcomes: list[Outcome] = field(default_factory=list)
    has_time: bool = True

    def __post_init__(self) -> None:
        self.service = FakeService(lambda: self.now)

    @property
    def ports(self) -> JobPorts:
        return JobPorts(
            model=PICTURES,
            images_bucket=IMAGES,
            maximum_receive_count=20,
            rules=Rules(self.terms, "acme-prod"),
            service=self.service,
            book=self.book,
            closed=self.closed,
            mailbox=self.mailbox,
            records=self.records,
            manifests=self.manifests,
            contents=self.contents,
            archives=self.archives,
            gate=self.gate,
        )

    def tick(self) -> Tended:
        """One, now."""
        return tend(self.ports, lambda: self.now, lambda: self.has_time, self.outcomes.append)

    def ticks(self, minutes: int) -> Tended:
        """One each minute, after each of these."""
        ended = None
        for _ in range(minutes):
            self.now += MINUTE
            ended = self.tick()
        assert ended is not None
        return ended

    def until_closed(self, minutes: int = 24 * 60) -> Job:
        """Ticks until a job is over; answers it as it is kept."""
        for _ in range(minutes):
            before = set(self.closed.kept)
            self.now += MINUTE
            self.tick()
            if new := set(self.closed.kept) - before:
                return self.closed.kept[new.pop()]
        raise AssertionError(f"no job was closed; the book has {self.book.jobs}")

    def statuses(self) -> list[str]:
        """How each image ended, in the order of their keys."""
        return [str(record.status) for _, record in sorted(self.records.written.items())]


def gone() -> GoneError:
    """What S3 says of a version that was deleted."""
    return GoneError("this version was deleted before it was read")
