"""The simulated group keeps the rules that AWS documents: a kinder one would prove nothing of a fleet."""

from datetime import UTC, datetime
from random import Random

import pytest
from botocore.exceptions import ClientError

from dayshift.domain.lifecycle import ModelState
from tests.world.clock import MINUTE, EventLoop
from tests.world.group import Group
from tests.world.instances import Life
from tests.world.launches import LAUNCHING_TIMEOUT, NOTICED_WITHIN, TERMINATING_TIMEOUT

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
A_MINUTE = 61.0


@pytest.fixture
def loop() -> EventLoop:
    return EventLoop(START)


@pytest.fixture
def group(loop: EventLoop) -> Group:
    return made(loop)


def made(loop: EventLoop, pool: int = 0) -> Group:
    """A group whose workers say at once that they are ready, and go when they are told to."""
    group = Group(loop, Random(1), (2.0, 2.0), "acme-dev", 3, pool)
    group.boot = group.complete
    return group


def lives(group: Group) -> list[str]:
    return [str(one.life) for one in group.here]


def after(loop: EventLoop, seconds: float) -> None:
    loop.run_until(loop.now + seconds)


def test_an_instance_is_paid_from_its_launch_and_in_service_once_its_hook_is_completed(loop, group):
    group.boot = lambda instance: None
    group.set_desired(1)
    after(loop, 3 * MINUTE)
    assert (lives(group), group.state) == (["Pending:Wait"], ModelState.STARTING)
    group.complete(group.here[0])
    assert (lives(group), group.state) == (["InService"], ModelState.RUNNING)
    assert loop.now - group.instance_spans()[0][0] > 2 * MINUTE


def test_a_hook_that_nobody_completes_ends_the_instance_and_another_is_launched(loop, group):
    group.boot = lambda instance: None
    group.set_desired(1)
    after(loop, LAUNCHING_TIMEOUT + 2 * MINUTE)
    assert len(group.all) == 2
    assert (group.all[0].life, group.all[0].is_there) == (Life.TERMINATED, False)


def test_more_than_the_maximum_is_refused_and_so_is_any_wish_while_the_group_is_busy(loop, group):
    with pytest.raises(ClientError, match="above max value 3"):
        group.set_desired(4)
    group.busy_until = loop.now + MINUTE
    with pytest.raises(ClientError, match="ScalingActivityInProgress"):
        group.set_desired(1)
    assert group.desired == 0


def test_a_scale_in_leaves_the_protected_ones_until_they_are_let_go(loop, group):
    group.set_desired(3)
    after(loop, 4 * MINUTE)
    kept = group.here[1]
    group.protect(kept, True)
    group.set_desired(0)
    after(loop, 4 * MINUTE)
    assert (group.here, group.state) == ([kept], ModelState.STOPPING)
    group.protect(kept, False)
    after(loop, TERMINATING_TIMEOUT + A_MINUTE)
    assert (group.here, group.state) == ([], ModelState.STOPPED)


def test_the_terminating_hook_holds_an_instance_until_it_is_completed_or_time_is_over(loop, group):
    group.set_desired(2)
    after(loop, 4 * MINUTE)
    group.set_desired(0)
    after(loop, MINUTE)
    assert lives(group) == ["Terminating:Wait"] * 2
    first, second = group.here
    group.complete(first)
    after(loop, 2.0)
    assert group.here == [second]
    with pytest.raises(ClientError, match="not in InService"):
        group.protect(second, True)
    after(loop, TERMINATING_TIMEOUT)
    assert group.here == []


def test_no_capacity_is_a_failed_activity_and_the_launch_is_tried_again(loop, group):
    group.next_starts.extend([None, 2.0])
    group.set_desired(1)
    after(loop, 20.0)
    assert (group.state, group.activities[-1][0]) == (ModelState.FAILED, "Failed")
    after(loop, 10 * MINUTE)
    assert group.state is ModelState.RUNNING


def test_spot_gives_two_minutes_notice_and_what_is_gone_is_replaced(loop, group):
    group.set_desired(1)
    after(loop, 4 * MINUTE)
    (taken,) = group.here
    group.protect(taken, True)
    group.interrupt(taken)
    after(loop, 2 * MINUTE - 1)
    assert taken.is_there
    after(loop, 2.0 + NOTICED_WITHIN[1] + 4 * MINUTE)
    assert not taken.is_there
    assert (lives(group), len(group.all)) == (["InService"], 2)


def test_an_instance_that_is_gone_is_shown_until_the_group_has_noticed(loop, group):
    group.set_desired(1)
    after(loop, 4 * MINUTE)
    group.lose(group.here[0])
    assert (lives(group), group.serving) == (["InService"], [])
    after(loop, NOTICED_WITHIN[1])
    assert len(group.all) == 2


def test_a_warm_pool_costs_nothing_once_it_is_full_and_starts_sooner(loop):
    group = made(loop, pool=1)
    after(loop, 10 * MINUTE)
    assert (lives(group), group.state) == (["Warmed:Stopped"], ModelState.STOPPED)
    hours = group.worker_hours()
    after(loop, 60 * MINUTE)
    assert group.worker_hours() == hours
    group.set_desired(1)
    after(loop, 1.9 * MINUTE)
    assert "InService" in lives(group)
    after(loop, 5 * MINUTE)
    assert sorted(lives(group)) == ["InService", "Warmed:Stopped"]  # another was put by


def test_a_lower_maximum_lowers_the_wish(loop, group):
    group.set_desired(3)
    after(loop, 4 * MINUTE)
    group.limit(1)
    after(loop, 2 * MINUTE + TERMINATING_TIMEOUT)
    assert lives(group) == ["InService"]
