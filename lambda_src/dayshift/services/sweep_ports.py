"""What the sweep of one model needs of the world."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from dayshift.domain.images import ImageRef
from dayshift.domain.ports import Images, Ledger, Queue, Records
from dayshift.domain.routing import Route, is_archive

if TYPE_CHECKING:  # which name shapes that a cold start of the sweep can do without
    from dayshift.domain.archive_ports import Manifests
    from dayshift.domain.job_ports import JobBook


@dataclass(frozen=True, slots=True)
class ArchiveSweepPorts:
    """Where archives wait to be expanded, and which of one model's were."""

    queue: Queue
    manifests: "Manifests"


@dataclass(frozen=True, slots=True)
class SweepPorts:
    """What sweeping one model needs of the world.

    `routes` are all models', since the longest prefix wins. `archives` is None where none can lie, `jobs` where the
    model has none. No image is looked at that is younger than `least_patience`, however little a person has.
    """

    route: Route
    routes: tuple[Route, ...]
    images: Images
    records: Records
    ledger: Ledger
    queue: Queue
    archives: ArchiveSweepPorts | None = None
    jobs: "JobBook | None" = None
    least_patience: timedelta = timedelta(0)

    def archives_of(self, image: ImageRef) -> ArchiveSweepPorts | None:
        """Where this image waits if it is an archive to be expanded, else None."""
        return self.archives if is_archive(image.key) else None

    def in_jobs(self) -> frozenset[ImageRef]:
        """The images of all open jobs, and the archives that they came out of. Raises TransientError."""
        if self.jobs is None:
            return frozenset()
        book, _ = self.jobs.read()
        found = {one.image for job in book.jobs for one in job.images}
        for job in book.jobs:
            found |= {*job.twins, *filter(None, [job.archive])}
        return frozenset(found)
