"""Writes public holidays and time zones into the Terraform configuration (terraform/modules/running_window), as data.

Usage: .dayshift/venv/bin/python -m tools.bake_holidays
When `make lock` has brought a newer `holidays` or `tzdata`: `make setup`, run this, read the diff, commit it.

holidays/<country>.json holds, for 2026 to 2035, the dates that are public holidays everywhere in the country ("") and
those of each subdivision; null where these are the same. Half days, bank holidays and days at work are not among them.
Dates that hang on a sighting of the moon are the library's estimates. A country without any date has no file.
zones.json holds the names of the time zones.
"""

import json
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path

import holidays

YEARS = range(2026, 2036)
COUNTRY = ""
MODULE = Path(__file__).parents[1] / "terraform" / "modules" / "running_window"
NO_PLACES = {"Factory", "localtime"}

Dates = Sequence[str]


def countries() -> dict[str, list[str]]:
    """Every country with its subdivisions, by their codes, for example "DE": ["BB", "BE", ...]."""
    return dict(holidays.list_supported_countries(include_aliases=False))


def days_off(country: str, subdivision: str = COUNTRY) -> list[str]:
    """The public holidays of all years, sorted, for example "2026-01-01"."""
    found = holidays.country_holidays(country, subdiv=subdivision or None, years=YEARS, categories=holidays.PUBLIC)
    return sorted(day.isoformat() for day in found if day.year in YEARS)


def baked(country: str, subdivisions: Sequence[str]) -> dict[str, Dates | None]:
    """What a country's file says."""
    everywhere = days_off(country)
    others = {name: days_off(country, name) for name in sorted(subdivisions)}
    return {COUNTRY: everywhere} | {name: None if days == everywhere else days for name, days in others.items()}


def text_of(dates: Mapping[str, Dates | None]) -> str:
    """JSON with one line for each subdivision: a short diff, and still small."""
    lines = [
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps(days, separators=(',', ':'))}"
        for name, days in dates.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def zones() -> list[str]:
    """The names of all time zones, as the tzdata package has them (a machine's own may have fewer)."""
    names = (resources.files("tzdata") / "zones").read_text(encoding="utf-8").split()
    return sorted(set(names) - NO_PLACES)


def bake(module: Path) -> None:
    """Writes all files, and removes those of countries that are no more."""
    folder = module / "holidays"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    for country, subdivisions in countries().items():
        dates = baked(country, subdivisions)
        if any(dates.values()):
            (folder / f"{country}.json").write_text(text_of(dates), encoding="utf-8")
    (module / "zones.json").write_text(json.dumps(zones(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    bake(MODULE)
