"""Gather: messages become jobs in the book, and are taken off the queue once the book has them.

The book is read before the records are looked at, and written only if nobody has written it since: an image that leaves
the book meanwhile has its record then, and one that another function took is not taken twice.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from dayshift.domain.errors import PermanentError, TransientError
from dayshift.domain.images import ImageRef, check
from dayshift.domain.job_gathering import MAXIMUM_OPEN_JOBS, Unpacked, filled, images_in
from dayshift.domain.jobs import Book
from dayshift.domain.messages import Envelope, InferenceRequest, backoff_seconds
from dayshift.domain.results import Status
from dayshift.domain.routing import is_archive
from dayshift.services.collect import settle
from dayshift.services.job_desk import OpenBook, Tick, each_by_itself, side_by_side
from dayshift.services.label import Answer, Outcome, foreign, message_request, unforeseen

FASTER = "another function has changed the book meanwhile"


@dataclass(slots=True)
class _Found:
    """What a message comes to: it is done once the book is written, unless there is a `problem`."""

    message: Envelope
    loose: list[InferenceRequest] = field(default_factory=list)
    archives: list[Unpacked] = field(default_factory=list)
    answers: list[tuple[InferenceRequest, Answer]] = field(default_factory=list)
    dropped: list[ImageRef] = field(default_factory=list)
    problem: str | None = None


def gather(pages: OpenBook, tick: Tick) -> None:
    """Takes what waits, as far as there is room for it in the book."""
    messages = _received(pages, tick)
    if not messages:
        return
    known = frozenset(images_in(pages.book))
    found = _all_examined(messages, known, tick)
    done = [one for one in found if one.problem is None]
    loose = [request for one in done for request in one.loose]
    archives = [archive for one in done for archive in one.archives]
    book = filled(pages.book, loose, archives, tick.ports.rules.terms, tick.clock())
    if book != pages.book:
        mark = _written(book, pages, messages, tick)
        if mark is None:
            _give_back([(message, FASTER) for message in messages], tick, rests=False)
            pages.book, pages.mark = tick.ports.book.read()
            return
        tick.taken += len(images_in(book)) - len(known)
        pages.book, pages.mark = book, mark
    _settle(found, done, tick)


def _written(book: Book, pages: OpenBook, messages: Sequence[Envelope], tick: Tick) -> str | None:
    """The book's new mark; None where somebody was faster. Raises TransientError, and the messages come back soon: what
    was written all the same is dropped then."""
    try:
        return tick.ports.book.write(book, pages.mark)
    except TransientError as error:
        _give_back([(message, str(error)) for message in messages], tick)
        raise


def _received(pages: OpenBook, tick: Tick) -> list[Envelope]:
    """Messages by tens until none comes, or a batch is full, or the book would be."""
    messages, most = list[Envelope](), tick.ports.rules.terms.maximum_images
    while len(messages) < most and tick.has_time():
        opened = sum(is_archive(one.image.key) for message in messages for one in message.requests)
        if len(pages.book.jobs) + opened >= MAXIMUM_OPEN_JOBS:
            break
        received = tick.ports.mailbox.receive()
        if not received:
            break
        messages += received
    return messages


def _all_examined(messages: Sequence[Envelope], known: frozenset[ImageRef], tick: Tick) -> list[_Found]:
    """Each message by itself: what is wrong with one, whatever it is, costs no other."""
    found = []
    for message, future in each_by_itself(lambda one: _examined(one, known, tick), messages):
        error = future.exception()
        one = _unforeseen(message, error, tick) if error else future.result()
        try:
            one.archives = [_looked_up(archive, known, tick) for archive in one.archives]
        except TransientError as trouble:
            one.problem = str(trouble)
        found.append(one)
    return found


def _unforeseen(message: Envelope, error: BaseException, tick: Tick) -> _Found:
    """An error that nobody named goes back like any other; on the last receive but one it ends the image."""
    try:
        answer = unforeseen(message, error, tick.ports.maximum_receive_count)
    except TransientError as transient:
        return _Found(message, problem=str(transient))
    return _Found(message, answers=[(request, answer) for request in message.requests])


def _examined(message: Envelope, known: frozenset[ImageRef], tick: Tick) -> _Found:
    """What is to be done with each image of a message; `problem` where that cannot be told now."""
    found = _Found(message)
    try:
        for request in _requests(message, found, tick):
            _examine(request, known, found, tick)
    except TransientError as error:
        found.problem = str(error)
    return found


def _requests(message: Envelope, found: _Found, tick: Tick) -> Iterator[InferenceRequest]:
    """The message's images that are ours; what is not ends as a record."""
    ports = tick.ports
    if message.problem is not None:
        stand_in = message_request(message, ports.images_bucket, ports.model, tick.clock())
        found.answers.append((stand_in, Answer(Status.FAILED, f"foreign_message: {message.problem}")))
    for request in message.requests:
        if answer := foreign(request, ports.images_bucket, ports.model):
            found.answers.append((request, answer))
        else:
            yield request


def _examine(request: InferenceRequest, known: frozenset[ImageRef], found: _Found, tick: Tick) -> None:
    image = request.image
    if image in known or tick.ports.records.status(image) is not None:
        found.dropped.append(image)
    elif is_archive(image.key):
        found.archives.append(_unpacked(request, tick))
    else:
        try:
            check(image, tick.ports.service.limits)
        except PermanentError as error:
            found.answers.append((request, Answer(Status.REJECTED, str(error))))
            return
        found.loose.append(request)


def _unpacked(request: InferenceRequest, tick: Tick) -> Unpacked:
    """An archive through its manifest. Raises TransientError before it has one."""
    manifest = tick.ports.manifests.read(request.image)
    if manifest is None:
        raise TransientError("the archive is not expanded yet")
    return Unpacked(request, tuple(one.image for one in manifest.images))


def _looked_up(archive: Unpacked, known: frozenset[ImageRef], tick: Tick) -> Unpacked:
    """The archive with those of its images that are to be in a job: what is in the book already is asked of nobody."""
    unknown = [image for image in archive.images if image not in known]
    statuses = side_by_side(tick.ports.records.status, unknown)
    fresh = (image for image, status in zip(unknown, statuses, strict=True) if status is None)
    return replace(archive, unanswered=tuple(fresh))


def _settle(found: Sequence[_Found], done: Sequence[_Found], tick: Tick) -> None:
    """The book has what is its own: records for the rest, then the messages go."""
    for one in done:
        try:
            for request, answer in one.answers:
                settle(request, answer, tick)
        except TransientError as error:
            one.problem = str(error)
        for image in one.dropped:
            tick.settle(Outcome(image.key, "already"))
    tick.ports.mailbox.done([one.message.receipt for one in found if one.problem is None])
    _give_back([(one.message, one.problem) for one in found if one.problem is not None], tick)


def _give_back(returned: Sequence[tuple[Envelope, str]], tick: Tick, rests: bool = True) -> None:
    """Messages and why they go back: after a while, longer each time, or at once where the trouble is over."""
    for message, reason in returned:
        for key in [request.image.key for request in message.requests] or [f"message/{message.message_id}"]:
            tick.settle(Outcome(key, "returned", reason))
    seconds = {one.receipt: backoff_seconds(one.receive_count) if rests else 0 for one, _ in returned}
    with suppress(TransientError):  # they come back all the same, after the queue's own visibility timeout
        tick.ports.mailbox.rest(seconds)
