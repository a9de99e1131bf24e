"""A fleet on the local AWS: its clock, moved by ticks, its images, its machines, which run at their own pace."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

from dayshift.domain.results import record_key
from local.controls import Controls
from local.fleet.control import Seen
from local.stack import LocalAws

MINUTE = timedelta(minutes=1)
PAUSE_SECONDS = 1.0
READERS = 16  # threads, each with a request to the emulator
Image = tuple[str, str]  # key, version


class Fleet:
    """One model of fleet.tfvars, and what was uploaded for it."""

    def __init__(self, aws: LocalAws, deployment: Mapping[str, Any], name: str) -> None:
        self.aws, self.deployment, self.name, self.controls = aws, deployment, name, Controls(aws)
        self.spec, self.group = deployment["models"][name], str(deployment["models"][name]["group"])
        self.images, self.results = str(deployment["images_bucket"]), str(deployment["results_bucket"])
        self.s3, self.sqs, self.autoscaling = (aws.client(service) for service in ("s3", "sqs", "autoscaling"))
        self.uploaded = dict[Image, str]()  # who is on it; those that were not looked at yet

    def tick(self, minutes: int = 1) -> None:
        """Time passes on the local clock, and stands again; machines take no notice."""
        self.controls.go_to(self.controls.now() + minutes * MINUTE)

    def tick_until(self, is_true: Callable[[], bool], what: str, ticks: int) -> int:
        """After how many ticks it is so; fails with `what` is wanted. Machines get a second after each."""
        for tick in range(ticks):
            if is_true():
                return tick
            self.tick()
            time.sleep(PAUSE_SECONDS)
        assert is_true(), f"after {ticks} ticks still not so: {what}; {self.seen()}"
        return ticks

    def upload(self, name: str, body: bytes, person: str) -> Image:
        """An image under the model's prefix, and who is on it."""
        key = f"{self.spec['prefix']}{name}"
        image = key, str(self.s3.put_object(Bucket=self.images, Key=key, Body=body)["VersionId"])
        self.uploaded[image] = person
        return image

    def record(self, image: Image) -> dict[str, Any]:
        """The image's terminal record."""
        found = self.s3.get_object(Bucket=self.results, Key=record_key(self.name, *image))
        return dict(json.loads(found["Body"].read()))

    def waiting(self) -> set[Image]:
        """The uploaded images that have no record yet."""
        there = self.versions()
        return {image for image in self.uploaded if record_key(self.name, *image) not in there}

    def wait(self, seconds: float) -> None:
        """Until every uploaded image has its record."""
        deadline = time.monotonic() + seconds
        while self.waiting():
            assert time.monotonic() < deadline, self.seen()
            time.sleep(PAUSE_SECONDS)

    def content(self, bucket: str, each: Mapping[str, Any]) -> bytes:
        """A version's bytes."""
        return bytes(self.s3.get_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])["Body"].read())

    def versions(self) -> Counter[str]:
        """How often each record was written."""
        pages = self.s3.get_paginator("list_object_versions").paginate(
            Bucket=self.results, Prefix=f"results/{self.name}/"
        )
        return Counter(each["Key"] for page in pages for each in page.get("Versions", ()))

    def names(self) -> dict[Image, list[str]]:
        """Whom the workers saw, on every image."""
        with ThreadPoolExecutor(READERS) as pool:
            records = pool.map(self.record, self.uploaded)
            return {
                image: [found["name"] for found in record["detections"]]
                for image, record in zip(self.uploaded, records, strict=True)
            }

    def machines(self) -> tuple[Seen, ...]:
        """Those that the group has, on their way included."""
        return self.aws.machines.all(self.group)

    def serving(self) -> list[Seen]:
        """Those whose worker has said that it is ready."""
        return [machine for machine in self.machines() if machine.state == "InService"]

    def desired(self) -> int:
        """How many the group was told to have."""
        return self.aws.machines.desired(self.group)

    def gate(self) -> bool:
        """Whether workers may read."""
        found = self.aws.client("ssm").get_parameter(Name=f"{self.spec['parameters']}/gate")["Parameter"]["Value"]
        return bool(json.loads(found) == {"open": True})

    def depth(self, queue: str = "queue_url") -> int:
        """Messages in a queue, visible, in flight or delayed."""
        counts = self.sqs.get_queue_attributes(QueueUrl=self.spec[queue], AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in counts.items() if name.startswith("ApproximateNumberOfMessages"))

    def seen(self) -> str:
        """What there is, for a test that fails."""
        machines = ", ".join(f"{each.instance_id} {each.state}" for each in self.machines()) or "no machine"
        gate = "open" if self.gate() else "closed"
        return f"desired {self.desired()}, {machines}; gate {gate}; {self.depth()} messages; {len(self.waiting())} wait"

    def dayshift(self, *words: str | Path) -> subprocess.CompletedProcess[str]:
        """The command as a user runs it."""
        command = [str(Path(sys.executable).parent / "dayshift"), "--env", "fleet", *map(str, words)]
        environment = self.aws.environment()
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=180, env=environment)
