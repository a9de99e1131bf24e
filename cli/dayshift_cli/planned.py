"""Policies of models that are not applied yet: described by options, or by a file of variables."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from dayshift.domain.errors import ConfigurationError
from dayshift.domain.policy import Policy
from dayshift_cli.errors import Failure
from dayshift_cli.families import facts_of
from dayshift_cli.var_file import models_of

# Where a price is not given, that of the one family of models that are paid by the hour.
_PAID_BY_THE_HOUR = "custom_labels"


def from_flags(
    hours: Sequence[str], timezone: str | None, warmup: int | None, closed_on: Sequence[str], usd_per_hour: float | None
) -> Policy:
    """The policy of office hours that the options describe. Raises UsageError."""
    if timezone is None:
        raise click.UsageError("--hours needs --timezone, for example --timezone Europe/Berlin.")
    spec = {
        "power": "office_hours",
        "hours": {"timezone": timezone, "open": list(hours), "closed_on": list(closed_on)},
        "warmup_minutes": 30 if warmup is None else warmup,
        "usd_per_hour": _price(_PAID_BY_THE_HOUR, {}) if usd_per_hour is None else usd_per_hour,
    }
    try:
        return Policy.from_json(spec)
    except ConfigurationError as error:
        raise click.UsageError(f"{error}.") from error


def from_var_file(var_file: Path, configuration: Path, name: str | None) -> tuple[str, Policy]:
    """The name and policy of a powered model of the file. Raises UsageError, Failure."""
    models = models_of(var_file, configuration)
    powered = sorted(model for model, value in models.items() if value.get("power"))
    known = ", ".join(powered) or "none"
    if name is None and len(powered) == 1:
        name = powered[0]
    if not powered:
        raise click.UsageError(f"No model of {var_file} has power; there is nothing to foresee.")
    if name is None:
        raise click.UsageError(f"Name one of the {len(powered)} powered models of {var_file}: {known}.")
    if name not in models:
        raise click.UsageError(f"There is no model {name!r} in {var_file}; with power: {known}.")
    if name not in powered:
        raise click.UsageError(
            f"{name} is always there and has no power: nobody starts or stops it. With power: {known}."
        )
    model = models[name]
    hours = model.get("hours")
    spec = {
        **model,
        "hours": _hours(hours, configuration) if hours and hours.get("open") else None,
        "usd_per_hour": _price(model["family"], model.get("options") or {})
        if model.get("usd_per_hour") is None
        else model["usd_per_hour"],
    }
    try:
        return name, Policy.from_json(spec)
    except ConfigurationError as error:
        raise Failure(f"{var_file}: {error}.") from error


def _price(family: str, options: Mapping[str, Any]) -> float:
    """The family's own price of an hour, where none is configured."""
    facts = facts_of(family)
    return facts.usd_per_unit_hour * int(options.get("inference_units") or 1) if facts else 0.0


def _hours(hours: Mapping[str, Any], configuration: Path) -> Mapping[str, Any]:
    """The hours with the public holidays among the closed dates, as Terraform merges them."""
    closed_on = set(hours.get("closed_on") or ())
    place = hours.get("holidays_of")
    if place:
        path = configuration / "modules" / "running_window" / "holidays" / f"{place}.json"
        try:
            closed_on |= set(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError) as error:
            raise Failure(f"The public holidays of {place!r} cannot be read ({error}).") from error
    return {**hours, "closed_on": sorted(closed_on)}
