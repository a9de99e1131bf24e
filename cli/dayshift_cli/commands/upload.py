"""`dayshift upload`: files, folders and archives become images of a model; with --wait their results are shown."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from dayshift.domain.images import ImageRef
from dayshift_cli.accepting import accepted
from dayshift_cli.errors import ExitCode
from dayshift_cli.images import LocalImage, check_keys, find
from dayshift_cli.outcomes import Outcomes
from dayshift_cli.render import Meter, output_option, say, show
from dayshift_cli.session import Session
from dayshift_cli.uploading import Uploaded, upload_all

_TIMEOUT_SECONDS = 900
# An image waits for others, then for a place at the service, and then for all others of its job: hours are not rare.
_JOBS_TIMEOUT_SECONDS = 14_400
_COLUMNS = ("file", "model", "key", "version_id", "size_bytes")


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--model", metavar="NAME", help="The model to read them; may be left out if there is only one.")
@click.option("--wait", is_flag=True, help="Wait for the results and show them.")
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=0), default=None,
    help=f"With --wait: how long [{_TIMEOUT_SECONDS}; where the model is read in jobs {_JOBS_TIMEOUT_SECONDS}].",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Upload files that would be refused too.")
@click.option("--confidence", is_flag=True, help="With --wait: show how sure the model is of each label and line.")
@output_option
@click.pass_obj
def upload(
    session: Session, paths: tuple[Path, ...], model: str | None, wait: bool, timeout: float | None, force: bool,
    confidence: bool, output: str,
) -> None:  # fmt: skip
    """Upload images: files, folders with all that is below them, and .zip archives of images.

    A file's key is the model's prefix and its path below the folder given. Hidden files are left out, and files that
    are too large for the model are refused. An archive is looked into first, so that what would not be read of it is
    known before it goes. Without --wait each file's key and version id are shown; with it the results (json: the
    terminal records, each when it is there), of an archive those of its images, by their names in it.

    Exit codes: 0 all uploaded (with --wait: all read); 3 some refused, rejected or failed; 4 not all read in time.

    \b
    Examples:
      dayshift --env dev upload cat.jpg --model signs
      dayshift --env dev upload photos/ --model signs --wait --timeout 300
      dayshift --env dev upload pictures.zip --model signs --wait
      dayshift --env dev upload photos/ --wait --output json > records.jsonl
    """
    target = session.model(model)
    found = find(paths, target.prefix)
    check_keys(found.images, target.name, session.routes)
    if found.hidden:
        say(f"Left out {found.hidden} hidden {'file' if found.hidden == 1 else 'files'}.")
    chosen = found.images if force else accepted(found.images, target, session.deployment.archives is not None)
    done = _upload(session, chosen, target.name, output, shows=not wait)
    images = [one.image for one in done if one.image is not None]
    is_partial = len(images) < len(found.images)
    if wait:
        timeout = timeout if timeout is not None else _JOBS_TIMEOUT_SECONDS if target.jobs else _TIMEOUT_SECONDS
        outcomes = Outcomes(session, target.name, images, output, confidence)
        outcomes.wait(timeout)
        is_partial |= not outcomes.is_good
        if missing := outcomes.missing:
            where = "`dayshift jobs` shows what they are in" if target.jobs else "`dayshift status` shows what waits"
            say(
                f"{len(missing)} of {outcomes.total} images have no result after {timeout:g} s. They are "
                f"not lost: {where}, `dayshift results` what was read."
            )
            raise click.exceptions.Exit(ExitCode.TIMEOUT)
    if is_partial:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _upload(session: Session, images: Sequence[LocalImage], model: str, output: str, shows: bool) -> list[Uploaded]:
    """Uploads; shows what was uploaded even if an error ends it, in the order of the files."""
    done: dict[LocalImage, Uploaded] = {}
    bucket = session.deployment.images_bucket
    try:
        with Meter("Uploading", len(images)) as meter:
            for one in upload_all(session.clients.s3, bucket, images):
                done[one.local] = one
                meter.advance()
                if one.problem:
                    meter.note(f"Not uploaded: {one.local.path} {one.problem}.")
    finally:
        ordered = [done[image] for image in images if image in done]
        values = [_value(one.local, one.image, model) for one in ordered if one.image is not None]
        if shows:
            show(output, _COLUMNS, [[value[column] for column in _COLUMNS] for value in values], values)
        say(f"Uploaded {len(values)} of {len(images)} {'file' if len(images) == 1 else 'files'} to s3://{bucket}.")
    return ordered


def _value(local: LocalImage, image: ImageRef, model: str) -> dict[str, Any]:
    return {
        "file": str(local.path), "model": model, "bucket": image.bucket, "key": image.key,
        "version_id": image.version_id, "etag": image.etag, "size_bytes": image.size_bytes,
    }  # fmt: skip
