"""`dayshift on`, `off` and `auto`: a person's word that beats the policy until an instant, and takes effect at once."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import click

from dayshift.domain.override import Override
from dayshift.domain.powered import PoweredModel
from dayshift_cli import powering
from dayshift_cli.caller import caller
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import ExitCode, Failure
from dayshift_cli.expecting import after, at_once, backstops
from dayshift_cli.invoking import invoke, strange
from dayshift_cli.moments import ending, told
from dayshift_cli.render import output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = ("model", "switched", "until", "by", "desired", "state", "mapping", "action", "reason")
_FIELDS = ("desired", "reason", "next_change", "state", "state_message", "mapping", "action", "action_reason")
_Command = TypeVar("_Command", bound=Callable[..., Any])


def _ending(command: _Command) -> _Command:
    """MODEL, and when it ends: the same for `on` and `off`."""
    for add in (
        output_option,
        click.option("--for", "span", metavar="SPAN", help="So long: 2h, 90m or 1h30m."),
        click.option("--until", metavar="TIME", help="Until 22:00 or 2026-11-22T01:00, by the model's own clock."),
        click.argument("model"),
    ):
        command = add(command)
    return command


@click.command()
@_ending
@click.pass_obj
def on(session: Session, model: str, until: str | None, span: str | None, output: str) -> None:
    """Run a model now, whatever its hours say, until a time or for a while, at most 24 hours.

    It takes effect at once, and a start takes about the model's warm-up. When the time is over the policy decides
    again by itself. Exit codes: 0 done; 3 written, but the deployment did not follow.

    \b
    Examples:
      dayshift --env prod on logos --until 22:00
      dayshift --env prod on logos --for 90m
      dayshift --env prod on logos --until 2026-11-22T01:00
    """
    _switch(session, session.powered(model), True, until, span, output)


@click.command()
@_ending
@click.pass_obj
def off(session: Session, model: str, until: str | None, span: str | None, output: str) -> None:
    """Stop a model now, whatever its hours say, until a time or for a while, at most 24 hours.

    Images that come meanwhile wait in its queue; those that are being read are finished first. When the time is over
    the policy decides again by itself. Exit codes: 0 done; 3 written, but the deployment did not follow.

    \b
    Examples:
      dayshift --env prod off logos --until 06:00
      dayshift --env prod off logos --for 2h
    """
    _switch(session, session.powered(model), False, until, span, output)


@click.command()
@click.argument("model")
@output_option
@click.pass_obj
def auto(session: Session, model: str, output: str) -> None:
    """Forget what was switched: the policy decides again, at once.

    \b
    Examples:
      dayshift --env prod auto logos
    """
    target = session.powered(model)
    now = session.now()
    stored = powering.stored(session, target, now)
    powering.switch(session, target, None)
    say(f"{target.name} follows its policy again." if stored.override else f"Nothing was switched of {target.name}.")
    beat = _reconciled(session, target)
    _report(target, stored, None, beat, now, output)


def _switch(
    session: Session, model: DeployedModel, running: bool, until: str | None, span: str | None, output: str
) -> None:
    now = session.now()
    stored = powering.stored(session, model, now)
    zone = stored.policy.zone
    override = Override(running, ending(until, span, zone, now), caller(session.clients))
    powering.switch(session, model, override)
    say(f"{model.name} is switched {_mode(running)} until {told(override.until, zone)}.")
    beat = _reconciled(session, model)
    _report(model, stored, override, beat, now, output)
    if bool(beat["desired"]) is not running:
        say(f"The deployment does not follow: to it the model should be {_mode(beat['desired'])} ({beat['reason']}).")
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _reconciled(session: Session, model: DeployedModel) -> Mapping[str, Any]:
    """What the function `reconcile` saw and did. Raises Failure; what was written stays, and the next tick reads it."""
    name = str(session.deployment.reconcile)
    try:
        beats = invoke(session.clients.functions, name, {"model": model.name}, "a heartbeat")
    except Failure as error:
        raise Failure(
            f"It is written, and the next tick tries again within minutes; just now: {error.message}"
        ) from error
    beat: Mapping[str, Any] = beats.get(model.name, {})
    if any(field not in beat for field in _FIELDS):
        raise strange(name, "a heartbeat", beats)
    return beat


def _report(
    model: DeployedModel, stored: PoweredModel, override: Override | None, beat: Mapping[str, Any], now: datetime,
    output: str,
) -> None:  # fmt: skip
    zone = stored.policy.zone
    until = told(override.until, zone) if override else ""
    mode = _mode(override.running) if override else "auto"
    by = override.by if override else ""
    seen = (beat["state"], beat["mapping"], beat["action"], beat["reason"])
    row = (model.name, mode, until, by, _mode(beat["desired"]), *seen)
    value = {
        "model": model.name,
        "override": override.to_json() if override else {},
        **{field: beat[field] for field in _FIELDS},
    }
    show(output, _COLUMNS, [row], [value])
    lines = [at_once(stored, beat, now)]
    if override is not None:
        lines += [*(backstops(stored, now, override.until) if override.running else ()), after(stored, override.until)]
    for line in lines:
        say(line)


def _mode(running: object) -> str:
    return "on" if running else "off"
