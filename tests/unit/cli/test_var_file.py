"""Models that are not applied yet: what Terraform itself says of a file of variables."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dayshift_cli.errors import Failure
from dayshift_cli.main import cli
from dayshift_cli.var_file import models_of

CONFIGURATION = Path(__file__).parents[3] / "terraform"
TARGET = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000"
LOGOS = f"""
  logos = {{
    family = "custom_labels"
    prefix = "logos/"
    target = "{TARGET}"
    power  = "office_hours"
    hours  = {{ timezone = "Europe/Berlin", open = ["Mon-Fri 09:00-18:00"], closed_on = ["2026-12-24"] }}
  }}"""
SIGNS = '\n  signs = { family = "rekognition", prefix = "signs/" }'


@pytest.fixture(autouse=True)
def terraform_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project's own `terraform`, as `make` puts it first."""
    monkeypatch.setenv("PATH", str(CONFIGURATION.parent / "tools"), prepend=os.pathsep)


@pytest.fixture
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every way to AWS is barred."""

    def barred(*_: Any, **__: Any) -> None:
        raise AssertionError("AWS was asked")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", barred)


def _file(folder: Path, *models: str) -> Path:
    path = folder / "new.tfvars"
    path.write_text(f'name = "acme"\nenvironment = "dev"\nmodels = {{{"".join(models)}\n}}\n')
    return path


def _schedule(path: Path, *arguments: str) -> Result:
    given = ["--terraform-dir", str(CONFIGURATION), "schedule", "--var-file", str(path), "--output", "json", *arguments]
    return CliRunner().invoke(cli, given)


@pytest.mark.usefixtures("no_aws")
def test_a_file_is_foreseen_with_terraforms_own_defaults_before_anything_is_applied(tmp_path: Path) -> None:
    path = _file(tmp_path, LOGOS, SIGNS)
    result = _schedule(path, "--from", "2026-12-23", "--days", "3")
    assert result.exit_code == 0, result.stderr
    days = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(day["date"], day["hours"], day["usd"]) for day in days] == [
        ("2026-12-23", 9.5, 38), ("2026-12-24", 0, 0), ("2026-12-25", 9.5, 38), ("total", 19, 76),
    ]  # fmt: skip
    assert {day["model"] for day in days} == {"logos"}


def test_public_holidays_are_closed_as_terraform_merges_them(tmp_path: Path) -> None:
    def closed(place: str) -> list[str]:
        path = _file(tmp_path, LOGOS.replace("closed_on =", f'holidays_of = "{place}", closed_on ='))
        result = _schedule(path, "--from", "2026-12-22", "--days", "16")
        assert result.exit_code == 0, result.stderr
        days = [json.loads(line) for line in result.stdout.splitlines()]
        return [day["date"] for day in days if day.get("note") == "closed date"]

    assert closed("DE") == ["2026-12-24", "2026-12-25", "2027-01-01"]
    assert closed("DE-BY") == ["2026-12-24", "2026-12-25", "2027-01-01", "2027-01-06"]
    assert closed("DE-NI") == closed("DE")


def test_units_and_a_price_of_ones_own_count(tmp_path: Path) -> None:
    def usd(change: str) -> Any:
        path = _file(tmp_path, LOGOS.replace("power  =", f"{change}\n    power  ="))
        return json.loads(_schedule(path, "--from", "2026-12-21", "--days", "1").stdout.splitlines()[-1])["usd"]

    assert usd("options = { inference_units = 3 }") == 9.5 * 12
    assert usd("usd_per_hour = 1") == 9.5


@pytest.mark.parametrize(
    ("models", "said"),
    [
        (LOGOS.replace("09:00-", "9:00-"), "models[*].hours.open must be windows such as"),
        (LOGOS.replace("Europe/Berlin", "Berlin"), "models[*].hours.timezone must be"),
        (LOGOS.replace('power  = "office_hours"', "power ="), "Terraform refuses"),
        ("nobody closes this", "Terraform refuses"),
    ],
)
def test_what_terraform_refuses_is_said_in_its_words(tmp_path: Path, models: str, said: str) -> None:
    result = _schedule(_file(tmp_path, models))
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["signs"], "signs is always there and has no power: nobody starts or stops it. With power: logos."),
        (["cats"], "There is no model 'cats' in"),
    ],
)
def test_models_that_are_not_meant_are_wrong_usage(tmp_path: Path, arguments: list[str], said: str) -> None:
    result = _schedule(_file(tmp_path, LOGOS, SIGNS), *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_a_file_without_power_has_nothing_to_foresee_and_two_must_be_told_apart(tmp_path: Path) -> None:
    assert "No model of" in _schedule(_file(tmp_path, SIGNS)).stderr
    photos = LOGOS.replace("logos", "photos")
    assert "Name one of the 2 powered models" in _schedule(_file(tmp_path, LOGOS, photos)).stderr


def test_a_file_without_models_is_told(tmp_path: Path) -> None:
    path = tmp_path / "none.tfvars"
    path.write_text('name = "acme"\nenvironment = "dev"\n')
    result = _schedule(path)
    assert result.exit_code == 1
    assert "does the file set `models`?" in result.stderr


def test_without_terraform_another_way_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    shutil.copytree(CONFIGURATION, tmp_path / "terraform", ignore=shutil.ignore_patterns(".terraform"))
    with pytest.raises(Failure, match=r"--var-file needs Terraform, .* or describe the hours with --hours"):
        models_of(_file(tmp_path, LOGOS), tmp_path / "terraform")


def test_without_a_configuration_its_folder_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"There is no Terraform configuration in .*--terraform-dir"):
        models_of(_file(tmp_path, LOGOS), tmp_path)


def _terraform(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "terraform"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda _: str(program))


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'no such command' >&2; exit 1", "could not evaluate .*it said: no such command"),
        ("exit 1", "it said: nothing"),
        ("echo '\"[]\"'", "tells no models"),
        ("echo 1", "tells no models"),
    ],
)
def test_a_terraform_that_answers_something_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    _terraform(tmp_path, script, monkeypatch)
    with pytest.raises(Failure, match=said):
        models_of(_file(tmp_path, LOGOS), CONFIGURATION)


def test_the_projects_own_terraform_is_used_where_none_is_on_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(CONFIGURATION, tmp_path / "terraform", ignore=shutil.ignore_patterns(".terraform"))
    (tmp_path / "tools").mkdir()
    _terraform(tmp_path / "tools", """printf '%s\\n' '"{\\"a\\":{}}"'""", monkeypatch)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert models_of(_file(tmp_path, LOGOS), tmp_path / "terraform") == {"a": {}}


def test_a_fleet_is_foreseen_by_what_it_may_cost_at_most(tmp_path: Path) -> None:
    path = CONFIGURATION / "examples" / "fleet.tfvars"
    result = CliRunner().invoke(
        cli, ["--terraform-dir", str(CONFIGURATION), "schedule", "--var-file", str(path), "--from", "2026-11-23",
              "--days", "7"],
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "faces is paid only while there is work" in result.stderr
    assert "after 5 min without any there is none" in result.stderr
    assert f"At most {5 * 9 * 19 * 0.0725:,.2f} USD in 7 days" in result.stderr
