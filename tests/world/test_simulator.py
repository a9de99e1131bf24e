"""The simulated services keep the rules that AWS documents: a kinder model of the world would prove nothing."""

from datetime import UTC, datetime, timedelta
from itertools import islice
from random import Random
from zoneinfo import ZoneInfo

import pytest

from dayshift.domain.errors import ClosedError
from dayshift.domain.lifecycle import MappingState, ModelState
from tests.world.clock import DAY, MINUTE, EventLoop, Process
from tests.world.hours import Hours, without
from tests.world.mapping import EventSourceMapping, Word
from tests.world.queue import Message, Queue, Where
from tests.world.scheduler import wall_moments
from tests.world.service import CustomLabels

START = datetime(2026, 11, 23, 6, tzinfo=UTC)


@pytest.fixture
def loop() -> EventLoop:
    return EventLoop(START)


@pytest.fixture
def queue(loop) -> Queue:
    return Queue(loop, visibility=360.0, maximum_receives=3, lag=lambda now: 30.0)


def test_a_message_is_hidden_until_its_visibility_timeout_and_moved_after_its_last_receive(loop, queue):
    message = queue.send("a")
    for receives in (1, 2, 3):
        assert queue.receive(10) == [message]
        assert message.receives == receives
        assert queue.receive(10) == []
        loop.run_until(loop.now + 361)
    assert queue.receive(10) == []
    assert (queue.dead, message.where) == ([message], Where.DEAD)


def test_a_message_can_rest_for_twelve_hours_at_the_most_and_is_kept_for_fourteen_days(loop, queue):
    message = queue.send("a")
    queue.receive(1)
    queue.change_visibility(message, 10 * DAY)
    loop.run_until(loop.now + DAY / 2 + 1)
    assert queue.exact().visible == 1
    loop.run_until(loop.now + 14 * DAY)
    assert (queue.messages, queue.dead) == ({}, [])
    assert message.where is Where.EXPIRED


def test_counts_are_told_late(loop, queue):
    queue.send("a")
    assert queue.depth().visible == 0
    loop.run_until(loop.now + 31)
    assert queue.depth().visible == 1
    queue.receive(1)
    assert (queue.depth().in_flight, queue.exact().in_flight) == (0, 1)


def test_a_mapping_changes_slowly_polls_while_it_closes_and_hands_out_ten_to_two_at_once(loop, queue):
    batches: list[list[Message]] = []
    mapping = EventSourceMapping(loop, queue, lambda batch, _: batches.append(batch), lag=lambda: 40.0)
    for _ in range(25):
        queue.send("a")
    mapping.enable()
    mapping.disable()  # refused: it is changing
    loop.run_until(loop.now + 39)
    assert (mapping.state, batches) == (MappingState.CHANGING, [])
    loop.run_until(loop.now + 2)
    assert [len(batch) for batch in batches] == [10, 10]
    mapping.disable()
    assert (mapping.word, mapping.polls) == (Word.DISABLING, True)
    loop.run_until(loop.now + 41)
    assert (mapping.word, mapping.polls) == (Word.DISABLED, False)


def test_a_model_takes_its_time_is_billed_meanwhile_and_cannot_be_stopped_while_it_starts(loop):
    service = CustomLabels(loop, Random(1), (10.0, 10.0), (2.0, 2.0))
    with pytest.raises(ClosedError):
        service.detect()
    service.start()
    service.start()
    service.stop()
    assert service.state is ModelState.STARTING
    loop.run_until(loop.now + 11 * MINUTE)
    service.detect()
    service.stop()
    loop.run_until(loop.now + 3 * MINUTE)
    assert service.history[-1][1] is ModelState.STOPPED
    billed = service.stretches(ModelState.STARTING, ModelState.RUNNING)
    assert [end - start for start, end in billed] == [11 * MINUTE]


def test_a_cron_skips_a_wall_time_that_spring_skips_and_fires_once_for_one_that_autumn_repeats():
    zone, days = ZoneInfo("Europe/Berlin"), tuple(range(7))
    for first, wanted in (
        (datetime(2026, 3, 27, 12, tzinfo=UTC), ["28 01:30", "30 00:30", "31 00:30"]),
        (datetime(2026, 10, 23, 12, tzinfo=UTC), ["24 00:30", "25 00:30", "26 01:30"]),
    ):
        moments = islice(wall_moments(days, timedelta(hours=2, minutes=30), zone, first.timestamp()), 3)
        assert [f"{datetime.fromtimestamp(moment, UTC):%d %H:%M}" for moment in moments] == wanted


def test_processes_share_one_clock_and_one_baton(loop):
    seen: list[tuple[str, float]] = []

    def sleeper(name: str, seconds: float) -> None:
        for _ in range(2):
            loop.sleep(seconds)
            seen.append((name, loop.now - START.timestamp()))

    Process(loop, lambda: sleeper("slow", 3.0)).resume()
    Process(loop, lambda: sleeper("quick", 2.0)).resume()
    loop.run_until(loop.now + 60)
    assert seen == [("quick", 2.0), ("slow", 3.0), ("quick", 4.0), ("slow", 6.0)]


def test_hours_are_laid_out_by_the_wall_clock_and_over_midnight():
    nights = Hours("Europe/Berlin", "22:00", "02:00", days=(5,))  # Saturday, into the night of the change
    start = datetime(2026, 10, 24, tzinfo=UTC).timestamp()
    assert [end - begin for begin, end in nights.spans(start, start + 3 * DAY)] == [4 * 3600.0]
    assert without([(0, 10)], [(2, 3), (5, 12)]) == [(0, 2), (3, 5)]
