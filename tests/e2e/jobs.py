"""Jobs on the local AWS: their clock, moved by ticks, their images, the book, and what the service outside saw."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dayshift.domain.archives import Manifest, manifest_key
from dayshift.domain.images import ImageRef
from dayshift.domain.results import csv_key, record_key
from local.controls import Controls
from local.stack import LocalAws
from tests.e2e.powered import until

MINUTE = timedelta(minutes=1)
PAUSE_SECONDS = 0.3
Image = tuple[str, str]  # key, version


class Jobs:
    """One model of jobs.tfvars."""

    def __init__(self, aws: LocalAws, deployment: Mapping[str, Any], name: str) -> None:
        self.aws, self.deployment, self.name, self.controls = aws, deployment, name, Controls(aws)
        self.spec = deployment["models"][name]
        self.images, self.results = str(deployment["images_bucket"]), str(deployment["results_bucket"])
        self.s3, self.sqs = aws.client("s3"), aws.client("sqs")

    def tick(self, minutes: int = 1) -> None:
        """Time passes on the local clock, and stands again; the function looks once a minute."""
        self.controls.go_to(self.controls.now() + minutes * MINUTE)

    def tick_until(self, is_true: Callable[[], bool], what: str, ticks: int = 30) -> int:
        """After how many ticks it is so; fails with `what` is wanted. What works at the service gets a while after
        each."""
        for tick in range(ticks):
            if is_true():
                return tick
            self.tick()
            time.sleep(PAUSE_SECONDS)
        assert is_true(), f"after {ticks} ticks still not so: {what}; {self.seen()}"
        return ticks

    def settle(self, ticks: int = 40) -> None:
        """Until nothing is queued and no job is open."""
        self.tick_until(lambda: not self.queued() and not self.book(), "nothing is queued, no job is open", ticks)

    def upload(self, name: str, body: bytes) -> Image:
        """An object under the model's prefix."""
        key = f"{self.spec['prefix']}{name}"
        return key, str(self.s3.put_object(Bucket=self.images, Key=key, Body=body)["VersionId"])

    def manifest(self, archive: Image) -> Manifest | None:
        """What became of an archive, once it is known."""
        place = manifest_key(self.name, ImageRef(self.images, *archive, "", 0))
        content = self._content(place)
        return None if content is None else Manifest.from_json(content)

    def expanded(self, *archives: Image) -> list[Manifest]:
        """The manifests of these archives; waits for them."""
        until(lambda: all(self.manifest(each) for each in archives), "the archives are expanded")
        return [found for each in archives if (found := self.manifest(each)) is not None]

    def record(self, image: Image) -> dict[str, Any] | None:
        """The image's terminal record."""
        content = self._content(record_key(self.name, *image))
        return None if content is None else dict(json.loads(content))

    def sheet(self, image: Image) -> list[dict[str, str]]:
        """The rows of its CSV."""
        text = (self._content(csv_key(self.name, *image)) or b"").decode()
        return list(csv.DictReader(io.StringIO(text)))

    def written(self, root: str = "results/") -> Counter[str]:
        """How often each record of this model was written."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.results, Prefix=f"{root}{self.name}/"
        )
        return Counter(each["Key"] for page in pages for each in page.get("Versions", ()))

    def book(self) -> list[dict[str, Any]]:
        """The open jobs."""
        content = self._content(f"jobs/{self.name}/open.json")
        return [] if content is None else list(json.loads(content)["jobs"])

    def closed(self) -> list[str]:
        """The ids of the closed jobs."""
        keys = [key for key in self.written("jobs/") if not key.endswith("/open.json")]
        return [Path(key).stem for key in keys]

    def last(self) -> dict[str, Any]:
        """The closed job that was at the service last."""
        name = self.orders()[-1]["name"]
        (job,) = [job for job in self.closed() if name.startswith(job)]
        return dict(json.loads(self._content(f"jobs/{self.name}/{job}.json") or b"{}"))

    def orders(self) -> list[dict[str, Any]]:
        """What the service outside was asked for by this model, the oldest first."""
        return [each for each in self.controls.jobs() if each["name"].endswith(f"-{self.name}")]

    def queued(self, queue: str = "queue_url") -> int:
        """Messages in a queue, visible, in flight or delayed."""
        counts = self.sqs.get_queue_attributes(QueueUrl=self.spec[queue], AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in counts.items() if name.startswith("ApproximateNumberOfMessages"))

    def until_queued(self, count: int) -> None:
        """Waits until so many messages are in the queue."""
        until(lambda: self.queued() == count, f"{count} messages in the queue")

    def lose_messages(self) -> None:
        """The queue forgets all of them. What a killed function held would else be hidden for half an hour of real
        time."""
        self.sqs.purge_queue(QueueUrl=self.spec["queue_url"])

    def seen(self) -> str:
        """What there is, for a test that fails."""
        jobs = [(job["id"], job["state"], len(job["images"]), job["reason"]) for job in self.book()]
        orders = [(order["name"], order["status"], order["does"], order["printed"]) for order in self.orders()[-5:]]
        return f"{self.queued()} messages; the book: {jobs}; the last at the service: {orders}"

    def look(self) -> None:
        """The function looks at its jobs, as often as somebody calls it."""
        self.aws.client("lambda").invoke(FunctionName=self.spec["jobs"], Payload=b"{}")

    def sweep(self) -> None:
        """What the schedule does every hour, without its patience: whatever has no record is sent again."""
        self.aws.client("lambda").invoke(
            FunctionName=self.deployment["functions"]["sweep"],
            Payload=json.dumps({"model": self.name, "older_than_minutes": 0}),
        )

    def dayshift(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The command as a user runs it."""
        command = [str(Path(sys.executable).parent / "dayshift"), "--env", self.deployment["environment"]]
        return subprocess.run(
            [*command, *map(str, words)],
            capture_output=True, text=True, check=False, timeout=180, env=self.aws.environment(),
        )  # fmt: skip

    @contextmanager
    def killed_after(self, seconds: Callable[[], float]) -> Iterator[list[int]]:
        """While inside, the function is killed by signal 9 again and again, so long after it was last; whom it got."""
        killed, over = list[int](), threading.Event()

        def kill() -> None:
            while not over.wait(seconds()):
                killed.extend(self.kill())

        thread = threading.Thread(target=kill, name="kills")
        thread.start()
        try:
            yield killed
        finally:
            over.set()
            thread.join()

    def kill(self) -> list[int]:
        """Kills the function where it runs; its processes' ids."""
        table = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True).stdout
        ours = [line for line in table.splitlines() if f"{self.aws.folder}/" in line and self.spec["jobs"] in line]
        found = [int(line.split()[0]) for line in ours]
        for process in found:
            os.kill(process, signal.SIGKILL)
        return found

    def _content(self, key: str) -> bytes | None:
        try:
            return bytes(self.s3.get_object(Bucket=self.results, Key=key)["Body"].read())
        except self.s3.exceptions.NoSuchKey:
            return None
