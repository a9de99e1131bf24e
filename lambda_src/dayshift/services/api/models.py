"""Models: which there are, and which of them are awake."""

from datetime import datetime
from typing import Any

from dayshift.domain.api_model import ApiModel
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.fleet import Fleet, wanted
from dayshift.domain.memory import Memory
from dayshift.domain.messages import rfc3339
from dayshift.domain.outlook import ALWAYS_THERE, UNKNOWN, wakefulness
from dayshift.domain.power import Desired, desired
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.domain.web import Reply, Request, without_names
from dayshift.services.api.asking import caller_of
from dayshift.services.api.looking import powered
from dayshift.services.api.ports import ApiPorts


def list_models(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """All models, by name."""
    caller_of(request, ports)
    found = [model_as_json(model, powered(model, ports, now), ports, now) for model in ports.models.values()]
    return Reply(200, {"models": found})


def model_as_json(model: ApiModel, found: PoweredModel | None, ports: ApiPorts, now: datetime) -> dict[str, Any]:
    """A model as callers see it. `found` is None for one that is always there, and for one that cannot be read."""
    maximum_bytes, formats = _limits(model, ports)
    body: dict[str, Any] = {
        "name": model.spec.name,
        "family": model.spec.family,
        "power": model.power,
        "maximum_bytes": maximum_bytes,
        "formats": formats,
    }
    if model.gather_minutes is not None:
        body["jobs"] = {"gather_minutes": model.gather_minutes}
    if model.power is None or found is None:
        seen = ALWAYS_THERE if model.power is None else UNKNOWN
        return body | {"state": seen.state, "reason": seen.reason}
    depth = ports.queues[model.spec.name].depth()
    wish = desired(found.policy, found.memory, depth, found.override, now)
    body |= {"state": wakefulness(wish, found.memory), "reason": without_names(wish.reason)}
    if found.policy.fleet is not None:
        body["workers"] = _workers(found.policy.fleet, wish, found.memory, depth, now)
    if wish.next_change is not None:
        body["next_change"] = rfc3339(wish.next_change)
    if (word := found.override) is not None:
        body["override"] = {"running": word.running, "until": rfc3339(word.until), "by": word.by}
    return body


def _workers(fleet: Fleet, wish: Desired, memory: Memory, depth: QueueDepth, now: datetime) -> dict[str, int]:
    """How many the last tick saw, how many there should be, and how many there may be."""
    should = wanted(fleet, depth, memory.workers, memory.idle_since, now) if wish.running else 0
    return {"now": memory.workers, "wanted": should, "maximum": fleet.maximum}


def _limits(model: ApiModel, ports: ApiPorts) -> tuple[int, tuple[str, ...]]:
    """What it reads: nothing at all, where one model's options are wrong. The others are shown all the same."""
    try:
        limits = ports.predictor(model.spec.name).limits
    except ConfigurationError:
        return 0, ()
    return limits.maximum_bytes, limits.formats
