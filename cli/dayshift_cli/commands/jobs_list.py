"""`dayshift jobs list`: open jobs, closed ones too if asked for, and followed until nothing is left to come."""

import sys
from collections.abc import Sequence

import click
from rich.text import Text

from dayshift_cli import job_reading
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import ExitCode
from dayshift_cli.following import Look, follow
from dayshift_cli.job_report import JOB_COLUMNS, JobReport, line, ordered
from dayshift_cli.render import output_option, say, show, show_csv, show_json, show_line
from dayshift_cli.session import Session


@click.command("list")
@click.argument("model", required=False)
@click.option("--follow", "follows", is_flag=True, help="Keep showing them until none is open and nothing waits.")
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=0), help="With --follow: how long at most; else for ever."
)
@click.option("--all", "everything", is_flag=True, help="The twenty that were claimed last and are over too.")
@output_option
@click.pass_obj
def list_jobs(
    session: Session, model: str | None, follows: bool, timeout: float | None, everything: bool, output: str
) -> None:
    """Show the open jobs of MODEL, or of all models that have any: how many images, where the job is and in the
    service's own word, which attempt, what comes next by the clock (in UTC), what it has cost, and why it waits.

    Red needs a person: images that failed, or a service that refused the job twice. Yellow is worth a look. With
    --follow a terminal is shown the table anew every few seconds; a pipe gets a line, or an object, for each change.

    Exit codes: 0 shown; with --follow: 0 all that ended was read, 3 some images were rejected, gone or failed, 4 not
    all jobs were over in time.

    \b
    Examples:
      dayshift --env dev jobs
      dayshift --env dev jobs pictures --follow --timeout 3600
      dayshift --env dev jobs --all --output csv
    """
    models = session.with_jobs(model)
    if timeout is not None and not follows:
        raise click.UsageError("--timeout goes with --follow only.")
    if follows:
        _follow(session, models, timeout, output)
        return
    # a job is written down as closed before it leaves the book: read in this order, none is missed
    found = {one.job.id: one for one in _open(session, models)}
    found |= {one.job.id: one for one in (_closed(session, models) if everything else ())}
    reports = ordered([*found.values()])
    _show(reports, output)
    if not reports and output == "table":
        waiting = "" if everything else " --all shows those that are over."
        say(f"No job of {', '.join(one.name for one in models)} is open.{waiting}")


def _open(session: Session, models: Sequence[DeployedModel]) -> list[JobReport]:
    s3, bucket, now = session.clients.s3, session.deployment.results_bucket, session.now()
    return [JobReport(job, model, now) for model in models for job in job_reading.open_jobs(s3, bucket, model.name)]


def _closed(session: Session, models: Sequence[DeployedModel]) -> list[JobReport]:
    s3, bucket, now = session.clients.s3, session.deployment.results_bucket, session.now()
    names = {model.name: model for model in models}
    newest = job_reading.newest_closed(s3, bucket, [*names])
    return [JobReport(job, names[job.model], now) for job in newest]


def _show(reports: Sequence[JobReport], output: str) -> None:
    show(output, JOB_COLUMNS, [one.row() for one in reports], [one.value() for one in reports])


def _follow(session: Session, models: Sequence[DeployedModel], timeout: float | None, output: str) -> None:
    is_live = output == "table" and is_terminal()
    if output == "csv":
        show_csv([JOB_COLUMNS])
    last: Look | None = None
    try:
        for last in follow(session, models, timeout):
            if is_live:
                click.clear()
                _show(last.jobs, output)
                say(_in_sum(last, models))
            else:
                _tell(last.changed, output)
    except KeyboardInterrupt:
        return
    if last is None:
        return
    if not last.is_quiet:
        say(f"Not all is over after {timeout:g} s. Nothing is lost: {_in_sum(last, models)}")
        raise click.exceptions.Exit(ExitCode.TIMEOUT)
    if not all(one.is_good for one in last.jobs):
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def is_terminal() -> bool:
    """Whether a person looks at what is printed, and it may be wiped out."""
    return sys.stdout.isatty()


def _tell(changed: Sequence[JobReport], output: str) -> None:
    for one in changed:
        match output:
            case "json":
                show_json(one.value())
            case "csv":
                show_csv([one.row()])
            case _:
                show_line(Text(line(one), style=one.style()))


def _in_sum(look: Look, models: Sequence[DeployedModel]) -> str:
    names = ", ".join(one.name for one in models)
    return f"{look.waiting} messages wait for a job of {names}." if look.waiting else f"Nothing else waits for {names}."
