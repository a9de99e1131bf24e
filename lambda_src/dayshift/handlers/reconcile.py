"""Every minute, at each opening and closing, and on request: each powered model comes one step nearer to its wish."""

import json
import time
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import logger, metrics, power, warm
from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import Action
from dayshift.handlers import clock as clocks
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import reconcile_models

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

QUIET = (Action.NONE, Action.WAIT)
LOOK_SECONDS = 15

warm(power.warm_clients)


def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers `{"models": {"logos": {"desired", "reason", "state", "action", …}}}`; events.power_wish draws `event`."""
    logger.append_keys(request_id=context.aws_request_id)
    model = events.power_wish(event).model
    return reconcile_all(model, follows=model is None, measures=model is None)


def reconcile_all(only: str | None, follows: bool = False, measures: bool = False) -> dict[str, Any]:
    """One step for each model, or for one; `follows`: a step of the gate is followed up; `measures`: with metrics.

    Raises TransientError at the end if any failed: the others were served.
    """
    ports, unread = power.ports(only, clock())
    for each in ports:
        for warning in each.model.warnings:
            logger.warning("not_understood", model=each.model.spec.name, reason=warning)
    beats, errors = dict[str, Any](), dict[str, str](unread)
    for name, result in reconcile_models(ports, clock, pause if follows else None).items():
        if isinstance(result, BaseException):
            errors[name] = str(result) if isinstance(result, TransientError) else f"{type(result).__name__}: {result}"
            continue
        beats[name] = report(result)
        if measures:
            measure(result)
    if errors:
        logger.error("not_reconciled", models=errors)
        raise TransientError(f"not reconciled: {errors}")  # so that the failure shows; the next tick tries again
    return {"models": beats}


def report(beat: Heartbeat) -> dict[str, Any]:
    """One line in the log, which is the answer too."""
    answer: dict[str, Any] = json.loads(json.dumps(asdict(beat) | {"memory": beat.memory.to_json()}, default=str))
    (logger.debug if beat.action in QUIET else logger.info)("model_reconciled", **answer)
    return answer


def measure(beat: Heartbeat) -> None:
    """The heartbeat as metrics of the model."""
    metrics.add_dimension("model", beat.model)
    for name, value in {
        "Desired": int(beat.desired),
        "Running": int(beat.running),
        "OverrunMinutes": beat.overrun_minutes,
        "LateMinutes": beat.late_minutes,
        "Backlog": beat.backlog,
        "OldestWaitingMinutes": beat.oldest_waiting_minutes,
        "OverdueMinutes": beat.overdue_minutes,
        "InFlight": beat.in_flight,
        "CostTodayUsd": beat.cost_today_usd,
        "RanMinutesToday": beat.ran_minutes_today,
        "StartFailures": beat.start_failures,
        "HoursExceeded": int(beat.hours_exceeded),
        "Unmanageable": int(beat.unmanageable),
        **workers_of(beat),
    }.items():
        metrics.add_metric(name, MetricUnit.NoUnit, value)
    metrics.flush_metrics()


def workers_of(beat: Heartbeat) -> dict[str, int]:
    """What only fleets have."""
    if beat.workers is None or beat.wanted_workers is None:
        return {}
    return {"Workers": beat.workers, "WantedWorkers": beat.wanted_workers}


def pause() -> None:
    """Long enough for a mapping to follow; three of them and the calls between end before the next tick."""
    if not power.settings().clock_url:  # a clock that is moved by hand does not run meanwhile
        time.sleep(LOOK_SECONDS)


def clock() -> datetime:
    """The time, in UTC."""
    return clocks.now(power.settings().clock_url)
