"""Powered models as they are stored and as they are now. What a tick would see and do is asked of the tick's own code,
with hands that do nothing: the command never decides anew."""

from dataclasses import dataclass, replace
from datetime import datetime

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.adapters.event_source_mapping import EventSourceMapping
from dayshift.adapters.families import family_of
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.power_state import SsmPowerState, read_models
from dayshift.adapters.sqs import SqsQueue
from dayshift.domain.lifecycle import MappingState
from dayshift.domain.memory import Memory
from dayshift.domain.override import Override
from dayshift.domain.ports import Gate, ModelPower, ModelStatus
from dayshift.domain.powered import PoweredModel
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import ReconcilePorts, reconcile
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.session import Session


@dataclass(frozen=True, slots=True)
class _Watched:
    """A model that is only looked at."""

    power: ModelPower

    def describe(self) -> ModelStatus:
        """As it is."""
        return self.power.describe()

    def start(self, workers: int = 1) -> None:
        """Left to the tick."""

    def stop(self) -> None:
        """Left to the tick."""

    def probe(self) -> bool:
        """Not asked: an inference costs."""
        return True


@dataclass(frozen=True, slots=True)
class _WatchedGate:
    """A gate that is only looked at."""

    gate: Gate

    def state(self) -> MappingState:
        """As it is."""
        return self.gate.state()

    def enable(self) -> None:
        """Left to the tick."""

    def disable(self) -> None:
        """Left to the tick."""


class _Forgotten:
    """A memory into which nothing is written."""

    def remember(self, memory: Memory) -> None:
        """Left to the tick."""

    def switch(self, override: Override | None) -> None:
        """Left to `dayshift on`, `off` and `auto`."""


def stored(session: Session, model: DeployedModel, now: datetime) -> PoweredModel:
    """The model as its three parameters say. Raises Failure where they are not there, ConfigurationError."""
    path, name = _place(model)
    for one in read_models(session.clients.ssm, path):
        if one.name == name:
            return PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, now)
    raise Failure(f"The parameter {model.parameters}/spec is not there; apply the Terraform configuration again.")


def switch(session: Session, model: DeployedModel, override: Override | None) -> None:
    """Writes a person's word where every tick reads it."""
    path, name = _place(model)
    SsmPowerState(session.clients.ssm, path, name).switch(override)


def gate_of(session: Session, model: DeployedModel) -> Gate:
    """What lets the readers of its queue read: the mapping, or of a fleet the parameter that its workers look at."""
    if model.mapping_uuid is None:
        return GateParameter(session.clients.ssm, f"{model.parameters}/gate")
    return EventSourceMapping(session.clients.functions, model.mapping_uuid)


def observe(session: Session, deployed: DeployedModel, model: PoweredModel, now: datetime) -> Heartbeat:
    """What a tick would see of the model now, and the step it would take; nothing is changed. Raises TransientError."""
    clients, power = session.clients, power_of(session, model)
    ports = ReconcilePorts(
        model=replace(model, memory=replace(model.memory, learned_at=now)),  # learning is left to the tick
        power=_Watched(power) if power else None,
        gate=_WatchedGate(gate_of(session, deployed)),
        queue=SqsQueue(clients.sqs, model.queue_url),
        state=_Forgotten(),
        arrivals=CloudWatchArrivals(lambda: clients.cloudwatch, model.queue_name),
    )
    return reconcile(ports, now)


def power_of(session: Session, model: PoweredModel) -> ModelPower | None:
    """What starts and stops the model, with this deployment's mark; None for a family that is always there."""
    deployment, make = session.deployment, family_of(model.spec).power
    return make(session.clients.of, model.spec, f"{deployment.name}-{deployment.environment}") if make else None


def _place(model: DeployedModel) -> tuple[str, str]:
    """The path of all models' parameters, and the model's own part of it."""
    path, _, name = str(model.parameters).rpartition("/")
    return path, name
