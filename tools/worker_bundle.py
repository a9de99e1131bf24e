"""What a worker of family face_fleet needs besides the package: wheels, models, and a script that installs them.

A worker starts often, and must need no package registry for it: all of it travels in one zip, beside the package. It is
a function of lambda_src/requirements-worker.txt, of the models' hashes and of the script alone.
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.worker_models import ModelsError, models

ROOT = Path(__file__).resolve().parent.parent
WHEELS = ROOT / ".dayshift" / "worker-wheels"
REQUIREMENTS, INSTALL = "requirements-worker.txt", "install-worker.sh"
PYTHON = "3.13"  # as Amazon Linux 2023 has it, and as the functions' runtime
# The words of Terraform's var.architecture, and those of wheels.
ARCHITECTURES = {"arm64": "aarch64", "x86_64": "x86_64"}
# Amazon Linux 2023 has glibc 2.34: any of these runs there. pip takes them in this order.
PLATFORMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
PIP = ["-m", "pip", "download", "-qq", "--no-input", "--require-hashes", "--no-deps", "--only-binary=:all:"]
INTERPRETER = ["--implementation=cp", f"--python-version={PYTHON}", "--abi=cp313", "--abi=abi3", "--abi=none"]


class BundleError(Exception):
    """No bundle was made; the text says what is wrong and what would do."""


def bundle_members(architecture: str, source: Path, cache: Path = WHEELS) -> dict[str, bytes]:
    """The bundle's files by name. Raises BundleError."""
    if architecture not in ARCHITECTURES:
        raise BundleError(f"--worker must be one of {', '.join(sorted(ARCHITECTURES))}; got {architecture}")
    try:
        folder = models()
    except ModelsError as error:
        raise BundleError(str(error)) from error
    members = {f"models/{file.name}": file.read_bytes() for file in folder.glob("*.dat")}
    wheels = downloaded(source / REQUIREMENTS, architecture, cache)
    members |= {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels.glob("*.whl")}
    members[REQUIREMENTS] = (source / REQUIREMENTS).read_bytes()
    members["install.sh"] = (source / INSTALL).read_bytes()
    return members


def downloaded(requirements: Path, architecture: str, cache: Path) -> Path:
    """The folder with the wheels; downloaded once for each content of `requirements`. Raises BundleError."""
    if not requirements.is_file():
        raise BundleError(f"--source must hold {REQUIREMENTS}, for example lambda_src; got {requirements.parent}")
    name = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    target = cache / f"{architecture}-{name}"
    if target.is_dir():
        return target
    cache.mkdir(parents=True, exist_ok=True)
    platforms = [f"--platform={platform}_{ARCHITECTURES[architecture]}" for platform in PLATFORMS]
    with tempfile.TemporaryDirectory(dir=cache) as unfinished:
        chosen = [*INTERPRETER, *platforms, f"--dest={unfinished}/all", "--requirement", str(requirements)]
        ran = subprocess.run([sys.executable, *PIP, *chosen], capture_output=True, encoding="utf-8", check=False)
        if ran.returncode:
            raise BundleError(f"pip could not download {requirements} for {architecture}:\n{ran.stderr.strip()}")
        try:
            Path(unfinished, "all").rename(target)
        except OSError:
            if not target.is_dir():  # another build was faster: its folder holds the same
                raise
    return target
