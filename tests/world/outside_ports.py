"""The service outside and what is packed for it, as ports: every call passes the recorder's line and takes its time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from dayshift.domain.errors import GoneError, RefusedError, TransientError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.job_ports import Order, Results, ServiceJob
from dayshift.domain.job_results import MAXIMUM_RESULTS_BYTES, Kept, read_results
from tests.world import laws_on_the_way
from tests.world.clock import EventLoop
from tests.world.faults import DEATH, Died, Fault
from tests.world.job_ports import desk_of
from tests.world.outside import Ordered, Outside, outside_of
from tests.world.ports import Line
from tests.world.site import Site
from tests.world.storage import Bucket, Stored
from tests.zip_writer import picture

T = TypeVar("T")
LIMITS = Limits(15_728_640, 32, 10_000, ("jpeg", "png"))
REQUEST_SECONDS = 1.0  # that a call of the service takes
REFUSED = "AccessDeniedException"  # a wrong key: nothing that another image would fare better with
SUFFIXES = {"jpeg": "jpg", "png": "png"}


def strike(fault: Fault, name: str) -> None:
    """What an adapter of such a service makes of a fault."""
    if fault.kind == DEATH:
        raise Died
    if fault.kind == REFUSED:
        raise RefusedError(f"{name}: the key is not valid")
    raise TransientError(f"{name}: {fault.kind}")


@dataclass(frozen=True, slots=True)
class Spell:
    """An invocation of the function: its line, and its time, which runs out."""

    line: Line
    loop: EventLoop

    def spend(self, seconds: float) -> None:
        """Lets so much time pass, or what is left of it, and then Lambda ends the function."""
        left = self.line.invocation.deadline - self.loop.now
        self.loop.sleep(min(seconds, left))
        if seconds >= left:
            self.line.invocation.struck = self.line.invocation.dead = True
            raise Died


@dataclass(frozen=True, slots=True)
class ServicePort:
    """JobService, of either provider."""

    spell: Spell
    site: Site
    bucket: Bucket
    limits: Limits = LIMITS

    @property
    def outside(self) -> Outside:
        return outside_of(self.site)

    def parcel(self, order: Order) -> "ParcelPort":
        return ParcelPort(self, order)

    def find(self, name: str) -> ServiceJob | None:
        return self._ask("outside.find", lambda: self._told(self.outside.find(name)))

    def submit(self, order: Order) -> ServiceJob:
        laws_on_the_way.asking(order, self.outside, desk_of(self.site))
        return self._ask("outside.submit", lambda: self.outside.told(self.outside.submit(order)))

    def look(self, service_id: str) -> ServiceJob | None:
        return self._ask("outside.look", lambda: self._told(self.outside.look(service_id)))

    def cancel(self, service_id: str) -> None:
        def cancel() -> None:
            if (job := self.outside.look(service_id)) is not None:
                self.outside.cancel(job)

        self._ask("outside.cancel", cancel)

    def results(self, order: Order) -> Results:
        return self._ask("outside.results", lambda: self._results(order))

    def _results(self, order: Order) -> Results:
        content = self.outside.brought.get((order.job_id, order.attempt))
        if content is None or len(content) > MAXIMUM_RESULTS_BYTES:
            return Results({}, {}, "nothing is there" if content is None else "it is too large")
        return read_results(content, {one.index for one in order.images}, Kept(), "main")

    def _told(self, job: Ordered | None) -> ServiceJob | None:
        return None if job is None else self.outside.told(job)

    def _ask(self, name: str, effect: Callable[[], T]) -> T:
        def timely() -> T:
            self.spell.spend(REQUEST_SECONDS)
            return effect()

        return self.spell.line.call(name, timely, strike)


@dataclass(frozen=True, slots=True)
class ParcelPort:
    """Parcel: nowhere until it is closed."""

    port: ServicePort
    order: Order
    files: dict[str, Stored] = field(default_factory=dict)

    def add(self, index: int, image: ImageRef, content: bytes, form: str) -> None:
        stored = self.port.bucket.find(image)
        assert content == content_of(stored), "bytes of another image"
        name = f"{index:04}.{SUFFIXES[form]}"
        assert name not in self.files, "two images with one name"
        self.port.spell.line.call("parcel.add", lambda: self.files.__setitem__(name, stored), strike)

    def close(self) -> None:
        parcels = self.port.outside.parcels
        self.port.spell.line.call("parcel.close", lambda: parcels.__setitem__(self.order.name, self.files), strike)


@dataclass(frozen=True, slots=True)
class ContentsPort:
    """ImageContents."""

    spell: Spell
    site: Site
    bucket: Bucket

    def read(self, image: ImageRef) -> bytes:
        return self.spell.line.call("contents.read", lambda: self._read(image))

    def _read(self, image: ImageRef) -> bytes:
        self.spell.spend(self.site.service.seconds_an_image)
        stored = self.bucket.find(image)
        if stored.deleted_at is not None:
            raise GoneError("deleted before it was read")
        return content_of(stored)


def content_of(stored: Stored) -> bytes:
    """Its bytes; of what cannot be read, every other is no image at all, and the rest puzzles the model alone."""
    number = int(stored.image.etag[1:])
    return b"dear model, " * 20 if not stored.is_readable and is_no_image(stored) else picture(number)


def is_no_image(stored: Stored) -> bool:
    """Whether its first bytes say so already."""
    return not stored.is_readable and "odd" not in stored.image.key
