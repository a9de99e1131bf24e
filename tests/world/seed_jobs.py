"""What Dayshift replaces for a service outside, in the same world: the seed's own order of calls (SEEDS, "GPU job").

Each event of S3 is a job of its own, created at once and told to nobody; the service reads the object, and puts its
predictions beside the others. What comes in several parts fires nothing, what is refused or times out is dropped after
Lambda's two retries, each of which may be another paid job, and nobody ever looks at a job again. Kinder than the
original: keys are decoded, argument names are right, and what a job brings is told apart by version.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from dayshift import events
from dayshift.domain.detections import Detection, Kind
from dayshift.domain.errors import DayshiftError
from dayshift.domain.job_ports import Order
from dayshift.domain.jobs import JobImage
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord
from tests.world import outside_ports, ports
from tests.world.clock import MINUTE, EventLoop, Process
from tests.world.faults import Died, Invocation, Recorder
from tests.world.lives import class_of, is_empty
from tests.world.outside import Ordered, outside_of
from tests.world.scheduler import Scheduler
from tests.world.site import Site
from tests.world.storage import Bucket, Stored

TIMEOUT = 30.0
RETRIES = (MINUTE, 2 * MINUTE)
FOR_EVER = timedelta(days=365)


class SeedJobs:
    """The seed's one function, and what the service does by itself."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket) -> None:
        self._loop, self._recorder, self._bucket = loop, recorder, bucket
        self._inside: dict[Stored, list[Stored]] = {}  # of each archive
        self.under_way = 0

    def schedule(self, site: Site, _: Scheduler) -> None:
        """There is no schedule. What a job brings lies in the bucket as soon as it is there."""
        outside_of(site).on_bring = lambda job: self._keep(site, job)

    def told(self, site: Site, stored: Stored, event: dict[str, Any], delay: float) -> None:
        """S3 tells the function, of what was put in one piece."""
        if stored not in self._inside:
            self._inside[stored] = [stored] if stored.entries is None else self._entries(stored)
        if not stored.is_multipart:
            self._loop.after(delay, lambda: self._create(site, event, 0))

    def label(self, *_: object) -> None:
        """There is no queue."""

    def start(self, _: Site) -> None:
        """There is nothing to start."""

    def stop(self, _: Site) -> None:
        """Nor to stop."""

    def _create(self, site: Site, event: dict[str, Any], attempt: int) -> None:
        line = ports.Line(self._recorder, Invocation("producer", self._loop.now + TIMEOUT))

        def run() -> None:
            self.under_way += 1
            try:
                for uploaded in events.images_from_s3(event):
                    self._submit(line, site, self._bucket.find(uploaded.image))
            except (Died, DayshiftError):
                if attempt < len(RETRIES):
                    self._loop.after(RETRIES[attempt], partial(self._create, site, event, attempt + 1))
            finally:
                self.under_way -= 1

        Process(self._loop, run).resume()

    def _submit(self, line: ports.Line, site: Site, stored: Stored) -> None:
        outside, now = outside_of(site), self._loop.moment()
        image = stored.image
        order = Order(site.plan.name, f"{image.key} {image.version}", 1, f"job-{self._loop.now}",
                      (JobImage(0, image, now),), FOR_EVER)  # fmt: skip
        outside.parcels[order.name] = {f"{index:04}.png": one for index, one in enumerate(self._inside[stored])}
        line.call("outside.submit", lambda: outside.submit(order), outside_ports.strike)

    def _entries(self, archive: Stored) -> list[Stored]:
        """What is in it, kept for the figures: nobody tells of these, and nothing of Dayshift's reads them."""
        folder = f"expanded/{archive.model}/{archive.image.version}"
        return [
            self._bucket.put(f"{folder}/{index}", archive.model, self._loop.now)
            for index, is_image in enumerate(archive.entries or ())
            if is_image
        ]

    def _keep(self, site: Site, job: Ordered) -> None:
        now, model = self._loop.moment(), ModelSpec(site.plan.name, "gpu_job", None, site.plan.prefix)
        for stored in (job.read or {}).values():
            status, seen = Status.REJECTED, tuple[Detection, ...]()
            if stored in job.answered and stored.is_readable:
                seen = () if is_empty(stored) else (Detection(Kind.CLASS, class_of(stored), 93.1),)
                status = Status.OK if seen else Status.NONE
            elif stored not in job.answered:
                continue
            site.records.write(TerminalRecord(stored.image, model, status, None, seen, None, now, now, 0, 0.0))
