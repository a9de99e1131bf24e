"""`python -m bench.power`: the built-in set; with `--trace FILE` one recorded trace.

    python -m bench.power --trace FILE --results-within 60 --warmup 30 --rate-per-minute 300 \
        --hours "Mon-Fri 09:00-18:00" --json OUT --plot WEEK.png

A missed target is printed, not an error. The exit code is 2 for a trace or an option that cannot be used.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.power.cells import Result, cells, run_cell
from bench.power.compare import STEPS, compare, to_json
from bench.power.demand import Setting
from bench.power.plot import draw
from bench.power.show import of_set, of_trace
from bench.power.trace import TraceError, read_trace
from bench.report import Report, save, show, table
from dayshift.domain.errors import ConfigurationError

RESULTS = Path(__file__).resolve().parents[2] / ".dayshift" / "bench"
HOURS = "Mon-Fri 09:00-18:00"
LONGEST = 24 * 60


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 140)
    if chosen.trace is None:
        report = _built_in(chosen.quick, console)
        show(report, console)
        console.print(f"[dim]{save(report, chosen.json or RESULTS, datetime.now(UTC))}[/dim]")
        return 0
    setting = Setting(
        chosen.results_within,
        chosen.warmup,
        chosen.rate_per_minute,
        tuple(chosen.hours or [HOURS]),
        chosen.timezone,
        tuple(chosen.closed_on),
    )
    try:
        trace = read_trace(chosen.trace, setting.calendar.zone)
        with _progress(console) as progress:
            task = progress.add_task("", total=STEPS)
            comparison = compare(
                trace, setting, lambda name: progress.update(task, description=name.replace("_", " "), advance=1)
            )
    except (TraceError, ConfigurationError) as error:
        parser.error(str(error))
    console.print(table(of_trace(comparison)))
    if chosen.json:
        chosen.json.parent.mkdir(parents=True, exist_ok=True)
        chosen.json.write_text(json.dumps(to_json(comparison), indent=2) + "\n")
    if chosen.plot:
        draw(comparison, chosen.plot)
    return 0


def _built_in(quick: bool, console: Console) -> Report:
    todo = cells(quick)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, 4)) as pool, _progress(console) as progress:
        task = progress.add_task("cells", total=len(todo))
        running = [pool.submit(run_cell, cell) for cell in todo]
        for _ in as_completed(running):
            progress.advance(task)
        results: list[Result] = [future.result() for future in running]
    return of_set(results)


def _progress(console: Console) -> Progress:
    bar = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*bar, console=console, transient=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.power",
        description="Replay a demand trace through our power policy, those of others, and the clairvoyant optimum.",
        epilog="Without --trace: the built-in set with its targets (some minutes).",
    )
    parser.add_argument("--trace", type=Path, metavar="FILE", help="CSV with the header timestamp,count, in time order")
    parser.add_argument("--results-within", type=_minutes, default=60, metavar="MIN", help="the promise (60)")
    parser.add_argument("--warmup", type=_minutes, default=30, metavar="MIN", help="how long a start takes (30)")
    parser.add_argument("--rate-per-minute", type=_whole, default=300, metavar="N", help="images a minute (300)")
    parser.add_argument("--hours", action="append", metavar="WINDOW", help=f'"{HOURS}"; may be given several times')
    parser.add_argument("--timezone", default="UTC", metavar="ZONE", help="of the hours and of times without offset")
    parser.add_argument("--closed-on", action="append", default=[], metavar="DATE", help="a closed date; several times")
    parser.add_argument("--json", type=Path, metavar="OUT", help="with --trace a file, else a folder")
    parser.add_argument("--plot", type=Path, metavar="PNG", help="with --trace: a picture of one week")
    parser.add_argument("--quick", action="store_true", help="without --trace: one seed, at most 1,000 images a day")
    return parser


def _minutes(text: str) -> int:
    number = _whole(text)
    if number > LONGEST:
        raise argparse.ArgumentTypeError(f"must be at most {LONGEST} minutes; got {text}")
    return number


def _whole(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f'must be a whole number, 1 or more; got "{text}"')
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
