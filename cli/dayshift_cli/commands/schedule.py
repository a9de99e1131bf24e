"""`dayshift schedule`: what will happen, day by day, and what it costs; before anything is applied too."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from dayshift.domain.fleet import Fleet
from dayshift.domain.memory import Memory
from dayshift.domain.policy import Kind, Policy
from dayshift_cli import powering
from dayshift_cli.forecasting import Day, days, is_by_demand
from dayshift_cli.moments import length
from dayshift_cli.planned import from_flags, from_var_file
from dayshift_cli.render import Row, output_option, say, show
from dayshift_cli.session import Session

_COLUMNS = ("date", "open", "starts", "stops", "hours", "usd", "note")
_DUE = "due"
_HOUR = timedelta(hours=1)


@click.command()
@click.argument("model", required=False)
@click.option("--days", "count", type=click.IntRange(1, 366), default=14, show_default=True, help="How many days.")
@click.option(
    "--from", "first", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]), help="The first day; else today in the zone."
)
@click.option(
    "--var-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A model that is not applied yet: by this file, as Terraform reads it. AWS is not asked.",
)  # fmt: skip
@click.option(
    "--hours", metavar="WINDOW", multiple=True,
    help='Hours that stand nowhere yet, such as "Mon-Fri 09:00-18:00"; may be given several times. AWS is not asked.',
)  # fmt: skip
@click.option("--timezone", metavar="ZONE", help="With --hours: an IANA name, for example Europe/Berlin.")
@click.option(
    "--warmup", metavar="MINUTES", type=click.IntRange(min=0), help="With --hours: how long a start takes [30]."
)
@click.option("--closed-on", metavar="DATE", multiple=True, help="With --hours: a date without hours; several times.")
@click.option("--usd-per-hour", metavar="USD", type=click.FloatRange(min=0), help="With --hours: the price [4.00].")
@output_option
@click.pass_obj
def schedule(
    session: Session, model: str | None, count: int, first: datetime | None, var_file: Path | None,
    hours: tuple[str, ...], timezone: str | None, warmup: int | None, closed_on: tuple[str, ...],
    usd_per_hour: float | None, output: str,
) -> None:  # fmt: skip
    """Show what will happen to a model, day by day: what is open, when it is started and stopped, hours and money.

    Times are of the model's own zone. A start comes before an opening by the warm-up, and is paid from then on. Closed
    dates and changes of the clock are named. What a person switches and what images decide is not foreseen: a model
    on_deadline whose promise leaves time to wake it is started by demand, and so is a fleet within its office hours.

    \b
    Examples:
      dayshift --env prod schedule logos --days 14
      dayshift schedule --var-file terraform/envs/prod.tfvars --from 2026-12-21
      dayshift schedule --hours "Mon-Fri 09:00-18:00" --timezone Europe/Berlin --closed-on 2026-12-24
    """
    flags = {"timezone": timezone, "warmup": warmup, "closed_on": closed_on or None, "usd_per_hour": usd_per_hour}
    given = [f"--{name.replace('_', '-')}" for name, value in flags.items() if value is not None]
    if var_file and hours:
        raise click.UsageError("--var-file and --hours are two ways of describing a model; use one of them.")
    if given and not hours:
        raise click.UsageError(f"{', '.join(given)} goes with --hours only; a model's own are in its configuration.")
    memory = Memory()
    if hours:
        name, policy = model or "", from_flags(hours, timezone, warmup, closed_on, usd_per_hour)
    elif var_file:
        name, policy = from_var_file(var_file, session.options.terraform_dir, model)
    else:
        found = session.powered(model)
        stored = powering.stored(session, found, session.now())
        name, policy, memory = found.name, stored.policy, stored.memory
        for warning in stored.warnings:
            say(f"{name} is kept off: {warning}.") if policy.fault else say(f"{name}: {warning}.")
    today = session.clock() if hours or var_file else session.now()
    begin = first.date() if first else today.astimezone(policy.zone).date()
    forecast = days(policy, memory, begin, count)
    _show(name, policy, forecast, output)
    if output == "table":
        _explain(name, policy, memory, forecast)


def _show(name: str, policy: Policy, forecast: Sequence[Day], output: str) -> None:
    promises = policy.kind is Kind.ON_DEADLINE
    columns = (*_COLUMNS[:2], _DUE, *_COLUMNS[2:]) if promises else _COLUMNS
    values = [_value(name, policy, day) for day in forecast]
    form = "%Y-%m-%d" if output == "csv" else "%a %Y-%m-%d"
    rows = [_row(policy, day, promises, form) for day in forecast]
    ran = _sum(forecast)
    whole = {"model": name, "date": "total", "hours": _hours(ran), "usd": _usd(ran, policy), "days": len(forecast)}
    total: Row = ("total", "", *([""] * promises), "", "", _hours(ran), _usd(ran, policy), f"{len(forecast)} days")
    show(output, columns, [*rows, [Text("" if cell is None else _cell(cell), style="bold") for cell in total]],
         [*values, whole])  # fmt: skip


def _row(policy: Policy, day: Day, promises: bool, form: str) -> Row:
    zone = policy.zone
    opened = ", ".join(f"{_wall(one.start, zone)}-{_until(one.end, day, zone)}" for one in day.open)
    due = [", ".join(_wall(moment, zone) for moment in day.due)] if promises else []
    by_demand = "by demand" if day.open else ""
    starts = by_demand if day.ran is None else ", ".join(_wall(moment, zone) for moment in day.starts)
    stops = ", ".join(_until(moment, day, zone) for moment in day.stops)
    note = Text(day.note, style="yellow" if day.note else "")
    cells = (_hours(day.ran), _usd(day.ran, policy))
    return (f"{day.date:{form}}", opened, *due, starts, stops, *[_cell(cell) for cell in cells], note)


def _value(name: str, policy: Policy, day: Day) -> dict[str, Any]:
    def iso(moment: datetime) -> str:
        return moment.astimezone(policy.zone).isoformat()

    return {
        "model": name,
        "date": day.date.isoformat(),
        "timezone": str(policy.zone),
        "open": [{"from": iso(one.start), "until": iso(one.end)} for one in day.open],
        "due": [iso(moment) for moment in day.due],
        "starts": [iso(moment) for moment in day.starts],
        "stops": [iso(moment) for moment in day.stops],
        "by_demand": day.ran is None and bool(day.open),
        "hours": _hours(day.ran),
        "usd": _usd(day.ran, policy),
        "note": day.note,
    }


def _explain(name: str, policy: Policy, memory: Memory, forecast: Sequence[Day]) -> None:
    each = " and worker" if policy.fleet else ""
    price = f"{policy.usd_per_hour:g} USD an hour{each}, from the start on, warm-up included"
    say(f"Times are of {policy.zone}; {price if policy.usd_per_hour else 'nothing is paid by the hour'}.")
    promise = length(policy.results_within)
    if policy.fleet is not None:
        say(_of_a_fleet(name, policy, policy.fleet, forecast))
    if policy.kind is Kind.OFFICE_HOURS and policy.fleet:
        return
    if is_by_demand(policy, memory):
        where = "of the opening hours " if policy.calendar else ""
        say(
            f"{name or 'The model'} is started by demand, at the last moment at which results can still be there "
            f"within {promise} {where}after an image has come; what comes while it is closed is due as under `due`."
        )
    elif policy.kind is Kind.ON_DEADLINE:
        say(
            f"Results within {promise} leave no time to wake the model, so it is kept warm while open. These hours are "
            "the most: after a pause without work, once its length is learned, it sleeps."
        )
    always = sum((day.end - day.start for day in forecast), timedelta())
    if (ran := _sum(forecast)) is not None and policy.usd_per_hour:
        saved = (always - ran) / _HOUR * policy.usd_per_hour
        say(f"Always on would be {always / _HOUR:,.1f} hours; this saves {saved:,.2f} USD in {len(forecast)} days.")


def _of_a_fleet(name: str, policy: Policy, fleet: Fleet, forecast: Sequence[Day]) -> str:
    """What is paid, which for a fleet its images decide more than its hours."""
    workers = "1 worker" if fleet.maximum == 1 else f"1 to {fleet.maximum} workers"
    if policy.kind is not Kind.OFFICE_HOURS:
        return (
            f"Hours and money are those of one worker; {name or 'the fleet'} has {workers}, as what waits needs them."
        )
    opened = sum((one.end - one.start for day in forecast for one in day.open), timedelta())
    most = opened / _HOUR * policy.usd_per_hour * fleet.maximum
    return (
        f"{name or 'The fleet'} is paid only while there is work: within these hours the first image that waits wakes "
        f"{workers}, and after {length(fleet.idle)} without any there is none. At most {most:,.2f} USD in "
        f"{len(forecast)} days, if all worked in all these hours."
    )


def _sum(forecast: Sequence[Day]) -> timedelta | None:
    ran = [day.ran for day in forecast if day.ran is not None]
    return sum(ran, timedelta()) if ran else None


def _wall(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%H:%M}"


def _until(moment: datetime, day: Day, zone: tzinfo) -> str:
    return "24:00" if moment == day.end else _wall(moment, zone)


def _hours(span: timedelta | None) -> float | None:
    return None if span is None else round(span / _HOUR, 2)


def _usd(span: timedelta | None, policy: Policy) -> float | None:
    return None if span is None else round(span / _HOUR * policy.usd_per_hour, 2)


def _cell(cell: Any) -> str:
    return "" if cell is None else f"{cell:.2f}" if isinstance(cell, float) else str(cell)
