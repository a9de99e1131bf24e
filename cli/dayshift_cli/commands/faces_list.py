"""`dayshift faces list`: the people of the gallery, and what workers found in their photos."""

from typing import Any

import click
from rich.text import Text

from dayshift_cli import gallery, gallery_index
from dayshift_cli.errors import Failure
from dayshift_cli.render import Row, output_option, say, show
from dayshift_cli.session import Session


@click.command("list")
@click.argument("name", required=False)
@gallery.model_option
@output_option
@click.pass_obj
def list_people(session: Session, name: str | None, model: str | None, output: str) -> None:
    """Show the people of the gallery, or one of them: each photo, and whether a worker found the one face in it.

    Only "1 face" counts. A photo with none, or with several, recognises nobody: take another. "not looked at yet" is
    until a worker has run; workers look within a minute.

    \b
    Examples:
      dayshift --env dev faces list
      dayshift --env dev faces list Ada --output json | jq -r 'select(.found != "1 face") | .key'
    """
    target = gallery.fleet_of(session, model)
    s3, deployment = session.clients.s3, session.deployment
    photos = gallery.photos(s3, deployment.images_bucket, str(target.gallery))
    if name is not None:
        theirs = [photo for photo in photos if photo.person == gallery.composed(name)]
        if not theirs:
            raise Failure(gallery.nobody(name, photos))
        photos = theirs
    found = gallery_index.said_of(s3, deployment.results_bucket, target.name, photos)
    rows: list[Row] = []
    values: list[dict[str, Any]] = []
    for photo in photos:
        said = found[photo.key]
        style = "" if said == gallery_index.USABLE else "dim" if said == gallery_index.NOT_LOOKED_AT else "yellow"
        rows.append((photo.person, photo.file, Text(said, style=style), f"{photo.added_at:%Y-%m-%d}"))
        values.append({
            "person": photo.person, "key": photo.key, "version_id": photo.version, "found": said,
            "added_at": photo.added_at.isoformat(), "size_bytes": photo.size_bytes,
        })  # fmt: skip
    show(output, ("person", "photo", "found", "added"), rows, values)
    people = {photo.person for photo in photos if photo.person}
    usable = sum(1 for said in found.values() if said == gallery_index.USABLE)
    persons = "person" if len(people) == 1 else "people"
    say(f"{len(people)} {persons}, {gallery.told(len(photos))}, {usable} with one face found.")
