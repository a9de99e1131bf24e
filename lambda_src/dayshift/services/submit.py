"""Submit: a job's images are packed, and the service is asked to read them. The book says so before that."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from dayshift.domain.errors import GoneError, PermanentError, RefusedError, TransientError
from dayshift.domain.image_header import check_header
from dayshift.domain.images import check
from dayshift.domain.job_attempts import adopted, emptied, order_of, packed
from dayshift.domain.job_rest import refused, unheard
from dayshift.domain.jobs import Job, JobImage
from dayshift.domain.results import Status
from dayshift.services.collect import write_record
from dayshift.services.job_desk import OpenBook, Tick
from dayshift.services.label import Answer

READ_AHEAD = 4  # images in memory, each of 15 MB at most


@dataclass(frozen=True, slots=True)
class _Read:
    """One image as it was read: its bytes and form, or how it ends without them. Neither where its record is there."""

    one: JobImage
    content: bytes = b""
    form: str = ""
    answer: Answer | None = None


def submit(job: Job, is_again: bool, pages: OpenBook, tick: Tick) -> None:
    """Asks the service for the last attempt of a job that the book says is SUBMITTING.

    `is_again`: the service was asked before, and nobody knows whether it took it. What it refuses, and what cannot even
    be packed, waits; what it may have taken is looked for by name from the next tick on.
    """
    service, terms = tick.ports.service, tick.ports.rules.terms
    try:
        told = service.find(job.attempts[-1].name)
        indexes = _pack(job, tick) if told is None else ()
    except TransientError as error:
        pages.put(job, unheard(job, str(error)) if is_again else refused(job, str(error), tick.clock()))
        return
    if told is not None:
        pages.put(job, adopted(job, told, terms, tick.clock()))
        return
    if not indexes:
        pages.put(job, emptied(job))
        return
    asked = packed(job, indexes, tick.clock())
    if not pages.put(job, asked):
        return  # somebody cancelled it meanwhile
    try:
        told = service.submit(order_of(asked, asked.attempts[-1]))
    except RefusedError as error:
        pages.put(asked, refused(asked, str(error), tick.clock()))
    except TransientError as error:
        pages.put(asked, unheard(asked, str(error)))
    else:
        pages.put(asked, adopted(asked, told, terms, tick.clock()))


def _pack(job: Job, tick: Tick) -> tuple[int, ...]:
    """Packs all images that have no record and can be read; answers their indexes. The others get theirs."""
    order = order_of(job, job.attempts[-1])
    parcel, indexes = tick.ports.service.parcel(order), list[int]()
    for read in _ahead(order.images, tick):
        if read.answer is not None:
            tick.settle(write_record(job, read.one, read.answer, tick))
        elif read.content:
            parcel.add(read.one.index, read.one.image, read.content, read.form)
            indexes.append(read.one.index)
    if indexes:
        parcel.close()
    return tuple(indexes)


def _ahead(images: tuple[JobImage, ...], tick: Tick) -> Iterator[_Read]:
    """The images in order, a few of them read while one is packed."""
    with ThreadPoolExecutor(READ_AHEAD, thread_name_prefix="pack") as pool:
        reading = deque[Future[_Read]]()
        for one in images:
            reading.append(pool.submit(_read, one, tick))
            if len(reading) == READ_AHEAD:
                yield reading.popleft().result()
        while reading:
            yield reading.popleft().result()


def _read(one: JobImage, tick: Tick) -> _Read:
    if tick.ports.records.status(one.image) is not None:
        return _Read(one)
    try:
        check(one.image, tick.ports.service.limits)
        content = tick.ports.contents.read(one.image)
        return _Read(one, content, check_header(content, tick.ports.service.limits).format)
    except PermanentError as error:
        return _Read(one, answer=Answer(Status.REJECTED, str(error)))
    except GoneError as error:
        return _Read(one, answer=Answer(Status.GONE, f"gone: {error}"))
