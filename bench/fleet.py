"""How a fleet's throughput grows with its workers, and how soon the first image is read: real workers, each with one
processor.

The bare model takes turns with them on the same processors: what the machine does not give is none of their doing.
"""

import math
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.fleet_aws import SERVICE_SECONDS, Queues, fleet_aws
from bench.fleet_workers import Bare, Workers, cpus, installed
from bench.report import Figure, Report, Rows
from bench.started import ROOT, BenchError

PHOTO = ROOT / "samples/faces/gallery/Barack Obama/portrait.jpg"
LEAD_SECONDS, REST_SECONDS = 1.0, 0.5  # until all are at work; until none is any more
FIRST_SECONDS = 60
Rates = dict[int, list[float]]


def run(quick: bool) -> Report:
    """Installs a worker, starts twice as many as there are processors, and lets 1, 2, 3, … of them work, in turns."""
    cores, (seconds, rounds) = len(cpus()), (5, 1) if quick else (12, 3)
    most = 2 * cores
    with TemporaryDirectory() as place, fleet_aws(PHOTO.read_bytes()) as (endpoint, queues):
        home, installing = installed(Path(place))
        workers = Workers(home, endpoint, queues)
        with bare_models(home, most) as bare, workers.running(range(most)):
            ours, models = measured(queues, bare, most, seconds, rounds)
            own = 1 / bare.rate(1, seconds)
            there = [first_result(queues, "0") for _ in range(3 if quick else 10)]
        zero = [from_zero(workers, queues, most + number) for number in range(1 if quick else 5)]
    rate, bare_rate = ({n: statistics.median(found) for n, found in each.items()} for each in (ours, models))
    first, ready, from_start = (statistics.median(each) for each in (there, [r for r, _ in zero], [f for _, f in zero]))
    linear = [rate[n] / n / rate[1] for n in range(1, cores + 1)]
    rows = [
        (f"{n}", f"{rate[n]:.2f}", f"{rate[n] / rate[1]:.2f}", f"{bare_rate[n] / bare_rate[1]:.2f}",
         f"{rate[n] / bare_rate[n]:.2f}")
        for n in rate
    ]  # fmt: skip
    return Report(
        "fleet",
        "Do n workers read n times as much as one, up to as many as processors? How soon is the first image read?",
        (
            Figure(f"throughput a worker, 1 to {cores}, the worst to one alone", min(linear), "ratio", at_least=0.9),
            Figure(
                "the same of the bare model: what the machine gives", bare_rate[cores] / cores / bare_rate[1], "ratio"
            ),
            Figure("a worker to the bare model on its processor", rate[1] / bare_rate[1], "ratio", at_least=0.9),
            Figure(
                f"{most} workers on {cores} processors, to {cores}", rate[most] / rate[cores], "ratio", at_least=0.9
            ),
            Figure("first result, a worker there, to the model's own time", first / own, "ratio", at_most=1.5),
            Figure("first result from a worker's start, to the model's own time", from_start / own, "ratio"),
        ),
        (
            Rows("Images a second", ("workers", "ours", "to one", "bare model, to one", "ours to bare"), tuple(rows)),
            Rows(
                "Until the first result",
                ("from", "seconds"),
                (
                    ("the model's own time for it", f"{own:.2f}"),
                    ("the image is queued, a worker waits", f"{first:.2f}"),
                    ("a worker's start until it waits for images", f"{ready:.2f}"),
                    ("a worker's start, an image waits", f"{from_start:.2f}"),
                    ("the bundle is there, nothing installed", f"{installing + from_start:.1f}"),
                ),
            ),
        ),
        (
            f"A photograph of 512 x 640 pixels, one face. AWS is a stand-in, {SERVICE_SECONDS * 1000:.0f} ms a call.",
            f"Load of the machine in the last minute: {os.getloadavg()[0]:.1f}. EC2's own boot is not in any of it.",
        ),
    )


def measured(queues: Queues, bare: Bare, most: int, seconds: float, rounds: int) -> tuple[Rates, Rates]:
    """Images a second of 1 to `most` workers, and of as many bare models, in turns."""
    ours, models = Rates(), Rates()
    for _ in range(rounds):
        for count in range(1, most + 1):
            ours.setdefault(count, []).append(together(queues, count, seconds))
            models.setdefault(count, []).append(bare.rate(count, seconds))
    return ours, models


def together(queues: Queues, count: int, seconds: float) -> float:
    """Images a second while so many workers have as much as they can read."""
    names = [str(number) for number in range(count)]
    for name in names:
        queues.put(name, math.inf)
    time.sleep(LEAD_SECONDS)
    began = time.perf_counter()
    time.sleep(seconds)
    ended = time.perf_counter()
    for name in names:
        queues.put(name, 0)
    time.sleep(REST_SECONDS)
    return sum(rate_within(queues.written.get(name, []), began, ended) for name in names)


def rate_within(moments: list[float], began: float, ended: float) -> float:
    """Records a second between the first and the last of this time: a window's edges cut no image in two."""
    within = [moment for moment in moments if began <= moment <= ended]
    if len(within) < 2:
        raise BenchError(f"a worker wrote {len(within)} records in {ended - began:.0f} s")
    return (len(within) - 1) / (within[-1] - within[0])


def first_result(queues: Queues, queue: str) -> float:
    """Seconds from a message to its record, where a worker waits."""
    time.sleep(REST_SECONDS)
    before, began = len(queues.written.get(queue, ())), time.perf_counter()
    queues.put(queue, 1)
    if not queues.until_written(queue, before + 1, FIRST_SECONDS):
        raise BenchError(f"an image was not read within {FIRST_SECONDS} s")
    return queues.written[queue][-1] - began


def from_zero(workers: Workers, queues: Queues, number: int) -> tuple[float, float]:
    """Seconds from the start of a worker until it waits for images, and until the first, which waits, is read."""
    queue = str(number)
    queues.put(queue, 1)
    began = time.perf_counter()
    with workers.running(range(number, number + 1)) as (ready,):
        if not queues.until_written(queue, 1, FIRST_SECONDS):
            raise BenchError(f"an image was not read within {FIRST_SECONDS} s")
    return ready, queues.written[queue][0] - began


@contextmanager
def bare_models(home: Path, count: int) -> Iterator[Bare]:
    """The bare model in so many processes."""
    bare = Bare(home, PHOTO, count)
    try:
        yield bare
    finally:
        bare.end()
