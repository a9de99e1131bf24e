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

SOON, LATER = 5, 3_600  # seconds


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
        return ALWAYS_THERE
    found = powered(model, ports, now)
    if found is None:
        return UNKNOWN
    return outlook(found, ports.queues[model.spec.name].depth(), uploaded_at, now)


def powered(model: ApiModel, ports: ApiPorts, now: datetime) -> PoweredModel | None:
    """The powered model; where anybody may ask, nobody is told who switched it."""
    found = ports.powered.of(model.spec.name, now)
    if found is None or found.override is None or ports.authentication != OPEN:
        return found
    return replace(found, override=replace(found.override, by=""))


def retry_after(seen: Outlook, now: datetime) -> int:
    """Seconds until it is worth asking again for an image that waits."""
    if seen.state in (Wakefulness.ALWAYS, Wakefulness.AWAKE):
        return SOON
    if seen.read_by is None:
        return LATER
    return max(math.ceil((seen.read_by - now).total_seconds()), SOON)
