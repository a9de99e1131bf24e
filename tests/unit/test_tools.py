"""The small programs in tools/: which Python, which Terraform, which provider mirror."""

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools import fetch_terraform

ROOT = Path(__file__).parents[2]
SYSTEM_PATH = "/usr/bin:/bin"


def program(folder: Path, name: str, text: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def run(name: str, *arguments: str, root: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [root / "tools" / name, *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with the tools alone, so that what they remember is not this one's."""
    (tmp_path / "checkout/tools").mkdir(parents=True)
    for name in ("find-python", "terraform", "fetch_terraform.py"):
        (tmp_path / "checkout/tools" / name).write_bytes((ROOT / "tools" / name).read_bytes())
        (tmp_path / "checkout/tools" / name).chmod(0o755)
    return tmp_path / "checkout"


def test_a_python_that_is_on_the_path_but_does_not_run_is_passed_over(tmp_path):
    program(tmp_path, "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    program(tmp_path, "python3", f'exec "{sys.executable}" "$@"')
    found = run("find-python", PATH=f"{tmp_path}:{SYSTEM_PATH}").stdout.strip()
    assert found
    assert found != str(tmp_path / "python3.13")


def test_a_version_nobody_has_is_an_error_that_names_it():
    result = run("find-python", "3.99", PATH=os.environ["PATH"])
    assert (result.returncode, result.stdout) == (1, "")
    assert "Dayshift needs Python 3.99" in result.stderr


def test_terraform_reads_the_provider_from_the_mirror_and_calls_nobody(checkout, tmp_path):
    program(tmp_path / "bin", "terraform", 'cat "$TF_CLI_CONFIG_FILE"; echo "$CHECKPOINT_DISABLE $*"')
    answer = run(
        "terraform", "plan", root=checkout, PATH=f"{tmp_path / 'bin'}:{SYSTEM_PATH}", TF_PLUGIN_MIRROR=str(tmp_path)
    )
    assert f'path    = "{tmp_path}"' in answer.stdout
    assert answer.stdout.endswith("1 plan\n")


def test_without_a_mirror_a_configuration_that_is_not_there_is_not_passed_on(checkout, tmp_path):
    (checkout / ".dayshift").mkdir()
    (checkout / ".dayshift/terraform-mirror").write_text("\n")
    program(tmp_path / "bin", "terraform", 'echo "${TF_CLI_CONFIG_FILE:-unset}"')
    path = f"{checkout / 'tools'}:{tmp_path / 'bin'}:{SYSTEM_PATH}"
    there = tmp_path / "own.tfrc"
    there.write_text("")
    gone = run("terraform", root=checkout, PATH=path, TF_CLI_CONFIG_FILE=str(tmp_path / "gone.tfrc"))
    kept = run("terraform", root=checkout, PATH=path, TF_CLI_CONFIG_FILE=str(there))
    assert (gone.stdout, kept.stdout) == ("unset\n", f"{there}\n")


def test_a_terraform_with_another_hash_is_not_installed(tmp_path):
    release = tmp_path / "release.zip"
    with zipfile.ZipFile(release, "w") as archive:
        archive.writestr("terraform", "#!/bin/sh\n")
    target = tmp_path / "bin/terraform"
    with pytest.raises(SystemExit, match="must have the SHA-256 0000"):
        fetch_terraform.fetch(target, release.as_uri(), "0" * 64)
    assert not target.exists()
    fetch_terraform.fetch(target, release.as_uri(), hashlib.sha256(release.read_bytes()).hexdigest())
    assert os.access(target, os.X_OK)
