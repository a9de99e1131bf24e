"""Laws of jobs where they can be seen: at the moment at which our code asks for a step, and the service takes an order.

J2 no two attempts of one job are alive at once; J4 whatever lives at the service is in the book, from before it is
asked for until it has ended; J7 no more jobs live there than are wanted at once; J1 a message is taken off only when
its image is in the book or has its record, and an image is in one job at a time.
"""

import json
from collections import Counter

from dayshift.domain.job_ports import Order
from dayshift.domain.jobs import Book, Job, JobState
from dayshift.domain.routing import is_archive
from tests.world.depot import Depot
from tests.world.job_desk import JobDesk
from tests.world.outside import Ordered, Outside
from tests.world.queue import Message
from tests.world.storage import Bucket

AT_THE_SERVICE = (JobState.SUBMITTING, JobState.RUNNING, JobState.STOPPING)


def accepting(job: Ordered, outside: Outside, desk: JobDesk, jobs_at_once: int) -> None:
    """The service takes an order."""
    if (alive := sum(one.is_told for one in outside.alive)) > jobs_at_once:
        desk.broken.append(f"J7: {job.order.name} was taken, and {alive} jobs live, of {jobs_at_once} at once")
    others = [one.id for one in outside.alive if one is not job and one.order.job_id == job.order.job_id]
    if others:
        desk.broken.append(f"J2: {job.order.name} was taken while {others} of the same job lived")
    if (known := _of(desk.book, job.order.job_id)) is None or known.state not in AT_THE_SERVICE:
        desk.broken.append(f"J4: {job.order.name} was taken, and in the book it is {known and known.state}")


def asking(order: Order, outside: Outside, desk: JobDesk) -> None:
    """Our code asks the service for an attempt."""
    job = _of(desk.book, order.job_id)
    attempt = job.attempts[-1] if job and job.attempts else None
    if job is None or job.state is not JobState.SUBMITTING or attempt is None or attempt.name != order.name:
        desk.broken.append(f"J4: {order.name} was asked for, and in the book it is {job and job.state}")
    packed = outside.parcels.get(order.name)
    if packed is None or len(packed) != len(order.images):
        desk.broken.append(f"J1: {order.name} has {len(order.images)} images, packed {packed and len(packed)}")


def writing(after: Book, outside: Outside, desk: JobDesk, bucket: Bucket) -> None:
    """The book is written."""
    for one in outside.alive:
        job = _of(after, one.order.job_id)
        if one.is_told and (job is None or job.state not in AT_THE_SERVICE):
            desk.broken.append(f"J4: {one.order.name} lives, and the book says {job and job.state}")
    times = Counter(one.image for job in after.jobs for one in job.images)
    for image in [image for image, count in times.items() if count > 1]:
        desk.broken.append(f"J1: {image.key} is in two jobs at once")
    for job in desk.book.jobs:
        if _of(after, job.id) is None:
            _leaving(job, desk, bucket)


def _leaving(job: Job, desk: JobDesk, bucket: Bucket) -> None:
    unanswered = [one.image.key for one in job.images if bucket.find(one.image).record is None]
    if unanswered:
        desk.broken.append(f"J1: {job.id} left the book, and {unanswered} have no record")
    if job.id not in desk.closed:
        desk.broken.append(f"J1: {job.id} left the book, and nobody can look at it any more")


def taking_off(message: Message, desk: JobDesk, bucket: Bucket, depot: Depot) -> None:
    """A message goes: what it asks for is in the book, or answered, or can be asked of nobody any more."""
    body = json.loads(message.body)
    found = [stored for stored in bucket.versions.values() if stored.image.key == body["image"]["key"]]
    image = next(one.image for one in found if one.image.version == body["image"]["version_id"])
    wanted = [image]
    if is_archive(image.key) and (manifest := depot.manifests.get(image)) is not None:
        wanted = [one.image for one in manifest.images]
    booked = {one.image for job in desk.book.jobs for one in job.images}
    lost = [one.key for one in wanted if one not in booked and bucket.find(one).record is None]
    if lost:
        desk.broken.append(f"J1: the message of {image.key} was taken off, and {lost} are nowhere")


def _of(book: Book, job_id: str) -> Job | None:
    return next((job for job in book.jobs if job.id == job_id), None)
