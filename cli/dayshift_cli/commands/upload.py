"""`dayshift upload`: files and folders become images of a model; with --wait their results are shown as they come."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from dayshift.domain.images import ImageRef
from dayshift_cli.errors import ExitCode, Failure
from dayshift_cli.families import facts_of
from dayshift_cli.images import LocalImage, check_keys, find
from dayshift_cli.records import STYLES, WIDE_COLUMNS, Record, wide
from dayshift_cli.render import Meter, output_option, say, show, show_csv, show_json
from dayshift_cli.session import Session
from dayshift_cli.uploading import Uploaded, upload_all
from dayshift_cli.waiting import wait_for

_COLUMNS = ("file", "model", "key", "version_id", "size_bytes")
_GOOD = {"ok", "none"}


@click.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--model", metavar="NAME", help="The model to read them; may be left out if there is only one.")
@click.option("--wait", is_flag=True, help="Wait for the results and show them.")
@click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=0), default=900, show_default=True,
    help="With --wait: how long.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Upload files that are too large for the model too.")
@click.option("--confidence", is_flag=True, help="With --wait: show how sure the model is of each label and line.")
@output_option
@click.pass_obj
def upload(
    session: Session, paths: tuple[Path, ...], model: str | None, wait: bool, timeout: float, force: bool,
    confidence: bool, output: str,
) -> None:  # fmt: skip
    """Upload images: files, and folders with all that is below them.

    A file's key is the model's prefix and its path below the folder given. Hidden files are left out, and files that
    are too large for the model are refused. Without --wait each file's key and version id are shown; with it the
    results (json: the terminal records, each when it is there).

    Exit codes: 0 all uploaded (with --wait: all read); 3 some refused, rejected or failed; 4 not all read in time.

    \b
    Examples:
      dayshift --env dev upload cat.jpg --model signs
      dayshift --env dev upload photos/ --model signs --wait --timeout 300
      dayshift --env dev upload photos/ --wait --output json > records.jsonl
    """
    target = session.model(model)
    found = find(paths, target.prefix)
    check_keys(found.images, target.name, session.routes)
    if found.hidden:
        say(f"Left out {found.hidden} hidden {'file' if found.hidden == 1 else 'files'}.")
    facts = facts_of(target.family)
    maximum_bytes = None if force or facts is None else facts.maximum_bytes
    accepted = _accepted(found.images, target.name, maximum_bytes)
    done = _upload(session, accepted, target.name, output, shows=not wait)
    images = [one.image for one in done if one.image is not None]
    is_partial = len(images) < len(found.images)
    if wait:
        records = _wait(session, target.name, images, timeout, output, confidence)
        is_partial |= any(record["status"] not in _GOOD for record in records.values())
        if len(records) < len(images):
            say(
                f"{len(images) - len(records)} of {len(images)} images have no result after {timeout:g} s. They are "
                "not lost: `dayshift status` shows what waits, `dayshift results` what was read."
            )
            raise click.exceptions.Exit(ExitCode.TIMEOUT)
    if is_partial:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _accepted(images: Sequence[LocalImage], model: str, maximum_bytes: int | None) -> list[LocalImage]:
    accepted = [image for image in images if maximum_bytes is None or image.size_bytes <= maximum_bytes]
    for image in images:
        if maximum_bytes is not None and image.size_bytes > maximum_bytes:
            say(f"Refused {image.path}: {image.size_bytes:,} bytes; model {model} reads at most {maximum_bytes:,}.")
    if not accepted:
        raise Failure("Nothing was uploaded: every file is too large for the model; --force uploads them all the same.")
    return accepted


def _upload(session: Session, images: list[LocalImage], model: str, output: str, shows: bool) -> list[Uploaded]:
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


def _wait(
    session: Session, model: str, images: list[ImageRef], timeout: float, output: str, confidence: bool
) -> dict[ImageRef, Record]:
    """Waits; a table is shown at the end, in the order of the files, csv and json row by row."""
    prefixes = {one.name: one.prefix for one in session.deployment.models}
    records: dict[ImageRef, Record] = {}
    if output == "csv":
        show_csv([WIDE_COLUMNS])
    with Meter("Waiting", len(images), output) as meter:
        bucket = session.deployment.results_bucket
        for image, record in wait_for(session.clients.s3, bucket, model, images, timeout):
            records[image] = record
            meter.advance()
            match output:
                case "json":
                    show_json(record)
                case "csv":
                    show_csv([wide(record, prefixes, confidence)])
                case _:
                    meter.note(f"{record['status']:<9}{image.key.removeprefix(prefixes[model])}")
    if output == "table":
        waiting = Text("waiting", style=STYLES["waiting"])
        rows = [
            wide(records[image], prefixes, confidence)
            if image in records
            else (image.key.removeprefix(prefixes[model]), model, waiting, "", "", "")
            for image in images
        ]
        show(output, WIDE_COLUMNS, rows, ())
    return records
