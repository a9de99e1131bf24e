"""API calls, CPU and overhead cost for each image, ours and the seed's, while the backlog grows."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from bench.bill import Measured, our_bill, seed_bill, tracing_usd
from bench.cost import assumption, price_list
from bench.report import Figure, Report, Rows
from bench.seed_pipeline import producer_calls, sends
from bench.started import BenchError, canned_aws, function_environment, output_of

WAITING = (10, 100, 300, 1_000, 10_000)
QUICK_WAITING = (10, 100, 1_000)
# Up to here every one of the seed's n events is gone through; from here on two, which list and send as all would.
SEED_IN_FULL, QUICK_SEED_IN_FULL, SEED_SAMPLE = 300, 100, 2
OUR_EVENTS = 1_000  # moto takes minutes for a queue of ten thousand; the objects lie in the bucket all the same


@dataclass(frozen=True, slots=True)
class Backlog:
    """So many waiting images, and what the pipelines did about them."""

    waiting: int
    ours_on_moto: Measured
    ours: Measured
    seed: Measured

    def columns(self) -> tuple[str, ...]:
        """The backlog as a row of the table."""
        in_full = self.seed["producer"]["runs"] == self.waiting
        return (
            f"{self.waiting:,}",
            f"{calls_per_image(self.ours_on_moto):.2f}",
            f"{cpu_ms_per_image(self.ours):.2f}",
            f"{calls_per_image(self.seed):,.0f}",
            f"{cpu_ms_per_image(self.seed):,.1f}",
            f"{sends(self.waiting):,}",
            "all events" if in_full else f"{SEED_SAMPLE} events",
        )


def run(quick: bool) -> Report:
    """Measures both pipelines and compares them."""
    full = QUICK_SEED_IN_FULL if quick else SEED_IN_FULL
    with canned_aws() as endpoint:
        backlogs = [_backlog(waiting, full, endpoint) for waiting in (QUICK_WAITING if quick else WAITING)]
        seed_alone = _measured("seed", 1, 500, 500, endpoint)
        ours_alone = _measured("ours", 1, 500, 500, endpoint, batch=1)
    least, most = backlogs[0], backlogs[-1]
    batch = assumption("batch")
    ours_bill, seeds_bill = our_bill(most.ours, batch), seed_bill(seed_alone)
    calls = [calls_per_image(backlog.ours_on_moto) for backlog in backlogs]
    cpu_ratio = cpu_ms_per_image(most.ours) / cpu_ms_per_image(least.ours)
    figures = (
        Figure("our calls an image, most", max(calls), "calls", at_most=6),
        Figure("our calls, most to least backlog", calls[-1] / calls[0], "ratio", at_most=1.0),
        Figure("our CPU, most to least backlog", cpu_ratio, "ratio", at_most=1.25),
        Figure("our overhead for a million images", sum(ours_bill.values()), "USD", at_most=12.5),
        Figure("the same, each image alone (batches of one)", sum(our_bill(ours_alone, 1).values()), "USD"),
        Figure("X-Ray on top, while images wait", tracing_usd(batch, assumption("images_per_second")), "USD"),
        Figure("X-Ray on top, an image every two seconds", tracing_usd(1, 0.5), "USD"),
        Figure("seed's overhead, never two images waiting", sum(seeds_bill.values()), "USD"),
    )
    rows = tuple(backlog.columns() for backlog in backlogs)
    bills = tuple(_bill_rows(ours_bill, seeds_bill))
    return Report(
        "api_calls",
        "What does one image cost in calls, CPU and money, and does a backlog change it?",
        figures,
        (
            Rows("For each image, as more images wait", BACKLOG_COLUMNS, rows),
            Rows("USD for a million images, without the model", ("", "ours", "seed, alone"), bills),
        ),
        NOTES,
    )


BACKLOG_COLUMNS = (
    "waiting",
    "our calls",
    "our CPU ms",
    "seed's calls",
    "seed's CPU ms",
    "seed's sends",
    "seed measured",
)
NOTES = (
    "Our calls: botocore's before-call, while moto answers. All else: on canned answers from another process.",
    "CPU has signing, parsing and sockets in it, but not TLS: the answers come over plain HTTP.",
    "Seed's sends: n², past 1,000 capped by its listing; checked on every row against the calls it made.",
    "Left out in the seed's favour: its failures on images that another message has moved meanwhile, and its logs.",
    "Bill: list prices and assumptions of bench/prices.json, explained in docs/cost.md.",
)


def calls_per_image(measured: Measured) -> float:
    """Calls of both functions for one image; every image has one event."""
    producer, labeler = measured["producer"], measured["labeler"]
    images = labeler["calls"]["DetectLabels"]
    return float(sum(producer["calls"].values()) / producer["runs"] + sum(labeler["calls"].values()) / images)


def cpu_ms_per_image(measured: Measured) -> float:
    """CPU of both functions for one image."""
    producer, labeler = measured["producer"], measured["labeler"]
    return float(producer["cpu_ms"] / producer["runs"] + labeler["cpu_ms"] / labeler["calls"]["DetectLabels"])


def _backlog(waiting: int, seed_in_full: int, endpoint: str) -> Backlog:
    events = waiting if waiting <= seed_in_full else SEED_SAMPLE
    seed = _measured("seed", waiting, events, 500, endpoint)
    made, wanted = sum(seed["producer"]["calls"].values()), producer_calls(waiting) * events / waiting
    if made != wanted:
        raise BenchError(f"wanted {wanted} calls of the seed's producer for {events} of {waiting} events; got {made}")
    return Backlog(
        waiting,
        ours_on_moto=_measured("ours", waiting, min(waiting, OUR_EVENTS), min(waiting, 100)),
        ours=_measured("ours", waiting, 500, 500, endpoint),
        seed=seed,
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


def _bill_rows(ours: Mapping[str, float], seed: Mapping[str, float]) -> list[tuple[str, ...]]:
    things = [
        (name, price["what"]) for name, price in price_list()["prices"].items() if name in ours.keys() | seed.keys()
    ]
    rows = [(what, f"{ours.get(name, 0):.2f}", f"{seed.get(name, 0):.2f}") for name, what in things]
    return [*rows, ("total", f"{sum(ours.values()):.2f}", f"{sum(seed.values()):.2f}")]
