"""What `--until` and `--for` mean, across midnights and changes of the clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import click
import pytest

from dayshift_cli.moments import ending, length, span_of, told

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 21, 11, tzinfo=UTC)  # 12:00 in Berlin


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("until", "wanted"),
    [
        ("22:00", "2026-11-21T22:00"),
        ("12:01", "2026-11-21T12:01"),
        ("06:00", "2026-11-22T06:00"),
        ("11:59", "2026-11-22T11:59"),
        ("24:00", "2026-11-22T00:00"),
        ("00:00", "2026-11-22T00:00"),
        ("2026-11-22T01:00", "2026-11-22T01:00"),
        ("2026-11-22T01:00:00Z", "2026-11-22T02:00"),
        ("2026-11-22T01:00+05:30", "2026-11-21T20:30"),
    ],
)
def test_a_time_is_the_next_one_by_the_models_own_clock(until: str, wanted: str) -> None:
    assert ending(until, None, BERLIN, NOON) == local(wanted)


def test_twelve_at_twelve_is_tomorrow_and_just_not_too_far() -> None:
    assert ending("12:00", None, BERLIN, NOON) == NOON + timedelta(hours=24)


def test_a_time_that_is_skipped_is_the_moment_of_the_skip() -> None:
    evening = local("2026-03-28T20:00")
    assert ending("02:30", None, BERLIN, evening) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert ending("2026-03-29T02:30", None, BERLIN, evening) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_comes_twice_is_the_first_unless_that_is_over() -> None:
    evening = local("2026-10-24T20:00")
    first, second = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert ending("02:30", None, BERLIN, evening) == first
    between = first + timedelta(minutes=15)
    assert ending("02:30", None, BERLIN, between) == second
    assert ending("2026-10-25T02:30", None, BERLIN, between) == second


def test_a_day_of_25_hours_is_too_long_for_the_same_time_tomorrow() -> None:
    evening = local("2026-10-24T20:00")
    with pytest.raises(click.UsageError, match=r"Sun 25 Oct 20:00 CET, more than 24 hours.* is Sun 25 Oct 19:00 CET"):
        ending("20:00", None, BERLIN, evening)


@pytest.mark.parametrize(
    ("span", "minutes"), [("2h", 120), ("90m", 90), ("1h30m", 90), ("24h", 24 * 60), ("1m", 1), ("0h5m", 5)]
)
def test_a_span_is_hours_and_minutes(span: str, minutes: int) -> None:
    assert ending(None, span, BERLIN, NOON) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize("span", ["", "0m", "2", "2d", "h", "-1h", "1.5h", "30m1h", "2 h"])
def test_other_spans_are_refused_with_one_that_would_do(span: str) -> None:
    with pytest.raises(click.UsageError, match="--for wants 2h, 90m or 1h30m; got"):
        span_of(span)


@pytest.mark.parametrize("until", ["8:30", "25:00", "22", "22:60", "22:00:00", "tomorrow", "2026-11-22", "", "24:01"])
def test_other_times_are_refused_with_one_that_would_do(until: str) -> None:
    with pytest.raises(click.UsageError, match=r"--until wants 22:00, .*; got"):
        ending(until, None, BERLIN, NOON)


@pytest.mark.parametrize(
    ("until", "span", "said"),
    [
        ("2026-11-21T11:59", None, "--until 2026-11-21T11:59 is over: it is Sat 21 Nov 12:00 CET now"),
        ("2026-11-21T12:00", None, "is over"),
        ("2026-11-22T12:01", None, "the latest possible is Sun 22 Nov 12:00 CET"),
        (None, "25h", "--for 25h is Sun 22 Nov 13:00 CET, more than 24 hours ahead"),
        ("22:00", "2h", "one of the two; got both"),
        (None, None, "one of the two; got neither"),
    ],
)
def test_what_is_over_or_too_far_or_said_twice_or_not_at_all_is_refused(
    until: str | None, span: str | None, said: str
) -> None:
    with pytest.raises(click.UsageError) as refused:
        ending(until, span, BERLIN, NOON)
    assert said in refused.value.message


def test_a_zone_that_is_none_of_the_tables_reads_walls_too() -> None:
    assert ending("13:00", None, UTC, NOON) == NOON + timedelta(hours=2)


def test_instants_and_spans_are_told_as_people_do() -> None:
    assert told(NOON, BERLIN) == "Sat 21 Nov 12:00 CET"
    spans = {0.4: "under a minute", 35: "35 min", 60: "1 h", 65: "1 h 5 min", 1440: "1 d", 3605: "2 d 12 h"}
    assert {minutes: length(timedelta(minutes=minutes)) for minutes in spans} == spans
