"""What POST /recognize adds to the time of the model behind it: the real handler and a plain boto3 call, in turns."""

import json
import sys
from collections.abc import Sequence
from statistics import quantiles

from bench.report import Figure, Report, Rows
from bench.started import IMAGES, RESULTS, canned_aws, function_environment, output_of

MODEL_MS, SERVICE_MS = 150, 5  # one call of a model, and one of any other service of the same region
MODELS = {"signs": "always there, two calls", "logos": "powered and awake, one call"}
Measured = dict[str, dict[str, list[float]]]


def run(quick: bool) -> Report:
    """Measures with models that take their time, and with ones that take none: what is left is ours."""
    times = 40 if quick else 200
    slow, instant = _measured(MODEL_MS, SERVICE_MS, times), _measured(0, 0, times)
    figures = [
        Figure(f"{name}: p{percent} to the model's own", _ratio(slow[name], percent), "ratio", at_most=most)
        for name in MODELS
        for percent, most in ((50, 1.2), (95, 1.3))
    ]
    rows = [
        (f"{name}, {what}", f"{of} ms", *_row(all_of[name]))
        for all_of, of in ((slow, MODEL_MS), (instant, 0))
        for name, what in MODELS.items()
    ]
    return Report(
        "recognize",
        "How much longer does POST /recognize take than a direct call of the model?",
        tuple(figures),
        (Rows("Milliseconds", ("model", "a call", "direct p50", "p95", "ours p50", "p95"), tuple(rows)),),
        (
            f"A model waits {MODEL_MS} ms a call, every other service {SERVICE_MS} ms; canned answers over HTTP.",
            "An image of 200 kB; ours is from API Gateway's event to the reply, without API Gateway itself.",
        ),
    )


def _measured(model_ms: int, service_ms: int, times: int) -> Measured:
    with canned_aws(model_ms, service_ms) as endpoint:
        environment = function_environment() | {
            "AWS_ENDPOINT_URL": endpoint, "AUTHENTICATION": "jwt", "COUNTS_TABLE": "bench-counts",
            "IMAGES_A_DAY": "1000000", "MODELS_KEY": "_models/index.json", "PARAMETERS": "/bench/dev/models",
            "IMAGES_BUCKET": IMAGES, "RESULTS_BUCKET": RESULTS, "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        }  # fmt: skip
        found: Measured = json.loads(
            output_of([sys.executable, "-m", "bench.recognize_probe", str(times)], environment).splitlines()[-1]
        )
    return found


def _row(measured: dict[str, list[float]]) -> list[str]:
    return [f"{_percentile(measured[who], percent):.1f}" for who in ("direct", "ours") for percent in (50, 95)]


def _ratio(measured: dict[str, list[float]], percent: int) -> float:
    return _percentile(measured["ours"], percent) / _percentile(measured["direct"], percent)


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
