"""Each way in which the seed system failed is put back into a copy of our code, and a named test must notice."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MUTANTS = json.loads((Path(__file__).parent / "pipeline.json").read_text())
TESTS_FAILED = 1  # pytest's exit code; a test that cannot even be collected exits with another


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: str(mutant["seed"]))
def test_the_seed_s_failure_is_noticed(mutant: dict[str, str], tmp_path: Path) -> None:
    copy = tmp_path / "lambda_src"
    shutil.copytree(ROOT / "lambda_src" / "dayshift", copy / "dayshift", ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / mutant["file"]
    source = file.read_text()
    assert source.count(mutant["old"]) == 1, f"wanted {mutant['old']!r} once in {mutant['file']}"
    file.write_text(source.replace(mutant["old"], mutant["new"]))
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist",
         "-o", f"pythonpath={copy} {ROOT}", mutant["killed_by"]],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert run.returncode == TESTS_FAILED, f"wanted {mutant['killed_by']} to fail, got:\n{run.stdout}{run.stderr}"
