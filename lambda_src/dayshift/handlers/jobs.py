"""Every minute, and when a person cancels one: a model's jobs come a step nearer to their end."""

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from dayshift import events
from dayshift.bootstrap import LEAST_SECONDS_FOR_A_CALL, jobs, logger, metrics, warm
from dayshift.domain.errors import TransientError
from dayshift.domain.job_summary import gauges, summary
from dayshift.handlers import clock as clocks
from dayshift.handlers.reporting import report
from dayshift.services.job_desk import JobPorts
from dayshift.services.retire_jobs import retire_jobs
from dayshift.services.run_jobs import Tended, cancel, tend

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

# Packing 500 MB, or reading and writing a thousand records, takes a minute; each is begun with half of the five left.
LEAST_SECONDS_FOR_A_JOB = 150
LOOK_SECONDS = 10


def say(trouble: str) -> None:
    """One line for what goes wrong around the messages."""
    logger.warning("jobs_troubled", reason=trouble)


def ports() -> JobPorts:
    """The ports of the model's jobs. Raises ConfigurationError."""
    return jobs.ports(events.envelopes_from_messages, say)


warm(ports)


@metrics.log_metrics
def handle(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Answers `{"models": {"pictures": {"jobs": [{"id", "state", …}], "taken", "settled", "errors"}}}`.

    `event` is drawn at `events.jobs_wish`. A tick raises TransientError at the end if anything failed: the rest was
    done. To a person it is told in the answer.
    """
    logger.append_keys(request_id=context.aws_request_id)
    wish, made = events.jobs_wish(event), ports()
    model = made.model.name
    if wish.is_nothing:
        return {"models": {}}
    metrics.add_dimension("model", model)
    if wish.cancel is not None:
        cancelled = cancel(made, wish.cancel, wish.by)
        logger.info("job_cancelled", model=model, job=cancelled.id, by=cancelled.cancelled_by)

    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > LEAST_SECONDS_FOR_A_JOB * 1000

    tended = _retired(made, context) if wish.is_retiring else tend(made, clock, has_time, report)
    answer = _said(model, tended)
    if tended.errors:
        logger.error("jobs_not_tended", model=model, errors=tended.errors)
        if wish.cancel is None:
            raise TransientError(f"jobs of {model}: {'; '.join(tended.errors)}")  # so that the failure shows
    return {"models": {model: answer}}


def _retired(made: JobPorts, context: "LambdaContext") -> Tended:
    def has_time() -> bool:
        return context.get_remaining_time_in_millis() > 5 * LEAST_SECONDS_FOR_A_CALL * 1000

    def pause() -> None:
        time.sleep(LOOK_SECONDS)

    return retire_jobs(made, clock, pause, has_time, report)


def clock() -> datetime:
    """The time, in UTC."""
    return clocks.now(jobs.settings().clock_url)


def _said(model: str, tended: Tended) -> dict[str, Any]:
    """One line in the log for each job, and the metrics of all; the answer holds the same."""
    now = clock()
    told = [summary(job, now) for job in (*tended.open, *tended.closed)]
    for one in told:
        logger.info("job_tended", model=model, **one)
    metrics.add_metric("ImagesTaken", MetricUnit.Count, tended.taken)
    for name, value in gauges(tended.open, now).items():
        metrics.add_metric(name, MetricUnit.NoUnit, value)
    return {"jobs": told, "taken": tended.taken, "settled": tended.settled, "errors": list(tended.errors)}
