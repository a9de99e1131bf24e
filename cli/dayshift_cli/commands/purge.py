"""`dayshift purge`: a model's queue, dead letters and results go; its images stay."""

import click

from dayshift.domain.archives import expanded_prefix
from dayshift_cli import queues
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
    has them read, and paid for, again: delete those that should not be.

    \b
    Examples:
      dayshift --env dev purge signs
      dayshift --env dev purge signs --yes
    """
    target = session.model(model)
    sqs, s3, bucket = session.clients.sqs, session.clients.s3, session.deployment.results_bucket
    waiting, dead = queues.depth(sqs, target.queue_url), queues.depth(sqs, target.dlq_url)
    say(f"Reading what model {target.name} has in s3://{bucket} …")
    versions = list(result_versions(s3, bucket, target.name))
    say(
        f"These go for good: {waiting.total} messages of {target.queue_url}, {dead.total} of {target.dlq_url}, and "
        f"{len(versions)} versions of results, CSV files, names within archives and sweep notes of {target.name} in "
        f"s3://{bucket}."
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
