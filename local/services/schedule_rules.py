"""What a schedule may look like, and when it fires next. Pure: no web, no AWS.

A schedule is kept as the API writes it (CreateSchedule's request, dates as epoch seconds), with its ARN and dates.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from local.services.expressions import At, ExpressionError, parse

Schedule = dict[str, Any]
NAME = re.compile(r"[0-9a-zA-Z\-_.]{1,64}")
# botocore's model of EventBridge Scheduler, shape by shape; AWS fills in these defaults.
MAXIMUM_WINDOW_MINUTES, EVENT_AGE_SECONDS, RETRY_ATTEMPTS = (1, 1440), (60, 86_400), (0, 185)
RETRY_DEFAULTS = {"MaximumEventAgeInSeconds": EVENT_AGE_SECONDS[1], "MaximumRetryAttempts": RETRY_ATTEMPTS[1]}
DEFAULTS = {"ScheduleExpressionTimezone": "UTC", "State": "ENABLED", "ActionAfterCompletion": "NONE"}
KEPT = (
    "Description", "EndDate", "FlexibleTimeWindow", "KmsKeyArn", "ScheduleExpression", "StartDate", "Target", *DEFAULTS
)  # fmt: skip
READ_ONLY = re.compile(r"^(get|describe|list|poll|receive|search|scan|query|select|read|head)", re.IGNORECASE)


class ScheduleError(ValueError):
    """A schedule that AWS would refuse with ValidationException."""


def normalised(request: Mapping[str, Any], name: str) -> Schedule:
    """The schedule that a create or update request means, with AWS's defaults. Raises ScheduleError."""
    if not NAME.fullmatch(name):
        raise ScheduleError(f"Name must match {NAME.pattern}; got {name!r}")
    schedule = DEFAULTS | {key: request[key] for key in KEPT if request.get(key) is not None}
    _check_when(schedule)
    _check_window(schedule.get("FlexibleTimeWindow"))
    schedule["Target"] = _target(schedule.get("Target"))
    return schedule


def _check_when(schedule: Schedule) -> None:
    zone = schedule["ScheduleExpressionTimezone"]
    if zone not in available_timezones():
        raise ScheduleError(f"ScheduleExpressionTimezone must be an IANA zone such as Europe/Berlin; got {zone!r}")
    try:
        parse(schedule.get("ScheduleExpression", ""))
    except ExpressionError as error:
        raise ScheduleError(str(error)) from error
    for key, known in (("State", ("ENABLED", "DISABLED")), ("ActionAfterCompletion", ("NONE", "DELETE"))):
        if schedule[key] not in known:
            raise ScheduleError(f"{key} must be {' or '.join(known)}; got {schedule[key]!r}")
    if schedule.get("StartDate", 0) > schedule.get("EndDate", float("inf")):
        raise ScheduleError("EndDate must not be before StartDate")


def _check_window(window: Mapping[str, Any] | None) -> None:
    mode, minutes = (window or {}).get("Mode"), (window or {}).get("MaximumWindowInMinutes")
    if mode == "FLEXIBLE" and _is_within(minutes, MAXIMUM_WINDOW_MINUTES):
        return
    if mode != "OFF" or minutes is not None:
        raise ScheduleError(
            "FlexibleTimeWindow must be {Mode: OFF}, or {Mode: FLEXIBLE} with 1 to 1440 MaximumWindowInMinutes; "
            f"got {window}"
        )


def _target(target: Mapping[str, Any] | None) -> dict[str, Any]:
    if not target or not str(target.get("Arn", "")).startswith("arn:") or not target.get("RoleArn"):
        raise ScheduleError(f"Target must have an Arn and a RoleArn; got {target}")
    retry = RETRY_DEFAULTS | dict(target.get("RetryPolicy") or {})
    age, attempts = retry["MaximumEventAgeInSeconds"], retry["MaximumRetryAttempts"]
    if not _is_within(age, EVENT_AGE_SECONDS) or not _is_within(attempts, RETRY_ATTEMPTS):
        raise ScheduleError(f"RetryPolicy wants 60..86400 MaximumEventAgeInSeconds, 0..185 retries; got {retry}")
    dead_letters = (target.get("DeadLetterConfig") or {}).get("Arn")
    if dead_letters is not None and (":sqs:" not in dead_letters or dead_letters.endswith(".fifo")):
        raise ScheduleError(f"DeadLetterConfig.Arn must be a standard SQS queue; got {dead_letters!r}")
    _check_call(str(target["Arn"]), target.get("Input"))
    return {**target, "RetryPolicy": retry}


def _check_call(arn: str, given: str | None) -> None:
    kind = arn.split(":")[2] if arn.count(":") >= 2 else ""
    if kind not in ("lambda", "sqs", "scheduler"):
        raise ScheduleError(f"this local scheduler calls lambda, sqs and universal (aws-sdk) targets; got {arn!r}")
    if kind == "scheduler":
        parts = arn.split(":")
        if len(parts) != 8 or parts[5] != "aws-sdk" or READ_ONLY.match(parts[7]):
            raise ScheduleError(
                f"a universal target is arn:aws:scheduler:::aws-sdk:service:writingOperation; got {arn!r}"
            )
    if given is not None and kind in ("lambda", "scheduler"):
        try:
            json.loads(given)
        except ValueError as error:
            raise ScheduleError(f"Target.Input must be JSON for {kind} targets: {error}") from error


def _is_within(value: object, limits: tuple[int, int]) -> bool:
    return isinstance(value, int) and limits[0] <= value <= limits[1]


def next_fire(schedule: Schedule, after: datetime) -> datetime | None:
    """When it fires next, later than `after`; None when it is off or over."""
    if schedule["State"] != "ENABLED":
        return None
    anchor = _instant(schedule.get("StartDate") or schedule["LastModificationDate"])
    if "StartDate" in schedule:
        after = max(after, anchor - timedelta(microseconds=1))
    zone = ZoneInfo(schedule["ScheduleExpressionTimezone"])
    instant = parse(schedule["ScheduleExpression"]).next_after(after, anchor, zone)
    is_past_end = instant is not None and instant.timestamp() > schedule.get("EndDate", float("inf"))
    return None if is_past_end else instant


def is_over(schedule: Schedule, after: datetime) -> bool:
    """Whether it is enabled and will never fire again: then ActionAfterCompletion applies."""
    return schedule["State"] == "ENABLED" and next_fire(schedule, after) is None


def is_one_time(schedule: Schedule) -> bool:
    """Whether it fires once."""
    return isinstance(parse(schedule["ScheduleExpression"]), At)


def _instant(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
