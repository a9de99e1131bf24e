"""The expander as a function of the world: the real service, with the ports of this world."""

import json

from dayshift import events
from dayshift.domain.model import ModelSpec
from dayshift.domain.routing import Route
from dayshift.services.expand import ExpandPorts, Reading, Turn
from dayshift.services.expand_batch import expand_batch
from dayshift.services.label import Outcome
from tests.world import archive_ports, ports
from tests.world.clock import EventLoop
from tests.world.depot import MAXIMUM_RECEIVES, Depot
from tests.world.faults import Died
from tests.world.queue import Message, sqs_event
from tests.world.site import Site
from tests.world.storage import IMAGES, Bucket

LEAST_SECONDS_FOR_AN_ENTRY = 56.0  # handlers/expander


def ports_of(line: ports.Line, depot: Depot, bucket: Bucket, loop: EventLoop, sites: dict[Route, Site]) -> ExpandPorts:
    """What expanding needs."""
    readings = {
        route.model: Reading(
            model=ModelSpec(route.model, route.family, None, route.prefix),
            limits=ports.LIMITS,
            records=ports.RecordsPort(line, site),
            queue=ports.QueuePort(line, site.queue),
            manifests=archive_ports.ManifestsPort(line, depot),
            endings=archive_ports.EndingsPort(line, site),
            takes_whole=site.plan.is_job,
        )
        for route, site in sites.items()
    }
    return ExpandPorts(
        images_bucket=IMAGES,
        models=readings,
        archives=archive_ports.ArchivesPort(line, depot, bucket),
        expanded=archive_ports.ExpandedPort(line, depot, bucket, loop),
        inbox=ports.InboxPort(line, depot.queue),
        maximum_receive_count=MAXIMUM_RECEIVES,
    )


def expanded(made: ExpandPorts, batch: list[Message], line: ports.Line, loop: EventLoop) -> tuple[set[str], list[str]]:
    """Which messages of a batch of archives come back, and errors that none of our code foresaw. Raises Died."""
    outcomes: list[Outcome] = []

    def has_time() -> bool:
        return line.invocation.deadline - loop.now > LEAST_SECONDS_FOR_AN_ENTRY

    turn = Turn(made, loop.moment, has_time)
    returned = set(expand_batch(events.envelopes_from_sqs(sqs_event(batch), ""), turn, outcomes.append))
    if line.invocation.dead:
        raise Died
    reasons = {outcome.key: outcome.reason or "" for outcome in outcomes}
    for message in batch:
        if message.message_id in returned:
            message.reasons.append(reasons.get(json.loads(message.body)["image"]["key"], ""))
    return returned, [reason for reason in reasons.values() if reason.startswith("unforeseen")]
