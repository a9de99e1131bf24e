"""`dayshift faces`: the people whose faces a fleet knows."""

import click

from dayshift_cli.commands.faces_enroll import enroll
from dayshift_cli.commands.faces_list import list_people
from dayshift_cli.commands.faces_remove import remove


@click.group()
def faces() -> None:
    """Say whose faces a fleet (family face_fleet) knows: people enrolled by photos, in a gallery in the images bucket.

    A face that is near enough to a photo of somebody is given their name; others are "unknown". docs/faces.md has what
    that can and cannot do, and what the law asks for.

    \b
    Examples:
      dayshift --env dev faces enroll "Ada Lovelace" ada/*.jpg
      dayshift --env dev faces list
      dayshift --env dev faces remove "Ada Lovelace"
    """


for command in (enroll, list_people, remove):
    faces.add_command(command)
