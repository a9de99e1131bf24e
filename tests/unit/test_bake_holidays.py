"""Baked holidays and time zones: they are what the pinned libraries say, and what the functions can read."""

import json
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tools import bake_holidays

BAKED = {path.stem: json.loads(path.read_text()) for path in (bake_holidays.MODULE / "holidays").glob("*.json")}
ZONES = json.loads((bake_holidays.MODULE / "zones.json").read_text())
MEGABYTE = 1_000_000


def test_baking_again_changes_nothing(tmp_path: Path) -> None:
    bake_holidays.bake(tmp_path)
    fresh = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*.json")}
    kept = {path.relative_to(bake_holidays.MODULE): path.read_bytes() for path in bake_holidays.MODULE.rglob("*.json")}
    changed = sorted(str(path) for path in fresh.keys() | kept.keys() if fresh.get(path) != kept.get(path))
    assert not changed, "run .dayshift/venv/bin/python -m tools.bake_holidays and read the diff"


def test_a_country_that_is_no_more_leaves_no_file(tmp_path: Path) -> None:
    (tmp_path / "holidays").mkdir()
    (tmp_path / "holidays" / "XX.json").write_text("{}")
    bake_holidays.bake(tmp_path)
    assert not (tmp_path / "holidays" / "XX.json").exists()


def test_every_date_is_one_of_its_years_and_comes_once_in_order() -> None:
    for country, places in BAKED.items():
        for place, dates in places.items():
            days = [date.fromisoformat(text) for text in dates or ()]
            assert [day.isoformat() for day in days] == (dates or []), f"{country}-{place}"
            assert days == sorted(set(days)), f"{country}-{place}"
            assert all(day.year in bake_holidays.YEARS for day in days), f"{country}-{place}"


def test_every_country_has_a_list_of_its_own_and_every_part_what_the_library_says() -> None:
    assert set(BAKED) == set(bake_holidays.countries()) - {"BV", "HM", "IO", "UA"}  # nobody lives there, or war
    for country, places in BAKED.items():
        assert set(places) == {"", *bake_holidays.countries()[country]}
        assert places[""] is not None, country


@pytest.mark.parametrize(
    ("country", "place", "day", "is_off"),
    [
        ("DE", "", "2026-12-25", True),
        ("DE", "", "2026-12-24", False),
        ("DE", "", "2026-06-04", False),
        ("DE", "BY", "2026-06-04", True),  # Corpus Christi
        ("DE", "BE", "2027-03-08", True),
        ("US", "", "2026-07-03", True),  # the fourth is a Saturday: observed the day before
        ("GB", "SCT", "2026-11-30", True),
        ("FR", "", "2035-07-14", True),
    ],
)
def test_known_days(country: str, place: str, day: str, is_off: bool) -> None:
    assert (day in BAKED[country][place]) == is_off


def test_a_part_with_its_countrys_days_says_so_in_one_word() -> None:
    assert BAKED["AT"]["9"] is None
    assert bake_holidays.days_off("AT", "9") == BAKED["AT"][""]


def test_all_of_it_stays_small() -> None:
    size = sum(path.stat().st_size for path in bake_holidays.MODULE.rglob("*.json"))
    assert size < 1.5 * MEGABYTE


def test_every_time_zone_is_known_here() -> None:
    assert "Europe/Berlin" in ZONES
    assert not {"localtime", "Factory"} & set(ZONES)
    for name in ZONES:
        assert ZoneInfo(name).key == name
