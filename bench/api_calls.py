"""API calls, CPU and overhead cost for each image, ours and the seed's, while the backlog grows."""

import json
import sys
from collections.abc import Mapping

from bench.bill import Measured, our_bill, seed_bill, tracing_usd
from bench.cost import assumption, price_list
from bench.report import Figure, Report, Rows
from bench.seed_pipeline import producer_calls, sends
from bench.started import BenchError, canned_aws, function_environment, output_of

WAITING = (10, 100, 1_000, 10_000)


def run(quick: bool) -> Report:
    """Measures both pipelines and compares them."""
    waiting = WAITING[:3] if quick else WAITING
    ours = {count: _measured("ours", count, count, min(count, 100)) for count in waiting}
    seed = {count: _measured("seed", count, count, 10) for count in ((10, 30) if quick else (10, 30, 100))}
    with canned_aws() as endpoint:
        cpu = {count: _measured("ours", count, 500, 500, endpoint) for count in waiting}
        seed_cpu = {count: _measured("seed", count, max(2, 500 // count), 200, endpoint) for count in waiting[:3]}
        seed_alone = _measured("seed", 1, 300, 200, endpoint)
        ours_alone = _measured("ours", 1, 300, 200, endpoint, batch=1)
    for count, measured in seed.items():
        made, wanted = sum(measured["producer"]["calls"].values()), producer_calls(count)
        if made != wanted:
            raise BenchError(f"wanted {wanted} calls of the seed's producer for {count} images; got {made}")
    batch = assumption("batch")
    ours_bill, seeds_bill = our_bill(cpu[waiting[-1]], batch), seed_bill(seed_alone)
    cpu_ratio = _cpu_ms(cpu[waiting[-1]]) / _cpu_ms(cpu[waiting[0]])
    calls = {count: _calls_per_image(measured, count) for count, measured in ours.items()}
    figures = (
        Figure("our calls an image, most", max(calls.values()), "calls", at_most=6),
        Figure("our calls, most to least backlog", calls[waiting[-1]] / calls[waiting[0]], "ratio", at_most=1.0),
        Figure("our CPU, most to least backlog", cpu_ratio, "ratio", at_most=1.25),
        Figure("our overhead for a million images", sum(ours_bill.values()), "USD", at_most=12.5),
        Figure("the same, each image alone (batches of one)", sum(our_bill(ours_alone, 1).values()), "USD"),
        Figure("X-Ray on top, while images wait", tracing_usd(batch, assumption("images_per_second")), "USD"),
        Figure("X-Ray on top, an image every two seconds", tracing_usd(1, 0.5), "USD"),
        Figure("seed's overhead, never two images waiting", sum(seeds_bill.values()), "USD"),
    )
    backlog = [_backlog_row(count, calls, cpu, seed, seed_cpu) for count in waiting]
    return Report(
        "api_calls",
        "What does one image cost in calls, CPU and money, and does a backlog change it?",
        figures,
        (
            Rows("For each image, as more images wait", BACKLOG_COLUMNS, tuple(backlog)),
            Rows("USD for a million images, without the model", BILL_COLUMNS, tuple(_bill_rows(ours_bill, seeds_bill))),
        ),
        NOTES,
    )


BACKLOG_COLUMNS = ("waiting", "our calls", "our CPU ms", "seed's calls", "seed's CPU ms", "seed's sends", "how known")
BILL_COLUMNS = ("", "ours", "seed, alone")
NOTES = (
    "Calls: botocore's before-call, while moto answers.",
    "CPU: on canned answers over plain HTTP from another process; signing, parsing and sockets are in it, TLS is not.",
    "Seed: n² + 2n producer calls for n waiting images, and 7 labeler calls each; 'formula' rows follow from it.",
    "Left out in the seed's favour: its failures on images that another message has moved meanwhile, and its logs.",
    "Bill: list prices and assumptions of bench/prices.json, explained in docs/cost.md.",
)


def _measured(
    system: str, waiting: int, events: int, images: int, endpoint: str | None = None, batch: int = 10
) -> Measured:
    wanted = {"system": system, "waiting": waiting, "events": events, "images": images, "batch": batch}
    environment = function_environment() | {"PYTHONPATH": "lambda_src"}
    if endpoint:
        environment |= {"AWS_ENDPOINT_URL": endpoint, "IMAGES_BUCKET": f"bench-images-{waiting}"}
    value: Measured = json.loads(output_of([sys.executable, "-m", "bench.measure", json.dumps(wanted)], environment))
    return value


def _calls_per_image(measured: Measured, waiting: int) -> float:
    labeler = measured["labeler"]["calls"]
    images = labeler["DetectLabels"]
    return float(sum(measured["producer"]["calls"].values()) / waiting + sum(labeler.values()) / images)


def _cpu_ms(measured: Measured) -> float:
    producer, labeler = measured["producer"], measured["labeler"]
    return float(producer["cpu_ms"] / producer["runs"] + labeler["cpu_ms"] / labeler["calls"]["DetectLabels"])


def _backlog_row(
    count: int,
    calls: Mapping[int, float],
    cpu: Mapping[int, Measured],
    seed: Mapping[int, Measured],
    seed_cpu: Mapping[int, Measured],
) -> tuple[str, ...]:
    measured = seed.get(count)
    seed_calls = _calls_per_image(measured, count) if measured else producer_calls(count) / count + 7
    return (
        f"{count:,}",
        f"{calls[count]:.2f}",
        f"{_cpu_ms(cpu[count]):.2f}",
        f"{seed_calls:,.0f}",
        f"{_cpu_ms(seed_cpu[count]):,.0f}" if count in seed_cpu else "",
        f"{sends(count):,}",
        "measured" if measured else "formula",
    )


def _bill_rows(ours: Mapping[str, float], seed: Mapping[str, float]) -> list[tuple[str, ...]]:
    things = [
        (name, price["what"]) for name, price in price_list()["prices"].items() if name in ours.keys() | seed.keys()
    ]
    rows = [(what, f"{ours.get(name, 0):.2f}", f"{seed.get(name, 0):.2f}") for name, what in things]
    return [*rows, ("total", f"{sum(ours.values()):.2f}", f"{sum(seed.values()):.2f}")]
