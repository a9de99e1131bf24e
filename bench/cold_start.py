"""What a cold start costs beyond boto3: each handler's import, clients included, in fresh processes like Lambda's."""

import json
import statistics
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.package import build, has_bytecode
from bench.report import Figure, Report, Rows
from bench.started import IMAGES, PREFIX, ROOT, BenchError, canned_aws, function_environment, output_of
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest

CLIENTS = {"producer": ["sqs"], "labeler": ["rekognition", "s3"], "sweep": ["s3", "sqs"]}
# What Lambda's Python runtime itself brings, with its bytecode.
RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
SWEPT = 1000  # a full page of the images bucket
Measured = Mapping[str, list[dict[str, float]]]


def run(quick: bool) -> Report:
    """Measures in turns, so that a busy machine is busy for all: the baseline, with bytecode, without."""
    pairs = 5 if quick else 25
    with TemporaryDirectory() as folder, canned_aws() as endpoint:
        stage(Path(folder))
        measured = {name: _measured(name, Path(folder), endpoint, pairs) for name in CLIENTS}
        shipped = "with" if has_bytecode(Path(folder, "shipped.zip")) else "without"
    figures = [
        figure
        for name, all_of in measured.items()
        for figure in (
            Figure(f"{name}: CPU, boto3 = 1", ratio(all_of, shipped), "ratio", at_most=1.15),
            Figure(f"{name}: peak after import", _peak(all_of[shipped], "import_mib"), "MiB", at_most=56),
            Figure(f"{name}: peak after invocation", _peak(all_of[shipped], "invocation_mib"), "MiB", at_most=56),
        )
    ]
    rows = [_row(name, all_of) for name, all_of in measured.items()]
    return Report(
        "cold_start",
        "How much more than boto3 and the needed clients does importing a handler cost, and how much memory?",
        tuple(figures),
        (Rows("CPU in ms (median) and ratio (median of pairs)", COLUMNS, tuple(rows)),),
        (
            f"The zip ships {shipped} bytecode. Nothing may be written beside it, as in /var/task; boto3 has its own.",
            "Memory is the process's own peak (VmHWM), the network plain HTTP to canned answers.",
            f"The labeler's invocation is a batch of ten, the sweep's a page of {SWEPT:,} images with their records.",
        ),
    )


COLUMNS = ("handler", "boto3", "with", "without", "ratio with", "ratio without", "boto3 MiB", "import MiB")


def stage(folder: Path) -> None:
    """Unpacks the zip with and without bytecode, and links what Lambda's runtime has; nothing else is importable."""
    build(folder / "shipped.zip")
    for name, option in (("with", "--bytecode"), ("without", "--no-bytecode")):
        build(folder / f"{name}.zip", option)
        with zipfile.ZipFile(folder / f"{name}.zip") as archive:
            archive.extractall(folder / name)
    if not list((folder / "with").rglob(f"*.{sys.implementation.cache_tag}.pyc")):
        raise BenchError(f"the zip's bytecode is not for {sys.implementation.cache_tag}; run the benchmark with 3.13")
    (folder / "runtime").mkdir()
    for name in RUNTIME_PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise BenchError(f"the benchmark needs the package {name}; make dev installs it")
        origin = Path(spec.origin)
        origin = origin.parent if origin.name == "__init__.py" else origin
        output_of([sys.executable, "-m", "compileall", "-q", str(origin)], {})
        (folder / "runtime" / origin.name).symlink_to(origin)


def ratio(measured: Measured, kind: str) -> float:
    """The median over pairs of one kind's CPU to the baseline's beside it."""
    pairs = zip(measured[kind], measured["baseline"], strict=True)
    return statistics.median(ours["cpu_ms"] / boto3["cpu_ms"] for ours, boto3 in pairs)


def _measured(handler: str, folder: Path, endpoint: str, pairs: int) -> Measured:
    environment = function_environment() | {"AWS_ENDPOINT_URL": endpoint, "IMAGES_BUCKET": f"{IMAGES}-{SWEPT}"}
    environment["RESULTS_BUCKET"] = f"bench-results-{SWEPT}"
    asked: dict[str, dict[str, Any]] = {
        "baseline": {"clients": CLIENTS[handler]},
        "with": {"handler": handler, "event": _event(handler)},
        "without": {"handler": handler, "event": _event(handler)},
    }
    measured: dict[str, list[dict[str, float]]] = {kind: [] for kind in asked}
    for _ in range(pairs):
        for kind, wanted in asked.items():
            path = [str(folder / kind), str(folder / "runtime")]
            measured[kind].append(_probe(wanted | {"path": path}, environment))
    return measured


def _probe(wanted: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, float]:
    command = [sys.executable, "-I", "-S", "-B", str(ROOT / "bench" / "cold_probe.py"), json.dumps(wanted)]
    value: dict[str, float] = json.loads(output_of(command, environment).splitlines()[-1])  # the log comes before it
    return value


def _event(handler: str) -> dict[str, Any]:
    """What one invocation is given: an upload, a batch of ten messages, the wish to sweep everything."""
    bucket = f"{IMAGES}-{SWEPT}"
    if handler == "producer":
        thing = {"key": f"{PREFIX}a.jpg", "size": 200_000, "eTag": "e1", "versionId": "v1"}
        s3 = {"bucket": {"name": bucket}, "object": thing}
        return {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-11-20T12:00:00Z", "s3": s3}]}
    if handler == "sweep":
        return {"older_than_minutes": 0}
    requests = [
        InferenceRequest(ImageRef(bucket, f"{PREFIX}{place}.jpg", "v1", "e1", 200_000), "signs", datetime.now(UTC))
        for place in range(10)
    ]
    attributes = {"ApproximateReceiveCount": "1"}
    return {
        "Records": [
            {"messageId": f"m{place}", "receiptHandle": f"r{place}", "body": body.to_json(), "attributes": attributes}
            for place, body in enumerate(requests)
        ]
    }


def _peak(processes: Sequence[Mapping[str, float]], what: str) -> float:
    return max(process[what] for process in processes)


def _row(name: str, measured: Measured) -> tuple[str, ...]:
    cpu = {kind: statistics.median(process["cpu_ms"] for process in processes) for kind, processes in measured.items()}
    memory = (_peak(measured["baseline"], "import_mib"), _peak(measured["with"], "import_mib"))
    ratios = (ratio(measured, "with"), ratio(measured, "without"))
    return (
        name,
        *(f"{cpu[kind]:.0f}" for kind in ("baseline", "with", "without")),
        *(f"{one:.3f}" for one in ratios),
        *(f"{mebibytes:.1f}" for mebibytes in memory),
    )
