"""A model of jobs during its demo: its archives, its book, what was ordered; the clock, minute by minute."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from local.controls import Controls
from local.deploying import Deployment
from local.lived_archives import LivedArchives
from local.stack import LocalAws

MINUTE = timedelta(minutes=1)


class LivedJobs(LivedArchives):
    """One model of family gpu_job."""

    def __init__(self, aws: LocalAws, deployment: Deployment, name: str) -> None:
        super().__init__(aws, deployment, name)
        self._controls = Controls(aws)

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
