"""`dayshift status` of powered models: desired and real, why, what changes next, and what needs a person."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.memory import Memory
from tests.unit.cli.powered import TARGET, Logos, deploy_logos

FRIDAY_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # 12:00 in Berlin, open until 18:00
FRIDAY_EVENING = datetime(2026, 11, 27, 19, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def logos(aws: Any) -> Logos:
    """A running model on a Friday at noon."""
    aws.now = FRIDAY_NOON
    found = deploy_logos(aws)
    found.status, found.mapping = "RUNNING", "Enabled"
    return found


def _power(aws: Any) -> dict[str, Any]:
    result = aws.run("status", "--model", "logos", "--output", "json")
    assert result.exit_code == 0, result.stderr
    power: dict[str, Any] = json.loads(result.stdout)["power"]
    return power


def _changes(aws: Any) -> list[str]:
    reads = ("Get", "List", "Describe", "Receive")
    return [operation for operation, _ in aws.calls if not operation.startswith(reads)]


def test_a_powered_model_has_a_second_table_and_others_none(aws: Any, logos: Logos) -> None:
    lines = aws.run("status").stdout.splitlines()
    assert [line.split()[0] if line else "" for line in lines] == [
        "model",
        "logos",
        "pets",
        "signs",
        "",
        "model",
        "logos",
    ]
    assert lines[6].split("  ")[0] == "logos"
    assert "office_hours  on      RUNNING  Fri 27 Nov 18:00 CET (in 6 h)  open until Fri 27 Nov 18:00 CET" in lines[6]
    assert max(map(len, lines)) <= 120


def test_without_a_powered_model_nothing_is_new(aws: Any) -> None:
    lines = aws.run("status").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["model", "pets", "signs"]
    assert json.loads(aws.run("status", "--model", "signs", "--output", "json").stdout)["power"] is None


def test_looking_changes_nothing_and_tells_what_the_tick_does(aws: Any, logos: Logos) -> None:
    aws.now, logos.mapping = FRIDAY_EVENING, "Disabled"
    logos.store(Memory(unwanted_since=FRIDAY_EVENING - 5 * MINUTE))
    aws.calls.clear()
    stdout = aws.run("status").stdout
    assert "logos: the next tick does STOP_MODEL (nothing is being read)." in stdout
    assert "logos: it should be off since 5 min, and is paid." in stdout
    logos.status, logos.mapping = "STOPPED", "Enabled"
    assert "logos: the next tick does DISABLE_MAPPING" in aws.run("status").stdout
    aws.now, logos.mapping = FRIDAY_NOON, "Disabled"
    assert "logos: the next tick does START_MODEL" in aws.run("status").stdout
    assert _changes(aws) == []


def test_a_sleeping_model_tells_when_it_starts_in_its_own_zone(aws: Any, logos: Logos) -> None:
    aws.now, logos.status, logos.mapping = FRIDAY_EVENING, "STOPPED", "Disabled"
    line = aws.run("status", "--model", "logos").stdout.splitlines()[-1]
    assert "off     STOPPED  Mon 30 Nov 08:30 CET (in 2 d 12 h)  closed until Mon 30 Nov 09:00 CET" in line


def test_a_switched_model_says_by_whom(aws: Any, logos: Logos) -> None:
    logos.store(override={"mode": "off", "until": "2026-11-27T13:00:00Z", "by": "ada"})
    assert "switched off by ada until Fri 27 Nov 14:00 CET" in aws.run("status").stdout
    assert _power(aws)["override"]["by"] == "ada"


@pytest.mark.parametrize(
    ("change", "memory", "colour", "said"),
    [
        ({"tags": {"dayshift:deployment": "acme-prod"}}, {}, "1;31", "belongs to acme-prod, not to dayshift-test"),
        ({"status": "EXPIRED", "mapping": "Disabled"}, {}, "1;31", "cannot be managed"),
        (
            {"status": "FAILED", "mapping": "Disabled", "message": "no capacity"},
            {"failures": 3, "failed_at": FRIDAY_NOON},
            "1;31",
            "its last start failed (3 in a row): no capacity",
        ),
        (
            {"now": FRIDAY_EVENING},
            {"unwanted_since": FRIDAY_EVENING - 21 * MINUTE},
            "1;31",
            "should be off since 21 min",
        ),
        ({"now": FRIDAY_EVENING}, {"unwanted_since": FRIDAY_EVENING - 20 * MINUTE}, "33", "should be off since 20 min"),
        (
            {"status": "STARTING", "mapping": "Disabled"},
            {"wanted_since": FRIDAY_NOON - 40 * MINUTE},
            "33",
            "should be open since 10 min",
        ),
    ],
)
def test_what_needs_a_person_is_said_in_colour(
    aws: Any,
    logos: Logos,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
    memory: dict[str, Any],
    colour: str,
    said: str,
) -> None:
    for name, value in change.items():
        setattr(aws if name == "now" else logos, name, value)
    logos.store(Memory(**memory))
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    line = next(line for line in aws.run("status").stdout.splitlines() if said in line)
    assert line.startswith(f"\x1b[{colour}mlogos: ")


def test_overdue_images_are_told(aws: Any, logos: Logos) -> None:
    logos.store(Memory(waiting_since=FRIDAY_NOON - 90 * MINUTE), results_within_minutes=60)
    logos.status, logos.mapping = "STARTING", "Disabled"
    aws.sqs.send_message(QueueUrl=aws.url("logos"), MessageBody="{}")
    assert "its oldest image is overdue by 30 min" in aws.run("status").stdout
    assert _power(aws)["overdue_minutes"] == 30


def test_a_model_that_cannot_be_read_hides_nothing_of_the_others(aws: Any, logos: Logos) -> None:
    aws.refuse("DescribeProjectVersions", "AccessDeniedException")
    result = aws.run("status")
    assert result.exit_code == 3
    assert "not read: Access denied: these credentials need rekognition:DescribeProjectVersions" in result.stdout
    assert "dayshift-test-signs-labeler" in result.stdout
    value = json.loads(aws.run("status", "--model", "logos", "--output", "json").stdout)
    assert "not read" in value["power"]["problem"]


def test_a_policy_and_an_override_that_nobody_understands_are_told(aws: Any, logos: Logos) -> None:
    logos.store(hours={"timezone": "Europe/Berlin", "open": ["Mon-Fri 9:00-18:00"], "closed_on": []})
    stdout = aws.run("status").stdout
    assert "kept off: a window must be written like" in stdout
    logos.store(override={"mode": "on", "until": "2026-12-27T13:00:00Z"})
    assert "an override may last at most 24 hours" in aws.run("status").stdout


def test_csv_has_the_power_beside_the_queues(aws: Any, logos: Logos) -> None:
    rows = list(csv.DictReader(io.StringIO(aws.run("status", "--output", "csv").stdout)))
    assert [(row["model"], row["power"], row["wanted"], row["is"]) for row in rows] == [
        ("logos", "office_hours", "on", "RUNNING"), ("pets", "", "", ""), ("signs", "", "", ""),
    ]  # fmt: skip


def test_json_carries_everything(aws: Any, logos: Logos) -> None:
    power = _power(aws)
    assert (power["desired"], power["state"], power["mapping"], power["action"]) == (True, "RUNNING", "ENABLED", "NONE")
    assert power["next_change"] == "2026-11-27T17:00:00+00:00"
    assert power["timezone"] == "Europe/Berlin"
    assert {"memory", "override", "warmup_minutes", "cost_today_usd", "faults", "regime"} <= power.keys()


def test_a_powered_model_of_a_family_that_is_always_there_has_only_its_gate(aws: Any, logos: Logos) -> None:
    logos.store(family="rekognition", target=None, options={})
    aws.refuse("DescribeProjects", "AccessDenied")
    assert (_power(aws)["state"], _power(aws)["state_message"]) == ("RUNNING", "always there")


def test_an_old_deployment_still_works_and_a_powered_one_without_reconcile_is_refused(aws: Any, logos: Logos) -> None:
    del aws.deployment["functions"]["reconcile"], aws.deployment["models"]["logos"]["parameters"]
    aws.redeploy()
    result = aws.run("status")
    assert result.exit_code == 1
    assert "it lacks models.logos.parameters, functions.reconcile." in result.stderr
    aws.deployment["models"]["logos"]["power"] = None
    aws.redeploy()
    assert aws.run("status").exit_code == 0
    assert TARGET not in aws.run("status").stdout
