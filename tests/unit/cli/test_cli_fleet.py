"""Every command that knew of mappings and labelers knows of fleets too."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from dayshift.domain.memory import Memory
from dayshift_cli.main import cli
from tests.unit.cli.fleet import GROUP, PATH, Faces, deploy_faces

FRIDAY_NOON = datetime(2026, 11, 27, 11, tzinfo=UTC)  # 12:00 in Berlin, open until 18:00
MINUTE = timedelta(minutes=1)


@pytest.fixture
def faces(aws: Any) -> Faces:
    aws.now = FRIDAY_NOON
    return deploy_faces(aws)


def _send(aws: Any, count: int, role: str = "queue") -> None:
    for number in range(count):
        aws.sqs.send_message(QueueUrl=aws.url("faces", role), MessageBody=json.dumps({"number": number}))


def _status(aws: Any) -> dict[str, Any]:
    result = aws.run("status", "--model", "faces", "--output", "json")
    assert result.exit_code == 0, result.stderr
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def test_status_shows_the_workers_there_are_should_be_and_may_be(aws: Any, faces: Faces) -> None:
    faces.run(2)
    _send(aws, 3)
    faces.store(Memory(running_since=FRIDAY_NOON - MINUTE), fleet={"maximum": 7, "images_per_minute": 1,
                "clear_within_minutes": 1, "idle_minutes": 5})  # fmt: skip
    faces.write("gate", '{"open":true}')
    value = _status(aws)
    assert (value["mapping"], value["labeler"], value["group"]) == ("Enabled", None, GROUP)
    power = value["power"]
    assert (power["workers"], power["wanted_workers"], power["maximum_workers"]) == (2, 3, 7)
    assert power["action"] == "SCALE_MODEL"
    stdout = aws.run("status").stdout
    assert "2 of 3, at most 7" in stdout
    assert GROUP in stdout
    assert "the next tick does SCALE_MODEL" in stdout


def test_status_of_others_has_no_column_of_workers(aws: Any, faces: Faces) -> None:
    del aws.deployment["models"]["faces"]
    aws.redeploy()
    assert "workers" not in aws.run("status").stdout


def test_csv_has_the_same_columns_for_a_fleet_and_for_others(aws: Any, faces: Faces) -> None:
    rows = {row["model"]: row for row in csv.DictReader(io.StringIO(aws.run("status", "--output", "csv").stdout))}
    assert (rows["faces"]["gate"], rows["faces"]["workers"], rows["faces"]["is"]) == (
        "Disabled",
        "0 of 0, at most 19",
        "STOPPED (no instance)",
    )
    assert (rows["signs"]["workers"], rows["signs"]["read by"]) == ("", "dayshift-test-signs-labeler")
    assert None not in rows["faces"], "no cell stands beside the columns"


def test_a_gate_without_its_parameter_needs_a_person(aws: Any, faces: Faces) -> None:
    aws.ssm.delete_parameter(Name=f"{PATH}/faces/gate")
    assert _status(aws)["mapping"] == "Missing"
    assert "the parameter of its gate is missing; apply" in aws.run("status").stdout


def test_a_group_of_another_deployment_needs_a_person(aws: Any, faces: Faces) -> None:
    group = {"DesiredCapacity": 0, "Instances": [], "Tags": []}
    aws.answers["DescribeAutoScalingGroups"] = lambda _: {"AutoScalingGroups": [group]}
    assert "it cannot be managed: " + GROUP in aws.run("status").stdout


def test_on_starts_as_many_workers_as_wait_for_and_off_ends_them(aws: Any, faces: Faces) -> None:
    _send(aws, 650)
    result = aws.run("on", "faces", "--for", "1h")
    assert result.exit_code == 0, result.stderr
    assert faces.told == [3]
    assert "faces is being started with 3 workers, which takes about 5 min" in result.stderr
    faces.run(3)
    result = aws.run("off", "faces", "--for", "1h")
    assert "The gate of faces closes now" in result.stderr
    faces.capacity = 3
    result = aws.run("off", "faces", "--for", "1h")
    assert (faces.told, result.exit_code) == ([3, 0], 0)
    assert aws.run("auto", "faces").exit_code == 0


def test_on_where_too_few_run_says_how_many_it_is_told_to_have(aws: Any, faces: Faces) -> None:
    faces.run(1)
    _send(aws, 400)
    result = aws.run("on", "faces", "--for", "1h")
    assert faces.told == [2]
    assert "faces is told to have 2 workers; more are ready in about 5 min." in result.stderr


def test_after_the_override_a_fleet_without_work_is_off_although_it_is_open(aws: Any, faces: Faces) -> None:
    result = aws.run("on", "faces", "--for", "1h")
    assert "the policy decides again: off (nothing waits; the next image wakes it)" in result.stderr


def test_the_schedule_of_office_hours_is_paid_only_while_there_is_work(aws: Any, faces: Faces) -> None:
    result = aws.run("schedule", "faces", "--days", "2")
    assert result.exit_code == 0, result.stderr
    assert [line.split() for line in result.stdout.splitlines()[1:]] == [
        ["Fri", "2026-11-27", "09:00-18:00", "by", "demand"], ["Sat", "2026-11-28"], ["total", "2", "days"],
    ]  # fmt: skip
    said = " ".join(result.stderr.split())
    assert "0.1 USD an hour and worker" in said
    assert "faces is paid only while there is work" in said
    assert "after 5 min without any there is none" in said
    assert "At most 17.10 USD in 2 days" in said, "nine hours of nineteen workers"
    assert "saves" not in said
    values = [
        json.loads(line) for line in aws.run("schedule", "faces", "--days", "1", "--output", "json").stdout.splitlines()
    ]
    assert (values[0]["by_demand"], values[0]["hours"], values[0]["usd"]) == (True, None, None)


def test_the_schedule_of_a_fleet_that_is_always_on_is_one_workers(aws: Any, faces: Faces) -> None:
    faces.store(power="always_on", hours=None)
    result = aws.run("schedule", "faces", "--days", "1", "--output", "json")
    assert json.loads(result.stdout.splitlines()[0])["usd"] == 2.4
    assert "Hours and money are those of one worker; faces has 1 to 19 workers" in " ".join(
        aws.run("schedule", "faces", "--days", "1").stderr.split()
    )


def _counted(aws: Any, **series: list[tuple[datetime, float]]) -> list[Any]:
    """CloudWatch answers these; what it was asked for."""
    asked: list[Any] = []

    def answer(given: Any) -> Any:
        asked.extend(given["MetricDataQueries"])
        found = [(one, series.get(one["Label"], [])) for one in given["MetricDataQueries"]]
        return {
            "MetricDataResults": [
                {"Id": one["Id"], "Label": one["Label"], "Timestamps": [at for at, _ in values],
                 "Values": [value for _, value in values], "StatusCode": "Complete"}
                for one, values in found
            ]
        }  # fmt: skip

    aws.answers["GetMetricData"] = answer
    return asked


def test_costs_are_worker_hours_and_always_on_would_have_kept_one_more_while_there_was_none(
    aws: Any, faces: Faces
) -> None:
    morning = datetime(2026, 11, 26, 23, tzinfo=UTC)  # the midnight of Berlin, twelve hours ago
    at = [morning + timedelta(hours=hours) for hours in (0, 10, 11)]
    asked = _counted(
        aws,
        RanMinutesToday=[(at[0], 0), (at[1], 60), (at[2], 120)],
        CostTodayUsd=[(at[0], 0), (at[1], 0.5), (at[2], 0.8)],
        ImagesOk=[(at[1], 400), (at[2], 80)],
    )
    result = aws.run("costs", "--model", "faces", "--days", "1", "--output", "json")
    assert result.exit_code == 0, result.stderr
    account = json.loads(result.stdout.splitlines()[0])
    assert (account["hours"], account["usd"], account["images"]) == (8, 0.8, 480), "eight worker-hours in two hours"
    assert account["usd_per_image"] == pytest.approx(0.8 / 480, abs=1e-6)
    assert (account["saved_usd"], account["always_on_usd"]) == (1.0, 1.8), "ten hours of one worker at 0.1 USD"
    services = {one["Label"]: one["MetricStat"]["Metric"]["Dimensions"][0]["Value"] for one in asked}
    assert (services["ImagesOk"], services["CostTodayUsd"]) == (GROUP, "dayshift-test-reconcile")


def test_only_of_fleets_is_asked_what_a_day_has_cost(aws: Any, faces: Faces) -> None:
    asked = _counted(aws)
    aws.run("costs", "--model", "signs")
    assert asked
    assert "CostTodayUsd" not in {one["Label"] for one in asked}


def test_dead_letters_move_and_purge_empties_and_leaves_the_gallery(aws: Any, faces: Faces) -> None:
    faces.put("gallery/Ada/1.jpg")
    _send(aws, 2, "dlq")
    assert aws.run("redrive", "faces", "--by-hand").exit_code == 0
    assert len(aws.messages("faces")) == 2
    _send(aws, 1)
    result = aws.run("purge", "faces", "--yes")
    assert result.exit_code == 0, result.stderr
    assert aws.messages("faces") == []
    assert aws.keys() == ["gallery/Ada/1.jpg"]
    assert "The people it knows stay too, in gallery/" in result.stderr


def test_backfill_counts_images_and_no_photo_of_the_gallery(aws: Any, faces: Faces) -> None:
    faces.put("gallery/Ada/1.jpg")
    aws.put("incoming/faces/party.jpg")
    result = aws.run("backfill", "--model", "faces", "--yes", "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["sent"] == 1
    assert [message["image"]["key"] for message in aws.messages("faces")] == ["incoming/faces/party.jpg"]
    assert "its workers are paid by the hour each runs" in result.stderr


def test_a_file_too_large_for_a_fleet_is_refused_before_it_is_sent(aws: Any, faces: Faces, tmp_path: Path) -> None:
    with (tmp_path / "huge.jpg").open("wb") as file:
        file.truncate(15 * 1024 * 1024 + 1)
    assert "at most 15,728,640" in aws.run("upload", tmp_path / "huge.jpg", "--model", "faces").stderr


def test_a_deployment_is_refused_in_which_nobody_reads_a_model(aws: Any, faces: Faces) -> None:
    aws.deployment["models"]["faces"] |= {"gallery": None}
    aws.deployment["models"]["signs"] |= {"mapping_uuid": None, "labeler": None}
    aws.redeploy()
    said = " ".join(aws.run("status").stderr.split())
    assert "it lacks models.faces.gallery, models.signs.mapping_uuid, models.signs.labeler." in said


@pytest.mark.parametrize(("env", "target"), [("local", "up"), ("local-fleet", "up-fleet")])
def test_an_environment_on_this_machine_has_a_folder_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, env: str, target: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["--env", env, "status"])
    assert result.exit_code == 1
    assert f".dayshift/{env}/connection.json is not there. Start it with `make {target}`" in result.stderr
    connection = {"region": "us-east-1", "endpoint_url": "http://127.0.0.1:1", "access_key_id": "test",
                  "secret_access_key": "test"}  # fmt: skip
    (tmp_path / ".dayshift" / env).mkdir(parents=True)
    (tmp_path / ".dayshift" / env / "connection.json").write_text(json.dumps(connection))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert "http://127.0.0.1:1" in CliRunner().invoke(cli, ["--env", env, "status"]).stderr


def test_an_environment_that_only_sounds_local_is_on_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def barred(self: Any, operation: str, parameters: Any) -> Any:
        asked.append(operation)
        raise AssertionError("AWS was asked")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", barred)
    CliRunner().invoke(cli, ["--env", "localities", "--region", "eu-central-1", "status"])
    assert asked == ["GetParameter"]
