"""Gathering: which jobs the images in a queue become part of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from dayshift.domain.images import ImageRef
from dayshift.domain.job_names import job_id
from dayshift.domain.jobs import Book, Job, JobImage, JobState, JobTerms
from dayshift.domain.messages import InferenceRequest

MAXIMUM_OPEN_JOBS = 20  # the book is read as a whole each minute
# As much as an archive's images; an attempt's parcel is packed within one invocation.
MAXIMUM_JOB_BYTES = 500 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Unpacked:
    """An archive: all images that came out of it, and those of them that are in no job and without a record."""

    request: InferenceRequest
    images: tuple[ImageRef, ...]
    unanswered: tuple[ImageRef, ...] = ()


def filled(
    book: Book, loose: Sequence[InferenceRequest], archives: Iterable[Unpacked], terms: JobTerms, now: datetime
) -> Book:
    """The book with these images in its jobs: each archive in one of its own, the others in the one that gathers.

    What the book has already stays where it is, and what is in here twice counts once.
    """
    for archive in archives:
        book = _with_archive(book, archive, terms, now)
    known = images_in(book)
    for request in loose:
        if request.image not in known:
            known.add(request.image)
            book = _with_image(book, request, terms, now)
    return book


def images_in(book: Book) -> set[ImageRef]:
    """All images of all open jobs."""
    return {one.image for job in book.jobs for one in job.images}


def _with_archive(book: Book, archive: Unpacked, terms: JobTerms, now: datetime) -> Book:
    """What is in no job yet becomes jobs of its own; the jobs that have the rest tell this archive of their end too."""
    known = images_in(book)
    fresh = [image for image in dict.fromkeys(archive.unanswered) if image not in known]
    book = Book(book.model, tuple(_as_twin(job, archive) for job in book.jobs))
    for start in range(0, len(fresh), terms.maximum_images):
        part = fresh[start : start + terms.maximum_images]
        new = _new(book, part, archive.request, JobState.WAITING, now)
        book = book.changed(new.id, replace(new, archive=archive.request.image, due_at=now))
    return book


def _as_twin(job: Job, archive: Unpacked) -> Job:
    mine = archive.request.image
    if mine == job.archive or mine in job.twins or {one.image for one in job.images}.isdisjoint(archive.images):
        return job
    return replace(job, twins=(*job.twins, mine))


def _with_image(book: Book, request: InferenceRequest, terms: JobTerms, now: datetime) -> Book:
    gathering = next((job for job in book.jobs if job.state is JobState.GATHERING and job.cancelled_by is None), None)
    if gathering is not None and _bytes(gathering) + request.image.size_bytes > MAXIMUM_JOB_BYTES:
        book, gathering = book.changed(gathering.id, _full(gathering, now)), None
    if gathering is None:
        new = _new(book, [request.image], request, JobState.GATHERING, now)
        gathering = replace(new, due_at=now + terms.gather)
    else:
        image = JobImage(len(gathering.images), request.image, request.enqueued_at)
        gathering = replace(gathering, images=(*gathering.images, image))
    if len(gathering.images) >= terms.maximum_images:
        gathering = _full(gathering, now)
    return book.changed(gathering.id, gathering)


def _new(book: Book, images: Sequence[ImageRef], request: InferenceRequest, state: JobState, now: datetime) -> Job:
    numbered = tuple(JobImage(index, image, request.enqueued_at) for index, image in enumerate(images))
    return Job(job_id(book.model, now, images), book.model, state, now, now, numbered)


def _full(job: Job, now: datetime) -> Job:
    return replace(job, state=JobState.WAITING, due_at=now, reason="it is full")


def _bytes(job: Job) -> int:
    return sum(one.image.size_bytes for one in job.images)
