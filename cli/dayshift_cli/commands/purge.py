"""`dayshift purge`: a model's queue, dead letters and results go; its images stay."""

import click

from dayshift.domain.archives import expanded_prefix
from dayshift_cli import job_reading, queues
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.purging import delete, result_versions
from dayshift_cli.render import Meter, say
from dayshift_cli.session import Session


@click.command()
@click.argument("model")
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.pass_obj
def purge(session: Session, model: str, yes: bool) -> None:
    """Empty a model's queue and dead-letter queue and delete all its results, for good. Images are never touched.

    It says what goes and asks for the model's name. Images that stay have no result any more, so the hourly sweep
    has them read, and paid for, again: delete those that should not be. A model with open jobs is refused: cancel
    those first (`dayshift jobs cancel`), since they would leave results after all.

    \b
    Examples:
      dayshift --env dev purge signs
      dayshift --env dev purge signs --yes
    """
    target = session.model(model)
    sqs, s3, bucket = session.clients.sqs, session.clients.s3, session.deployment.results_bucket
    waiting, dead = queues.depth(sqs, target.queue_url), queues.depth(sqs, target.dlq_url)
    _refuse_open_jobs(session, target)
    say(f"Reading what model {target.name} has in s3://{bucket} …")
    versions = list(result_versions(s3, bucket, target.name))
    of_jobs = ", jobs that are over" if target.jobs else ""
    say(
        f"These go for good: {waiting.total} messages of {target.queue_url}, {dead.total} of {target.dlq_url}, and "
        f"{len(versions)} versions of results, CSV files, names within archives{of_jobs} and sweep notes of "
        f"{target.name} in s3://{bucket}."
    )
    say(
        f"These stay: the images in s3://{session.deployment.images_bucket}/{target.prefix}, and those out of archives "
        f"in {expanded_prefix(target.name)}. The hourly sweep has them read, and paid for, again."
    )
    if target.gallery:
        say(f"The people it knows stay too, in {target.gallery}: `dayshift faces remove` forgets one.")
    if waiting.in_flight:
        say(f"{waiting.in_flight} messages are in flight: those may still leave a result.")
    if not yes and click.prompt(f"Type the model's name ({target.name}) to go on", err=True) != target.name:
        raise Failure("Nothing was deleted: that was not the model's name.")
    queues.empty(sqs, target.queue_url)
    queues.empty(sqs, target.dlq_url)
    with Meter("Deleting", len(versions)) as meter:
        delete(s3, bucket, versions, meter.advance)
    say(f"Model {target.name} has nothing waiting and no results.")


def _refuse_open_jobs(session: Session, model: DeployedModel) -> None:
    """Without its book a job would go on at the service, and nobody would know of it."""
    if model.jobs is None:
        return
    open_jobs = job_reading.open_jobs(session.clients.s3, session.deployment.results_bucket, model.name)
    if open_jobs:
        names = ", ".join(job.id for job in open_jobs)
        raise Failure(f"Nothing was deleted: jobs of {model.name} are open ({names}). `dayshift jobs cancel` ends one.")
