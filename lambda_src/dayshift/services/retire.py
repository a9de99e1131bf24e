"""Retire: a model that is about to be destroyed is stopped, stays so, and is given back. The one place that waits."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.lifecycle import Action, MappingState
from dayshift.domain.noticing import BILLED
from dayshift.domain.override import LONGEST, Override
from dayshift.domain.ports import OwnedPower
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import ReconcilePorts, reconcile


def retire(
    ports: ReconcilePorts, clock: Callable[[], datetime], pause: Callable[[], None], has_time: Callable[[], bool]
) -> Heartbeat:
    """Switches the model off for a day, so that no tick starts it again, and reconciles until it is off.

    Raises TransientError where it is still on when time runs out, as a model that is STARTING cannot be stopped.
    """
    override = Override(False, clock() + LONGEST, "terraform destroy")
    ports.state.switch(override)
    ports = replace(ports, model=replace(ports.model, override=override))
    seen = "nothing was seen of it"
    while True:
        try:
            beat = reconcile(ports, clock())
        except TransientError as error:
            seen = str(error)
        else:
            seen = f"it is {beat.state}, its mapping {beat.mapping}"
            is_closed = beat.mapping in (MappingState.DISABLED, MappingState.MISSING)
            if is_closed and beat.state not in BILLED and beat.action is not Action.STOP_MODEL:
                return beat
            ports = replace(ports, model=replace(ports.model, memory=beat.memory))
        if not has_time():
            name = ports.model.spec.name
            raise TransientError(f"{name} is not off yet ({seen}); try again in some minutes")
        pause()


def give_back(power: OwnedPower, pause: Callable[[], None], has_time: Callable[[], bool]) -> str:
    """Makes a model that is off nobody's again; answers why it is still ours, empty where it is not.

    Raises nothing: a mark costs nothing, and where a rule of the account forbids to take marks off, nothing could ever
    be destroyed.
    """
    while True:
        try:
            power.release()
        except TransientError as error:
            if isinstance(error, ClosedError) or not has_time():
                return str(error)
        else:
            return ""
        pause()
