"""Start, stop and reconcile: their settings, and for each powered model its family's power, gate, queue and memory."""

from datetime import datetime
from functools import cache

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.adapters.event_source_mapping import EventSourceMapping
from dayshift.adapters.families import family_of
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.power_state import SsmPowerState, read_models
from dayshift.adapters.sqs import SqsQueue
from dayshift.bootstrap import client
from dayshift.domain.errors import ConfigurationError, ForeignMessageError
from dayshift.domain.ports import Gate, OwnedPower
from dayshift.domain.powered import PoweredModel
from dayshift.services.reconcile import ReconcilePorts
from dayshift.settings import PowerSettings


@cache
def settings() -> PowerSettings:
    """The functions' settings. Raises ConfigurationError."""
    return PowerSettings.from_environment()


def warm_clients() -> None:
    """Makes what every tick needs."""
    settings()
    for service in ("ssm", "lambda", "sqs"):
        client(service)


def ports(only: str | None, now: datetime) -> tuple[list[ReconcilePorts], dict[str, str]]:
    """The ports of every powered model, or of one, as the parameters are now; and by name what could not be read.

    Raises TransientError, and ForeignMessageError for a model that is none.
    """
    stored = read_models(client("ssm"), settings().parameters)
    names = [one.name for one in stored]
    if only is not None and only not in names:
        raise ForeignMessageError(f"model must be one of {names}; got {only!r}")
    found, unread = list[ReconcilePorts](), dict[str, str]()
    for one in stored:
        if only in (None, one.name):
            try:
                found.append(_of(PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, now)))
            except ConfigurationError as error:
                unread[one.name] = str(error)
    return found, unread


def power_of(model: PoweredModel) -> OwnedPower | None:
    """What starts and stops a model, and lets go of it; None for one that is always there."""
    make = family_of(model.spec).power
    return make(client, model.spec, settings().deployment) if make else None


def _gate_of(model: PoweredModel) -> Gate:
    if model.mapping_uuid is None:
        return GateParameter(client("ssm"), f"{settings().parameters}/{model.spec.name}/gate")
    return EventSourceMapping(client("lambda"), model.mapping_uuid)


def _of(model: PoweredModel) -> ReconcilePorts:
    return ReconcilePorts(
        model=model,
        power=power_of(model),
        gate=_gate_of(model),
        queue=SqsQueue(client("sqs"), model.queue_url),
        state=SsmPowerState(client("ssm"), settings().parameters, model.spec.name),
        arrivals=CloudWatchArrivals(lambda: client("cloudwatch"), model.queue_name),
    )
