"""`dayshift jobs cancel`: a job is given up; what it has brought by then counts, the rest of its images is `failed`."""

from collections.abc import Sequence

import click

from dayshift.domain.jobs import Job, JobState
from dayshift_cli import job_reading
from dayshift_cli.caller import caller
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.invoking import invoke
from dayshift_cli.job_report import JOB_COLUMNS, JobReport
from dayshift_cli.render import output_option, say, show
from dayshift_cli.session import Session


@click.command()
@click.argument("job")
@click.option("--model", metavar="NAME", help="Its model; else it is looked for in all that have jobs.")
@output_option
@click.pass_obj
def cancel(session: Session, job: str, model: str | None, output: str) -> None:
    """Give a job up: the service is asked to stop it, and asked again every minute until it says that it has.

    What it brought by then counts, and is paid. Its other images end as `failed`, with your name in the reason, and are
    not tried again. A job that is over stays as it is.

    Exit codes: 0 it is cancelled, or was over; 1 it is not there, or the function did not do it.

    \b
    Examples:
      dayshift --env dev jobs cancel 20261121-081500-1a2b3c4d
    """
    models = session.with_jobs(model)
    found = _found(session, models, job)
    if found is None:
        names = ", ".join(one.name for one in models)
        raise Failure(f"There is no job {job!r} of {names}; `dayshift jobs --all` shows those there are.")
    target, now = found
    if now.state is not JobState.CLOSED:
        now = _cancelled(session, target, now)
    report = JobReport(now, target, session.now())
    show(output, JOB_COLUMNS, [report.row()], [report.value()])
    say(_said(now))


def _found(session: Session, models: Sequence[DeployedModel], job: str) -> tuple[DeployedModel, Job] | None:
    for model in models:
        if one := _read(session, model, job):
            return model, one
    return None


def _read(session: Session, model: DeployedModel, job: str) -> Job | None:
    """From the book, else from those that are over: a job is among them before it leaves the book."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    books = (one for one in job_reading.open_jobs(s3, bucket, model.name) if one.id == job)
    return next(books, None) or job_reading.closed_job(s3, bucket, model.name, job)


def _cancelled(session: Session, model: DeployedModel, job: Job) -> Job:
    """The job as it is after the function was told so. Raises Failure where that did not come about."""
    wish = {"cancel": job.id, "by": caller(session.clients)}
    try:
        invoke(session.clients.functions, str(model.jobs), wish, "its jobs")
    except Failure:
        ended = job_reading.closed_job(session.clients.s3, session.deployment.results_bucket, model.name, job.id)
        if ended is None:
            raise
        return ended  # meanwhile
    after = _read(session, model, job.id)
    if after is None or not (after.cancelled_by or after.state is JobState.CLOSED):
        raise Failure(f"The function {model.jobs} was told so, and the job is not cancelled; its log says why.")
    return after


def _said(job: Job) -> str:
    match job.state:
        case JobState.CLOSED if job.cancelled_by:
            return f"Job {job.id} is cancelled, and over."
        case JobState.CLOSED:
            return f"Job {job.id} is over already; nothing was cancelled."
        case JobState.STOPPING | JobState.COLLECTING:
            return (
                f"Job {job.id} is cancelled. The service is asked every minute until it says that the job ended, which "
                "`dayshift jobs --follow` shows; what it brought by then counts."
            )
        case _:
            return f"Job {job.id} is cancelled; the next ticks end it, which `dayshift jobs --follow` shows."
