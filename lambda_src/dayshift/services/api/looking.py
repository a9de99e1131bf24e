"""Looking: what is known of a model now, for an image that waits and for whoever asks."""

import math
from dataclasses import replace
from datetime import datetime

from dayshift.domain.api_model import ApiModel
from dayshift.domain.outlook import ALWAYS_THERE, UNKNOWN, Outlook, Wakefulness, outlook, wish_for
from dayshift.domain.policy import Kind
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.services.api.asking import OPEN
from dayshift.services.api.ports import ApiPorts

SOON, IN_A_JOB, LATER = 5, 60, 3_600  # seconds


def is_wished_on(model: ApiModel, ports: ApiPorts, now: datetime) -> bool:
    """Whether the model may be asked at all. Raises TransientError."""
    if model.power is None:
        return True
    found = powered(model, ports, now)
    if found is None:
        return False
    promises = found.policy.kind is Kind.ON_DEADLINE  # only then the backlog counts, and its queue is asked
    backlog = ports.queues[model.spec.name].depth() if promises else QueueDepth(0, 0, 0)
    return wish_for(found, backlog, now).running


def look(model: ApiModel, uploaded_at: datetime, ports: ApiPorts, now: datetime) -> Outlook:
    """The outlook of an image that was uploaded then. Raises TransientError."""
    if model.power is None:
        return ALWAYS_THERE if model.gather_minutes is None else _in_a_job(ALWAYS_THERE, model.gather_minutes)
    found = powered(model, ports, now)
    if found is None:
        return UNKNOWN
    seen = outlook(found, ports.queues[model.spec.name].depth(), uploaded_at, now)
    return seen if model.gather_minutes is None else _in_a_job(seen, model.gather_minutes)


def _in_a_job(seen: Outlook, gather_minutes: int) -> Outlook:
    """The outlook where images are read in jobs: nobody can tell when one will be over."""
    if seen.state is Wakefulness.ASLEEP:
        return replace(seen, read_by=None)
    begins = f"at most {gather_minutes} min after the first of them" if gather_minutes else "within minutes"
    return replace(seen, read_by=None, reason=f"read with others in a job, which begins {begins}")


def powered(model: ApiModel, ports: ApiPorts, now: datetime) -> PoweredModel | None:
    """The powered model; where anybody may ask, nobody is told who switched it."""
    found = ports.powered.of(model.spec.name, now)
    if found is None or found.override is None or ports.authentication != OPEN:
        return found
    return replace(found, override=replace(found.override, by=""))


def retry_after(model: ApiModel, seen: Outlook, now: datetime) -> int:
    """Seconds until it is worth asking again for an image that waits."""
    least = SOON if model.gather_minutes is None else IN_A_JOB
    if seen.state in (Wakefulness.ALWAYS, Wakefulness.AWAKE):
        return least
    moment = seen.read_by or seen.wakes_at
    return LATER if moment is None else max(math.ceil((moment - now).total_seconds()), least)
