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
    facts, hours = facts_of(model["family"]), model.get("hours")
    spec = dict(model)
    spec["hours"] = _hours(hours, configuration) if hours and hours.get("open") else None
    if model.get("usd_per_hour") is None:
        spec["usd_per_hour"] = _price(model["family"], model.get("options") or {})
    if model.get("warmup_minutes") is None:
        spec["warmup_minutes"] = facts.warmup_minutes if facts else 0
    if fleet := (model.get("options") or {}).get("fleet"):
        spec |= _fleet(fleet, float(model.get("images_per_minute") or 60))
    try:
        return name, Policy.from_json(spec)
    except ConfigurationError as error:
        raise Failure(f"{var_file}: {error}.") from error


def _fleet(fleet: Mapping[str, Any], images_per_minute: float) -> Mapping[str, Any]:
    """What `options.fleet` makes of a policy, as Terraform writes it: a worker's rate becomes the whole fleet's."""
    return {
        "images_per_minute": images_per_minute * fleet["maximum_workers"],
        "fleet": {
            "maximum": fleet["maximum_workers"],
            "images_per_minute": images_per_minute,
            "clear_within_minutes": fleet["clear_within_minutes"],
            "idle_minutes": fleet["idle_minutes"],
        },
    }


def _price(family: str, options: Mapping[str, Any]) -> float:
    """The family's own price of an hour, where none is configured."""
    facts = facts_of(family)
    return facts.usd_per_unit_hour * int(options.get("inference_units") or 1) if facts else 0.0


def _hours(hours: Mapping[str, Any], configuration: Path) -> Mapping[str, Any]:
    """The hours with the public holidays among the closed dates, as Terraform merges them."""
    place = hours.get("holidays_of")
    holidays = _holidays(place, configuration / "modules" / "running_window" / "holidays") if place else []
    return {**hours, "closed_on": sorted({*(hours.get("closed_on") or ()), *holidays})}


def _holidays(place: str, folder: Path) -> list[str]:
    """The dates of "DE" or "DE-BY": `{"": ["2026-01-01", …], "BY": […], "BE": null}`, null where a part has no own."""
    country, _, part = place.partition("-")
    try:
        baked = json.loads((folder / f"{country}.json").read_text(encoding="utf-8"))
        return [*(baked[""] if baked[part] is None else baked[part])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"The public holidays of {place!r} cannot be read ({type(error).__name__}: {error}).") from error
