"""A model whose images go to a service outside, put into the world: its queue, its gate, its book, its service."""

from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

from tests.world import laws_on_the_way
from tests.world.fleet_gate import FleetGate
from tests.world.job_desk import JobDesk
from tests.world.mapping import Word
from tests.world.outside import Outside
from tests.world.queue import Queue
from tests.world.site import Plan, Site
from tests.world.storage import Ledger, Records

if TYPE_CHECKING:
    from tests.world.world import World

VISIBILITY, MAXIMUM_RECEIVES = 1800.0, 20  # terraform/modules/model


def opened(plan: Plan, world: "World") -> Site:
    """As Terraform makes it. Where it has no power its gate is open for ever."""
    loop, bucket = world.loop, world.bucket
    queue, gate = Queue(loop, VISIBILITY, MAXIMUM_RECEIVES, world.setting.lag_at), FleetGate(loop)
    random = Random(f"{world.setting.seed} {plan.name}")
    outside = Outside(loop, random, plan.job.usd_per_hour, plan.job.has_unique_names)
    outside.seconds_an_image = 0.05
    if plan.power is None:
        gate.become(Word.ENABLED)
    if world.seed is None:
        queue.on_change = gate.on_change = world.ticks.look_again
    desk = JobDesk(plan.name)
    outside.on_accept = lambda job: laws_on_the_way.accepting(job, outside, desk, plan.job.jobs_at_once)
    ledger, expanded_ledger = (Ledger(bucket, lambda moment: datetime.fromtimestamp(moment, UTC)) for _ in range(2))
    records = Records(bucket, lambda: loop.now)
    return Site(plan, queue, gate, outside, records, ledger, expanded_ledger, plan.spec(), jobs=desk)
