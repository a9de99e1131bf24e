"""The bills of both pipelines for a million images, out of what `measure` found and what `prices.json` assumes."""

from collections.abc import Mapping
from typing import Any

from bench.cost import Work, assumption, mapping_usage, traced_ratio, usage, usd_per_million

Measured = Mapping[str, Any]  # {"producer": measure.Part, "labeler": measure.Part} as JSON
SEED_SELF_EVENTS = 2  # its CSV and its copy lie in the bucket that triggers it: two more events an image


def our_bill(measured: Measured, batch: float) -> dict[str, float]:
    """USD by priced thing. In batches of one every image pays a whole invocation and its wait."""
    # Ten images at once in their threads wait as long as one: HEAD, two model calls one after the other, two PUTs.
    wait_ms = (2 * assumption("model_ms") + 3 * assumption("s3_ms")) / batch
    producer = _work(measured["producer"], "producer", assumption("sqs_ms"), 1)
    labeler = _work(measured["labeler"], "labeler", wait_ms, batch)
    return usd_per_million([usage(producer), usage(labeler), mapping_usage(batch)])


def seed_bill(measured: Measured) -> dict[str, float]:
    """USD of the seed at its cheapest: one image waits at a time; its own two writes start the producer in vain."""
    batch = assumption("batch")
    wait_ms = 2 * assumption("model_ms") + 4 * assumption("s3_ms") + assumption("sqs_ms")  # one image after the other
    uploaded = usage(_work(measured["producer"], "producer", 2 * assumption("sqs_ms") + assumption("s3_ms"), 1))
    labeler = usage(_work(measured["labeler"], "labeler", wait_ms, batch))
    in_vain = uploaded | {"sqs_request": uploaded["sqs_request"] - 1}  # it finds nothing to send
    return usd_per_million([uploaded, labeler, mapping_usage(batch), *[in_vain] * SEED_SELF_EVENTS])


def tracing_usd(batch: float, images_per_second: float) -> float:
    """X-Ray's part: each invocation that is sampled begins a trace."""
    traces = traced_ratio(images_per_second) + traced_ratio(images_per_second / batch) / batch
    return usd_per_million([{"trace": traces}])["trace"]


def _work(part: Mapping[str, Any], function: str, waiting_ms: float, batch: float) -> Work:
    """A measured part for one image, in batches of `batch`; its DetectLabels say how many images it saw."""
    images = part["calls"].get("DetectLabels", part["runs"])
    return Work(
        runs=1 / batch,
        calls={name: count / images for name, count in part["calls"].items()},
        cpu_ms=part["cpu_ms"] / images,
        log_bytes=part["log_bytes"] / images,
        log_lines=part["log_lines"] / images,
        memory_mb=assumption(f"{function}_memory_mb"),
        waiting_ms=waiting_ms,
    )
