"""tools/find-chromium: the one that is named, the one on PATH, or a sentence that helps."""

import subprocess
from pathlib import Path

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "find-chromium"


def find(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", TOOL], env=environment, capture_output=True, text=True, check=False)


def program(path: Path, status: int = 0) -> Path:
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A PATH with nothing but what the script itself calls; `id` says that nobody is root here."""
    program(tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
    return tmp_path


def test_the_one_that_is_named_is_taken(tools: Path):
    program(tools / "chromium")
    named = program(tools / "my chrome")
    assert find(PATH=str(tools), CHROMIUM=str(named)).stdout == f"{named}\n"


def test_one_that_is_named_and_does_not_run_is_refused(tools: Path):
    program(tools / "chromium")
    broken = program(tools / "broken", status=1)
    answer = find(PATH=str(tools), CHROMIUM=str(broken))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert f"got '{broken}'" in answer.stderr


def test_one_on_the_path_that_does_not_run_is_passed_over(tools: Path):
    program(tools / "chromium", status=1)
    chrome = program(tools / "google-chrome")
    assert find(PATH=str(tools)).stdout == f"{chrome}\n"


def test_without_any_it_says_what_would_do(tools: Path):
    answer = find(PATH=str(tools))
    assert answer.returncode == 1
    assert "CHROMIUM=/path/to/chrome make browser" in answer.stderr
