"""What expanding an archive takes: memory while 500 MB come out of it, and images a second beside `unzip`."""

import json
import os
import resource
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from bench.canned import Answers
from bench.report import Figure, Report
from bench.started import PREFIX, BenchError, function_environment, output_of
from dayshift.domain.archives import MAXIMUM_ENTRIES, MAXIMUM_ENTRY_BYTES
from dayshift.domain.plain_image import plain_png

KEY = f"{PREFIX}walk.zip"
LARGE, SMALL = (MAXIMUM_ENTRIES, 440_000), (100, 200_000)  # images, and bytes of each
GREAT = 4  # of them are as large as an image may be: that is what memory is needed for
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Work:
    """What one way of expanding took."""

    wall_seconds: float
    cpu_seconds: float
    memory_mb: float = 0.0


def run(quick: bool) -> Report:
    """The expander's own handler against S3 over HTTP, in a process of its own; then `unzip` on the same archive."""
    images, size = SMALL if quick else LARGE
    if shutil.which("unzip") is None:
        raise BenchError("unzip is not installed; it is what the expander is measured beside")
    with TemporaryDirectory(prefix="dayshift-bench-") as place:
        archive = Path(place, "walk.zip")
        write(archive, images, size)
        length = archive.stat().st_size
        with store(archive) as (address, written):
            ours = expanded(address, length)
        if len(written) != images + 1:
            raise BenchError(f"wanted {images} images and a manifest to be written; got {len(written)} objects")
        theirs = unzipped(archive, Path(place, "out"))
    return Report(
        "archives",
        "How much memory does expanding an archive take, and how does it compare with unzip?",
        (
            Figure("memory of the whole function", ours.memory_mb, "MB", at_most=256),
            Figure("images a second, to unzip's", theirs.wall_seconds / ours.wall_seconds, "ratio"),
            Figure("the same by CPU alone", theirs.cpu_seconds / ours.cpu_seconds, "ratio"),
            Figure("images a second", images / ours.wall_seconds, "images"),
        ),
        notes=(
            f"{images:,} images of {size / MEGABYTE:g} MB, {GREAT} of 15 MiB; {length / MEGABYTE:,.0f} MB of archive.",
            f"unzip: {images / theirs.wall_seconds:,.0f} images a second, to a folder.",
            "Ours hashes each image, too, and sends it over HTTP with a signature, one after the other.",
        ),
    )


def write(path: Path, images: int, size: int) -> None:
    """An archive of noise that begins like images: photographs hardly shrink either."""
    beginning = plain_png(100)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(images):
            length = MAXIMUM_ENTRY_BYTES if number < GREAT else size
            archive.writestr(f"walk/{number:05}.png", beginning + os.urandom(length - len(beginning)))


@contextmanager
def store(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of an S3 that has this one archive, and the keys of all that is written there."""
    written: list[str] = []
    answers = type("OneArchive", (Answers,), {"archive": path, "written": written})
    server = ThreadingHTTPServer(("127.0.0.1", 0), answers)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", written
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def expanded(address: str, length: int) -> Work:
    """The handler in a process of its own, whose memory is measured as a whole."""
    environment = function_environment() | {"AWS_ENDPOINT_URL": address, "PYTHONPATH": "lambda_src"}
    output = output_of([sys.executable, "-m", "bench.expanding", KEY, str(length)], environment)
    found = json.loads(output.splitlines()[-1])  # behind the log
    return Work(found["wall_seconds"], found["cpu_seconds"], found["memory_mb"])


def unzipped(archive: Path, folder: Path) -> Work:
    """The same by `unzip`, to a folder."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(["unzip", "-q", str(archive), "-d", str(folder)], check=True)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Work(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
