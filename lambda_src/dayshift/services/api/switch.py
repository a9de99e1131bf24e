"""Switch: a person's word that beats a model's policy until an instant, and then is forgotten by itself."""

from dataclasses import replace
from datetime import datetime, timedelta

from dayshift.domain.override import LONGEST, Override
from dayshift.domain.web import ProblemError, Reply, Request
from dayshift.services.api.asking import OPEN, caller_of, fields_of, shown
from dayshift.services.api.looking import powered
from dayshift.services.api.models import model_as_json
from dayshift.services.api.ports import ApiPorts

USUAL_MINUTES, LONGEST_MINUTES = 60, LONGEST // timedelta(minutes=1)


def switch_on(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """`{"minutes": 120}`: on for so long."""
    return _switch(request, True, ports, now)


def switch_off(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """`{"minutes": 120}`: off for so long; images wait."""
    return _switch(request, False, ports, now)


def switch_auto(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """Back to the policy."""
    return _switch(request, None, ports, now)


def _switch(request: Request, running: bool | None, ports: ApiPorts, now: datetime) -> Reply:
    """Written where the next tick reads it, within a minute, like a word of `dayshift on`."""
    caller = caller_of(request, ports)
    if ports.authentication == OPEN:
        raise ProblemError(403, "Where nobody is authenticated, nobody may switch a model.")
    model = ports.models.get(request.path.get("name", ""))
    if model is None:
        raise ProblemError(404, f"There is no such model; got {shown(request.path.get('name'))}.")
    if model.power is None:
        raise ProblemError(409, f"{model.spec.name} is always there: nobody starts or stops it.")
    override = None
    if running is not None:
        until = (now + timedelta(minutes=_minutes(request))).replace(microsecond=0)
        override = Override(running, until, caller.name)
    found = powered(model, ports, now)
    if found is None:
        raise ProblemError(409, f"{model.spec.name} cannot be switched: what it was configured with cannot be read.")
    ports.powered.switch(model.spec.name, override)
    body = model_as_json(model, replace(found, override=override), ports, now)
    notes = {"model": model.spec.name, "override": override.to_json() if override else {}}
    return Reply(200, body, notes=notes)


def _minutes(request: Request) -> int:
    minutes = fields_of(request, ("minutes",)).get("minutes", USUAL_MINUTES)
    if isinstance(minutes, bool) or not isinstance(minutes, int) or not 1 <= minutes <= LONGEST_MINUTES:
        raise ProblemError(422, f"minutes must be a whole number from 1 to {LONGEST_MINUTES}; got {shown(minutes)}.")
    return minutes
