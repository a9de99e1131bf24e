"""How the deployment is found, how errors end, and what every command says of itself."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import NoRegionError, ReadTimeoutError, SSLError
from botocore.httpsession import URLLib3Session
from click.testing import CliRunner, Result

from dayshift_cli import __version__
from dayshift_cli.errors import sentence
from dayshift_cli.inert import inert, inert_json
from dayshift_cli.main import cli
from dayshift_cli.session import Options, Session


def _run(*arguments: str, **env: str | None) -> Result:
    return CliRunner(env=env).invoke(cli, list(arguments))


def _one_line(result: Result) -> str:
    lines = result.stderr.splitlines()
    assert len(lines) == 1, f"wanted one line, got {lines}"
    assert "Traceback" not in result.output
    return lines[0]


@pytest.fixture
def no_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that nobody signed in on."""
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path))


def _terraform(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """A `terraform` on the path that does what the script says."""
    folder.mkdir()
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


@pytest.mark.usefixtures("no_credentials")
def test_missing_credentials_end_in_one_line_that_says_what_to_do() -> None:
    result = _run("--env", "dev", "--region", "eu-central-1", "status")
    assert result.exit_code == 1
    assert "aws sso login" in _one_line(result)


@pytest.mark.usefixtures("no_credentials")
def test_a_missing_region_and_an_unknown_profile_end_in_one_line() -> None:
    assert "--region" in _one_line(_run("--env", "dev", "status"))
    assert "nobody" in _one_line(_run("--env", "dev", "--profile", "nobody", "status"))


def test_debug_shows_the_error_itself(no_credentials: None) -> None:
    result = _run("--debug", "--env", "dev", "status")
    assert isinstance(result.exception, NoRegionError)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "need ssm:GetParameter"),
        ("ExpiredTokenException", "sign-in has expired"),
        ("UnrecognizedClientException", "does not accept these credentials"),
        ("ThrottlingException", "fewer calls"),
        ("ParameterNotFound", "There is no parameter /dayshift/test/deployment in eu-central-1"),
        ("SomethingNew", "GetParameter was refused (SomethingNew: in words)"),
    ],
)
def test_what_aws_refuses_ends_in_one_line(aws: Any, code: str, said: str) -> None:
    aws.refuse("GetParameter", code)
    result = aws.run("status")
    assert result.exit_code == 1
    assert said in _one_line(result)


def test_a_missing_bucket_is_named(aws: Any) -> None:
    aws.s3.delete_bucket(Bucket=aws.deployment["results_bucket"])
    result = aws.run("results")
    assert result.exit_code == 1
    assert "dayshift-test-results" in _one_line(result)


def test_the_way_to_aws_is_explained_too() -> None:
    assert "make up" in sentence(ReadTimeoutError(endpoint_url="https://127.0.0.1:4566"))
    assert "AWS_CA_BUNDLE" in sentence(SSLError(endpoint_url="https://127.0.0.1:4566", error=OSError("self-signed")))


def test_without_env_the_terraform_output_is_read(aws: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    (tmp_path / "output.json").write_text(json.dumps(aws.deployment))
    _terraform(monkeypatch, tmp_path / "bin", f'[ "$1 $2" = "-chdir=iac output" ] && cat {tmp_path}/output.json')
    result = _run("--terraform-dir", "iac", "results", "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["image"]["key"] == "incoming/signs/a.jpg"


def test_without_a_deployment_both_ways_to_name_one_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    complaint = '╷\n│ Warning: something else\n╵\n╷\n│ Error: Output "deployment" not found\n│ \n╵'
    _terraform(monkeypatch, tmp_path / "bin", f"cat >&2 <<'END'\n{complaint}\nEND\nexit 1")
    line = _one_line(_run("status"))
    assert 'said: Error: Output "deployment" not found' in line
    assert "--env" in line
    assert "--terraform-dir" in line
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "--env" in _one_line(_run("status"))


def test_everything_that_a_deployment_lacks_is_named_at_once(aws: Any) -> None:
    del aws.deployment["images_bucket"], aws.deployment["functions"]["sweep"]
    aws.deployment["models"]["signs"]["dlq_url"] = None
    aws.redeploy()
    assert "it lacks images_bucket, functions.sweep, models.signs.dlq_url." in _one_line(aws.run("status"))


def test_the_local_aws_is_reached_by_its_own_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "make up" in _one_line(_run("--env", "local", "--local-dir", str(tmp_path), "status"))
    (tmp_path / "connection.json").write_text("[]")
    assert "run `make up` again" in _one_line(_run("--env", "local", "status", DAYSHIFT_LOCAL_DIR=str(tmp_path)))
    connection: dict[str, Any] = {
        "region": "us-east-1", "endpoint_url": "http://127.0.0.1:1", "ca_bundle": None,
        "access_key_id": "test", "secret_access_key": "test", "service_endpoints": {},
    }  # fmt: skip
    (tmp_path / "connection.json").write_text(json.dumps(connection))
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    line = _one_line(_run("--env", "local", "status", DAYSHIFT_LOCAL_DIR=str(tmp_path)))
    assert "http://127.0.0.1:1" in line


def test_on_the_local_aws_the_time_is_that_of_its_services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def send(_: Any, request: Any) -> Any:
        asked.append(request.url)
        return SimpleNamespace(content=b'{"now": "2026-11-27T12:00:00+01:00", "standing": true}')

    monkeypatch.setattr(URLLib3Session, "send", send)
    connection: dict[str, Any] = {
        "region": "us-east-1", "endpoint_url": "https://127.0.0.1:1", "access_key_id": "test",
        "secret_access_key": "test", "service_endpoints": {"scheduler": "http://127.0.0.1:2"},
    }  # fmt: skip
    (tmp_path / "connection.json").write_text(json.dumps(connection))
    options = Options("local", "dayshift", tmp_path, tmp_path, None, None, None, debug=False)
    assert Session(options).now() == datetime(2026, 11, 27, 11, tzinfo=UTC)
    assert asked == ["http://127.0.0.1:2/_local/clock"]
    elsewhere = Session(replace(options, env="dev"), clock=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    assert elsewhere.now() == datetime(2026, 1, 1, tzinfo=UTC)


def test_options_come_from_the_environment_too(aws: Any) -> None:
    aws.answer(aws.put("incoming/signs/a.jpg"))
    result = _run("results", DAYSHIFT_ENV="test", DAYSHIFT_REGION="eu-central-1", DAYSHIFT_RESULTS_OUTPUT="json")
    assert json.loads(result.stdout)["image"]["key"] == "incoming/signs/a.jpg"


def test_an_unknown_model_is_wrong_usage_and_those_there_are_are_named(aws: Any) -> None:
    result = aws.run("purge", "cats")
    assert result.exit_code == 2
    assert "there are: pets, signs" in result.stderr


@pytest.mark.parametrize("command", sorted(set(cli.commands)))
def test_every_commands_help_has_examples(command: str) -> None:
    result = _run(command, "--help")
    assert result.exit_code == 0
    assert "Examples:\n" in result.stdout
    assert "dayshift " in result.stdout.split("Examples:")[1]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_the_shell(shell: str) -> None:
    result = _run("completion", shell)
    assert result.exit_code == 0
    assert f"_DAYSHIFT_COMPLETE={shell}_complete" in result.stdout


def test_the_version_is_told() -> None:
    assert _run("--version").stdout == f"dayshift, version {__version__}\n"


def test_inert_text_keeps_words_and_loses_what_acts() -> None:
    assert inert("a\x1b[31mb\r\nc\x9b\u202ed\x00é 漢 👍\udce9") == "a[31mb cdé 漢 👍\\udce9"
    document = json.dumps({"n": "\x9b\u202e\u2028é"}, ensure_ascii=False)
    assert json.loads(inert_json(document)) == {"n": "\x9b\u202e\u2028é"}
    assert inert_json(document).isprintable()
