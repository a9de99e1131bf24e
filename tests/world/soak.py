"""Years of office hours under random troubles, beside what the seed would have made of the same weeks.

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

from tests.world.weeks import WEEKS_A_WORLD, Figures, lived

LAWS = ("I1", "I3", "I4", "I5", "I6", "I7", "I10")
ROWS = (
    ("images", "images"),
    ("lost", "lost"),
    ("good_in_dlq", "good images in the DLQ"),
    ("paid_twice", "inferences paid again"),
    ("outside", "minutes billed unwanted, sum"),
    ("outside_most", "minutes billed unwanted, at one time"),
    ("overrun_most", "worst overrun after the last trouble, minutes"),
    ("waited_most", "longest wait for a record, hours"),
    ("unserved", "minutes of an open gate before a model that does not run"),
    ("starting", "minutes billed while STARTING"),
    ("running", "minutes billed while RUNNING"),
)


def soak(weeks: int, faults_a_week: float, seed: int, console: Console) -> tuple[Figures, Figures]:
    """The figures of Dayshift and of the seed, over the same weeks."""
    worlds = [seed * 1_000_000 + number for number in range(-(-weeks // WEEKS_A_WORLD))]
    dayshift, before = Figures(), Figures()
    # Forking a process that has threads is not safe, and spawned ones start as the tests do.
    with (
        ProcessPoolExecutor(cpu_count(), mp_context=get_context("spawn")) as pool,
        _progress(console, weeks) as advance,
    ):
        runs = {
            pool.submit(lived, number, WEEKS_A_WORLD, faults_a_week, is_seed): is_seed
            for number in worlds
            for is_seed in (False, True)
        }
        for run in as_completed(runs):
            (before if runs[run] else dayshift).add(run.result())
            advance(WEEKS_A_WORLD / 2)
    dayshift.examples.sort()
    return dayshift, before


@contextmanager
def _progress(console: Console, weeks: int) -> Iterator[partial[None]]:
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("weeks", total=weeks)
        yield partial(progress.advance, task)


def report(dayshift: Figures, before: Figures, console: Console) -> None:
    """Two tables: the figures side by side, and how often each law was broken."""
    table = Table("", "Dayshift", "the seed's order of calls", title=f"{dayshift.weeks} weeks of office hours")
    for name, text in ROWS:
        table.add_row(text, *(f"{getattr(figures, name):,.0f}" for figures in (dayshift, before)))
    console.print(table)
    troubles = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in dayshift.troubles.most_common())
    console.print(f"{dayshift.troubles.total()} troubles: {troubles}")
    console.print("laws broken: " + ", ".join(f"{law} {dayshift.breaches[law]}" for law in LAWS))
    for example in dayshift.examples[:20]:
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
    dayshift, before = soak(given.weeks, given.faults_a_week, given.seed, console)
    report(dayshift, before, console)
    if given.json is not None:
        given.json.write_text(json.dumps({"dayshift": dayshift.to_json(), "seed": before.to_json()}, indent=2) + "\n")
    return 1 if dayshift.breaches.total() else 0


if __name__ == "__main__":
    sys.exit(main())
