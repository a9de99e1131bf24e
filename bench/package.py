"""The zip: its size with and without bytecode, the seconds to build it, and whether it is the same again."""

import statistics
import sys
import time
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.report import Figure, Report, Rows
from bench.started import output_of

MEGABYTE = 1_000_000


def run(quick: bool) -> Report:
    """Builds it as a user does, several times; the first, which may install the dependencies, is not timed."""
    with TemporaryDirectory() as folder:
        shipped, without, with_it = (Path(folder, name) for name in ("shipped.zip", "without.zip", "with.zip"))
        build(shipped)
        build(without, "--no-bytecode")
        build(with_it, "--bytecode")
        first, seconds = shipped.read_bytes(), []
        for _ in range(2 if quick else 5):
            started = time.perf_counter()
            build(shipped)
            seconds.append(time.perf_counter() - started)
        same = shipped.read_bytes() == first
        figures = (
            Figure("zip with bytecode", with_it.stat().st_size / MEGABYTE, "MB", at_most=2.0),
            Figure("zip without bytecode", without.stat().st_size / MEGABYTE, "MB", at_most=1.0),
            Figure("build, dependencies there, median", statistics.median(seconds), "s", at_most=2),
            Figure("builds that gave other bytes", 0 if same else 1, "builds", at_most=0),
        )
        rows = (_row("with bytecode", with_it), _row("without bytecode", without))
        ships = "with" if has_bytecode(shipped) else "without"
    return Report(
        "package",
        "How big is the zip of the functions, and how long does it take to build?",
        figures,
        (Rows("What is in it, kB unpacked", ("zip", "files", "ours", "dependencies", "zip kB"), rows),),
        (f"`python build.py` ships it {ships} bytecode.",),
    )


def build(output: Path, *options: str) -> None:
    """`python build.py`, as `make package` calls it. Raises BenchError."""
    output_of([sys.executable, "build.py", "--output", str(output), *options], {})


def has_bytecode(zip_file: Path) -> bool:
    """Whether a zip holds compiled modules."""
    with zipfile.ZipFile(zip_file) as archive:
        return any(name.endswith(".pyc") for name in archive.namelist())


def _row(name: str, zip_file: Path) -> tuple[str, ...]:
    with zipfile.ZipFile(zip_file) as archive:
        entries = archive.infolist()
    ours = sum(entry.file_size for entry in entries if entry.filename.startswith("dayshift/"))
    everything = sum(entry.file_size for entry in entries)
    kilobytes = (ours, everything - ours, zip_file.stat().st_size)
    return (name, str(len(entries)), *(f"{size / 1000:,.0f}" for size in kilobytes))
