"""Start, stop and reconcile as Lambda runs them, over moto; the model's service answers on the wire."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dayshift.domain.errors import ConfigurationError, ForeignMessageError, TransientError
from tests.powered import TARGET, WEEK, PoweredWorld
from tests.unit.adapters.wire import Refusal


@pytest.fixture
def powered(world: object, monkeypatch: pytest.MonkeyPatch) -> PoweredWorld:
    found = PoweredWorld(monkeypatch)
    found.add("logos")
    return found


def test_ticks_start_a_model_open_its_gate_and_leave_it_alone(powered: PoweredWorld) -> None:
    assert powered.call("reconcile", {})["logos"]["action"] == "START_MODEL"
    assert powered.service.tags == {"dayshift:deployment": "acme-test"}
    assert powered.call("reconcile", {})["logos"]["action"] == "WAIT"
    assert powered.gate("logos") == "Disabled"
    powered.service.status = "RUNNING"
    powered.call("reconcile", {})
    assert powered.gate("logos") == "Enabled"
    assert powered.call("reconcile", {})["logos"]["action"] == "NONE"
    assert powered.wire.asked.count("StartProjectVersion") == 1
    assert len(powered.kept("logos", "memory")["starts"]) == 1


@pytest.mark.parametrize("door", ["start", "stop", "reconcile"])
def test_every_door_does_what_the_clock_says_whatever_its_name(powered: PoweredWorld, door: str) -> None:
    assert powered.call(door, {"model": "logos"})["logos"]["action"] == "START_MODEL"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    powered.put("logos", "override", json.dumps({"mode": "off", "until": until}))
    powered.service.status = "RUNNING"
    assert powered.call(door, {"model": "logos"})["logos"]["action"] == "STOP_MODEL"


@pytest.mark.parametrize(
    ("door", "event", "is_off"),
    [("stop", {"model": "logos"}, True), ("reconcile", {}, True), ("start", {"model": "logos"}, False)],
)
def test_a_closing_and_a_tick_close_drain_and_stop_in_one_call(
    powered: PoweredWorld, door: str, event: dict[str, Any], is_off: bool
) -> None:
    powered.service.status = "RUNNING"
    powered.call("reconcile", {})
    assert powered.gate("logos") == "Enabled"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    powered.put("logos", "override", json.dumps({"mode": "off", "until": until}))
    powered.call(door, event)
    assert powered.gate("logos") == "Disabled"
    assert (powered.service.status == "STOPPING") == is_off


def test_the_tick_writes_one_line_of_metrics_a_model(powered: PoweredWorld, capsys: pytest.CaptureFixture[str]) -> None:
    powered.add("signs", target=TARGET.replace("logos", "signs"))
    capsys.readouterr()
    powered.call("reconcile", {})
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert sorted(line["model"] for line in lines) == ["logos", "signs"]
    names = {metric["Name"] for line in lines for metric in line["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert {"Desired", "Running", "OverrunMinutes", "LateMinutes", "CostTodayUsd", "StartFailures"} <= names
    assert all(line["Desired"] == [1.0] for line in lines)


def test_one_models_failure_is_raised_after_all_others_were_served(powered: PoweredWorld) -> None:
    powered.add("signs", mapping_uuid="too short", family="rekognition", target=None)  # a bug, by botocore's taste
    powered.wire.answers["DescribeProjectVersions"] = Refusal("ThrottlingException")
    powered.add("photos", family="rekognition", target=None)
    with pytest.raises(TransientError, match=r"logos.*Throttling.*signs.*ParamValidationError"):
        powered.call("reconcile", {})
    assert powered.gate("photos") == "Enabled"


def test_a_spec_that_nobody_understands_keeps_no_other_model_waiting(powered: PoweredWorld) -> None:
    powered.put("broken", "spec", '{"name": "broken"}')
    with pytest.raises(TransientError, match="broken"):
        powered.call("reconcile", {})
    assert powered.service.status == "STARTING"


def test_a_model_with_unreadable_hours_is_stopped(powered: PoweredWorld) -> None:
    powered.add("logos2", target=TARGET, hours={"timezone": "Mars/Phobos", "open": WEEK})
    powered.service.status = "RUNNING"
    beat = powered.call("reconcile", {"model": "logos2"})["logos2"]
    assert (beat["action"], powered.service.status) == ("STOP_MODEL", "STOPPING")
    assert "Mars/Phobos" in beat["reason"]


def test_terraform_changes_nothing_until_it_destroys(powered: PoweredWorld) -> None:
    for action in ("create", "update"):
        assert powered.call("stop", {"model": "logos", "tf": {"action": action}}) == {}
    assert powered.wire.asked == []
    powered.service.status = "RUNNING"
    retired = powered.call("stop", {"model": "logos", "tf": {"action": "delete"}})
    assert retired["logos"]["state"] == "STOPPING"
    assert powered.kept("logos", "override")["mode"] == "off"
    powered.service.status = "STOPPED"
    assert powered.call("reconcile", {})["logos"]["action"] == "NONE", "no tick starts it again"


def test_destroy_gives_the_model_back_once_it_is_stopped(powered: PoweredWorld) -> None:
    powered.call("reconcile", {})
    assert powered.service.tags == {"dayshift:deployment": "acme-test"}
    powered.service.status = "RUNNING"
    powered.call("stop", {"model": "logos", "tf": {"action": "delete"}})
    assert powered.service.tags == {}
    assert powered.wire.asked.index("UntagResource") > powered.wire.asked.index("StopProjectVersion")


def test_destroy_leaves_another_deployments_model_alone(powered: PoweredWorld) -> None:
    powered.service = replace(powered.service, status="RUNNING", tags={"dayshift:deployment": "acme-prod"})
    powered.wire.answers.update(powered.service.answers())
    assert powered.call("stop", {"model": "logos", "tf": {"action": "delete"}})["logos"]["unmanageable"]
    assert (powered.service.status, powered.service.tags) == ("RUNNING", {"dayshift:deployment": "acme-prod"})


def test_destroy_succeeds_where_the_mark_may_not_be_taken_off_and_says_so(
    powered: PoweredWorld, caplog: pytest.LogCaptureFixture
) -> None:
    powered.call("reconcile", {})
    powered.service.status = "RUNNING"
    powered.wire.answers["UntagResource"] = Refusal("AccessDeniedException")
    assert powered.call("stop", {"model": "logos", "tf": {"action": "delete"}})["logos"]["state"] == "STOPPING"
    (said,) = (vars(record) for record in caplog.records if record.message == "not_given_back")
    assert said["model"] == "logos"
    assert "AccessDeniedException while giving the model back" in said["reason"]


@pytest.mark.parametrize("event", [{"model": 7}, {"model": "unknown"}, {"tf": {"action": "delete"}}])
def test_an_event_about_no_model_of_ours_is_refused(powered: PoweredWorld, event: dict[str, Any]) -> None:
    with pytest.raises(ForeignMessageError):
        powered.call("stop", event)


def test_settings_name_every_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    from dayshift.settings import PowerSettings

    with pytest.raises(ConfigurationError, match="PARAMETERS is missing; DEPLOYMENT is missing"):
        PowerSettings.from_environment({})
