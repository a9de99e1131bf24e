"""Each way in which a seed system failed is put back into a copy of the project, and a named test must notice."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MUTANTS = [mutant for seed in sorted(Path(__file__).parent.glob("*.json")) for mutant in json.loads(seed.read_text())]
SOURCES = ("cli", "lambda_src", "local", "terraform", "tests", "tools", "web", "pyproject.toml", "build.py")
SHARED = (".dayshift", "dist")  # environments and package, which no mutant touches
TESTS_FAILED = 1  # pytest's exit code, and Terraform's; a test that cannot even be collected exits pytest with another


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, to be mutated and mended again."""
    copy = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        source = ROOT / name
        skip = shutil.ignore_patterns("__pycache__", "*.egg-info", ".terraform*")
        shutil.copytree(source, copy / name, ignore=skip) if source.is_dir() else shutil.copy(source, copy)
    for name in SHARED:
        (copy / name).symlink_to(ROOT / name)
    return copy


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant["seed"]))
def test_the_seed_s_failure_is_noticed(mutant: dict[str, str], copied: Path) -> None:
    file = copied / mutant["file"]
    source = file.read_text()
    assert source.count(mutant["old"]) == 1, f"wanted {mutant['old']!r} once in {mutant['file']}"
    file.write_text(source.replace(mutant["old"], mutant["new"]))
    try:
        run = (terraform_test if mutant["killed_by"].startswith("terraform/") else pytest_run)(copied, mutant)
    finally:
        file.write_text(source)
    assert run.returncode == TESTS_FAILED, f"wanted {mutant['killed_by']} to fail, got:\n{run.stdout}{run.stderr}"


def pytest_run(copied: Path, mutant: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The named test, on the copy."""
    return started(copied, [sys.executable, "-m", "pytest", "-x", mutant["killed_by"]])


def terraform_test(copied: Path, mutant: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The file of the named run, on the copy; it must be that run which fails."""
    file, run_name = mutant["killed_by"].removeprefix("terraform/").split("::")
    terraform = [str(copied / "tools" / "terraform"), f"-chdir={copied / 'terraform'}"]
    initialised = started(copied, [*terraform, "init", "-backend=false", "-input=false"])
    assert initialised.returncode == 0, initialised.stderr
    run = started(copied, [*terraform, "test", f"-filter={file}", "-no-color"])
    assert f'run "{run_name}"... fail' in run.stdout, run.stdout + run.stderr
    return run


def started(copied: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    """A finished program of which the output is kept."""
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "TF_DATA_DIR": str(copied / ".terraform-data")}
    return subprocess.run(
        command, cwd=copied, capture_output=True, text=True, check=False, timeout=300, env=environment
    )
