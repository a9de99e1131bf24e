"""What a longer promise would save, by the images of the last weeks."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.memory import Memory
from dayshift.domain.model import ModelSpec
from dayshift.domain.policy import Policy
from dayshift.domain.powered import PoweredModel
from dayshift_cli.promising import is_kept_warm, saving

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)  # a Monday before opening
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OPENINGS = 15  # three working weeks


def model(memory: Memory | None = None, **changes: Any) -> PoweredModel:
    spec = {
        "power": "on_deadline", "hours": {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]},
        "warmup_minutes": 30, "results_within_minutes": 10, "images_per_minute": 60, "usd_per_hour": 4.0, **changes,
    }  # fmt: skip
    which = ModelSpec("logos", "custom_labels", None, "incoming/logos/")
    return PoweredModel(which, Policy.from_json(spec), "url", "name", "uuid", memory or Memory(), None)


def noon(days_ago: int) -> datetime:
    return NOW.replace(hour=11) - timedelta(days=days_ago)


def test_one_sitting_is_a_start_its_images_and_the_margin() -> None:
    found = saving(model(), [(noon(3), 120)], NOW)
    assert found is not None
    assert found.results_within == 35 * MINUTE, "33 minutes, in steps of five"
    assert found.then_billed == 30 * MINUTE + 2 * MINUTE + 3 * MINUTE
    assert found.now_billed == OPENINGS * 9.5 * HOUR
    assert found.usd == pytest.approx((OPENINGS * 9.5 - 35 / 60) * 4)


def test_images_that_come_while_it_is_awake_are_served_in_the_same_sitting() -> None:
    one = saving(model(), [(noon(3), 60), (noon(3) + 20 * MINUTE, 60)], NOW)
    two = saving(model(), [(noon(3), 60), (noon(3) + 2 * HOUR, 60)], NOW)
    assert one is not None
    assert two is not None
    assert one.then_billed == 35 * MINUTE
    assert two.then_billed == 2 * 34 * MINUTE


def test_a_learned_pause_is_what_it_is_compared_with() -> None:
    plain = saving(model(), [(noon(3), 60)], NOW)
    pausing = saving(model(Memory(idle_minutes=30)), [(noon(3), 60)], NOW)
    assert plain is not None
    assert pausing is not None
    # each opening: 30 min warm-up and 30 min of patience; once woken by what came at noon: both again
    assert pausing.now_billed == OPENINGS * HOUR + HOUR
    assert pausing.usd < plain.usd


def test_where_it_would_save_nothing_or_nothing_is_known_nothing_is_said() -> None:
    busy = [(noon(days) - 3 * HOUR, 9 * 60 * 60) for days in range(21, 0, -1)]  # at nine, work until six
    assert saving(model(), busy, NOW) is None
    assert saving(model(), [], NOW) is None
    without = model()
    assert saving(replace(without, policy=replace(without.policy, calendar=None)), [(noon(3), 1)], NOW) is None


def test_only_what_cannot_be_woken_in_time_is_kept_warm() -> None:
    assert is_kept_warm(model())
    assert not is_kept_warm(model(results_within_minutes=33))
    assert is_kept_warm(model(Memory(starts=(60 * 60,) * 5), results_within_minutes=33))
    assert not is_kept_warm(model(power="office_hours"))
    assert not is_kept_warm(model(power="always_on"))


def test_a_fleet_reads_at_the_rate_of_all_its_workers_and_one_workers_hours_are_told() -> None:
    fleet = {"maximum": 10, "images_per_minute": 6, "clear_within_minutes": 1, "idle_minutes": 5}
    one, many = saving(model(), [(noon(3), 600)], NOW), saving(model(fleet=fleet), [(noon(3), 600)], NOW)
    assert one is not None
    assert many is not None
    assert many.then_billed == one.then_billed == 30 * MINUTE + 10 * MINUTE + 3 * MINUTE
    assert "of one worker, " in many.sentence()
    assert "worker" not in one.sentence()
