"""`dayshift on` beyond a closing: when the backstop stops the model all the same."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from dayshift.domain.policy import Policy
from dayshift_cli.expecting import BACKSTOP, fires_between
from local.services import expressions
from tests.unit.cli.powered import Logos, deploy_logos

THURSDAY_NOON = datetime(2026, 11, 26, 11, tzinfo=UTC)  # a closed date
FRIDAY_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # open until 18:00


@pytest.fixture
def logos(aws: Any) -> Logos:
    """A stopped model."""
    return deploy_logos(aws)


def test_on_in_hours_warns_of_the_backstop_and_says_when_it_comes_back(aws: Any, logos: Logos) -> None:
    aws.now, logos.status, logos.mapping = FRIDAY_NOON, "RUNNING", "Enabled"
    said = aws.run("on", "logos", "--until", "20:00").stderr
    assert "logos runs already" in said
    assert "At Fri 27 Nov 18:30 CET the backstop stops logos all the same" in said
    assert "30 min after each closing" in said
    assert "The next tick starts it again, which takes about 30 min" in said
    assert "backstop" not in aws.run("on", "logos", "--until", "18:30").stderr
    assert "backstop" not in aws.run("off", "logos", "--until", "20:00").stderr


def test_the_backstop_fires_on_closed_dates_too(aws: Any, logos: Logos) -> None:
    aws.now = THURSDAY_NOON
    assert "At Thu 26 Nov 18:30 CET the backstop" in aws.run("on", "logos", "--until", "20:00").stderr


def test_the_backstop_of_a_closing_just_over_is_still_to_come(aws: Any, logos: Logos) -> None:
    aws.now = FRIDAY_NOON + timedelta(hours=6, minutes=10)  # 18:10
    assert "At Fri 27 Nov 18:30 CET the backstop" in aws.run("on", "logos", "--for", "1h").stderr


def test_the_backstop_waits_for_what_was_promised_and_spares_what_opens_again(aws: Any, logos: Logos) -> None:
    aws.now = FRIDAY_NOON
    logos.store(power="on_deadline", results_within_minutes=45)
    assert "At Fri 27 Nov 19:15 CET the backstop" in aws.run("on", "logos", "--for", "12h").stderr
    hours = {"timezone": "Europe/Berlin", "open": ["Fri 09:00-18:00", "Fri 18:50-20:00"]}
    logos.store(hours=hours)
    assert "At Fri 27 Nov 20:30 CET the backstop" in aws.run("on", "logos", "--for", "12h").stderr
    # a break shorter than the warm-up is no stop, so only the last closing has a backstop
    logos.store(hours={**hours, "open": ["Fri 09:00-18:00", "Fri 18:10-18:20"]})
    assert "At Fri 27 Nov 18:50 CET the backstop" in aws.run("on", "logos", "--for", "12h").stderr
    logos.store(power="always_on", hours=hours)
    assert "backstop" not in aws.run("on", "logos", "--for", "12h").stderr


CASES = json.loads((Path(__file__).parents[2] / "contract" / "schedules.json").read_text())
WEEK = datetime(2026, 6, 8, tzinfo=UTC)  # a week in which no clock changes


@pytest.mark.parametrize(
    "case",
    # as modules/model asks for them: the backstop comes half an hour after the grace
    [case for case in CASES if case["windows"] and case["backstop_minutes"] == 30 + case.get("grace_minutes", 0)],
    ids=lambda case: str(case["name"]),
)
def test_it_is_told_when_terraforms_schedules_fire(case: dict[str, Any]) -> None:
    promise = case["backstop_minutes"] - BACKSTOP // timedelta(minutes=1)
    kind = {"power": "on_deadline", "results_within_minutes": promise} if promise else {"power": "office_hours"}
    hours = {"timezone": case["timezone"], "open": case["windows"], "closed_on": case["closed_on"]}
    policy = Policy.from_json({**kind, "hours": hours, "warmup_minutes": case["warmup_minutes"]})
    wanted = []
    for cron in case["backstops"]:
        at = expressions.parse(cron).next_after(WEEK, WEEK, ZoneInfo(case["timezone"]))
        while at is not None and at < WEEK + timedelta(days=7):
            wanted.append(at)
            at = expressions.parse(cron).next_after(at, WEEK, ZoneInfo(case["timezone"]))
    assert fires_between(policy, WEEK, WEEK + timedelta(days=7)) == sorted(wanted)
