"""What is kept of jobs and the queue they are filled from, as ports: every call passes the recorder's line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dayshift import events
from dayshift.domain.images import ImageRef
from dayshift.domain.jobs import Book, Job
from dayshift.domain.messages import Envelope
from dayshift.domain.results import Status
from tests.world import laws_on_the_way
from tests.world.depot import Depot
from tests.world.job_desk import JobDesk
from tests.world.outside import outside_of
from tests.world.ports import Line, RecordsPort
from tests.world.queue import Message, sqs_event
from tests.world.site import Site
from tests.world.storage import Bucket


@dataclass(frozen=True, slots=True)
class BookPort:
    """JobBook."""

    line: Line
    site: Site
    bucket: Bucket

    def read(self) -> tuple[Book, str | None]:
        desk = desk_of(self.site)
        return self.line.call("book.read", lambda: (desk.book, desk.mark))

    def write(self, book: Book, mark: str | None) -> str | None:
        return self.line.call("book.write", lambda: self._write(book, mark))

    def _write(self, book: Book, mark: str | None) -> str | None:
        desk = desk_of(self.site)
        if mark != desk.mark:
            return None
        laws_on_the_way.writing(book, outside_of(self.site), desk, self.bucket)
        return desk.write(book)


@dataclass(frozen=True, slots=True)
class JobRecordsPort(RecordsPort):
    """JobRecords."""

    def status(self, image: ImageRef) -> Status | None:
        return self.line.call("records.status", lambda: self._status(image))

    def _status(self, image: ImageRef) -> Status | None:
        record = self.site.records.bucket.find(image).record
        return record.status if record else None


@dataclass(frozen=True, slots=True)
class ClosedPort:
    """ClosedJobs."""

    line: Line
    site: Site

    def keep(self, job: Job) -> None:
        self.line.call("closed.keep", lambda: desk_of(self.site).closed.__setitem__(job.id, job))


@dataclass(frozen=True, slots=True)
class JobMailboxPort:
    """JobMailbox; a receipt is a message's id."""

    line: Line
    site: Site
    bucket: Bucket
    depot: Depot
    held: dict[str, Message] = field(default_factory=dict)

    def receive(self) -> Sequence[Envelope]:
        def receive() -> Sequence[Envelope]:
            batch = self.site.queue.receive(10)
            self.held.update((message.message_id, message) for message in batch)
            return tuple(events.envelopes_from_sqs(sqs_event(batch), self.site.plan.name))

        return self.line.call("mailbox.receive", receive)

    def done(self, receipts: Sequence[str]) -> None:
        self.line.call("mailbox.done", lambda: self._done(receipts))

    def _done(self, receipts: Sequence[str]) -> None:
        for receipt in receipts:
            laws_on_the_way.taking_off(self.held[receipt], desk_of(self.site), self.bucket, self.depot)
            self.site.queue.delete(self.held[receipt])

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        if seconds_by_receipt:
            self.line.call("mailbox.rest", lambda: self._rest(seconds_by_receipt))

    def _rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        for receipt, seconds in seconds_by_receipt.items():
            self.site.queue.change_visibility(self.held[receipt], seconds)


def desk_of(site: Site) -> JobDesk:
    """What is kept of its jobs."""
    assert site.jobs is not None
    return site.jobs
