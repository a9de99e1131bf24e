"""`python -m bench [name…] [--json FOLDER] [--quick]`: runs the benchmarks and prints their tables.

A missed target is printed, not an error: the exit code is 0 unless a benchmark could not run.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

import bench.api_calls
import bench.archives
import bench.cold_start
import bench.faces
import bench.fleet
import bench.package
import bench.recognize
import bench.scaling
import bench.throughput
from bench.report import Report, save, show
from bench.started import BenchError

BENCHES: Mapping[str, Callable[[bool], Report]] = {
    "api_calls": bench.api_calls.run,
    "cold_start": bench.cold_start.run,
    "throughput": bench.throughput.run,
    "recognize": bench.recognize.run,
    "package": bench.package.run,
    "scaling": bench.scaling.run,
    "faces": bench.faces.run,
    "fleet": bench.fleet.run,
    "archives": bench.archives.run,
}
RESULTS = Path(__file__).resolve().parent.parent / ".dayshift" / "bench"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHES)}; all without one")
    parser.add_argument("--json", type=Path, default=RESULTS, metavar="FOLDER", help="where the JSON goes")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions: noisier, in a fraction of the time")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - BENCHES.keys():
        parser.error(f"wanted names among {', '.join(BENCHES)}; got {', '.join(sorted(unknown))}")
    console, failed = Console(width=None if sys.stdout.isatty() else 120), False
    for name in chosen.names or BENCHES:
        try:
            report = BENCHES[name](chosen.quick)
        except BenchError as error:
            console.print(f"[red]{name} could not run:[/red] {error}", highlight=False)
            failed = True
            continue
        show(report, console)
        console.print(f"[dim]{save(report, chosen.json, datetime.now(UTC))}[/dim]")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
