"""Workers as on machines of their own, installed from the bundle, one processor each; and the bare model beside."""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench.fleet_aws import MODEL, PREFIX, Queues
from bench.started import IMAGES, ROOT, BenchError, clean_environment, function_environment
from local.places import PACKAGE, WORKER_BUNDLE

START_SECONDS = 120
# One processor, as a machine with one has it.
PINNED = "import os, runpy, sys; os.sched_setaffinity(0, {{{cpu}}}); "
WORKER = PINNED + "sys.argv[0] = 'worker'; runpy.run_module('dayshift.handlers.worker', run_name='__main__')"
# The model and nothing around it: reads the image as often as it can for so many seconds, whenever it is told to.
BARE = (
    PINNED + "from pathlib import Path; import time; from dayshift.faces.recogniser import reader; "
    "read, image = reader(sys.argv[1]), Path(sys.argv[2]).read_bytes()\n"
    "def loop(seconds):\n"
    "    began, count = time.perf_counter(), 0\n"
    "    while (took := time.perf_counter() - began) < seconds:\n"
    "        read(image); count += 1\n"
    "    return count / took\n"
    "read(image); print('ready', flush=True)\n"
    "for line in sys.stdin: print(loop(float(line)), flush=True)\n"
)


def cpus() -> list[int]:
    """The processors that there are."""
    if not hasattr(os, "sched_getaffinity"):
        raise BenchError("workers are held to one processor each, which this system cannot; Linux can")
    return sorted(os.sched_getaffinity(0))


def installed(folder: Path) -> tuple[Path, float]:
    """A worker's home by the bundle's own script, and the seconds that it took, unpacking included."""
    for file in (PACKAGE, WORKER_BUNDLE):
        if not file.exists():
            raise BenchError(f"{file.relative_to(ROOT)} is missing; `make bench` makes it")
    bundle, home = folder / "bundle", folder / "home"
    began = time.perf_counter()
    with zipfile.ZipFile(WORKER_BUNDLE) as packed:
        packed.extractall(bundle)
    python = {"PYTHON": str(Path(sys.executable).resolve())}
    subprocess.run(
        ["sh", bundle / "install.sh", bundle, home, PACKAGE],
        env=clean_environment(python),
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return home, time.perf_counter() - began


class Workers:
    """So many worker processes at the stand-in, each with a queue that is called by its number."""

    def __init__(self, home: Path, endpoint: str, queues: Queues) -> None:
        self._home, self._endpoint, self._queues = home, endpoint, queues

    @contextmanager
    def running(self, numbers: range) -> Iterator[list[float]]:
        """Until they wait for messages; yields how long each took for that, from its start on."""
        with ExitStack() as stack:
            started = {}
            for number in numbers:
                started[str(number)] = time.perf_counter()
                stack.enter_context(self._process(number))
            yield [self._asked(queue) - began for queue, began in started.items()]

    @contextmanager
    def _process(self, number: int) -> Iterator[None]:
        available = cpus()
        code = WORKER.format(cpu=available[number % len(available)])
        command = [str(self._home / "venv" / "bin" / "python"), "-c", code]
        with subprocess.Popen(
            command, env=clean_environment(self._environment(number)), cwd=self._home, stdout=subprocess.DEVNULL
        ) as process:
            try:
                yield
            finally:
                process.kill()

    def _asked(self, queue: str) -> float:
        deadline = time.perf_counter() + START_SECONDS
        while queue not in self._queues.asked:
            if time.perf_counter() > deadline:
                raise BenchError(f"worker {queue} did not ask for messages within {START_SECONDS} s")
            time.sleep(0.005)
        return self._queues.asked[queue]

    def _environment(self, number: int) -> dict[str, str]:
        model = {
            "name": MODEL, "family": "face_fleet", "target": "bench-workers", "prefix": PREFIX,
            "options": {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}, "maximum_distance": 0.6},
        }  # fmt: skip
        return function_environment(f"{self._endpoint}/123456789012/{number}") | {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"{self._endpoint}/imds/",
            "AWS_REGION": "us-east-1",
            "GATE_PARAMETER": "/bench/dev/models/faces/gate",
            "GROUP_NAME": "bench-workers",
            "MODEL": json.dumps(model),
            "MODELS_FOLDER": str(self._home / "models"),
            "PYTHONPATH": str(self._home / "package"),
            "VISIBILITY_SECONDS": "120",
        }


class Bare:
    """So many processes with nothing but the model, all loaded."""

    def __init__(self, home: Path, image: Path, count: int) -> None:
        available = cpus()
        environment = clean_environment({"PYTHONPATH": str(home / "package"), "OMP_NUM_THREADS": "1"})
        self._processes = [
            subprocess.Popen(
                [str(home / "venv" / "bin" / "python"), "-c", BARE.format(cpu=available[number % len(available)]),
                 str(home / "models"), str(image)],
                env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(count)
        ]  # fmt: skip
        for process in self._processes:
            self._said(process)

    def rate(self, count: int, seconds: float) -> float:
        """Images a second that so many read at once."""
        chosen = self._processes[:count]
        for process in chosen:
            if process.stdin:
                process.stdin.write(f"{seconds}\n")
                process.stdin.flush()
        return sum(float(self._said(process)) for process in chosen)

    def end(self) -> None:
        """Ends them all."""
        for process in self._processes:
            process.kill()
            process.communicate()

    @staticmethod
    def _said(process: "subprocess.Popen[str]") -> str:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise BenchError("a process with nothing but the model ended")
        return line.strip()
