"""The world of the replay, the policies in it, ours through the real code, and what is written down."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bench.power.__main__ import main
from bench.power.compare import compare
from bench.power.demand import Demand, Setting, demand_of
from bench.power.generators import generate, write_trace
from bench.power.others import AlwaysOn, FixedSchedule, HourlyWake, QueueDriven
from bench.power.ours import Dayshift, History
from bench.power.trace import MINUTE, Trace
from bench.power.world import replay
from dayshift.domain.errors import ConfigurationError

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def demand(*arrivals: tuple[str, int], **setting) -> Demand:
    """Images at times of one Monday."""
    rows = [(MONDAY + timedelta(hours=int(clock[:2]), minutes=int(clock[3:])), count) for clock, count in arrivals]
    return demand_of(Trace.of("monday", rows), Setting(**setting))


def at(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def test_always_on_is_billed_from_midnight_to_midnight_and_serves_in_the_same_minute():
    outcome = replay(demand(("10:00", 5)), AlwaysOn())
    assert (outcome.runs, outcome.longest_wait, outcome.on_time) == (((0, 1440),), 1, 1.0)


def test_the_fixed_schedule_runs_from_half_an_hour_before_opening_to_closing():
    monday = demand(("03:00", 1), ("17:59", 1))
    outcome = replay(monday, FixedSchedule(monday))
    assert outcome.runs == ((at("08:30"), at("18:00")),)
    assert (outcome.on_time, outcome.longest_wait) == (1.0, 6 * 60 + 1)


def test_the_hourly_wake_looks_at_the_full_hour_and_holds_for_59_minutes():
    outcome = replay(demand(("10:05", 1)), HourlyWake())
    assert outcome.runs == ((at("11:00"), at("12:29")),)
    assert not outcome.objective_met  # 86 minutes


def test_queue_driven_starts_for_each_image_that_finds_it_asleep():
    outcome = replay(demand(("10:00", 1), ("10:20", 1), ("11:00", 1)), QueueDriven())
    assert outcome.runs == ((at("10:01"), at("10:32")), (at("11:01"), at("11:32")))


def test_no_more_than_the_rate_goes_through_first_come_first_served():
    outcome = replay(demand(("10:00", 25), rate_per_minute=10, results_within=2), AlwaysOn())
    assert (outcome.longest_wait, outcome.on_time) == (3, 20 / 25)


def test_ours_serves_at_the_last_moment_and_stops_at_once():
    monday = demand(("10:00", 25))
    outcome = replay(monday, Dayshift(monday))
    assert outcome.objective_met
    assert outcome.billed_minutes <= 32
    assert 55 <= outcome.longest_wait <= 60


@pytest.mark.parametrize(
    ("name", "within", "weeks"), [("office_day", 60, 2), ("trickle", 60, 1), ("office_day", 15, 3)]
)
def test_the_ticks_that_are_left_out_change_nothing(name: str, within: int, weeks: int):
    setting = Setting(results_within=within, timezone="Europe/Berlin", closed_on=("2026-03-11",))
    drawn = demand_of(generate(name, 60, 3, setting.calendar.zone, weeks), setting)
    every, some = (replay(drawn, Dayshift(drawn, every_tick=every)) for every in (True, False))
    assert some.runs == every.runs
    assert (some.on_time, some.longest_wait) == (every.on_time, every.longest_wait)
    assert some.ticks < every.ticks


def test_the_history_tells_counts_of_five_minutes_that_are_over():
    history = History(demand(("10:01", 1), ("10:04", 2), ("10:05", 4), ("10:11", 8)))
    ten = MONDAY + timedelta(hours=10)
    assert history.between(ten, ten + 10 * MINUTE) == [(ten, 3), (ten + 5 * MINUTE, 4)]
    assert history.between(ten + MINUTE, ten + 14 * MINUTE) == [(ten + 5 * MINUTE, 4)]


@pytest.mark.parametrize("name", ["office_day", "bursts", "trickle", "batch_nights"])
def test_in_time_to_be_woken_the_promise_is_kept_near_the_bound(name: str):
    setting = Setting(timezone="Europe/Berlin")
    found = compare(generate(name, 100, 11, setting.calendar.zone, 5), setting)
    assert found.outcomes["dayshift"].objective_met
    assert 1 <= found.cost_ratio("dayshift") <= 1.5
    assert found.bound.minutes <= found.bound.serving_all <= found.outcomes["always_on"].billed_minutes


def test_the_json_says_what_each_policy_cost_and_kept(tmp_path: Path):
    place, out, picture = tmp_path / "trace.csv", tmp_path / "new" / "out.json", tmp_path / "week.png"
    trace = generate("bursts", 50, 1, Setting().calendar.zone, 2)
    place.write_text(write_trace(trace))
    assert main(["--trace", str(place), "--json", str(out), "--plot", str(picture)]) == 0
    written = json.loads(out.read_text())
    assert set(written["policies"]) == {"dayshift", "always_on", "fixed_schedule", "hourly_wake", "queue_driven"}
    for policy in written["policies"].values():
        assert {"cost_ratio", "hours", "on_time", "objective_met", "starts"} <= set(policy)
        assert policy["cost_ratio"] == pytest.approx(policy["hours"] / written["bound"]["hours"], rel=1e-3)
    assert written["trace"]["images"] == trace.images
    assert written["settings"]["hours"] == ["Mon-Fri 09:00-18:00"]
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_hours_that_never_open_are_refused():
    closed = tuple((MONDAY.date() + timedelta(days=day)).isoformat() for day in range(500))
    with pytest.raises(ConfigurationError, match="never do"):
        demand(("10:00", 1), closed_on=closed)
