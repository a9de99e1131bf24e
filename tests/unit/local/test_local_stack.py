"""Starting safely: no real credentials, no port of others, no stale pid; what is passed on and what is skipped."""

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest

from local.connection import Connection
from local.credentials import refuse_real_credentials
from local.dialect import translated
from local.errors import PortTakenError, RealCredentialsError, StartError
from local.outcomes import Expectation, read_samples
from local.places import SAMPLES
from local.ports import free_ports, ports_of, refuse_taken, remember
from local.processes import BackgroundProcess
from local.stack import LocalAws
from local.terraform import Change, read_change

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.mark.parametrize(
    "seen",
    [
        {"AWS_PROFILE": "office-prod"},
        {"AWS_ACCESS_KEY_ID": "AKIA0123456789ABCDEF"},
        {"AWS_SESSION_TOKEN": "FwoG"},
        {"AWS_ROLE_ARN": "arn:aws"},
    ],
)
def test_it_refuses_to_start_beside_real_credentials_and_names_them_without_their_value(seen: dict[str, str]) -> None:
    ((name, value),) = seen.items()
    with pytest.raises(RealCredentialsError, match=name) as refusal:
        refuse_real_credentials(seen)
    assert value not in str(refusal.value)


@pytest.mark.parametrize("seen", [{}, {"AWS_ACCESS_KEY_ID": "test"}, {"AWS_REGION": "eu-west-1"}, {"AWS_PROFILE": ""}])
def test_it_starts_beside_what_is_no_credential(seen: dict[str, str]) -> None:
    refuse_real_credentials(seen)


def test_a_start_beside_real_credentials_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    with pytest.raises(RealCredentialsError):
        LocalAws(tmp_path / "aws", free_ports()).start()
    assert not (tmp_path / "aws").exists()


def test_a_program_started_here_cannot_see_the_persons_credentials(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECURITY_TOKEN", "real")
    environment = Connection.of(tmp_path, (4566, 4567)).environment()
    assert "real" not in environment.values()
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SHARED_CREDENTIALS_FILE"]) == ("test", os.devnull)


def test_the_connection_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = Connection.of(tmp_path, (5566, 5567))
    written.write()
    assert Connection.read(tmp_path) == written
    assert json.loads((tmp_path / "connection.json").read_text())["endpoint_url"] == "https://127.0.0.1:5566"


def test_every_program_finds_our_services_by_the_names_that_sdks_look_for(tmp_path: Path) -> None:
    connection = Connection.of(tmp_path, (5566, 5567))
    names = ("AUTO_SCALING", "REKOGNITION", "SAGEMAKER", "SAGEMAKER_RUNTIME", "SCHEDULER")
    ours = {f"AWS_ENDPOINT_URL_{name}" for name in names}
    found = {name: url for name, url in connection.exports().items() if name.startswith("AWS_ENDPOINT_URL_")}
    assert found == dict.fromkeys(ours, "http://127.0.0.1:5567")
    assert set(connection.service_exports("sagemaker-runtime")) == {"AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"}


def test_a_taken_port_is_named_with_another_that_would_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTakenError, match=f"port {port} .* taken by another program.*DAYSHIFT_LOCAL_PORT=5566"):
            refuse_taken(port)


def test_a_folder_keeps_the_ports_it_was_made_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAYSHIFT_LOCAL_PORT", raising=False)
    remember(tmp_path, (5566, 5567))
    assert ports_of(tmp_path, None) == (5566, 5567)
    with pytest.raises(StartError, match="DAYSHIFT_LOCAL_PORT=5566"):
        ports_of(tmp_path, (4566, 4567))


def test_a_port_variable_that_is_no_port_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYSHIFT_LOCAL_PORT", "http")
    with pytest.raises(PortTakenError, match="got 'http'"):
        ports_of(tmp_path, None)


def test_a_process_is_found_again_and_stopped_in_order(tmp_path: Path) -> None:
    BackgroundProcess("sleeper", tmp_path).start(SLEEP, os.environ, tmp_path)
    found = BackgroundProcess("sleeper", tmp_path)
    assert found.is_running()
    assert found.stop()
    assert not found.is_running()
    assert not found.stop()


def test_a_pid_file_that_a_killed_process_left_is_not_believed(tmp_path: Path) -> None:
    process = BackgroundProcess("sleeper", tmp_path)
    process.start(SLEEP, os.environ, tmp_path)
    os.kill(process.pid() or 0, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert (process.is_running(), process.pid()) == (False, None)


def test_a_pid_that_another_program_has_by_now_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "sleeper.pid").write_text(str(os.getpid()))
    assert BackgroundProcess("sleeper", tmp_path).stop() is False


def test_a_process_that_ends_at_once_is_reported_with_its_last_words(tmp_path: Path) -> None:
    process = BackgroundProcess("sleeper", tmp_path)
    process.start([sys.executable, "-c", "raise SystemExit('no memory')"], os.environ, tmp_path)
    deadline = time.monotonic() + 5
    while process.is_running() and time.monotonic() < deadline:
        time.sleep(0.02)
    with pytest.raises(StartError, match="no memory"):
        process.check()


def test_a_policy_is_said_again_only_where_the_emulator_wants_other_words() -> None:
    queue = {"Sid": "Send", "Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"], "Resource": "arn:q"}
    gate = {"Effect": "Allow", "Action": ["lambda:GetEventSourceMapping", "lambda:Invoke"], "Resource": "arn:m"}
    power = {**gate, "Condition": {"StringEquals": {"lambda:FunctionArn": ["arn:f"]}}}
    paths = {"Effect": "Allow", "Action": "ssm:GetParametersByPath", "Resource": "arn:p"}
    read = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    assert translated({"Statement": [queue, power, paths, read]}) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Action": ["sqs:SendMessageBatch"], "Resource": "arn:q"},
            {"Effect": "Allow", "Action": ["lambda:ListEventSourceMappings"], "Resource": "*"},
            {"Effect": "Allow", "Action": ["ssm:GetParametersByPath"], "Resource": "*"},
        ],
    }
    assert translated({"Statement": [read]}) is None


@pytest.mark.parametrize(
    ("kind", "actions", "attributes", "expected"),
    [
        ("aws_cloudwatch_metric_alarm", ("update",), {"period", "statistic"}, True),
        ("aws_cloudwatch_metric_alarm", ("update",), {"threshold"}, False),
        ("aws_cloudwatch_metric_alarm", ("delete", "create"), {"period"}, False),
        ("aws_sqs_queue", ("update",), {"period"}, False),
        ("aws_launch_template", ("update",), {"network_interfaces", "latest_version", "default_version"}, True),
        ("aws_launch_template", ("update",), {"network_interfaces", "user_data"}, False),
        ("aws_autoscaling_group", ("update",), {"launch_template"}, True),
        ("aws_autoscaling_group", ("update",), {"desired_capacity"}, False),
    ],
)
def test_only_what_the_emulator_forgets_is_forgiven(
    kind: str, actions: tuple[str, ...], attributes: set[str], expected: bool
) -> None:
    assert Change("a", kind, actions, frozenset(attributes)).is_emulators_fault is expected


def test_what_is_known_only_at_apply_counts_as_different_and_what_is_known_within_does_not() -> None:
    known = {"launch_template": [{"id": "lt-1"}], "tag": [{"key": "a"}]}
    unknown = {"launch_template": [{"version": True}], "tag": [{"key": False}, {}], "hook": []}
    change = {"actions": ["update"], "before": known, "after": known, "after_unknown": unknown}
    assert read_change({"address": "a", "type": "t", "change": change}).attributes == {"launch_template"}


def test_every_sample_is_there_and_expected_somehow() -> None:
    samples = read_samples(SAMPLES)
    files = {file for folder in ("signs", "photos") for file in (SAMPLES / folder).iterdir()}
    assert {sample.file for sample in samples} == files


def test_every_picture_of_faces_is_expected_somehow_and_small() -> None:
    samples = read_samples(SAMPLES / "faces", SAMPLES)
    ours = {sample.file for sample in samples if sample.model == "faces"}
    assert ours == set((SAMPLES / "faces" / "images").iterdir())
    assert all(sample.file.is_file() for sample in samples)
    assert all(file.stat().st_size <= 60_000 for file in (SAMPLES / "faces").rglob("*.jpg"))
    people = {folder.name for folder in (SAMPLES / "faces" / "gallery").iterdir()}
    assert {name for sample in samples for name in sample.expectation.names} == {*people, "unknown"}


def test_an_outcome_that_is_not_as_expected_says_what_is_wrong() -> None:
    wanted = Expectation("ok", ("OPEN",))
    record = {"status": "ok", "reason": None, "detections": [{"name": "OPEN"}]}
    assert wanted.fault(record) is None
    assert wanted.fault(None) == "wanted ok, got no result"
    assert wanted.fault({**record, "detections": []}) == "wanted OPEN among what is found"
    rejected = {**record, "status": "rejected", "reason": "empty: 0 bytes"}
    assert wanted.fault(rejected) == "wanted ok , got rejected empty: 0 bytes"
    assert Expectation("rejected", reason="empty").fault(rejected) is None
