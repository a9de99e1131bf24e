"""Models as a file of variables describes them, before anything is applied: Terraform itself evaluates `var.models`.

Only the configuration's variables, and the data that they look up, are laid into an empty folder: so defaults and
refusals are the real ones, while no provider, no backend, no state and no credentials are needed.
"""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dayshift_cli.errors import Failure

_TIMEOUT_SECONDS = 120
_EXPRESSION = "jsonencode(var.models)\n"


def models_of(var_file: Path, configuration: Path) -> Mapping[str, Mapping[str, Any]]:
    """`var.models` with all defaults. Raises Failure with what Terraform refuses, or why it could not be asked."""
    variables = sorted(configuration.glob("variables*.tf"))
    if not variables:
        raise Failure(
            f"There is no Terraform configuration in {configuration}, which would say what {var_file} means; "
            "name its folder with --terraform-dir."
        )
    answer, complaint = _console(var_file, configuration, variables)
    for refusal in _errors(complaint):
        if "models" in refusal or not answer.strip():
            raise Failure(f"Terraform refuses {var_file}: {refusal}")
    if not answer.strip():
        said = " ".join(complaint.split())[-400:] or "nothing"
        raise Failure(f"Terraform could not evaluate {var_file}; it said: {said}")
    try:
        models = json.loads(json.loads(answer.strip().splitlines()[-1]))
        return {str(name): dict(model) for name, model in models.items()}
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise Failure(
            f"Terraform tells no models of {var_file} (it said {answer.strip()[:100]!r}): does the file set `models`?"
        ) from error


def _terraform(configuration: Path) -> str:
    """The Terraform on PATH, else the project's own, which fetches its pinned release once."""
    wrapper = configuration.resolve().parent / "tools" / "terraform"
    found = shutil.which("terraform") or (str(wrapper) if wrapper.is_file() else None)
    if found is None:
        raise Failure(
            "--var-file needs Terraform, which evaluates the file, and there is none on PATH; install it "
            "(https://developer.hashicorp.com/terraform/install), or describe the hours with --hours and --timezone."
        )
    return found


def _console(var_file: Path, configuration: Path, variables: Iterable[Path]) -> tuple[str, str]:
    terraform = _terraform(configuration)
    with tempfile.TemporaryDirectory(prefix="dayshift-") as folder:
        for path in variables:
            shutil.copy(path, folder)
        # refusals look up zones and holidays there
        (Path(folder) / "modules").symlink_to((configuration / "modules").resolve())
        command = [terraform, f"-chdir={folder}", "console", "-no-color", f"-var-file={var_file.resolve()}"]
        try:
            ran = subprocess.run(
                command, input=_EXPRESSION, capture_output=True, encoding="utf-8", timeout=_TIMEOUT_SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Failure(f"Terraform could not evaluate {var_file} ({error}).") from error
    return ran.stdout, ran.stderr


def _errors(complaint: str) -> list[str]:
    """Each of Terraform's errors on one line: what a refusal says, without the lines of the file it shows."""
    found = []
    for block in re.split(r"^(?=Error: |Warning: )", re.sub("[│╷╵]", " ", complaint), flags=re.MULTILINE)[1:]:
        if block.startswith("Error: "):
            title, *paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", block.strip())]
            said = [part for part in paragraphs if not part.startswith(("on ", "This was checked"))]
            found.append(f"{title.removeprefix('Error: ')}: {' '.join(said)}"[:600])
    return found
