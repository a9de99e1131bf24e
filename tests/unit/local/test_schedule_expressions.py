"""Which instants an expression means in a time zone: EventBridge Scheduler's rules."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from local.services.expressions import ExpressionError, parse

BERLIN = "Europe/Berlin"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def fires(
    expression: str, after: str, count: int = 1, zone: str = "UTC", anchor: str = "2026-01-01T00:00"
) -> list[str]:
    """The next instants in UTC, to the minute."""
    found: list[str] = []
    now = utc(after)
    while len(found) < count:
        instant = parse(expression).next_after(now, utc(anchor), ZoneInfo(zone))
        if instant is None:
            break
        found.append(instant.strftime("%Y-%m-%dT%H:%M"))
        now = instant
    return found


def test_a_cron_is_read_in_its_own_time_zone() -> None:
    assert fires("cron(0 8 ? * MON-FRI *)", "2026-11-20T12:00", zone=BERLIN) == ["2026-11-23T07:00"]


def test_a_cron_keeps_its_wall_time_over_the_change_to_summer_time() -> None:
    assert fires("cron(0 18 * * ? *)", "2027-03-27T12:00", 2, BERLIN) == ["2027-03-27T17:00", "2027-03-28T16:00"]


def test_a_wall_time_that_spring_skips_does_not_fire() -> None:
    assert fires("cron(30 2 * * ? *)", "2027-03-27T12:00", zone=BERLIN) == ["2027-03-29T00:30"]


def test_a_wall_time_that_autumn_repeats_fires_once_and_the_first_time() -> None:
    assert fires("cron(30 2 * * ? *)", "2026-10-24T12:00", 2, BERLIN) == ["2026-10-25T00:30", "2026-10-26T01:30"]


def test_the_first_of_two_equal_wall_times_is_found_from_just_before_it() -> None:
    assert fires("cron(30 2 * * ? *)", "2026-10-25T00:29", zone=BERLIN) == ["2026-10-25T00:30"]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        ("1", "2026-11-22"),  # AWS counts from Sunday, 1
        ("SUN", "2026-11-22"),
        ("2-6", "2026-11-20"),  # Friday itself
        ("7", "2026-11-21"),
        ("L", "2026-11-21"),
        ("6L", "2026-11-27"),  # the last Friday
        ("2#1", "2026-12-07"),  # the first Monday
        ("MON,WED", "2026-11-23"),
    ],
)
def test_days_of_the_week_count_from_sunday(days: str, first: str) -> None:
    assert fires(f"cron(0 12 ? * {days} *)", "2026-11-20T00:00") == [f"{first}T12:00"]


def test_the_last_day_of_a_month_and_a_year_are_understood() -> None:
    assert fires("cron(0 0 L 2 ? 2028)", "2026-11-20T00:00", 2) == ["2028-02-29T00:00"]
    assert fires("cron(0 0 1 1 ? 2027-2029/2)", "2026-11-20T00:00", 3) == ["2027-01-01T00:00", "2029-01-01T00:00"]


def test_a_rate_fires_at_its_anchor_and_then_evenly() -> None:
    expected = ["2026-03-28T10:30", "2026-03-29T10:30"]
    assert fires("rate(1 day)", "2026-03-28T10:00", 2, BERLIN, anchor="2026-03-28T10:30") == expected


def test_a_rate_stays_on_its_grid_however_late_it_is_asked() -> None:
    assert fires("rate(5 minutes)", "2026-01-01T00:07") == ["2026-01-01T00:10"]


def test_at_fires_once_in_its_time_zone() -> None:
    assert fires("at(2026-12-24T08:00:00)", "2026-11-20T00:00", 2, BERLIN) == ["2026-12-24T07:00"]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca"]
)
def test_a_daily_cron_never_fires_twice_in_less_than_twenty_two_hours(zone: str) -> None:
    instants = [datetime.fromisoformat(each) for each in fires("cron(15 2 * * ? *)", "2026-01-01T00:00", 800, zone)]
    assert min((b - a).total_seconds() for a, b in pairwise(instants)) >= 22 * 3600


@pytest.mark.parametrize(
    "expression",
    [
        "every day",
        "cron(61 8 ? * * *)",
        "cron(0 8 ? * MON-FRI)",
        "cron(0 8 * * MON-FRI *)",
        "cron(0 8 ? * ? *)",
        "cron(0 8 ? * 8 *)",
        "cron(0 8 ? * 0 *)",
        "cron(0 8 15W * ? *)",
        "cron(0 ? ? * MON *)",
        "cron(0 8 ? * MON 1969)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "at(2026-12-24 08:00)",
        "at(2026-02-30T08:00:00)",
    ],
)
def test_what_aws_would_refuse_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError, match="Invalid Schedule Expression"):
        parse(expression)
