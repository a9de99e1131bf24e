"""A fleet's size over every course of a backlog: within its bounds, never smaller while something waits, and enough."""

import math
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dayshift.domain.fleet import Fleet, wanted
from dayshift.domain.sweeping import QueueDepth

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FLEETS = st.builds(
    Fleet,
    st.integers(1, 40),
    st.floats(0.1, 600),
    st.integers(1, 60).map(lambda minutes: minutes * MINUTE),
    st.integers(1, 60).map(lambda minutes: minutes * MINUTE),
)
COUNTS = st.integers(0, 50) | st.integers(0, 100_000)


WORKERS = st.integers(0, 60)


@given(FLEETS, st.builds(QueueDepth, COUNTS.filter(bool), COUNTS, COUNTS), WORKERS)
def test_while_anything_waits_none_is_sent_away_and_all_of_it_is_cleared_in_time_or_by_all(
    fleet: Fleet, depth: QueueDepth, workers: int
) -> None:
    count = wanted(fleet, depth, workers, None, NOON)
    assert min(max(workers, 1), fleet.maximum) <= count <= fleet.maximum
    assert count == fleet.maximum or fleet.clears(count) >= depth.visible + depth.in_flight


@given(FLEETS, COUNTS, WORKERS, st.none() | st.integers(0, 90))
def test_once_nothing_waits_none_is_added_and_nobody_who_reads_is_sent_away(
    fleet: Fleet, in_flight: int, workers: int, idle_minutes: int | None
) -> None:
    idle_since = None if idle_minutes is None else NOON - idle_minutes * MINUTE
    count = wanted(fleet, QueueDepth(0, in_flight, 0), workers, idle_since, NOON)
    assert 1 <= count <= max(workers, 1)
    assert count >= min(in_flight, workers, fleet.maximum)
    assert count <= fleet.maximum


@given(FLEETS, st.integers(1, 20_000), st.integers(0, 40))
def test_a_backlog_that_grows_no_more_is_cleared_in_time_or_by_all(fleet: Fleet, images: int, workers: int) -> None:
    left, now, idle_since = float(images), NOON, None
    most = math.ceil(max(fleet.clear_within / MINUTE, images / (fleet.images_per_minute * fleet.maximum))) + 1
    sizes = []
    while left > 0:
        assert (now - NOON) / MINUTE <= most
        workers = wanted(fleet, QueueDepth(math.ceil(left), 0, 0), workers, idle_since, now)
        sizes.append(workers)
        left, now = left - workers * fleet.images_per_minute, now + MINUTE
    assert sizes == sorted(sizes)
    for _ in range(3):
        workers, idle_since, now = (
            wanted(fleet, QueueDepth(0, 0, 0), workers, idle_since or now, now),
            now,
            now + MINUTE,
        )
    assert wanted(fleet, QueueDepth(0, 0, 0), workers, NOON, now + 3 * MINUTE) == 1
