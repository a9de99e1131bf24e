"""The bundle for machines like this one: installed by its own script without a network, it recognises a face.

It takes a minute the first time. The installation is kept in .dayshift, and made again only when it changes.
"""

import json
import os
import platform
import subprocess
import zipfile
from pathlib import Path

import pytest

import build
from tools.worker_bundle import ARCHITECTURES, PYTHON, bundle_members

KEPT = build.ROOT / ".dayshift" / "worker-test"
SAMPLES = build.ROOT / "samples/faces"
# Whoever looks for a network finds none.
OFFLINE = {
    "PATH": os.environ["PATH"], "HOME": "/nonexistent", "PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/",
    "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9",
}  # fmt: skip
RECOGNISE = """
import json, math, sys
from pathlib import Path
from dayshift.faces.children import RECOGNISER, Children
from dayshift.faces.process import Loading
children = Children(Loading(RECOGNISER, sys.argv[1]), 1)
faces = [children.faces(Path(name).read_bytes()) for name in sys.argv[2:]]
print(json.dumps({
    "faces": [len(each) for each in faces],
    "near": math.dist(faces[0][0].embedding, faces[1][0].embedding),
    "far": math.dist(faces[0][0].embedding, faces[2][0].embedding),
    "parent": [name for name in ("dlib", "numpy", "PIL") if name in sys.modules],
}))
"""


@pytest.fixture(scope="module")
def package() -> Path:
    KEPT.mkdir(parents=True, exist_ok=True)
    build.build(build.ROOT / "lambda_src", KEPT / "dayshift.zip")
    return KEPT / "dayshift.zip"


@pytest.fixture(scope="module")
def bundle() -> Path:
    """The bundle for this machine, unpacked as a worker unpacks it."""
    (architecture,) = (word for word, machine in ARCHITECTURES.items() if machine == platform.machine())
    build.written(bundle_members(architecture, build.ROOT / "lambda_src"), KEPT / "worker.zip")
    with zipfile.ZipFile(KEPT / "worker.zip") as archive:
        archive.extractall(KEPT / "bundle")
    return KEPT / "bundle"


def install(bundle: Path, package: Path) -> subprocess.CompletedProcess[str]:
    python = subprocess.run(
        [build.ROOT / "tools/find-python", PYTHON], capture_output=True, text=True, check=True
    ).stdout.strip()
    return subprocess.run(
        ["sh", bundle / "install.sh", bundle, KEPT / "worker", package],
        env=OFFLINE | {"PYTHON": python}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_worker_is_installed_without_a_network_and_recognises_a_face(bundle: Path, package: Path) -> None:
    installed = install(bundle, package)
    assert installed.returncode == 0, installed.stderr
    images = ("gallery/Barack Obama/portrait.jpg", "images/address.jpg", "gallery/Joe Biden/blue room.jpg")
    ran = subprocess.run(
        [KEPT / "worker/venv/bin/python", "-P", "-c", RECOGNISE, KEPT / "worker/models",
         *(str(SAMPLES / name) for name in images)],
        env={"PYTHONPATH": str(KEPT / "worker/package")}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    seen = json.loads(ran.stdout)
    assert seen["faces"] == [1, 1, 1]
    assert seen["near"] < 0.5 < 0.7 < seen["far"]
    assert seen["parent"] == []
    again = install(bundle, package)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")


def test_the_process_of_a_worker_has_all_it_imports(bundle: Path, package: Path) -> None:
    assert install(bundle, package).returncode == 0
    settings = "POWERTOOLS_SERVICE_NAME=test POWERTOOLS_METRICS_NAMESPACE=Dayshift AWS_REGION=eu-west-1"
    ran = subprocess.run(
        [KEPT / "worker/venv/bin/python", "-P", "-c", "import dayshift.bootstrap.worker, dayshift.adapters.families"],
        env={"PYTHONPATH": str(KEPT / "worker/package"), **dict(word.split("=") for word in settings.split())},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
