"""Years of office hours under random troubles, beside what the seeds would have made of the same weeks.

    python -m tests.world.soak --weeks 500 --faults-a-week 5 [--seed 1] [--json FILE]

Exit code 1 where a law was broken.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.world.figures import Figures
from tests.world.weeks import WEEKS_A_WORLD, family_of, lived

LAWS = (
    "order", "I1", "I3", "I4", "I5", "I6", "I7", "I10", "F1", "F2", "F3", "F4", "A1", "A2", "A3", "A4", "A5", "J1",
    "J2", "J3", "J4", "J5", "J6", "J7",
)  # fmt: skip
FAMILIES = {
    "custom_labels": "Dayshift, Custom Labels",
    "sagemaker": "Dayshift, endpoint",
    "face_fleet": "Dayshift, fleet",
    "gpu_job": "Dayshift, jobs",
}
ROWS = (
    ("images", "images"),
    ("lost", "lost"),
    ("good_in_dlq", "good images in the DLQ"),
    ("paid_twice", "inferences paid again"),
    ("outside", "minutes billed unwanted, sum"),
    ("outside_most", "minutes billed unwanted, at one time or of one job"),
    ("overrun_most", "worst overrun after the last trouble, minutes"),
    ("waited_most", "longest wait for a record, hours"),
    ("kept_on", "minutes billed unwanted that nobody could end, at one time"),
    ("unserved", "minutes of an open gate before a model that does not run"),
    ("starting", "minutes billed while STARTING"),
    ("running", "minutes billed while RUNNING, or at a service outside"),
    ("worker_hours", "worker-hours paid"),
    ("jobs", "jobs paid at a service outside"),
)


Beside = tuple[Figures, Figures]  # of Dayshift, and of the seed, over the same weeks


def soak(weeks: int, faults_a_week: float, seed: int, console: Console) -> dict[str, Beside]:
    """The figures by family."""
    worlds = [seed * 1_000_000 + number for number in range(-(-weeks // WEEKS_A_WORLD))]
    found = {family: (Figures(), Figures()) for family in FAMILIES}
    # Forking a process that has threads is not safe, and spawned ones start as the tests do.
    with (
        ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as pool,
        _progress(console, weeks) as advance,
    ):
        runs = {
            pool.submit(lived, number, WEEKS_A_WORLD, faults_a_week, is_seed): (family_of(number), is_seed)
            for number in worlds
            for is_seed in (False, True)
        }
        for run in as_completed(runs):
            family, is_seed = runs[run]
            found[family][is_seed].add(run.result())
            advance(WEEKS_A_WORLD / 2)
    for dayshift, _ in found.values():
        dayshift.examples.sort()
    return found


@contextmanager
def _progress(console: Console, weeks: int) -> Iterator[partial[None]]:
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("weeks", total=weeks)
        yield partial(progress.advance, task)


def report(found: dict[str, Beside], console: Console) -> None:
    """A table: the figures side by side by family, and how often each law was broken."""
    weeks = sum(dayshift.weeks for dayshift, _ in found.values())
    columns = [text for family in found for text in (FAMILIES[family], "the seed's")]
    table = Table("", *columns, title=f"{weeks} weeks of office hours")
    for name, text in ROWS:
        table.add_row(text, *(f"{getattr(figures, name):,.0f}" for beside in found.values() for figures in beside))
    console.print(table)
    ours = Figures()
    for dayshift, _ in found.values():
        ours.add(dayshift)
    troubles = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in ours.troubles.most_common())
    console.print(f"{ours.troubles.total()} troubles: {troubles}")
    console.print("laws broken: " + ", ".join(f"{law} {ours.breaches[law]}" for law in LAWS))
    for example in ours.examples[:20]:
        console.print(f"  {example}", markup=False)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.world.soak", description=__doc__)
    parser.add_argument("--weeks", type=int, default=500)
    parser.add_argument("--faults-a-week", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    given = parser.parse_args()
    console = Console()
    found = soak(given.weeks, given.faults_a_week, given.seed, console)
    report(found, console)
    if given.json is not None:
        figures = {
            family: {"dayshift": dayshift.to_json(), "seed": before.to_json()}
            for family, (dayshift, before) in found.items()
        }
        given.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(dayshift.breaches for dayshift, _ in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
