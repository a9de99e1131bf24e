"""`make demo`: real images through the real system on this machine, from `terraform apply` to drawn results.

Ends with 0 only if no image was lost and each ended as samples/expected.json says.
"""

import json
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from dayshift.domain.results import csv_key, record_key
from local.__main__ import deploy_with_bar
from local.deploying import Deployment
from local.errors import LocalAwsError
from local.gallery import draw, page
from local.outcomes import LOST, Outcome, Sample, counts, read_samples
from local.places import DEMO_RESULTS, SAMPLES
from local.stack import LocalAws

LONGEST_WAIT_SECONDS, LOOK_SECONDS = 120, 0.25
LONGEST_CELL = 60
UNREADABLE = ("rejected", "gone", "failed", LOST)
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
        _save(aws, deployment, outcomes, placed)
    watch.end()
    return _report(outcomes, watch)


def _warm(aws: LocalAws, deployment: Deployment) -> None:
    """Starts one process for each function with an event that asks for nothing; else a burst starts one for each image."""
    calls = [(deployment.values["functions"]["producer"], {"Service": "Amazon S3", "Event": "s3:TestEvent"})]
    calls += [(model["labeler"], {"Records": []}) for model in deployment.values["models"].values()]
    client = aws.client("lambda")
    with ThreadPoolExecutor(len(calls)) as pool:
        list(pool.map(lambda call: client.invoke(FunctionName=call[0], Payload=json.dumps(call[1])), calls))


def _upload(aws: LocalAws, deployment: Deployment, sample: Sample) -> tuple[str, str]:
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
    placed: Mapping[str, tuple[str, str]],
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

    for _ in track(arrivals(), "Waiting for results", total=len(samples), console=console, transient=True):
        pass
    return tuple(Outcome(sample, found.get(sample.name)) for sample in samples)


def _record(
    aws: LocalAws, deployment: Deployment, sample: Sample, placed: Mapping[str, tuple[str, str]]
) -> Mapping[str, Any] | None:
    s3, bucket = aws.client("s3"), deployment.values["results_bucket"]
    try:
        body = s3.get_object(Bucket=bucket, Key=record_key(sample.model, *placed[sample.name]))["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return dict(json.loads(body))


def _save(
    aws: LocalAws, deployment: Deployment, outcomes: tuple[Outcome, ...], placed: Mapping[str, tuple[str, str]]
) -> None:
    """Every record and CSV, each picture with its boxes, and a page that shows them."""
    shutil.rmtree(DEMO_RESULTS, ignore_errors=True)
    DEMO_RESULTS.mkdir()
    pictures: dict[str, str] = {}
    for outcome in outcomes:
        sample = outcome.sample
        if outcome.record is None:
            continue
        folder = DEMO_RESULTS / sample.model
        folder.mkdir(parents=True, exist_ok=True)
        _write(folder / f"{sample.file.name}.json", json.dumps(outcome.record, indent=2, ensure_ascii=False) + "\n")
        sheet = aws.client("s3").get_object(
            Bucket=deployment.values["results_bucket"], Key=csv_key(sample.model, *placed[sample.name])
        )
        (folder / f"{sample.file.name}.csv").write_bytes(sheet["Body"].read())
        if outcome.status not in UNREADABLE:
            drawn = folder / f"{sample.file.name}.boxes.jpg"
            draw(sample.file, outcome.record["detections"], drawn)
            pictures[sample.name] = quote(str(drawn.relative_to(DEMO_RESULTS)))
    _write(DEMO_RESULTS / "index.html", page(outcomes, pictures, counts(outcomes)))


def _report(outcomes: tuple[Outcome, ...], watch: Stopwatch) -> int:
    """The table, `summary.json`, and the exit code."""
    table = Table("image", "status", "labels", "text or reason")
    for outcome in outcomes:
        reason = str((outcome.record or {}).get("reason") or "").split(":")[0]
        labels, text = ", ".join(outcome.names("label", "face")), " / ".join(outcome.names("text"))
        said = text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL - 1]}…"
        table.add_row(escape(outcome.sample.name), outcome.status, escape(labels), escape(said or reason))
    console.print(table)
    faults = {outcome.sample.name: outcome.fault for outcome in outcomes if outcome.fault}
    summary = {"uploaded": len(outcomes), "counts": counts(outcomes), "unexpected": faults, "seconds": watch.seconds}
    _write(DEMO_RESULTS / "summary.json", json.dumps(summary, indent=2, ensure_ascii=False) + "\n")
    console.print(", ".join(f"{number} {status}" for status, number in counts(outcomes).items()))
    console.print(", ".join(f"{name} {seconds} s" for name, seconds in watch.seconds.items()))
    console.print(f"Everything is in {DEMO_RESULTS.name}/ (open {DEMO_RESULTS.name}/index.html)")
    for name, fault in faults.items():
        console.print(f"{name}: {fault}", style="red", markup=False)
    return 1 if faults else 0


def _write(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")


def main() -> int:
    """Runs the demo; 1 also where the local AWS cannot start."""
    try:
        return run()
    except LocalAwsError as error:
        console.print(f"error: {error}", style="red", markup=False)
        return 1


if __name__ == "__main__":
    sys.exit(main())
