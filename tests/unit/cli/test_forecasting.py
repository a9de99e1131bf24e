"""What a policy will do, day by day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dayshift.domain.memory import Memory
from dayshift.domain.policy import Policy
from dayshift.domain.power import desired
from dayshift.domain.sweeping import QueueDepth
from dayshift_cli.forecasting import Day, clock_change, days, midnight

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def policy(*opened: str, power: str = "office_hours", closed_on: tuple[str, ...] = (), **other: Any) -> Policy:
    hours = {"timezone": "Europe/Berlin", "open": list(opened), "closed_on": list(closed_on)} if opened else None
    return Policy.from_json({"power": power, "hours": hours, "warmup_minutes": 30, **other})


def walls(day: Day) -> tuple[list[str], list[str], list[str]]:
    def text(moment: datetime) -> str:
        return f"{moment.astimezone(BERLIN):%H:%M}"

    opened = [f"{text(one.start)}-{text(one.end)}" for one in day.open]
    return opened, [text(moment) for moment in day.starts], [text(moment) for moment in day.stops]


def ran(forecast: list[Day]) -> list[float]:
    return [-1 if day.ran is None else day.ran / HOUR for day in forecast]


def test_a_working_week_starts_before_each_opening_by_the_warmup() -> None:
    week = days(policy("Mon-Fri 09:00-18:00"), Memory(), MONDAY, 7)
    assert [day.date for day in week] == [MONDAY + timedelta(days=count) for count in range(7)]
    assert walls(week[0]) == (["09:00-18:00"], ["08:30"], ["18:00"])
    assert walls(week[5]) == ([], [], [])
    assert ran(week) == [9.5] * 5 + [0, 0]
    assert {day.note for day in week} == {""}


def test_a_window_over_midnight_is_told_on_both_days() -> None:
    week = days(policy("Mon 22:00-02:00"), Memory(), MONDAY, 2)
    assert walls(week[0]) == (["22:00-00:00"], ["21:30"], [])
    assert walls(week[1]) == (["00:00-02:00"], [], ["02:00"])
    assert ran(week) == [2.5, 2]


def test_a_start_that_falls_on_the_eve_is_told_and_paid_there() -> None:
    eve, day = days(policy("Mon 00:00-06:00"), Memory(), MONDAY - timedelta(days=1), 2)
    assert walls(eve) == ([], ["23:30"], [])
    assert walls(day) == (["00:00-06:00"], [], ["06:00"])
    assert ran([eve, day]) == [0.5, 6]


def test_a_break_that_is_shorter_than_the_warmup_is_no_stop() -> None:
    (day,) = days(policy("Mon 09:00-12:00", "Mon 12:20-18:00"), Memory(), MONDAY, 1)
    assert walls(day) == (["09:00-12:00", "12:20-18:00"], ["08:30"], ["18:00"])
    assert ran([day]) == [9.5]


def test_a_closed_date_is_named_where_it_would_have_opened() -> None:
    closed = policy("Mon-Fri 09:00-18:00", closed_on=("2026-11-24", "2026-11-28"))
    week = days(closed, Memory(), MONDAY, 7)
    assert [day.note for day in week] == ["", "closed date", "", "", "", "", ""]
    assert ran(week)[1] == 0


@pytest.mark.parametrize(
    ("sunday", "note", "hours"),
    [
        (date(2026, 3, 29), "clock forward 1 h at 02:00 (CET, then CEST)", 23),
        (date(2026, 10, 25), "clock back 1 h at 03:00 (CEST, then CET)", 25),
    ],
)
def test_a_change_of_the_clock_is_named_and_the_day_has_its_true_length(sunday: date, note: str, hours: int) -> None:
    eve, day = (
        days(policy(power="always_on"), Memory(), sunday, 1),
        days(policy("Mon-Sun 00:00-24:00"), Memory(), sunday, 1),
    )
    assert day[0].note == note
    assert ran(day) == [hours]
    assert ran(eve) == [24], "without hours a day is one of UTC"


def test_a_skipped_opening_is_the_moment_of_the_skip() -> None:
    (day,) = days(policy("Sun 02:30-06:00"), Memory(), date(2026, 3, 29), 1)
    assert walls(day)[0] == ["03:00-06:00"]
    assert walls(day)[1] == ["01:30"]


def test_always_on_starts_and_stops_on_no_day() -> None:
    week = days(policy(power="always_on"), Memory(), MONDAY, 7)
    assert ran(week) == [24] * 7
    assert not any(day.starts or day.stops for day in week)


def test_hours_around_the_clock_have_no_edge_however_far_one_looks() -> None:
    season = days(policy("Mon-Sun 00:00-24:00"), Memory(), MONDAY, 100)
    assert not any(day.starts or day.stops for day in season)
    assert ran(season) == [24] * 100


def test_a_stop_at_midnight_belongs_to_the_day_that_ends() -> None:
    monday, tuesday = days(policy("Mon 08:00-24:00"), Memory(), MONDAY, 2)
    assert [moment == monday.end for moment in monday.stops] == [True]
    assert tuesday.stops == ()


def test_no_more_than_the_most_hours_a_day() -> None:
    capped = days(policy("Mon 08:00-12:00", "Mon 14:00-20:00", maximum_running_hours_per_day=6), Memory(), MONDAY, 1)
    assert ran(capped) == [6]
    assert walls(capped[0])[2] == ["12:00", "15:00"]
    whole = days(policy(power="always_on", maximum_running_hours_per_day=8), Memory(), MONDAY, 3)
    assert ran(whole) == [8, 8, 8]
    assert [len(day.starts) for day in whole] == [1, 1, 1]


def test_a_learned_warmup_moves_the_starts_of_what_is_kept_warm() -> None:
    warm = policy("Mon-Fri 09:00-18:00", power="on_deadline", results_within_minutes=10)
    slow = Memory(starts=(45 * 60,) * 5)
    assert walls(days(warm, slow, MONDAY, 1)[0])[1] == ["08:15"]
    assert walls(days(warm, Memory(), MONDAY, 1)[0])[1] == ["08:30"]


def test_a_promise_that_leaves_time_is_kept_by_demand_and_its_windows_are_told() -> None:
    week = days(policy("Mon-Fri 09:00-18:00", power="on_deadline", results_within_minutes=60), Memory(), MONDAY, 7)
    assert ran(week) == [-1] * 7
    assert [f"{day.due[0].astimezone(BERLIN):%H:%M}" if day.due else "" for day in week] == ["09:30"] * 5 + [""] * 2
    assert walls(week[0]) == (["09:00-18:00"], [], [])


windows = st.builds(
    lambda days, start, end: (
        f"{','.join(sorted(days))} {start // 4:02}:{start % 4 * 15:02}-{end // 4:02}:{end % 4 * 15:02}"
    ),
    st.sets(st.sampled_from(("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")), min_size=1),
    st.integers(0, 95),
    st.integers(0, 96),
)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(st.lists(windows, min_size=1, max_size=3), st.sampled_from([date(2026, 3, 27), date(2026, 10, 23), MONDAY]))
def test_the_hours_are_those_in_which_the_tick_wishes_it_to_run(opened: list[str], first: date) -> None:
    opened = [one for one in opened if one.split()[1].split("-")[0] != one.split("-")[-1]]
    if not opened:
        return
    wanted = policy(*opened)
    step, empty, memory = 15 * MINUTE, QueueDepth(0, 0, 0), Memory()
    told = {day.start: day for day in days(wanted, Memory(), first, 4)}
    for day in days(wanted, Memory(), first - timedelta(days=2), 6):  # two days before, so that it runs as it would
        running = 0
        for tick in (day.start + count * step for count in range((day.end - day.start) // step)):
            is_on = desired(wanted, memory, empty, None, tick).running
            memory, running = Memory(running_since=tick if is_on else None), running + is_on
        if day.start in told:
            assert told[day.start].ran == running * step, (day, opened)


def test_a_change_of_half_an_hour_and_of_a_whole_day_are_told() -> None:
    howe, apia = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")
    sunday = date(2026, 10, 4)
    assert "forward 0.5 h" in clock_change(midnight(sunday, howe), midnight(sunday + timedelta(days=1), howe), howe)
    assert "forward 24 h" in clock_change(
        midnight(date(2011, 12, 29), apia), midnight(date(2011, 12, 31), apia) + HOUR, apia
    )
    assert clock_change(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC), UTC) == ""


FLEET = {"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}


def test_office_hours_of_a_fleet_are_when_it_may_run_and_nobody_knows_for_how_long() -> None:
    week = days(policy("Mon-Fri 09:00-18:00", fleet=FLEET), Memory(), MONDAY, 7)
    assert ran(week) == [-1] * 7
    assert walls(week[0]) == (["09:00-18:00"], [], [])
    assert walls(week[5]) == ([], [], [])


def test_a_fleet_that_is_always_on_runs_all_day() -> None:
    assert ran(days(policy(power="always_on", fleet=FLEET), Memory(), MONDAY, 2)) == [24, 24]
