"""`dayshift status` of a model on_deadline: how its promise is kept, and what a longer one would save."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.memory import Memory
from tests.unit.cli.powered import Logos, deploy_logos

FRIDAY_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # 12:00 in Berlin, open until 18:00


@pytest.fixture
def logos(aws: Any) -> Logos:
    """A running model on a Friday at noon."""
    aws.now = FRIDAY_NOON
    found = deploy_logos(aws)
    found.status, found.mapping = "RUNNING", "Enabled"
    return found


def test_a_deadline_that_leaves_time_is_named_with_its_learned_warmup(aws: Any, logos: Logos) -> None:
    logos.status, logos.mapping = "STOPPED", "Disabled"
    logos.store(Memory(starts=(27 * 60,) * 6), power="on_deadline", results_within_minutes=60)
    stdout = aws.run("status").stdout
    assert "logos  on_deadline  off     STOPPED" in stdout
    assert "deadline wake: results within 1 h leave time for a warm-up of 27 min (learned from 6 starts)" in stdout
    assert "promised within" not in stdout
    assert "GetMetricData" not in [operation for operation, _ in aws.calls]


def _arrivals(aws: Any, *moments: datetime) -> None:
    result = {"Id": "sent", "StatusCode": "Complete", "Timestamps": list(moments), "Values": [10.0] * len(moments)}
    aws.answers["GetMetricData"] = lambda _: {"MetricDataResults": [result]}


def test_a_deadline_that_leaves_none_says_what_a_longer_promise_would_save(aws: Any, logos: Logos) -> None:
    logos.store(power="on_deadline", results_within_minutes=10)
    _arrivals(aws, *(FRIDAY_NOON - timedelta(days=count) for count in (7, 4, 3, 2)))
    stdout = aws.run("status").stdout
    assert "warm window: results within 10 min leave no time for a warm-up of 30 min (as configured)" in stdout
    # 13 openings (one date is closed) of 9.5 h each, instead of four times 30 min, 10 images and 3 min
    assert "promised within 35 min instead" in stdout
    assert "about 2 h instead of 124 h in the last 21 d, 485 USD less." in stdout
    assert (
        "485 USD less"
        in json.loads(aws.run("status", "--model", "logos", "--output", "json").stdout)["power"]["longer_promise"]
    )


def test_without_the_right_to_ask_cloudwatch_the_status_is_whole_but_for_one_line(aws: Any, logos: Logos) -> None:
    logos.store(power="on_deadline", results_within_minutes=10)
    aws.refuse("GetMetricData", "AccessDenied")
    result = aws.run("status")
    assert result.exit_code == 0
    assert "is not known: Access denied: these credentials need cloudwatch:GetMetricData" in result.stdout
