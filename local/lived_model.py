"""One model on the demo's day: the pictures that come for it, its state, its queue, and what became of each picture."""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from itertools import cycle, islice
from typing import Any

from dayshift.domain.calendar import Calendar
from dayshift.domain.policy import Policy
from dayshift.domain.results import record_key
from local.controls import Controls
from local.day_report import Arrival, Day, spans
from local.deploying import Deployment
from local.places import SAMPLES
from local.stack import LocalAws

NOTHING_KNOWN = "awning"  # what a picture shows is the first word of its name; this is none of anybody's classes
LONGEST_WAIT_SECONDS, LOOK_SECONDS = 60, 0.2


class LivedModel:
    """What happens to one model; the clock is moved elsewhere."""

    def __init__(self, aws: LocalAws, deployment: Deployment, controls: Controls, name: str) -> None:
        self.name, self._controls = name, controls
        self._images, self._results = (deployment.values[f"{each}_bucket"] for each in ("images", "results"))
        self._model = deployment.values["models"][name]
        self._s3, self._sqs = aws.client("s3"), aws.client("sqs")
        stored = aws.client("ssm").get_parameter(Name=f"{self._model['parameters']}/spec")["Parameter"]["Value"]
        self.target, self.policy = str(json.loads(stored)["target"]), Policy.from_json(json.loads(stored))
        self.calendar = self.policy.calendar or Calendar.of("UTC", ["Mon-Sun 09:00-18:00"])
        self._arrivals, self._pictures = list[Arrival](), cycle(pictures(name))
        self._dead = 0

    def begin(self, start: datetime, end: datetime) -> None:
        """The hours of this day; what lies in the dead-letter queue already is none of its doing."""
        self.start, self.end, self._dead = start, end, self.depth("dlq_url")

    def log(self) -> list[dict[str, Any]]:
        """The states that it was ever in."""
        return list(self._controls.model(self.target)["log"])

    def status(self) -> str:
        """The state that it is in."""
        return str(self._controls.model(self.target)["status"])

    def come(self, count: int, at: datetime) -> None:
        """Uploads so many pictures."""
        for picture in islice(self._pictures, count):
            key = f"{self._model['prefix']}{at:%Y-%m-%d}/{len(self._arrivals) + 1} {picture.name}"
            version = self._s3.put_object(Bucket=self._images, Key=key, Body=picture.read_bytes())["VersionId"]
            self._arrivals.append(Arrival(key, version, at, shown_in(picture.name)))

    def expect_from_api(self, image: str, at: datetime, picture: str) -> None:
        """An image that the API keeps under this id; waits until it is queued. An open API's caller is called open."""
        key = f"{self._model['prefix']}open/{image.split('.', 1)[-1]}"
        version = self._s3.head_object(Bucket=self._images, Key=key)["VersionId"]
        self._arrivals.append(Arrival(key, version, at, shown_in(picture)))
        self.until_queued(len(self._arrivals))

    def until_queued(self, count: int) -> None:
        """Waits until so many messages are in the queue."""
        _wait(lambda: self.depth() >= count)

    def until_read(self) -> None:
        """Real work takes real time: the clock stands meanwhile."""
        _wait(lambda: not self._unread())

    def depth(self, queue: str = "queue_url") -> int:
        """Messages in the queue, visible, in flight or delayed."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._model[queue], AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in attributes.items() if name.startswith("ApproximateNumberOfMessages"))

    def day(self, morning: datetime, evening: datetime, zone: tzinfo) -> Day:
        """All of it, from morning to evening."""
        self._unread()
        return Day(
            self.name, spans(self.log(), morning.astimezone(zone), evening), self._arrivals,
            self.start - self.policy.warmup, self.start, self.end,
            self.depth(), self.depth("dlq_url") - self._dead, self.policy.usd_per_hour,
        )  # fmt: skip

    def _unread(self) -> list[Arrival]:
        for arrival in self._arrivals:
            arrival.record = arrival.record or self._record(arrival)
        return [arrival for arrival in self._arrivals if arrival.record is None]

    def _record(self, arrival: Arrival) -> Mapping[str, Any] | None:
        key = record_key(self.name, arrival.key, arrival.version)
        try:
            found = self._s3.get_object(Bucket=self._results, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        return dict(json.loads(found["Body"].read()))


def shown_in(name: str) -> str | None:
    """What a picture shows, by its name."""
    return None if name.startswith(NOTHING_KNOWN) else name.split(maxsplit=1)[0]


def pictures(project: str) -> list[Any]:
    """The pictures of the day that show a class of this project, or nothing that anybody knows."""
    known = {folder.name for folder in (SAMPLES / project).iterdir()} | {NOTHING_KNOWN}
    return sorted(file for file in (SAMPLES / "day").glob("*.png") if file.stem.split()[0] in known)


def midnight_after(instants: list[datetime], zone: tzinfo) -> datetime:
    """The first midnight after all of them."""
    return (max(instants).astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
