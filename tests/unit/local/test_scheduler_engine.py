"""Firing: in order, once, on a clock that can be moved; repeated and buried as the retry policy says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.services.clock import Clock
from local.services.firing import DeliveryError, Engine
from local.services.schedule_rules import ScheduleError, normalised
from local.services.schedule_store import Delivery, Store

MONDAY = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
TARGET = {"Arn": "arn:aws:lambda:us-east-1:000000000000:function:start", "RoleArn": "arn:aws:iam::000000000000:role/r"}


class Targets:
    """Remembers what was delivered and when; fails as often as it is told."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.failures, self.is_final = clock, 0, False
        self.seen: list[tuple[str, str]] = []
        self.buried: list[tuple[str, int, str | None]] = []
        self.waited: list[bool] = []

    def deliver(self, delivery: Delivery, wait: bool) -> None:
        self.seen.append((delivery.name, self.clock.now().strftime("%a %H:%M:%S")))
        self.waited.append(wait)
        if self.failures:
            self.failures -= 1
            raise DeliveryError("ServiceException", "no", self.is_final)

    def bury(self, delivery: Delivery, error: DeliveryError, condition: str | None) -> None:
        self.buried.append((delivery.name, delivery.attempt, condition))


class World:
    """An engine whose real clock stands still on a Monday at 05:00 UTC."""

    def __init__(self, file: Path | None = None) -> None:
        self.real = MONDAY
        self.clock = Clock(lambda: self.real)
        self.targets = Targets(self.clock)
        self.store = Store(file, self.clock.now().timestamp())
        self.engine = Engine(self.store, self.clock, self.targets)

    def schedule(self, name: str, expression: str, **more: Any) -> None:
        window = {"FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET}
        now = self.clock.now().timestamp()
        with self.store.writing() as book:
            known = {"GroupName": "default", "Name": name, "Arn": f"arn:aws:scheduler:::schedule/default/{name}"}
            dates = {"CreationDate": now, "LastModificationDate": now}
            given = {"ScheduleExpression": expression, **window, **more}
            book.schedules["default", name] = normalised(given, name) | known | dates
            book.fired_until["default", name] = now - 0.001

    def pass_time(self, **time: float) -> int:
        self.real += timedelta(**time)
        return self.engine.tick()


@pytest.fixture
def world() -> World:
    return World()


def test_a_jump_fires_everything_in_between_in_order_at_its_own_instant(world: World) -> None:
    world.schedule("stop", "cron(0 18 ? * MON-FRI *)", ScheduleExpressionTimezone="Europe/Berlin")
    world.schedule("start", "cron(0 8 ? * MON-FRI *)", ScheduleExpressionTimezone="Europe/Berlin")
    assert world.engine.jump(MONDAY + timedelta(days=1, hours=4)) == 3
    assert world.targets.seen == [("start", "Mon 07:00:00"), ("stop", "Mon 17:00:00"), ("start", "Tue 07:00:00")]


def test_a_jump_waits_for_each_function_and_a_tick_does_not(world: World) -> None:
    world.schedule("start", "cron(0 6 * * ? *)")
    world.engine.jump(MONDAY + timedelta(hours=2))
    world.pass_time(days=1)
    assert world.targets.waited == [True, False]


def test_after_a_jump_time_goes_on_from_there(world: World) -> None:
    world.schedule("start", "cron(0 8 * * ? *)")
    world.engine.jump(datetime(2026, 11, 27, 7, 59, tzinfo=UTC))
    fired = len(world.targets.seen)
    assert world.pass_time(seconds=59) == 0
    assert world.pass_time(seconds=2) == 1
    assert world.targets.seen[fired:] == [("start", "Fri 08:00:01")]


def test_a_standing_clock_fires_nothing_by_itself(world: World) -> None:
    world.schedule("start", "cron(0 8 * * ? *)")
    world.engine.jump(MONDAY + timedelta(hours=1), stand=True)
    assert world.pass_time(days=3) == 0
    assert world.clock.now() == MONDAY + timedelta(hours=1)


def test_nothing_fires_twice_by_ticks_and_jumps_to_the_same_instant(world: World) -> None:
    world.schedule("start", "cron(0 8 * * ? *)")
    eight = MONDAY + timedelta(hours=3)
    assert world.engine.jump(eight, stand=True) == 1
    assert (world.engine.jump(eight, stand=True), world.engine.tick()) == (0, 0)


def test_a_jump_back_fires_nothing_and_the_same_hours_fire_again(world: World) -> None:
    world.schedule("start", "cron(0 8 * * ? *)")
    world.engine.jump(MONDAY + timedelta(hours=5))
    assert world.engine.jump(MONDAY) == 0
    assert world.engine.jump(MONDAY + timedelta(hours=5)) == 1


def test_a_rate_without_a_start_date_fires_at_once(world: World) -> None:
    world.schedule("sweep", "rate(1 hour)")
    assert (world.engine.tick(), world.pass_time(minutes=59), world.pass_time(minutes=1)) == (1, 0, 1)


def test_start_and_end_date_bound_the_firings(world: World) -> None:
    dates = {"StartDate": (MONDAY + timedelta(days=1)).timestamp(), "EndDate": (MONDAY + timedelta(days=3)).timestamp()}
    world.schedule("start", "cron(0 8 * * ? *)", **dates)
    world.engine.jump(MONDAY + timedelta(days=9))
    assert [when for _, when in world.targets.seen] == ["Tue 08:00:00", "Wed 08:00:00"]


def test_a_disabled_schedule_does_not_fire(world: World) -> None:
    world.schedule("start", "cron(0 8 * * ? *)", State="DISABLED")
    assert world.engine.jump(MONDAY + timedelta(days=1)) == 0


def test_a_one_time_schedule_goes_after_its_firing_if_it_wishes(world: World) -> None:
    world.schedule("once", "at(2026-11-23T08:00:00)", ActionAfterCompletion="DELETE")
    world.schedule("kept", "at(2026-11-23T08:00:00)")
    assert world.engine.jump(MONDAY + timedelta(days=1)) == 2
    with world.store.reading() as book:
        assert [name for _, name in book.schedules] == ["kept"]


def test_a_failed_delivery_is_repeated_with_growing_pauses(world: World) -> None:
    world.schedule("start", "at(2026-11-23T05:00:10)")
    world.targets.failures = 3
    world.engine.jump(MONDAY + timedelta(minutes=5))
    assert [when for _, when in world.targets.seen] == ["Mon 05:00:10", "Mon 05:00:11", "Mon 05:00:13", "Mon 05:00:17"]
    assert world.targets.buried == []


@pytest.mark.parametrize(
    ("policy", "condition", "attempts"),
    [
        ({"MaximumRetryAttempts": 2}, "MaximumRetryAttempts", 3),
        ({"MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds", 6),  # after 1 + 2 + 4 + 8 + 16 s
    ],
)
def test_after_its_attempts_or_its_age_an_event_is_buried(
    world: World, policy: dict[str, int], condition: str, attempts: int
) -> None:
    world.schedule("start", "at(2026-11-23T05:00:10)", Target={**TARGET, "RetryPolicy": policy})
    world.targets.failures = 99
    world.engine.jump(MONDAY + timedelta(days=1))
    assert world.targets.buried == [("start", attempts - 1, condition)]
    assert len(world.targets.seen) == attempts


def test_what_no_repetition_helps_is_buried_at_once(world: World) -> None:
    world.schedule("start", "at(2026-11-23T05:00:10)")
    world.targets.failures, world.targets.is_final = 1, True
    world.engine.jump(MONDAY + timedelta(days=1))
    assert world.targets.buried == [("start", 0, None)]


def test_schedules_and_repetitions_outlive_a_restart_and_missed_firings_are_not_made_up(tmp_path: Path) -> None:
    world = World(tmp_path / "schedules.json")
    world.schedule("start", "cron(0 8 * * ? *)")
    world.targets.failures = 1
    world.engine.jump(MONDAY + timedelta(hours=3), stand=True)  # it failed and is to be repeated
    later = World(tmp_path / "schedules.json")
    assert later.pass_time(hours=4) == 2  # the repetition, and today's: the restart was before it
    with later.store.writing():
        pass
    much_later = World(tmp_path / "schedules.json")
    assert much_later.engine.tick() == 0


def test_what_is_skipped_is_not_made_up_for(world: World) -> None:
    world.schedule("tick", "rate(5 minutes)")
    world.engine.jump(MONDAY, stand=True)
    assert world.engine.skip(MONDAY + timedelta(days=3), stand=True) == 0
    assert world.engine.tick() == 0
    assert world.clock.now() == MONDAY + timedelta(days=3)
    assert world.engine.jump(MONDAY + timedelta(days=3, minutes=10)) == 2


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"ScheduleExpressionTimezone": "Mars/Phobos"}, "IANA"),
        ({"ScheduleExpression": "every day"}, "Invalid Schedule Expression"),
        ({"FlexibleTimeWindow": None}, "FlexibleTimeWindow"),
        ({"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}}, "1 to 1440"),
        ({"FlexibleTimeWindow": {"Mode": "OFF", "MaximumWindowInMinutes": 5}}, "FlexibleTimeWindow"),
        ({"Target": {"Arn": TARGET["Arn"]}}, "RoleArn"),
        ({"Target": {**TARGET, "RetryPolicy": {"MaximumEventAgeInSeconds": 59}}}, "60..86400"),
        ({"Target": {**TARGET, "RetryPolicy": {"MaximumRetryAttempts": 186}}}, "0..185"),
        ({"Target": {**TARGET, "DeadLetterConfig": {"Arn": "arn:aws:sns:us-east-1:000000000000:t"}}}, "SQS"),
        ({"Target": {**TARGET, "Input": "{"}}, "JSON"),
        ({"Target": {**TARGET, "Arn": "arn:aws:scheduler:::aws-sdk:sqs:getQueueUrl"}}, "writingOperation"),
        ({"State": "ON"}, "ENABLED"),
        ({"StartDate": 2e9, "EndDate": 1e9}, "EndDate"),
    ],
)
def test_a_schedule_that_aws_refuses_is_refused(change: dict[str, Any], word: str) -> None:
    good = {"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": TARGET}
    with pytest.raises(ScheduleError, match=word):
        normalised({**good, **change}, "name")


def test_a_clock_refuses_nothing_and_returns_to_the_real_time(world: World) -> None:
    world.clock.run_from(MONDAY + timedelta(days=400))
    world.clock.return_to_real()
    assert world.clock.now() == world.real
