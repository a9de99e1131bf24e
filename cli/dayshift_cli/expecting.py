"""What a person may expect of a model that was switched: now, at the backstop, and when the time is over."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from dayshift.adapters.families import family_of
from dayshift.domain.calendar import Calendar, Opening
from dayshift.domain.deadline import warmup
from dayshift.domain.lifecycle import Action, MappingState, ModelState
from dayshift.domain.noticing import DRAIN
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.power import desired
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift_cli.moments import length, told

# EventBridge Scheduler stops the model itself, so long after a closing and a promise, without any of our code.
BACKSTOP = timedelta(minutes=30)
_DAY = timedelta(days=1)


def at_once(model: PoweredModel, beat: Mapping[str, Any], now: datetime) -> str:
    """What happens next, from what reconcile saw and did."""
    return _of_jobs(model.spec.name, beat) if model.is_in_jobs else _of_a_model(model, beat, now)


def _of_jobs(name: str, beat: Mapping[str, Any]) -> str:
    """Where only the gate is opened and closed: nothing of ours runs."""
    match beat["action"]:
        case Action.ENABLE_MAPPING:
            return f"The gate of {name} opens now: jobs begin within a minute, if anything waits for one."
        case Action.DISABLE_MAPPING:
            return (
                f"The gate of {name} closes now: no job begins any more. Those under way go on, and are paid; "
                "`dayshift jobs cancel` ends one. Other images wait."
            )
        case Action.NONE:
            if beat["mapping"] == MappingState.ENABLED:
                return f"Jobs of {name} may begin already; nothing has to be done."
            return f"No job of {name} may begin as it is; nothing has to be done."
        case _:
            return f"{name}: {beat['action_reason']}. `dayshift status` shows how it goes on."


def _of_a_model(model: PoweredModel, beat: Mapping[str, Any], now: datetime) -> str:
    name, lead = model.spec.name, warmup(model.policy, model.memory)
    gate = "gate" if model.mapping_uuid is None else "mapping"
    ready = f"about {length(lead)}: ready at about {told(now + lead, model.policy.zone)}"
    match beat["action"], beat["state"]:
        case Action.START_MODEL, _:
            workers = f" with {_workers(beat)}" if model.is_fleet else ""
            return f"{name} is being started{workers}, which takes {ready}. Images wait in the queue until then."
        case Action.SCALE_MODEL, _:
            return f"{name} is told to have {_workers(beat)}; more are ready in about {length(lead)}."
        case Action.ENABLE_MAPPING, _:
            return f"{name} runs, and its {gate} opens now: images are read within a minute."
        case Action.STOP_MODEL, _:
            return f"{name} is being stopped."
        case Action.DISABLE_MAPPING, _ if not beat["desired"]:
            return (
                f"The {gate} of {name} closes now; images that are being read are finished, {length(DRAIN)} at most, "
                "then the model is stopped. Others wait in the queue."
            )
        case Action.NONE, _ if beat["desired"] and beat["mapping"] == MappingState.ENABLED:
            return f"{name} runs already; nothing has to be done."
        case Action.NONE, ModelState.STOPPED if not beat["desired"]:
            return f"{name} is off already; nothing has to be done."
        case Action.WAIT, ModelState.STARTING if beat["desired"]:
            return f"{name} is starting already, which takes about {length(lead)} from its beginning."
        case _:
            message = f" ({beat['state_message']})" if beat["state_message"] else ""
            return (
                f"{name} is {beat['state']}{message}: {beat['action_reason']}. `dayshift status` shows how it goes on."
            )


def _workers(beat: Mapping[str, Any]) -> str:
    """`1 worker`, `4 workers`: as many as a fleet should have."""
    wanted = beat.get("wanted_workers") or 1
    return f"{wanted} worker{'s' * (wanted != 1)}"


def backstops(model: PoweredModel, now: datetime, until: datetime) -> list[str]:
    """A warning where the backstop stops the model between now and `until`, with the first time at which it does."""
    fires = fires_between(model.policy, now, until) if family_of(model.spec).power else []
    if not fires:
        return []
    lead, wait = warmup(model.policy, model.memory), _wait(model.policy)
    return [
        (
            f"At {told(fires[0], model.policy.zone)} the backstop stops {model.spec.name} all the same: EventBridge "
            f"Scheduler does so {length(wait)} after each closing, without asking anybody. The next tick starts it "
            f"again, which takes about {length(lead)}; images wait meanwhile."
        )
    ]


def fires_between(policy: Policy, now: datetime, until: datetime) -> list[datetime]:
    """When the backstop fires after now and before `until`, in order, as Terraform makes its schedules.

    By the days of the week, without closed dates; none for a break that the warm-up fills, and none where the model is
    awake again, or may still be reading what was promised.
    """
    if policy.calendar is None or policy.kind is Kind.ALWAYS_ON:
        return []
    weekly = Calendar(policy.calendar.zone, policy.calendar.windows)
    # of windows that never end the end is where one stops looking: beyond what is asked for
    looked_at = weekly.openings(now - _DAY - _wait(policy), until + _DAY)
    awake = [Opening(one.start - policy.warmup, one.end) for one in looked_at]
    late = [one.end + _wait(policy) for one in awake if not any(two.start <= one.end < two.end for two in awake)]
    grace = _grace(policy)
    return [at for at in late if now < at < until and not any(one.start <= at < one.end + grace for one in awake)]


def _grace(policy: Policy) -> timedelta:
    """How long after a closing what came just before it may be promised, and be read."""
    return policy.results_within if policy.kind is Kind.ON_DEADLINE else timedelta()


def _wait(policy: Policy) -> timedelta:
    """How long after a closing the backstop fires."""
    return BACKSTOP + _grace(policy)


def after(model: PoweredModel, until: datetime) -> str:
    """What the policy will wish when the override is over, as far as is known without the images that come."""
    memory = replace(model.memory, waiting_since=None, awake_since=None, idle_since=None)
    wish = desired(model.policy, memory, QueueDepth(0, 0, 0), None, until)
    zone = model.policy.zone
    return f"At {told(until, zone)} the policy decides again: {'on' if wish.running else 'off'} ({wish.reason})."
