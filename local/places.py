"""Where things lie. Everything generated is under `.dayshift/`, which git ignores."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".dayshift"
TERRAFORM, TERRAFORM_WRAPPER = ROOT / "terraform", ROOT / "tools" / "terraform"
PACKAGE = ROOT / "dist" / "dayshift.zip"
SAMPLES, DEMO_RESULTS = ROOT / "samples", ROOT / "demo-results"
WEB = ROOT / "web"
LOCAL_VARIABLES = TERRAFORM / "envs" / "local.tfvars"
EMULATOR_PYTHON, SERVICES_PYTHON = (KEPT / name / "bin" / "python" for name in ("venv-emulator", "venv-vision"))


def default_folder() -> Path:
    """The folder of the local AWS that `make up` and `make demo` share; DAYSHIFT_LOCAL_DIR names another."""
    return Path(os.environ.get("DAYSHIFT_LOCAL_DIR") or KEPT / "local").absolute()
