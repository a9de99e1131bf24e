"""The clairvoyant optimum against every way there is, on small demands; and on ones whose optimum is plain to see."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.power.demand import Demand, Setting
from bench.power.optimum import optimum, with_grace

SPAN = 11
ORIGIN = datetime(2026, 3, 2, tzinfo=UTC)


def demand(warmup, rate, arrivals, due, in_hours=None, minutes=SPAN):
    inside = tuple(in_hours) if in_hours else (True,) * len(arrivals)
    setting = Setting(warmup=warmup, rate_per_minute=rate)
    return Demand(setting, ORIGIN, minutes, (), tuple(arrivals), inside, tuple(due))


@st.composite
def small_demands(draw):
    """A few minutes with one opening, whatever is before it due together."""
    warmup = draw(st.integers(1, 3))
    minutes = sorted(draw(st.sets(st.integers(warmup, SPAN - 1), min_size=1, max_size=4)))
    arrivals = [(minute, draw(st.integers(1, 6))) for minute in minutes]
    opens, within, later = draw(st.integers(0, SPAN)), draw(st.integers(1, 7)), draw(st.integers(1, 6))
    inside = [minute >= opens for minute in minutes]
    due = [minute + within if minute >= opens else max(opens + later, minute + within) for minute in minutes]
    return demand(warmup, draw(st.integers(1, 4)), arrivals, [min(minute, SPAN) for minute in due], inside)


def least_of_all_ways(given_demand: Demand, grace: int) -> int | None:
    """Tries each way to be on or off in each minute; None where none is good enough."""
    fits = (on for on in range(1 << SPAN) if lates(given_demand, on, grace))
    return min((on.bit_count() for on in fits), default=None)


def lates(given_demand: Demand, on: int, grace: int) -> bool:
    """Whether this way leaves at most `grace` in-hours images late or waiting, and no other."""
    queue, coming, running, late = [], list(given_demand.arrivals), 0, 0
    for minute in range(SPAN):
        queue += [place for place, (at, count) in enumerate(coming) if at == minute for _ in range(count)]
        running = running + 1 if on >> minute & 1 else 0
        served = given_demand.setting.rate_per_minute if running > given_demand.setting.warmup else 0
        for place in queue[:served]:
            if minute + 1 > given_demand.due[place]:
                late += 1 if given_demand.in_hours[place] else grace + 1
        queue = queue[served:]
        if late > grace:
            return False
    return late + len(queue) <= grace and all(given_demand.in_hours[place] for place in queue)


@settings(max_examples=120, deadline=None, derandomize=True)
@given(small_demands())
def test_serving_all_costs_what_the_best_of_all_ways_costs(small):
    least = least_of_all_ways(small, 0)
    found = optimum(small)
    assert (least is None) == (found.late > 0)
    if least is not None:
        assert found.serving_all == least
        assert sum(until - since for since, until in found.runs) == least


@settings(max_examples=60, deadline=None, derandomize=True)
@given(small_demands(), st.integers(1, 6))
def test_no_way_that_leaves_at_most_the_grace_is_cheaper_than_the_bound(small, grace):
    least, all_served = least_of_all_ways(small, grace), least_of_all_ways(small, 0)
    if least is not None and all_served is not None:
        assert with_grace(small, grace, all_served) <= least + 1e-9


def test_one_image_costs_one_start_and_one_minute_at_the_last_moment():
    found = optimum(demand(30, 300, [(100, 1)], [160], minutes=1440))
    assert (found.serving_all, found.runs) == (31, ((129, 160),))


def test_between_two_images_it_stays_on_where_that_is_cheaper_than_a_start():
    def cost(gap: int) -> int:
        return optimum(demand(30, 300, [(100, 1), (100 + gap, 1)], [101, 101 + gap], minutes=1440)).serving_all

    assert [cost(gap) for gap in (1, 20, 31, 32, 200)] == [32, 51, 62, 62, 62]


def test_one_run_serves_all_that_can_wait_for_it():
    found = optimum(demand(30, 300, [(100, 1), (120, 5), (159, 2)], [160, 180, 219], minutes=1440))
    assert found.serving_all == 31


def test_a_backlog_is_begun_so_early_that_its_last_image_is_in_time():
    found = optimum(demand(30, 100, [(0, 1000)], [570], in_hours=[False], minutes=1440))
    assert found.runs == ((530, 570),)


def test_what_nobody_could_have_in_time_is_told_and_does_not_count():
    found = optimum(demand(30, 10, [(100, 1000)], [160], minutes=1440))
    assert (found.late, found.serving_all) == (400, 130)


def test_the_bound_leaves_what_is_dearest_to_serve():
    lonely = [(minute, 1) for minute in range(0, 10_000, 200)]
    busy = [(minute, 950) for minute in range(20_000, 20_001)]
    arrivals = lonely + busy
    found = optimum(demand(30, 1000, arrivals, [minute + 60 for minute, _ in arrivals], minutes=30_000))
    assert found.serving_all == 51 * 31
    assert found.minutes == pytest.approx(31, rel=0.01)  # 50 of 1,000 images are alone: all of the grace


def test_a_grace_of_less_than_one_image_is_none():
    found = optimum(demand(30, 300, [(100, 19)], [160], minutes=1440))
    assert found.minutes == found.serving_all == 31
