"""What a million images cost beside the model's own price: measured calls, CPU and log bytes times `prices.json`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRICE_LIST = Path(__file__).with_name("prices.json")
MODEL_CALLS = frozenset({"DetectLabels", "DetectText"})  # the model's own price is not overhead
# What Lambda itself writes at each invocation: START, END and REPORT (AWS Lambda Developer Guide, "Log format").
_ID = "RequestId: 52fdfc07-2182-154f-163f-5f0f9a621d72"
PLATFORM_LINES = (
    f"START {_ID} Version: $LATEST\n",
    f"END {_ID}\n",
    f"REPORT {_ID}\tDuration: 712.42 ms\tBilled Duration: 713 ms\tMemory Size: 512 MB\tMax Memory Used: 84 MB\t\n",
)
Usage = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Work:
    """What one function does for one image, as measured: `runs` is invocations an image, a tenth for full batches."""

    runs: float
    calls: Mapping[str, float]
    cpu_ms: float
    log_bytes: float
    log_lines: float
    memory_mb: float
    waiting_ms: float


def price_list() -> dict[str, Any]:
    """The prices, what each operation counts as, and the assumptions."""
    value: dict[str, Any] = json.loads(PRICE_LIST.read_text())
    return value


def assumption(name: str) -> float:
    """One assumption by its name."""
    return float(price_list()["assumptions"][name]["value"])


def usage(work: Work) -> dict[str, float]:
    """What one image uses of each priced thing in one function."""
    operations = price_list()["operations"]
    used: dict[str, float] = {}
    for operation, count in work.calls.items():
        if operation not in MODEL_CALLS:
            used[operations[operation]] = used.get(operations[operation], 0.0) + count
    seconds = (work.waiting_ms + work.cpu_ms / share_of_core(work.memory_mb)) / 1000
    used["lambda_request"] = work.runs
    used["lambda_gb_second"] = seconds * work.memory_mb / 1024
    platform_bytes = work.runs * sum(map(len, PLATFORM_LINES))
    lines = work.log_lines + work.runs * len(PLATFORM_LINES)
    used["log_gb"] = (work.log_bytes + platform_bytes + lines * assumption("log_event_overhead_bytes")) / 1e9
    return used


def mapping_usage(batch: float) -> dict[str, float]:
    """The event source mapping's calls for one image: a receive and a delete for each batch, billed to us."""
    return {"sqs_request": 2 / batch}


def traced_ratio(runs_per_second: float) -> float:
    """The part of invocations that X-Ray records by its default rule: one each second, and 5 % of the others."""
    return min(1.0, (1 + 0.05 * max(runs_per_second - 1, 0)) / runs_per_second)


def share_of_core(memory_mb: float) -> float:
    """How much of one core a function has; CPU measured on a whole one takes so much longer. No second core counted."""
    return min(1.0, memory_mb / assumption("one_core_mb"))


def usd_per_million(usages: Iterable[Usage]) -> dict[str, float]:
    """US dollars for a million images, by priced thing."""
    prices = price_list()["prices"]
    total: dict[str, float] = {}
    for used in usages:
        for thing, amount in used.items():
            usd = prices[thing]["usd"] / prices[thing]["units"]
            total[thing] = total.get(thing, 0.0) + amount * usd * 1_000_000
    return total
