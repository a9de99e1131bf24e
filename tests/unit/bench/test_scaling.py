"""The benchmark of scaling: its machines cost what such machines cost, and its rules do what they are said to."""

import pytest

from bench.scaling import RULES, lived
from bench.scaling.machines import BOOTS_WITHIN, MINUTE, Machines
from bench.scaling.traces import TRACES, at_once, steady, working_day


def test_an_instance_reads_once_it_has_booted_and_is_paid_from_its_launch():
    machines = Machines([1], maximum=3, seconds_an_image=1, seed=1)
    machines.wish(1)
    while not machines.lags:
        machines.step()
    (one,) = machines.all
    assert machines.now >= BOOTS_WITHIN[0]
    assert machines.paid_hours() == (machines.now - one.launched_at) / 3600


def test_a_minute_is_paid_at_the_least():
    machines = Machines([], maximum=3, seconds_an_image=1, seed=1)
    machines.wish(1)
    while not machines.here:
        machines.step()
    machines.end(machines.here[0])
    assert machines.paid_hours() == MINUTE / 3600


def test_a_scale_in_leaves_those_who_read_and_a_stop_does_not():
    machines = Machines([1], maximum=1, seconds_an_image=1_000, seed=1)
    machines.wish(1)
    while not (machines.here and machines.here[0].reading is not None):
        machines.step()
    machines.wish(0)
    for _ in range(60):
        machines.step()
    assert len(machines.here) == 1
    machines.end(machines.here[0])
    assert (machines.killed, machines.here) == (1, [])


@pytest.mark.parametrize("name", RULES)
def test_every_rule_reads_everything_and_comes_to_none(name):
    result = lived(RULES[name], at_once(400), seed=2)
    assert result.work_hours == pytest.approx(400 / 3600)
    assert result.zero_after < 20


def test_a_steady_stream_has_the_seed_end_its_readers_and_ours_none():
    arrivals = steady(100, 1)
    assert lived(RULES["the seed's"], arrivals, seed=1).killed > 20
    ours = lived(RULES["by minutes"], arrivals, seed=1)
    assert (ours.killed, ours.most) == (0, 2)


def test_traces_are_in_order_and_those_by_chance_the_same_for_the_same_seed():
    for make in TRACES.values():
        assert make(3) == sorted(make(3))
    assert working_day(1) == working_day(1) != working_day(2)
