"""`dayshift costs`: hours run, images read and money by model and day, and what always on would have cost."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import click
from rich.text import Text

from dayshift.domain.model import ModelSpec
from dayshift_cli import powering
from dayshift_cli.accounting import Account, Price, accounts, total
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.forecasting import midnight
from dayshift_cli.metering import metered
from dayshift_cli.render import Row, output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = (
    "model", "date", "hours", "images", "other ends", "usd", "usd/image", "always on usd", "saved usd", "counted by",
)  # fmt: skip
_TOTAL = "total"


@click.command()
@click.option("--model", metavar="NAME", help="Only this model.")
@click.option(
    "--days", type=click.IntRange(1, 455), default=30, show_default=True,
    help="So many days, today among them; CloudWatch keeps 455.",
)  # fmt: skip
@output_option
@click.pass_obj
def costs(session: Session, model: str | None, days: int, output: str) -> None:
    """Show what models cost: hours run, images answered and money by day of the model's zone, with totals.

    Hours of a custom_labels model are the unit-hours that Rekognition counts, where an hour that was begun is whole;
    of a fleet they are its workers' together; of others, and while Rekognition has counted none, those that Dayshift's
    own ticks saw. Money is at the configured
    price, and an estimate: the bill is AWS's. Days before anything was counted are left out, so nothing is "saved"
    on a day on which there was no model. A fleet that is always on keeps one worker: what that would have cost in the
    hours without any is what was saved. A model that is read in jobs costs what its jobs did, on the day on which
    they ended; `dayshift jobs` and `status` show what open ones have cost so far.

    \b
    Examples:
      dayshift --env prod costs
      dayshift --env prod costs --model logos --days 90 --output csv > costs.csv
      dayshift --env prod costs --output json | jq 'select(.date == "total") | {model, usd, saved_usd}'
    """
    rows: list[Row] = []
    values: list[dict[str, Any]] = []
    totals: list[Account] = []
    for one in session.models(model):
        found = _accounts(session, one, days, session.now())
        if not found:
            say(f"Nothing was counted of {one.name} in the last {days} days.")
            continue
        totals.append(total(found))
        for account in (*found, totals[-1]):
            rows.append(_row(one.name, account))
            values.append(_value(one.name, account))
    if len(totals) > 1:
        rows.append(_row("all", total(totals)))
        values.append(_value("all", total(totals)))
    show(output, _COLUMNS, rows, values)


def _accounts(session: Session, model: DeployedModel, days: int, now: datetime) -> Sequence[Account]:
    price: Price | None = None
    zone: tzinfo = UTC
    spec: ModelSpec | None = None
    if model.power:
        stored = powering.stored(session, model, now)
        units = int(stored.spec.options.get("inference_units") or 1)
        # nothing of ours runs for a job: what it has cost is in its images' records, and so in what was counted of them
        price = None if model.jobs else Price(stored.policy.usd_per_hour, units, model.is_fleet)
        zone, spec = stored.policy.zone, stored.spec
    start = midnight(now.astimezone(zone).date() - timedelta(days=days - 1), zone)
    counted = metered(session.clients.cloudwatch, session.deployment, model, spec, start, now)
    return accounts(counted, price, zone, start, now)


def _row(model: str, account: Account) -> Row:
    style = "bold" if account.date is None else ""
    cells = (
        model,
        _TOTAL if account.date is None else account.date.isoformat(),
        _number(account.hours, 2),
        str(account.images),
        str(account.others or ""),
        _number(account.usd, 2 if account.usd >= 1 else 4),
        _number(account.usd_per_image, 4),
        _number(account.always_on_usd, 2),
        _number(account.saved_usd, 2),
        account.source,
    )
    return [Text(cell, style=style) for cell in cells]


def _value(model: str, account: Account) -> dict[str, Any]:
    return {
        "model": model,
        "date": _TOTAL if account.date is None else account.date.isoformat(),
        "hours": _rounded(account.hours),
        "images": account.images,
        "other_ends": account.others,
        "usd": _rounded(account.usd),
        "usd_per_image": _rounded(account.usd_per_image),
        "always_on_usd": _rounded(account.always_on_usd),
        "saved_usd": _rounded(account.saved_usd),
        "counted_by": account.source or None,
    }


def _number(value: float | None, places: int) -> str:
    return "" if value is None else f"{value:.{places}f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)
