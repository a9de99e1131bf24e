"""Lifecycle: from what is wished for and what is observed to the one step to take now.

The order that nothing may break: the gate (the event source mapping; of a fleet, what its workers look at) is open only
while the model is RUNNING, and the model is stopped only when the gate is closed and nothing is in flight, or the time
for draining is over.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


class ModelState(StrEnum):
    """A model, in the words that all services' words are mapped to."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    RUNNING = "RUNNING"
    STOPPING = "STOPPING"
    FAILED = "FAILED"
    UNMANAGEABLE = "UNMANAGEABLE"  # deleted, never trained, expired, or another deployment's: observed only


class MappingState(StrEnum):
    """An event source mapping."""

    ENABLED = "ENABLED"
    DISABLED = "DISABLED"
    CHANGING = "CHANGING"
    MISSING = "MISSING"


class Action(StrEnum):
    """The steps there are."""

    START_MODEL = "START_MODEL"
    STOP_MODEL = "STOP_MODEL"
    SCALE_MODEL = "SCALE_MODEL"
    ENABLE_MAPPING = "ENABLE_MAPPING"
    DISABLE_MAPPING = "DISABLE_MAPPING"
    WAIT = "WAIT"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Observed:
    """A model and its gate now. `held_off`: a start failed lately. `drain_over`: nobody waits for its end any more.
    `lingers`: it FAILED, and what is left of it goes only when it is stopped. Of a fleet: `workers` is how many it was
    told to have, `wanted` how many it should have; `interruptible`: it can be stopped while it is STARTING."""

    mapping: MappingState
    model: ModelState
    in_flight: int
    drain_over: bool = False
    held_off: bool = False
    lingers: bool = False
    workers: int = 1
    wanted: int = 1
    interruptible: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The step to take, and why."""

    action: Action
    reason: str


def decide(desired: bool, observed: Observed) -> Decision:
    """One step towards what is desired. Answers NONE only where there is nothing to do or to wait for."""
    match observed.mapping:
        case MappingState.CHANGING:
            return Decision(Action.WAIT, "the mapping is changing")
        case MappingState.ENABLED if observed.model is not ModelState.RUNNING:
            return Decision(Action.DISABLE_MAPPING, f"the mapping is open while the model is {observed.model}")
        case MappingState.ENABLED if not desired:
            return Decision(Action.DISABLE_MAPPING, "closing")
        case MappingState.ENABLED if observed.workers != observed.wanted:
            return _scaled(observed)
        case MappingState.ENABLED:
            return Decision(Action.NONE, "open")
        case MappingState.MISSING if desired and observed.model is not ModelState.RUNNING:
            return Decision(Action.NONE, "the event source mapping is missing: apply the configuration again")
        case MappingState.MISSING:
            return _closed(False, observed)  # nobody can be served: off is the cheap side
        case MappingState.DISABLED:
            return _closed(desired, observed)
        case unknown:
            assert_never(unknown)


def _closed(desired: bool, observed: Observed) -> Decision:
    """The gate is closed, so only the model counts."""
    match observed.model:
        case ModelState.STARTING | ModelState.RUNNING:
            return _on(desired, observed)
        case ModelState.STOPPING:
            return Decision(Action.WAIT, "the model is STOPPING")
        case ModelState.UNMANAGEABLE:
            return Decision(Action.NONE, "the model cannot be managed")
        case ModelState.FAILED if desired and observed.held_off:
            return Decision(Action.WAIT, "the last start failed; the next one is held off")
        case ModelState.STOPPED | ModelState.FAILED if desired:
            return Decision(Action.START_MODEL, f"the model is {observed.model}")
        case ModelState.FAILED if observed.lingers:
            return Decision(Action.STOP_MODEL, "what failed is cleared away")
        case ModelState.STOPPED | ModelState.FAILED:
            return Decision(Action.NONE, "off")
        case unknown:
            assert_never(unknown)


def _on(desired: bool, observed: Observed) -> Decision:
    """The gate is closed, and the model runs, or will in minutes."""
    is_ready = observed.model is ModelState.RUNNING
    if desired and is_ready:
        return Decision(Action.ENABLE_MAPPING, "the model runs")
    if desired and observed.workers != observed.wanted:
        return _scaled(observed)
    if not is_ready and (desired or not observed.interruptible):
        return Decision(Action.WAIT, f"the model is {observed.model}")
    if observed.in_flight > 0 and not observed.drain_over:
        return Decision(Action.WAIT, f"{observed.in_flight} images are being read")
    return Decision(Action.STOP_MODEL, "nothing is being read" if not observed.in_flight else "drained enough")


def _scaled(observed: Observed) -> Decision:
    return Decision(Action.SCALE_MODEL, f"it has {observed.workers} workers and should have {observed.wanted}")
