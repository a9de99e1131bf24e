"""A model of jobs during its demo: its archive, its book, what became of each picture; the clock, minute by minute."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from dayshift.domain.archives import Manifest, manifest_key
from dayshift.domain.images import ImageRef
from dayshift.domain.results import csv_key, record_key
from local.controls import Controls
from local.deploying import Deployment
from local.stack import LocalAws

MINUTE = timedelta(minutes=1)
Placed = tuple[str, str]  # key, version


class LivedJobs:
    """One model of family gpu_job."""

    def __init__(self, aws: LocalAws, deployment: Deployment, name: str) -> None:
        self._controls, self.name = Controls(aws), name
        self._images, self._results = (deployment.values[f"{each}_bucket"] for each in ("images", "results"))
        self._prefix, self._s3 = deployment.values["models"][name]["prefix"], aws.client("s3")

    def hold_the_clock(self) -> datetime:
        """From here on time passes by `tick` alone. What a job of an interrupted demo waits for must not be to come."""
        begin = max([self._controls.now(), *instants(self.book())]) + MINUTE
        self._controls.go_to(begin, skip=True)
        return begin

    def tick(self) -> datetime:
        """A minute passes; what is due in it fires, the look at the jobs too."""
        instant = self._controls.now() + MINUTE
        self._controls.go_to(instant)
        return instant

    def let_the_clock_go(self) -> None:
        """It is the real one again."""
        self._controls.return_to_real_time()

    def upload(self, name: str, content: bytes) -> Placed:
        """Puts the archive under the model's prefix."""
        key = f"{self._prefix}{name}"
        return key, self._s3.put_object(Bucket=self._images, Key=key, Body=content)["VersionId"]

    def manifest(self, archive: Placed) -> Manifest | None:
        """What is known of the archive's entries, once it is."""
        content = self._content(manifest_key(self.name, ImageRef(self._images, *archive, "", 0)))
        return None if content is None else Manifest.from_json(content)

    def record(self, image: Placed) -> dict[str, Any] | None:
        """The terminal record of an image or archive, if there is one yet."""
        content = self._content(record_key(self.name, *image))
        return None if content is None else dict(json.loads(content))

    def sheet(self, image: Placed) -> bytes:
        """Its CSV."""
        return self._content(csv_key(self.name, *image)) or b""

    def book(self) -> list[dict[str, Any]]:
        """The open jobs."""
        content = self._content(f"jobs/{self.name}/open.json")
        return [] if content is None else list(json.loads(content)["jobs"])

    def closed(self, job: str) -> dict[str, Any] | None:
        """A job that is over."""
        content = self._content(f"jobs/{self.name}/{job}.json")
        return None if content is None else dict(json.loads(content))

    def orders(self, job: str) -> list[dict[str, Any]]:
        """What the service outside was asked for, for this job."""
        return [each for each in self._controls.jobs() if each["name"].startswith(job)]

    def _content(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._results, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None


def instants(value: Any) -> Iterator[datetime]:
    """Every instant in a JSON value; its names end in `_at` or `_until`."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name.endswith(("_at", "_until")) and each:
                yield datetime.fromisoformat(each)
            yield from instants(each)
    elif isinstance(value, list):
        for each in value:
            yield from instants(each)
