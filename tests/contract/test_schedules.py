"""Hours to crons: what fires in a year is what the calendar of the functions asks for.

`terraform test` holds modules/running_window to the same cases (terraform/tests/running_window.tftest.hcl).
A cron knows no closed dates, so it may fire for nothing on one. Days on which the clock changes are left to the tick.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dayshift.domain.calendar import Calendar, Opening
from local.services import expressions

ROOT = Path(__file__).parents[2]
CASES = json.loads((Path(__file__).parent / "schedules.json").read_text())
HOLIDAYS = ROOT / "terraform" / "modules" / "running_window" / "holidays"
FIRST, LAST = datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
cases = pytest.mark.parametrize("case", [case for case in CASES if case["windows"]], ids=lambda case: str(case["name"]))


def closed_on(case: dict[str, Any]) -> list[str]:
    """The dates given and the country's holidays, as a model is told of them."""
    if case["holidays_of"] is None:
        return list(case["closed_on"])
    country, _, subdivision = case["holidays_of"].partition("-")
    baked = json.loads((HOLIDAYS / f"{country}.json").read_text())
    return [*case["closed_on"], *(baked[subdivision] or baked[""])]


def firings(crons: Iterable[str], zone: ZoneInfo) -> Iterator[datetime]:
    """Every instant of the year at which one of them fires, without the days on which the clock changes."""
    for cron in crons:
        expression = expressions.parse(cron)
        at = expression.next_after(FIRST, FIRST, zone)
        while at is not None and at < LAST:
            if keeps_its_clock(at, zone):
                yield at
            at = expression.next_after(at, FIRST, zone)


def keeps_its_clock(at: datetime, zone: ZoneInfo) -> bool:
    """Whether the zone's offset is the same for a day before and after."""
    return len({(at + around).astimezone(zone).utcoffset() for around in (-DAY, timedelta(), DAY)}) == 1


def awake(calendar: Calendar, warmup: timedelta) -> list[Opening]:
    """From the warm-up until the closing; one that begins before another ends is the same."""
    found: list[Opening] = []
    for opening in calendar.openings(FIRST - 7 * DAY, LAST + 7 * DAY):
        start = opening.start - warmup
        if found and start <= found[-1].end:
            found[-1] = Opening(found[-1].start, opening.end)
        else:
            found.append(Opening(start, opening.end))
    return found


@cases
def test_what_fires_in_a_year_is_every_warm_up_and_every_closing(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["timezone"])
    calendar = Calendar.of(case["timezone"], case["windows"])
    stretches = awake(calendar, case["warmup_minutes"] * MINUTE)
    for edge, wanted in (("starts", [each.start for each in stretches]), ("stops", [each.end for each in stretches])):
        within = [at for at in wanted if FIRST < at < LAST and keeps_its_clock(at, zone)]
        assert sorted(firings(case[edge], zone)) == within, edge


@cases
def test_no_stop_and_no_backstop_fires_while_it_is_open_or_warms_up(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["timezone"])
    calendar = Calendar.of(case["timezone"], case["windows"], closed_on(case))
    stretches = awake(calendar, case["warmup_minutes"] * MINUTE)
    for edge, grace in (("stops", timedelta()), ("backstops", case.get("grace_minutes", 0) * MINUTE)):
        for at in firings(case[edge], zone):
            met = [stretch for stretch in stretches if stretch.start <= at < stretch.end + grace]
            assert not met, f"{edge}: {at.astimezone(zone)} lies in {met}"


@cases
def test_a_backstop_is_missing_only_where_the_model_may_be_awake_again(case: dict[str, Any]) -> None:
    zone = ZoneInfo(case["timezone"])
    grace, late = case.get("grace_minutes", 0) * MINUTE, case["backstop_minutes"] * MINUTE
    stretches = awake(Calendar.of(case["timezone"], case["windows"]), case["warmup_minutes"] * MINUTE)
    wanted = {
        at
        for at in (stretch.end + late for stretch in stretches)
        if not any(other.start <= at < other.end + grace for other in stretches)
    }
    within = {at for at in wanted if FIRST < at < LAST and keeps_its_clock(at, zone)}
    assert set(firings(case["backstops"], zone)) == within


def test_the_cases_are_told_apart_and_sorted() -> None:
    assert len({case["name"] for case in CASES}) == len(CASES)
    for case in CASES:
        for edge in ("starts", "stops", "backstops"):
            assert case[edge] == sorted(case[edge]), f"{case['name']}: {edge}"
