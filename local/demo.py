"""`make demo`: real images through the real system on this machine, from `terraform apply` to drawn results; then
the same in an archive, another archive as a job at a service outside, and a day of the models that are started and
stopped.

Ends with 0 only if no image was lost, each ended as it should, and every model was off outside its hours.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console
from rich.progress import track

from dayshift.domain.results import csv_key, record_key
from local import day_report, demo_archive, demo_job_report
from local.__main__ import deploy_with_bar
from local.demo_archive import DemoArchive
from local.demo_day import DemoDay
from local.demo_job import DemoJob
from local.demo_results import Lived, save, show, summarise
from local.deploying import Deployment
from local.errors import LocalAwsError
from local.outcomes import Outcome, Sample, read_samples
from local.places import SAMPLES
from local.stack import LocalAws

LONGEST_WAIT_SECONDS, LOOK_SECONDS = 120, 0.25
Placed = tuple[str, str]  # key, version id
console = Console(soft_wrap=True)


class Stopwatch:
    """Seconds by name, in the order they were taken."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._began = self._last = time.monotonic()

    def lap(self, name: str) -> None:
        """The time since the last lap."""
        now = time.monotonic()
        self.seconds[name], self._last = round(now - self._last, 2), now

    def since_lap(self) -> float:
        """Seconds since the last lap."""
        return round(time.monotonic() - self._last, 2)

    def end(self) -> None:
        """The time of everything."""
        self.seconds["total"] = round(time.monotonic() - self._began, 2)


def run() -> int:
    """The whole demo; its exit code."""
    watch, samples = Stopwatch(), read_samples(SAMPLES)
    with LocalAws() as aws:
        watch.lap("start")
        console.print(f"The local AWS answers at {aws.connection.endpoint_url} ({watch.seconds['start']} s)")
        deployment = deploy_with_bar(aws)
        watch.lap("apply")
        done = "applied" if deployment.applied else "nothing to change"
        console.print(f"terraform apply: {done} ({watch.seconds['apply']} s)")
        _warm(aws, deployment)
        watch.lap("warm")
        placed = {sample.name: _upload(aws, deployment, sample) for sample in samples}
        watch.lap("upload")
        console.print(f"{len(samples)} samples uploaded ({watch.seconds['upload']} s)")
        outcomes = _wait(aws, deployment, samples, placed, watch)
        watch.lap("all_results")
        save(outcomes, lambda sample: _sheet(aws, deployment, sample, placed))
        code = show(outcomes, console)
        unpacked = DemoArchive(aws, deployment, samples).live()
        watch.lap("archive")
        demo_archive.save(unpacked)
        demo_archive.show(unpacked, console)
        ordered = DemoJob(aws, deployment, console).live()
        watch.lap("job")
        demo_job_report.save(ordered)
        demo_job_report.show(ordered, console)
        day = DemoDay(aws, deployment, console)
        lived = Lived(unpacked, ordered, day.live(), day.asked())
        for each in lived.days:
            day_report.show(each, console)
        watch.lap("day")
    watch.end()
    return max(code, summarise(outcomes, lived, watch.seconds, console))


def _warm(aws: LocalAws, deployment: Deployment) -> None:
    """Starts a process for each function, by an event that asks for nothing; else a burst starts one for each image."""
    events: dict[str, dict[str, Any]] = {
        deployment.values["functions"]["producer"]: {"Service": "Amazon S3", "Event": "s3:TestEvent"}
    }
    labelers = [model["labeler"] for model in deployment.values["models"].values()]
    events |= {name: {"Records": []} for name in labelers if name is not None}  # jobs have none
    events[deployment.values["archives"]["expander"]] = {"Records": []}
    client = aws.client("lambda")
    with ThreadPoolExecutor(len(events)) as pool:
        list(pool.map(lambda name: client.invoke(FunctionName=name, Payload=json.dumps(events[name])), events))


def _upload(aws: LocalAws, deployment: Deployment, sample: Sample) -> Placed:
    """Puts the sample under its model's prefix; its key and version."""
    key = deployment.values["models"][sample.model]["prefix"] + sample.file.name
    answer = aws.client("s3").put_object(
        Bucket=deployment.values["images_bucket"], Key=key, Body=sample.file.read_bytes()
    )
    return key, answer["VersionId"]


def _wait(
    aws: LocalAws,
    deployment: Deployment,
    samples: tuple[Sample, ...],
    placed: Mapping[str, Placed],
    watch: Stopwatch,
) -> tuple[Outcome, ...]:
    """The outcomes in the order of the samples; whatever has no record in time is lost."""
    found: dict[str, Mapping[str, Any]] = {}

    def arrivals() -> Iterator[str]:
        deadline = time.monotonic() + LONGEST_WAIT_SECONDS
        while len(found) < len(samples) and time.monotonic() < deadline:
            for sample in samples:
                if sample.name not in found and (record := _record(aws, deployment, sample, placed)) is not None:
                    found[sample.name] = record
                    watch.seconds.setdefault("first_result", watch.since_lap())
                    yield sample.name
            time.sleep(LOOK_SECONDS)

    shown = track(
        arrivals(),
        "Waiting for results",
        total=len(samples),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    for _ in shown:
        pass
    return tuple(Outcome(sample, found.get(sample.name)) for sample in samples)


def _record(
    aws: LocalAws, deployment: Deployment, sample: Sample, placed: Mapping[str, Placed]
) -> Mapping[str, Any] | None:
    s3, bucket = aws.client("s3"), deployment.values["results_bucket"]
    try:
        body = s3.get_object(Bucket=bucket, Key=record_key(sample.model, *placed[sample.name]))["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return dict(json.loads(body))


def _sheet(aws: LocalAws, deployment: Deployment, sample: Sample, placed: Mapping[str, Placed]) -> bytes:
    key = csv_key(sample.model, *placed[sample.name])
    return bytes(aws.client("s3").get_object(Bucket=deployment.values["results_bucket"], Key=key)["Body"].read())


def main() -> int:
    """Runs the demo; 1 also where the local AWS cannot start."""
    try:
        return run()
    except LocalAwsError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("interrupted; what was started is stopped, its state is kept")
        return 130


if __name__ == "__main__":
    sys.exit(main())
