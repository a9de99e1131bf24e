"""The package of the functions: its bytes hang on its sources alone, and it runs with nothing but boto3 beside it."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path, PurePosixPath

import boto3
import pytest

import build
from tests.contract.job_models import job_model

SOURCES = build.ROOT / "lambda_src"
BUILD = [sys.executable, str(build.ROOT / "build.py")]
# What Lambda's runtime brings: nothing else of the environment may be visible to the zip.
RUNTIME_MODULES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six.py", "urllib3")

ROUTES = [{"model": "signs", "family": "rekognition", "prefix": "incoming/signs/", "queue_url": "https://queue"}]
# One environment for all functions: what a labeler is told, and what a function of jobs is told besides.
READ_AT_ONCE = {"features": ["labels", "text"], "minimum_confidence_percent": 55, "maximum_labels": 25}
OPTIONS = job_model("proximl")["options"] | READ_AT_ONCE
MODEL = {"name": "signs", "family": "rekognition", "target": None, "prefix": "incoming/signs/", "options": OPTIONS}
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "ARCHIVES_QUEUE_URL": "https://archives",
    "IMAGES_BUCKET": "images",
    "MAX_RECEIVE_COUNT": "20",
    "MODEL": json.dumps(MODEL),
    "POWERTOOLS_METRICS_NAMESPACE": "Dayshift",
    "POWERTOOLS_SERVICE_NAME": "test",
    "QUEUE_URL": "https://queue",
    "RESULTS_BUCKET": "results",
    "ROUTES": json.dumps(ROUTES),
    "PARAMETERS": "/acme/test/models",
    "DEPLOYMENT": "acme-test",
    "MODELS_KEY": "_models/index.json",
    "AUTHENTICATION": "iam",
    "COUNTS_TABLE": "counts",
    "IMAGES_A_DAY": "1000",
    "AWS_EC2_METADATA_DISABLED": "true",  # without credentials the API's cold start ends before its first call
    "SWEEP_AFTER_MINUTES": "60",
}


# What only a worker's children load, beside the bundle's wheels (tests/e2e/test_worker_bundle.py).
OF_WORKERS = {"dayshift/faces/decoding.py", "dayshift/faces/recogniser.py"}


def copy_of_sources(folder: Path, age_seconds: int = 0) -> Path:
    target = folder / "lambda_src"
    shutil.copytree(SOURCES, target, ignore=shutil.ignore_patterns("__pycache__"))
    for path in target.rglob("*"):
        os.utime(path, (1_700_000_000 - age_seconds,) * 2)
    return target


def built(source: Path, *options: str, umask: int = 0o022, **environment: str) -> bytes:
    output = source.parent / "package.zip"
    command = [*BUILD, "--source", str(source), "--output", str(output), *options]
    subprocess.run(
        command, check=True, umask=umask, cwd=source, env=os.environ | environment, stdout=subprocess.DEVNULL
    )
    return output.read_bytes()


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def package() -> bytes:
    return build.pack(build.dependencies(build.vendor(SOURCES / "requirements.txt")) | build.sources(SOURCES))


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(built(copy_of_sources(tmp_path)))) as archive:
        archive.extractall(tmp_path / "task")
    return tmp_path / "task"


def run_beside_boto3(task: Path, program: str, python: str = sys.executable) -> subprocess.CompletedProcess[str]:
    """Runs `program` with the package and what Lambda's runtime brings on the path, and nothing else."""
    runtime = task.parent / "runtime"
    runtime.mkdir(exist_ok=True)
    for name in RUNTIME_MODULES:
        (runtime / name).symlink_to(Path(boto3.__file__).parents[1] / name)
    environment = ENVIRONMENT | {"PYTHONPATH": f"{task}:{runtime}"}
    command = [python, "-S", "-B", "-c", program]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("bytecode", ["--bytecode", "--no-bytecode"])
def test_the_same_sources_give_the_same_bytes_wherever_and_whenever_they_are_built(tmp_path, bytecode):
    here = copy_of_sources(tmp_path / "here")
    there = copy_of_sources(tmp_path / "a b" / "there", age_seconds=86_400)
    for path in there.rglob("*.py"):
        path.chmod(0o700)
    first = built(here, bytecode, PYTHONHASHSEED="1", TZ="UTC")
    second = built(there, bytecode, umask=0o077, PYTHONHASHSEED="2", TZ="Asia/Tokyo", LC_ALL="C")
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()


def test_bytecode_does_not_hang_on_what_else_its_compiler_has_in_memory(package):
    texts = {name: text.decode() for name, text in members(package).items() if name.endswith(".py")}
    compiler = build.ROOT / "tools/compile_members.py"
    crowded = "import asyncio, decimal, http.client, unittest, runpy\n"
    crowded += f"runpy.run_path({str(compiler)!r}, run_name='__main__')"
    answers = [
        subprocess.run([sys.executable, *command], input=json.dumps(texts), capture_output=True, text=True, check=True)
        for command in (["-I", "-S", str(compiler)], ["-c", crowded])
    ]
    assert answers[0].stdout == answers[1].stdout


def test_a_changed_source_changes_the_package(tmp_path):
    source = copy_of_sources(tmp_path)
    before = built(source)
    with (source / "dayshift/settings.py").open("a") as file:
        file.write("\nADDED = 1\n")
    assert built(source) != before


def test_what_the_package_does_not_need_stays_out(package):
    names = members(package)
    unwanted = (".so", ".pyd", ".pyi", ".dist-info", "/bin/", "/tests/", "py.typed", "jmespath/")
    assert not [name for name in names if any(each in f"/{name}" for each in unwanted)]
    data = {"dayshift/openapi.json"}
    assert {name for name in names if not name.endswith(".py") and not name.startswith("LICENSES/")} == data


def test_the_package_is_small_enough_to_start_quickly(tmp_path):
    assert len(built(copy_of_sources(tmp_path))) <= 2_100_000


def test_the_licences_of_the_dependencies_travel_with_them(package):
    names = members(package)
    assert b"Permission is hereby granted" in names["LICENSES/aws-lambda-powertools/LICENSE"]


def test_members_are_sorted_uncompressed_dated_1980_and_readable_by_all(package):
    entries = zipfile.ZipFile(io.BytesIO(package)).infolist()
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)
    looks = {
        (entry.compress_type, entry.date_time, entry.external_attr >> 16, entry.create_system) for entry in entries
    }
    assert looks == {(zipfile.ZIP_STORED, (1980, 1, 1, 0, 0, 0), 0o100644, 3)}


def test_every_module_of_ours_imports_with_the_package_and_boto3_alone(unpacked):
    files = [file.relative_to(unpacked) for file in (unpacked / "dayshift").rglob("*.py")]
    files = [file for file in files if str(file) not in OF_WORKERS]
    names = [".".join(file.with_suffix("").parts) for file in files if file.name != "__init__.py"]
    result = run_beside_boto3(unpacked, "\n".join(f"import {name}" for name in sorted(names)))
    assert result.returncode == 0, result.stderr


def test_logger_and_metrics_work_with_the_package_and_boto3_alone(unpacked):
    result = run_beside_boto3(unpacked, LOGS_AND_METRICS)
    assert result.returncode == 0, result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert lines[0]["image"] == {"key": "a b.jpg"}
    assert lines[0]["function_request_id"] == lines[0]["correlation_id"] == "request-1"
    assert lines[1]["exception_name"] == "ValueError"
    assert lines[1]["reason"] == "a reason"
    assert lines[2]["labelled"] == [3.0]
    assert lines[2]["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Dayshift"


LOGS_AND_METRICS = """
from types import SimpleNamespace
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
logger, metrics = Logger(), Metrics(namespace="Dayshift")
@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path="id", clear_state=True)
def handle(event, context):
    logger.info("image_labelled", extra={"image": {"key": "a b.jpg"}})
    logger.append_keys(reason="a reason")
    try:
        raise ValueError("wrong")
    except ValueError:
        logger.exception("image_failed")
    metrics.add_dimension(name="model", value="signs")
    metrics.add_metric(name="labelled", unit=MetricUnit.Count, value=3)
handle({"id": "request-1"}, SimpleNamespace(function_name="f", memory_limit_in_mb=128, invoked_function_arn="arn",
                                            aws_request_id="request-1", function_version="1", tenant_id=None))
"""


def test_python_of_the_runtimes_version_runs_the_bytecode_and_never_looks_at_the_sources(unpacked):
    for file in (unpacked / "dayshift").rglob("*.py"):
        file.write_text("raise RuntimeError('read from source')\n")
    result = run_beside_boto3(unpacked, "import dayshift.settings", python=build._runtime_python())
    assert result.returncode == 0, result.stderr


def requirement(folder: Path, module: str, version: str = "1.0") -> Path:
    """requirements.txt in `folder` that names, with its hash, a wheel holding the one file `module`."""
    wheel = folder / f"native-{version}-py3-none-any.whl"
    info = f"native-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: native\nVersion: {version}\n"
    record = "".join(f"{name},,\n" for name in (module, f"{info}/METADATA", f"{info}/WHEEL", f"{info}/RECORD"))
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(module, b"")
        archive.writestr(f"{info}/METADATA", metadata)
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", record)
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    requirements = folder / "requirements.txt"
    requirements.write_text(f"native @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    return requirements


def test_a_native_module_among_the_dependencies_is_refused(tmp_path, monkeypatch):
    monkeypatch.setitem(build.KEPT, "native", frozenset([PurePosixPath()]))
    folder = build.vendor(requirement(tmp_path, "native.cpython-313-x86_64-linux-gnu.so"), tmp_path / "cache")
    with pytest.raises(build.BuildError, match=r"must be pure Python.*got native\.cpython-313.*\.so from native"):
        build.dependencies(folder)


def test_a_dependency_nobody_chose_files_of_is_refused(tmp_path):
    folder = build.vendor(requirement(tmp_path, "native.py"), tmp_path / "cache")
    with pytest.raises(build.BuildError, match="add native to KEPT"):
        build.dependencies(folder)


def test_a_dependency_with_another_hash_is_refused_and_leaves_nothing_behind(tmp_path):
    requirements = requirement(tmp_path, "native.py")
    right = requirements.read_text()
    requirements.write_text(right[: right.rindex(":") + 1] + "0" * 64 + "\n")
    with pytest.raises(build.BuildError, match=r"(?s)could not install.*requirements\.txt.*HASH"):
        build.vendor(requirements, tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_folder_without_the_package_is_refused_in_words(tmp_path):
    result = subprocess.run([*BUILD, "--source", str(tmp_path)], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "--source must hold requirements.txt, for example lambda_src" in result.stderr
