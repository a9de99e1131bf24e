"""`dayshift backfill`: images that were in the bucket before Dayshift was are read too."""

from collections.abc import Sequence
from datetime import UTC, datetime
from math import ceil

import click

from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.routing import is_archive
from dayshift_cli import queues
from dayshift_cli.backfilling import unanswered
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.families import facts_of
from dayshift_cli.render import Meter, output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = ("model", "prefix", "images", "estimated_usd", "sent")


@click.command()
@click.option("--model", metavar="NAME", help="The model to read them; may be left out if there is only one.")
@click.option("--source-prefix", metavar="PREFIX", default="", help="Only keys below this part of the model's prefix.")
@click.option("--dry-run", is_flag=True, help="Only count, and estimate the cost.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@output_option
@click.pass_obj
def backfill(session: Session, model: str | None, source_prefix: str, dry_run: bool, yes: bool, output: str) -> None:
    """Send a model the images that lie under its prefix without a result: those from before it was there.

    Every version counts as an image, as it does for the sweep. It counts first, says what that costs at list price,
    and asks. An image that is sent twice is read once.

    \b
    Examples:
      dayshift --env dev backfill --model signs --dry-run
      dayshift --env dev backfill --model signs --source-prefix 2026/ --yes
    """
    target = session.model(model)
    deployment, s3 = session.deployment, session.clients.s3
    prefix = source_prefix if source_prefix.startswith(target.prefix) else target.prefix + source_prefix
    say(f"Counting the images below s3://{deployment.images_bucket}/{prefix} without a result …")
    images = list(
        unanswered(s3, deployment.images_bucket, deployment.results_bucket, target.name, prefix, session.routes)
    )
    facts = facts_of(target.family)
    each = None if facts is None else facts.usd_per_image
    usd = None if each is None else round(len(images) * each, 6)
    at_most = "of unknown cost" if usd is None else f"at most {ceil(usd * 100) / 100:,.2f} USD at list price"
    cost = f"{at_most} ({facts.price_sentence})" if facts else at_most
    archives = sum(is_archive(image.key) for image in images)
    among = f", {archives:,} of them archives, of which each image costs as much" if archives else ""
    say(f"{len(images):,} images{among}, {cost}.")
    sent = 0
    if images and not dry_run:
        if not yes:
            click.confirm(f"Send them to model {target.name}?", abort=True, err=True)
        sent = _send(session, target, images)
    row = (target.name, prefix, len(images), usd, sent)
    show(output, _COLUMNS, [row], [dict(zip(_COLUMNS, row, strict=True))])


def _send(session: Session, model: DeployedModel, images: Sequence[ImageRef]) -> int:
    now, sent, archives = datetime.now(UTC), 0, session.deployment.archives
    apart = [image for image in images if archives is not None and is_archive(image.key)]
    plain = [image for image in images if archives is None or not is_archive(image.key)]
    with Meter("Sending", len(images)) as meter:
        for url, some in ((model.queue_url, plain), (archives.queue_url if archives else "", apart)):
            bodies = (InferenceRequest(image, model.name, now).to_json() for image in some)
            for count in queues.send(session.clients.sqs, url, bodies):
                sent += count
                meter.advance(count)
    return sent
