"""The demo's part about jobs: an archive as one order at a service outside, from the upload to the last row.

It is put there twice, as an impatient person would. Expanded, its pictures are one job: packed, classified by a program
that the local stand-in of the service really runs, brought back, and each has its record like any other.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.markup import escape

from local.demo_job_report import Ordered
from local.deploying import Deployment
from local.lived_archives import Placed, archive_of
from local.lived_jobs import LivedJobs
from local.outcomes import Outcome, read_samples
from local.places import SAMPLES
from local.stack import LocalAws

MODEL = "pictures"
# A minute of the local clock for so many real seconds: the job's program works at its own pace meanwhile.
MINUTE_SECONDS, LOOK_SECONDS = 0.5, 0.2
LONGEST_SECONDS = 120


class DemoJob:
    """One archive's way."""

    def __init__(self, aws: LocalAws, deployment: Deployment, console: Console) -> None:
        self._console, self._jobs = console, LivedJobs(aws, deployment, MODEL)
        self._samples = read_samples(SAMPLES / "jobs", SAMPLES)
        self._shown = ""

    def live(self) -> Ordered:
        """All of it. Afterwards the clock is the real one again."""
        begin = self._jobs.hold_the_clock()
        try:
            name = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} a walk.zip"
            archives = [self._jobs.upload(name, archive_of(self._samples)) for _ in range(2)]
            self._console.print(f"{begin:%H:%M}  {escape(name)}: {len(self._samples)} pictures, uploaded twice at once")
            self._until(lambda: all(self._jobs.manifest(each) for each in archives))
            seen = self._watch(archives)
        finally:
            self._jobs.let_the_clock_go()
        return self._ordered(archives, seen)

    def _watch(self, archives: list[Placed]) -> tuple[str, ...]:
        """Lets the time pass until the archives have their records; the ids of all jobs that were seen meanwhile."""
        seen = dict[str, None]()

        def done() -> bool:
            now = self._jobs.tick()
            for job in self._jobs.book():
                seen[job["id"]] = None
                self._say(now, job)
            return all(self._jobs.record(each) for each in archives)

        self._until(done, MINUTE_SECONDS)
        return tuple(seen)

    def _say(self, now: datetime, job: Mapping[str, Any]) -> None:
        """A line where anything has changed."""
        last: Mapping[str, Any] = (job["attempts"] or [{}])[-1]
        there = f", there it is {last['word']}, {last['cost_usd']:.3f} USD" if last.get("word") else ""
        said = f"job {job['id']}: {len(job['images'])} images, {job['state']}{there}"
        if said != self._shown:
            self._console.print(f"{now:%H:%M}  {said}", highlight=False)
        self._shown = said

    def _ordered(self, archives: list[Placed], seen: tuple[str, ...]) -> Ordered:
        closed = tuple(job for each in seen if (job := self._jobs.closed(each)) is not None)
        orders = tuple(order for each in seen for order in self._jobs.orders(each))
        manifest = self._jobs.manifest(archives[0])
        ends = tuple(self._jobs.record(each) for each in archives)
        if manifest is None:  # nothing came of it; each picture is lost
            return Ordered(tuple(Outcome(each, None) for each in self._samples), {}, closed, orders, ends)
        outcomes = tuple(Outcome(each, self._jobs.ending(manifest, each)) for each in self._samples)
        sheets = {one.name: self._jobs.sheet((one.image.key, str(one.image.version_id))) for one in manifest.images}
        return Ordered(outcomes, sheets, closed, orders, ends)

    def _until(self, is_done: Callable[[], bool], pause_seconds: float = LOOK_SECONDS) -> None:
        deadline = time.monotonic() + LONGEST_SECONDS
        while not is_done() and time.monotonic() < deadline:
            time.sleep(pause_seconds)
