"""Sweep: images without a terminal record get a new message, or in the end a `failed` record.

It is the promise behind every lost event: S3 is the record, the queue only a hint (`domain/sweeping` decides). What
came out of a model's archives is swept like what lies under its prefix, by ports of its own. What is in a job's book
is left alone: it is neither in the queue nor lost (docs/decisions/0028).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dayshift.domain.errors import ForeignMessageError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Page, Progress, StoredImage
from dayshift.domain.results import Status, TerminalRecord
from dayshift.domain.routing import route_for
from dayshift.domain.sweeping import MAXIMUM_TRIES, QueueDepth, Tries, Verdict, verdict
from dayshift.services.sweep_ports import SweepPorts


@dataclass(slots=True)
class Swept:
    """What a sweep of one model did; `finished` is False where time ran out (the next sweep goes on) or it failed."""

    seen: int = 0
    enqueued: int = 0
    exhausted: int = 0
    finished: bool = True
    error: str | None = None

    def __add__(self, other: "Swept") -> "Swept":
        """Both together: finished only if both are."""
        errors = "; ".join(filter(None, (self.error, other.error))) or None
        counts = (self.seen + other.seen, self.enqueued + other.enqueued, self.exhausted + other.exhausted)
        return Swept(*counts, self.finished and other.finished, errors)


@dataclass(slots=True)
class _Round:
    """One sweep under way: its question, and the newest answer met so far. `in_jobs` is what waits in the book."""

    ports: SweepPorts
    depth: QueueDepth
    archives_depth: QueueDepth
    in_jobs: frozenset[ImageRef]
    patience: timedelta
    now: datetime
    last_answer_at: datetime | None
    swept: Swept

    def verdict(self, image: ImageRef, tries: Tries) -> Verdict:
        if image in self.in_jobs:
            return Verdict.LEAVE
        archives = self.ports.archives_of(image)
        depth = self.archives_depth if archives else self.depth
        found = verdict(tries, depth, self.last_answer_at, self.patience, self.now)
        if found is Verdict.EXHAUST and archives and archives.manifests.exists(image):
            return Verdict.ENQUEUE  # it was expanded, and waits for its images, each of which ends by itself
        return found


def sweep_models(
    sweepers: Sequence[SweepPorts], only: str | None, patience: timedelta, now: datetime, has_time: Callable[[], bool]
) -> dict[str, Swept]:
    """Sweeps every model, or only one, and answers by model. Raises ForeignMessageError for a model that is none."""
    known = sorted({ports.route.model for ports in sweepers})
    if only is not None and only not in known:
        raise ForeignMessageError(f"model must be one of {known}; got {only!r}")
    chosen = [ports for ports in sweepers if only in (None, ports.route.model)]
    swept = dict[str, Swept]()
    for ports in chosen:
        swept[ports.route.model] = swept.get(ports.route.model, Swept()) + sweep(ports, patience, now, has_time)
    return swept


def sweep(ports: SweepPorts, patience: timedelta, now: datetime, has_time: Callable[[], bool]) -> Swept:
    """Sweeps one model as far as time allows. Its failure is in the answer: other models are swept all the same."""
    swept = Swept()
    try:
        _sweep(ports, patience, now, has_time, swept)
    except TransientError as error:
        swept.finished, swept.error = False, str(error)
    return swept


def _sweep(ports: SweepPorts, patience: timedelta, now: datetime, has_time: Callable[[], bool], swept: Swept) -> None:
    """Goes through the versions under the model's prefix page by page."""
    before = ports.ledger.progress()
    # Looked at in the order in which an image goes, from queue to queue to the book and to its record: whatever moves
    # meanwhile, it is seen in one of them at least.
    archives_depth = ports.archives.queue.depth() if ports.archives else QueueDepth(0, 0, 0)
    depth = ports.queue.depth()
    if ports.jobs:
        archives_depth += depth  # an expanded archive's request waits where images do
    in_jobs = ports.in_jobs()
    patience = max(patience, ports.least_patience)
    this = _Round(ports, depth, archives_depth, in_jobs, patience, now, before.last_answer_at, swept)
    marker = None
    for page in ports.images.pages(ports.route.prefix, before.marker):
        _sweep_page(page, this)
        marker = page.next_marker
        if marker and not has_time():
            swept.finished = False
            break
    after = Progress(marker, this.last_answer_at)
    if after != before:
        ports.ledger.keep(after)


def _sweep_page(page: Page, this: _Round) -> None:
    wanting = []
    for stored in _unanswered(page, this):
        tries = this.ports.ledger.tries(stored.image) or Tries(0, stored.uploaded_at)
        match this.verdict(stored.image, tries):
            case Verdict.ENQUEUE:
                wanting.append((stored.image, tries.next(this.last_answer_at, this.now)))
            case Verdict.EXHAUST:
                this.ports.records.write(_exhausted(stored, this))
                this.swept.exhausted += 1
            case Verdict.LEAVE:
                pass
    _send([InferenceRequest(image, this.ports.route.model, this.now) for image, _ in wanting], this.ports)
    for image, tries in wanting:
        this.ports.ledger.remember(image, tries)
    this.swept.enqueued += len(wanting)


def _send(requests: Sequence[InferenceRequest], ports: SweepPorts) -> None:
    """Each to where it waits."""
    ports.queue.send([request for request in requests if not ports.archives_of(request.image)])
    if ports.archives:
        ports.archives.queue.send([request for request in requests if ports.archives_of(request.image)])


def _unanswered(page: Page, this: _Round) -> Iterator[StoredImage]:
    """The page's images of this model that may be due and have no record.

    An image that would be left had it never been swept is left in any case: while a backlog waits, no page costs a
    second listing.
    """
    this.swept.seen += len(page.images)
    due = [
        stored
        for stored in page.images
        if this.verdict(stored.image, Tries(0, stored.uploaded_at)) is not Verdict.LEAVE
        and route_for(stored.image.key, this.ports.routes) == this.ports.route
    ]
    if not due:
        return
    answered, newest = this.ports.ledger.answered([stored.image for stored in due])
    this.last_answer_at = max(filter(None, (newest, this.last_answer_at)), default=None)
    yield from (stored for stored in due if stored.image not in answered)


def _exhausted(stored: StoredImage, this: _Round) -> TerminalRecord:
    reason = f"exhausted: enqueued again {MAXIMUM_TRIES} times in vain while other images were answered"
    route = this.ports.route
    return TerminalRecord(
        image=stored.image,
        model=ModelSpec(route.model, route.family, None, route.prefix),
        status=Status.FAILED,
        reason=reason,
        detections=(),
        model_version=None,
        enqueued_at=stored.uploaded_at,
        finished_at=this.now,
        duration_ms=0,
        cost_usd=0.0,
    )
