"""`dayshift schedule`: what will happen, of a deployed model, of a file of variables, and of hours given by hand."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dayshift.domain.memory import Memory
from dayshift_cli.main import cli
from tests.unit.cli.powered import deploy_logos

NOW = datetime(2026, 11, 27, 11, tzinfo=UTC)
ROOT = Path(__file__).parents[3]
BY_HAND = ["--hours", "Mon-Fri 09:00-18:00", "--timezone", "Europe/Berlin"]


def _run(*arguments: str | Path) -> Result:
    """Without any AWS: nothing answers."""
    return CliRunner().invoke(cli, ["schedule", *map(str, arguments)], obj=lambda: NOW)


def _values(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_deployed_model_is_told_day_by_day_with_its_total(aws: Any) -> None:
    aws.now = NOW
    deploy_logos(aws)
    result = aws.run("schedule", "logos", "--days", "4")
    assert result.exit_code == 0, result.stderr
    assert [line.split() for line in result.stdout.splitlines()] == [
        ["date", "open", "starts", "stops", "hours", "usd", "note"],
        ["Fri", "2026-11-27", "09:00-18:00", "08:30", "18:00", "9.50", "38.00"],
        ["Sat", "2026-11-28", "0.00", "0.00"],
        ["Sun", "2026-11-29", "0.00", "0.00"],
        ["Mon", "2026-11-30", "09:00-18:00", "08:30", "18:00", "9.50", "38.00"],
        ["total", "19.00", "76.00", "4", "days"],
    ]
    assert "Always on would be 96.0 hours; this saves 308.00 USD in 4 days." in result.stderr


def test_without_a_name_the_only_powered_model_is_meant(aws: Any) -> None:
    aws.now = NOW
    deploy_logos(aws)
    assert "08:30" in aws.run("schedule", "--days", "1").stdout


def test_a_closed_date_is_named(aws: Any) -> None:
    deploy_logos(aws)
    values = _values(aws.run("schedule", "logos", "--from", "2026-11-26", "--days", "1", "--output", "json"))
    assert (values[0]["note"], values[0]["hours"], values[0]["open"]) == ("closed date", 0, [])


def test_json_has_instants_with_their_offsets_across_a_change_of_the_clock() -> None:
    values = _values(
        _run("--hours", "Sun 01:00-05:00", *BY_HAND[2:], "--from", "2026-10-25", "--days", "1", "--output", "json")
    )
    assert values[0] == {
        "model": "", "date": "2026-10-25", "timezone": "Europe/Berlin",
        "open": [{"from": "2026-10-25T01:00:00+02:00", "until": "2026-10-25T05:00:00+01:00"}],
        "due": [], "starts": ["2026-10-25T00:30:00+02:00"], "stops": ["2026-10-25T05:00:00+01:00"], "by_demand": False,
        "hours": 5.5, "usd": 22.0, "note": "clock back 1 h at 03:00 (CEST, then CET)",
    }  # fmt: skip
    assert values[1] == {"model": "", "date": "total", "hours": 5.5, "usd": 22.0, "days": 1}


def test_hours_by_hand_need_neither_aws_nor_a_deployment(no_aws: None) -> None:
    result = _run(*BY_HAND, "--warmup", "60", "--closed-on", "2026-11-30", "--days", "5", "--output", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["date"], row["starts"], row["hours"], row["note"]) for row in rows] == [
        ("2026-11-27", "08:00", "10.00", ""), ("2026-11-28", "", "0.00", ""), ("2026-11-29", "", "0.00", ""),
        ("2026-11-30", "", "0.00", "closed date"), ("2026-12-01", "08:00", "10.00", ""),
        ("total", "", "20.00", "5 days"),
    ]  # fmt: skip


def test_several_windows_are_their_union_and_the_price_may_be_given(no_aws: None) -> None:
    values = _values(
        _run(*BY_HAND, "--hours", "Fri 17:00-20:00", "--usd-per-hour", "2", "--days", "1", "--output", "json")
    )
    assert (values[0]["hours"], values[0]["usd"]) == (11.5, 23.0)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--hours", "Mon-Fri 9:00-18:00", *BY_HAND[2:]], "got 'Mon-Fri 9:00-18:00'"),
        ([*BY_HAND[:2], "--timezone", "Berlin"], "an IANA name such as \"Europe/Berlin\"; got 'Berlin'"),
        (BY_HAND[:2], "--hours needs --timezone"),
        (BY_HAND[2:], "--timezone goes with --hours only"),
        (["--warmup", "10", "--closed-on", "2026-12-24"], "--warmup, --closed-on goes with --hours only"),
        ([*BY_HAND, "--closed-on", "24.12.2026"], "must be written like \"2026-12-24\"; got '24.12.2026'"),
        ([*BY_HAND, "--var-file", str(ROOT / "terraform/envs/prod.tfvars")], "two ways of describing a model"),
        ([*BY_HAND, "--days", "0"], "'--days'"),
        ([*BY_HAND, "--from", "tomorrow"], "'--from'"),
        (["--var-file", "/nowhere.tfvars"], "does not exist"),
    ],
)
def test_what_cannot_be_meant_is_wrong_usage(no_aws: None, arguments: list[str], said: str) -> None:
    result = _run(*arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_an_unpowered_model_has_no_schedule(aws: Any) -> None:
    deploy_logos(aws)
    result = aws.run("schedule", "signs")
    assert result.exit_code == 2
    assert "signs is always there and has no power" in result.stderr


def test_a_model_on_deadline_is_started_by_demand_and_its_promises_are_told(aws: Any) -> None:
    aws.now = NOW
    deploy_logos(aws, power="on_deadline", results_within_minutes=60)
    result = aws.run("schedule", "logos", "--days", "2")
    assert result.stdout.splitlines()[1].split() == ["Fri", "2026-11-27", "09:00-18:00", "09:30", "by", "demand"]
    assert "logos is started by demand" in result.stderr
    assert "within 1 h of the opening hours after an image has come" in result.stderr
    assert "saves" not in result.stderr


def test_a_promise_too_short_to_wake_for_is_kept_warm_and_told_as_the_most(aws: Any) -> None:
    aws.now = NOW
    logos = deploy_logos(aws, power="on_deadline", results_within_minutes=10)
    logos.store(Memory(idle_minutes=30), power="on_deadline", results_within_minutes=10)
    result = aws.run("schedule", "logos", "--days", "1")
    assert "9.50" in result.stdout
    assert "These hours are the most" in result.stderr


def test_a_policy_that_nobody_understands_is_kept_off_and_says_so(aws: Any) -> None:
    deploy_logos(aws, hours={"timezone": "Berlin", "open": ["Mon 09:00-10:00"]})
    result = aws.run("schedule", "logos", "--days", "1")
    assert "logos is kept off: timezone must be an IANA name" in result.stderr


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way to AWS is barred."""

    def barred(*_: Any, **__: Any) -> None:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", barred)
    monkeypatch.setattr("dayshift_cli.session.from_terraform", barred)
