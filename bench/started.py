"""Processes that a benchmark starts, and the environment that Lambda would give them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
IMAGES, RESULTS = "bench-images", "bench-results"
PREFIX = "incoming/signs/"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/bench-signs-queue"


class BenchError(Exception):
    """A benchmark could not run; the text says what is missing and what would do."""


def function_environment(queue_url: str = QUEUE_URL) -> dict[str, str]:
    """The environment of our functions, as Terraform sets it, with credentials that open nothing."""
    model: dict[str, Any] = {"name": "signs", "family": "rekognition", "target": None, "prefix": PREFIX, "options": {}}
    route = {"model": "signs", "family": "rekognition", "prefix": PREFIX, "queue_url": queue_url}
    return {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_LAMBDA_FUNCTION_NAME": "bench-dev-signs-labeler",
        "IMAGES_BUCKET": IMAGES,
        "RESULTS_BUCKET": RESULTS,
        "QUEUE_URL": queue_url,
        "ARCHIVES_QUEUE_URL": queue_url,
        "MAX_RECEIVE_COUNT": "20",
        "SWEEP_AFTER_MINUTES": "30",
        "MODEL": json.dumps(model),
        "ROUTES": json.dumps([route]),
        "POWERTOOLS_SERVICE_NAME": "bench-dev-signs-labeler",
        "POWERTOOLS_METRICS_NAMESPACE": "Dayshift",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }


def clean_environment(extra: Mapping[str, str]) -> dict[str, str]:
    """`extra`, and of this process only what finds programs: no credentials or proxies of the machine."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}}
    return kept | dict(extra)


def output_of(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command prints. Raises BenchError with its last words if it fails."""
    done = subprocess.run(
        command, env=clean_environment(environment), cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.strip()[-2000:]}")
    return done.stdout


@contextmanager
def canned_aws(model_ms: int = 0, service_ms: int = 0) -> Iterator[str]:
    """The address of a server with canned AWS answers, in a process of its own whose CPU is not counted."""
    command = [sys.executable, "-m", "bench.canned", str(model_ms), str(service_ms)]
    with subprocess.Popen(
        command, env=clean_environment({}), cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as server:
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            if not port.isdecimal():
                raise BenchError(f"{' '.join(command)} gave no port; got {port!r}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
