"""`dayshift faces enroll`: photos of a person, checked and named by what they hold, go into the gallery."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dayshift_cli import gallery
from dayshift_cli.caller import caller
from dayshift_cli.enrolling import Wanted, prepared
from dayshift_cli.errors import ExitCode, Failure
from dayshift_cli.families import facts_of
from dayshift_cli.images import find
from dayshift_cli.render import Meter, output_option, say, show
from dayshift_cli.session import Session
from dayshift_cli.uploading import upload_all

_COLUMNS = ("person", "file", "key", "size_bytes", "result")
_ALREADY = "there already"
_CONSENT = (
    "Faces are biometric data. Enrol {name} only with their explicit consent, freely given for this purpose, or on "
    "another basis in law (docs/faces.md). Who consents can take it back: `dayshift faces remove {name}`."
)


@click.command()
@click.argument("name")
@click.argument("paths", metavar="PHOTO...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@gallery.model_option
@click.option(
    "--consent", "--yes", "consents", is_flag=True, help="They have consented: answers the question. For scripts."
)
@output_option
@click.pass_obj
def enroll(
    session: Session, name: str, paths: tuple[Path, ...], model: str | None, consents: bool, output: str
) -> None:
    """Enrol a person by photos: files, and folders with all that is below them, each of one face and JPEG or PNG.

    A photo is what it holds, not what it is called: one that is there already is nothing new, one of somebody else is
    refused. Some photos in different light and from different sides are better than one. Workers find new ones within
    a minute of running; `dayshift faces list` shows whether they found the face.

    Exit codes: 0 all are enrolled; 3 some were refused.

    \b
    Examples:
      dayshift --env dev faces enroll Ada ada1.jpg ada2.jpg
      dayshift --env dev faces enroll "Grace Hopper" photos/grace/ --consent --output json
    """
    target = gallery.fleet_of(session, model)
    person = gallery.person_named(name)
    found = find(paths, "")
    if not consents:
        say(_CONSENT.format(name=person))
        if not click.confirm(f"Has {person} consented?", err=True):
            raise Failure(f"Nothing was enrolled: {person} has not consented. (--consent answers beforehand.)")
    known = gallery.photos(session.clients.s3, session.deployment.images_bucket, str(target.gallery))
    facts = facts_of(target.family)
    maximum_bytes = facts.maximum_bytes if facts else sys.maxsize
    wanted = list(prepared(found.images, f"{target.gallery}{person}/", person, known, maximum_bytes))
    wanted = _uploaded(session, wanted, person)
    values = [_value(one, person) for one in wanted]
    show(output, _COLUMNS, [[value[column] for column in _COLUMNS] for value in values], values)
    results = Counter(value["result"] for value in values)
    if results["refused"] == len(wanted):
        raise Failure(f"Nothing was enrolled of {person}: no photo could be used.")
    already = f"; {results[_ALREADY]} there already" if results[_ALREADY] else ""
    say(f"Enrolled {gallery.told(results['enrolled'])} of {person}{already}.")
    say(f"Workers of {target.name} look within a minute of running; `dayshift faces list` shows what they found.")
    if results["refused"]:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _uploaded(session: Session, wanted: Sequence[Wanted], person: str) -> list[Wanted]:
    """The same, once those that are new are in the gallery, with who said when that the person consents."""
    by = caller(session.clients).encode("ascii", "backslashreplace").decode()
    metadata = {"consent-stated-by": by, "consent-stated-at": session.now().isoformat(timespec="seconds")}
    new = {one.local.key: one.local for one in wanted if not one.problem and not one.is_known}
    problems = dict[Path, str]()
    with Meter("Enrolling", len(new)) as meter:
        for one in wanted:
            if one.problem:
                meter.note(f"Refused {one.local.path}: it {one.problem}.")
        for done in upload_all(session.clients.s3, session.deployment.images_bucket, list(new.values()), metadata):
            meter.advance()
            if done.problem:
                meter.note(f"Not enrolled: {done.local.path} {done.problem}.")
                problems[done.local.path] = done.problem
    return [Wanted(one.local, one.problem or problems.get(one.local.path), one.is_known) for one in wanted]


def _value(one: Wanted, person: str) -> dict[str, Any]:
    return {
        "person": person, "file": str(one.local.path), "key": None if one.problem else one.local.key,
        "size_bytes": one.local.size_bytes, "problem": one.problem,
        "result": "refused" if one.problem else _ALREADY if one.is_known else "enrolled",
    }  # fmt: skip
