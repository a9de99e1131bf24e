"""`dayshift faces remove`: a person is forgotten: photos, indexes, and what a worker might still write."""

import json
import shlex
from collections.abc import Sequence

import click

from dayshift_cli import gallery, purging
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.forgetting import Doomed, counted, doomed, is_awake, watch
from dayshift_cli.render import Meter, output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = ("person", "what", "key", "versions")


@click.command()
@click.argument("name")
@click.argument("photos", metavar="[PHOTO]...", nargs=-1)
@gallery.model_option
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("--no-wait", is_flag=True, help="Do not watch workers that run; run it again two minutes later instead.")
@output_option
@click.pass_obj
def remove(
    session: Session, name: str, photos: tuple[str, ...], model: str | None, yes: bool, no_wait: bool, output: str
) -> None:
    """Forget a person for good, or only some photos: a key, its last part, or the file on disk.

    Every version of the photos goes, and with it everything that was computed of the gallery, in all models that use
    it; workers compute it again of who is left. Where workers run it watches for a minute or two that none writes what
    it had read. Results that were written before name the person still: it says how to find and delete them.

    \b
    Examples:
      dayshift --env dev faces remove "Ada Lovelace"
      dayshift --env dev faces remove Ada 3f1c9a07b2d45e68.jpg --yes
    """
    target = gallery.fleet_of(session, model)
    s3, deployment = session.clients.s3, session.deployment
    fleets = gallery.sharing(session, target)
    going = doomed(session, target, fleets, name, photos)
    if going is None:
        known = gallery.photos(s3, deployment.images_bucket, str(target.gallery))
        raise Failure(gallery.nobody(name, known))
    keys, models = len(counted(going.photos)), ", ".join(fleet.name for fleet in fleets)
    say(
        f"These go for good: {gallery.told(keys)} of {name} in {len(going.photos)} versions, and all "
        f"{len(going.indexes)} versions of what {models} computed of the gallery."
    )
    if not yes and not click.confirm(f"Forget {gallery.told(keys) + ' of ' if photos else ''}{name}?", err=True):
        raise Failure("Nothing was deleted.")
    with Meter("Deleting", len(going.photos) + len(going.indexes)) as meter:
        # first the photos: an index that is made from now on is made without them
        purging.delete(s3, deployment.images_bucket, going.photos, meter.advance)
        purging.delete(s3, deployment.results_bucket, going.indexes, meter.advance)
    gone = [("photo", *one) for one in counted(going.photos)] + [("index", *one) for one in counted(going.indexes)]
    values = [dict(zip(_COLUMNS, (name, *one), strict=True)) for one in gone]
    show(output, _COLUMNS, [(name, *one) for one in gone], values)
    _settle(session, fleets, going, no_wait)
    if not photos:
        _tell_what_stays(name, fleets)


def _settle(session: Session, fleets: Sequence[DeployedModel], going: Doomed, no_wait: bool) -> None:
    """Sees to it that no worker which runs writes what it has seen of the photos."""
    awake = [fleet for fleet in fleets if is_awake(session, fleet)]
    names = ", ".join(fleet.name for fleet in awake)
    if not awake:
        return
    if no_wait:
        say(f"Workers of {names} run, and may still write what they saw: run it again in two minutes.")
        return
    say(f"Workers of {names} run: watching {going.seconds_watched:.0f} s that none writes what it saw before.")
    with Meter("Watching", round(going.seconds_watched)) as meter:
        late = watch(session, awake, going, lambda seconds: meter.advance(round(seconds)))
    if late:
        say(f"Deleted {late} more that workers had begun before.")


def _tell_what_stays(name: str, fleets: Sequence[DeployedModel]) -> None:
    name = gallery.composed(name)
    names = shlex.quote(f"select(any(.detections[]; .name == {json.dumps(name, ensure_ascii=False)})) | .image.key")
    say(f"Nothing by which {name} could be recognised is left. These stay: images, and results that name them already.")
    for fleet in fleets:
        say(f"  Find them: dayshift results --model {fleet.name} --limit 0 --output json | jq -r {names}")
        say(f"  Delete all results: dayshift purge {fleet.name}; its images are read again, without {name}.")
