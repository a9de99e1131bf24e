"""`dayshift results`: what was read, newest first, or of the images and archives named."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from heapq import nlargest
from typing import Any

import click

from dayshift_cli import manifests
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import ExitCode
from dayshift_cli.finding import Found, find, why_missing
from dayshift_cli.listing import Place
from dayshift_cli.manifests import Within
from dayshift_cli.outcomes import named, refused_row, refused_value
from dayshift_cli.records import WIDE_COLUMNS, Record, places_of_model, read_all, wide
from dayshift_cli.render import output_option, say, show
from dayshift_cli.session import Session

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Moment(click.ParamType[datetime]):
    """A moment in the past: so long ago (`30m`, `2h`, `7d`), a date (UTC), or RFC 3339 with a zone."""

    name = "moment"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The aware moment that the text means; a usage error showing one that would do."""
        ago = re.fullmatch(r"([0-9]{1,6})([smhd])", value)
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            return moment.replace(tzinfo=UTC)
        if moment is None or moment.tzinfo is None:
            self.fail(f"want 30m, 2h, 7d, 2026-11-21 or 2026-11-21T08:00:00Z; got {value!r}", param, ctx)
        return moment


@click.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1)
@click.option("--model", metavar="NAME", help="Only this model's results.")
@click.option("--since", type=Moment(), metavar="MOMENT", help="Only results since then, for example 2h or 2026-11-21.")
@click.option(
    "--limit", type=click.IntRange(min=0), default=100, show_default=True, help="At most so many, the newest; 0 is all."
)
@click.option("--confidence", is_flag=True, help="Show how sure the model is of each label and line.")
@output_option
@click.pass_obj
def results(
    session: Session, keys: tuple[str, ...], model: str | None, since: datetime | None, limit: int, confidence: bool,
    output: str,
) -> None:  # fmt: skip
    """Show results, newest first: one row an image, with its labels joined by ", " and its text by " | ".

    A KEY may be an object key, a key without the model's prefix, or the name of the local file; every version of it
    is shown. Of an archive all its images are, by their names in it; `pictures.zip/a.jpg` is one of them. json is the
    terminal records themselves, one a line, with boxes, versions and costs, and of an image out of an archive with
    `within`, which says what it is called there.

    Exit codes: 0 shown; 1 none of the images named has a result; 3 some of them have none.

    \b
    Examples:
      dayshift --env dev results --since 2h
      dayshift --env dev results "photos/red flower.jpg" --confidence
      dayshift --env dev results pictures.zip --limit 0
      dayshift --env dev results --model signs --limit 0 --output csv > results.csv
      dayshift --env dev results --output json | jq -r 'select(.status == "failed") | .image.key'
    """
    models = session.models(model)
    found, missing = _named(session, keys, models) if keys else (_all(session, models), 0)
    wanted = [place for place in found.places.values() if since is None or place.written_at >= since]
    newest = nlargest(limit or len(wanted), wanted, key=lambda place: place.written_at)
    records = _read(session, newest)
    origins = _origins(session, records, found)
    prefixes = {one.name: one.prefix for one in session.deployment.models}
    rows = [wide(record, prefixes, confidence, origins) for record in records]
    rows += [refused_row(where, model, reason, prefixes[model]) for model, where, reason in found.refused]
    values = [named(record, origins) for record in records]
    values += [refused_value(where, model, reason) for model, where, reason in found.refused]
    show(output, WIDE_COLUMNS, rows, values)
    for sentence in found.sentences:
        say(sentence)
    if len(newest) < len(wanted):
        say(f"Shown are the newest {len(newest)} of {len(wanted)}; --limit 0 shows all.")
    if not records and not keys:
        say("There are no results" + (" since then." if since else " yet; `dayshift status` shows what waits."))
    if missing:
        raise click.exceptions.Exit(ExitCode.PARTIAL if missing < len(keys) else ExitCode.ERROR)


def _all(session: Session, models: Sequence[DeployedModel]) -> Found:
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    return Found({place.key: place for model in models for place in places_of_model(s3, bucket, model.name)})


def _origins(session: Session, records: Sequence[Record], found: Found) -> dict[str, Within]:
    """Where the images were that came out of archives."""
    images = [(str(record["model"]["name"]), str(record["image"]["key"])) for record in records]
    others = [(model, key) for model, key in images if key not in found.origins]
    return found.origins | manifests.origins(session.clients.s3, session.deployment.results_bucket, others)


def _named(session: Session, names: Sequence[str], models: Sequence[DeployedModel]) -> tuple[Found, int]:
    """What is meant by the names, and how many of them mean nothing."""
    found, missing = Found(), 0
    for name in names:
        one = find(session, name, models)
        found.add(one)
        if not one:
            missing += 1
            say(why_missing(session, name, models))
    return found, missing


def _read(session: Session, places: Sequence[Place]) -> list[dict[str, Any]]:
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    return list(_present(read_all(s3, bucket, [place.key for place in places])))


def _present(records: Iterator[dict[str, Any] | None]) -> Iterator[dict[str, Any]]:
    """All that were still there: a purge may run beside us."""
    return (record for record in records if record is not None)
