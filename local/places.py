"""Where things lie. Everything generated is under `.dayshift/`, which git ignores."""

import os
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / ".dayshift"
TERRAFORM, TERRAFORM_WRAPPER = ROOT / "terraform", ROOT / "tools" / "terraform"
PACKAGE = ROOT / "dist" / "dayshift.zip"
# The provider's word for this machine's processor, of which the workers' bundle must be.
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
WORKER_BUNDLE = ROOT / "dist" / f"dayshift-worker-{ARCHITECTURE}.zip"
SAMPLES, DEMO_RESULTS = ROOT / "samples", ROOT / "demo-results"
WEB = ROOT / "web"
LOCAL_VARIABLES, FLEET_VARIABLES = (TERRAFORM / "envs" / f"{name}.tfvars" for name in ("local", "local-fleet"))
EMULATOR_PYTHON, SERVICES_PYTHON, PROVIDER_PYTHON = (
    KEPT / name / "bin" / "python" for name in ("venv-emulator", "venv-vision", "venv-provider")
)


def default_folder() -> Path:
    """The folder of the local AWS that `make up` and `make demo` share; DAYSHIFT_LOCAL_DIR names another."""
    return Path(os.environ.get("DAYSHIFT_LOCAL_DIR") or KEPT / "local").absolute()


def fleet_folder() -> Path:
    """The folder of `make up-fleet` and `make demo-fleet`; `dayshift --env local-fleet` looks there."""
    return KEPT / "local-fleet"
