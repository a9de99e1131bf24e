"""What the sweep looks at: what lies under each model's prefix, and what came out of its archives."""

from dataclasses import replace
from datetime import timedelta

from dayshift.domain.archives import expanded_prefix
from dayshift.domain.routing import Route
from dayshift.domain.sweeping import IN_FLIGHT_PATIENCE
from dayshift.services.sweep_ports import ArchiveSweepPorts, SweepPorts
from tests.world import ports
from tests.world.archive_ports import ManifestsPort
from tests.world.depot import Depot
from tests.world.job_ports import BookPort
from tests.world.site import Site
from tests.world.storage import Bucket


def sweepers_of(
    line: ports.Line, bucket: Bucket, sites: dict[str, Site], depot: Depot, routes: tuple[Route, ...]
) -> list[SweepPorts]:
    """As bootstrap/sweep has them. Where there never was an archive the second look at each model is left out: it would
    find nothing, at every call of every story that knows no archives."""
    images, queue = ports.ImagesPort(line, bucket), ports.QueuePort(line, depot.queue)
    archives = ArchiveSweepPorts(queue, ManifestsPort(line, depot)) if depot.contents else None
    found = [
        SweepPorts(
            route=route,
            routes=routes,
            images=images,
            records=ports.RecordsPort(line, sites[route.model]),
            ledger=ports.LedgerPort(line, sites[route.model].ledger),
            queue=ports.QueuePort(line, sites[route.model].queue),
            archives=archives,
            jobs=BookPort(line, sites[route.model], bucket) if sites[route.model].plan.is_job else None,
        )
        for route in routes
    ]
    if archives is None:
        return found
    expanded = tuple(replace(route, prefix=expanded_prefix(route.model)) for route in routes)
    return found + [
        replace(
            sweeper,
            route=route,
            routes=expanded,
            ledger=ports.LedgerPort(line, sites[route.model].expanded_ledger),
            archives=None,
            least_patience=IN_FLIGHT_PATIENCE if sweeper.jobs else timedelta(0),
        )
        for sweeper, route in zip(found, expanded, strict=True)
    ]
