"""The demo's second part: a working day of a model that is started and stopped, in a minute, on the local clock.

06:00 it sleeps · 07:00 images come and wait · warm-up before opening it is started · it runs, its queue is opened, what
waited is read · more come · it closes, drains and stops · 20:00 one more image comes, and waits for the next day.
"""

import json
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from itertools import cycle, islice
from typing import Any

from rich.console import Console

from dayshift.domain.calendar import Calendar
from dayshift.domain.policy import Policy
from dayshift.domain.results import record_key
from local.controls import Controls
from local.day_report import Arrival, Day, spans
from local.deploying import Deployment
from local.places import SAMPLES
from local.stack import LocalAws

MODEL, PICTURES = "logos", SAMPLES / "day"
NO_LOGO = "awning"  # what a picture shows is the first word of its name
START_DELAY_SECONDS, STOP_DELAY_SECONDS = 20 * 60, 2 * 60
LONGEST_WAIT_SECONDS, LOOK_SECONDS = 60, 0.2
HOUR = timedelta(hours=1)


class DemoDay:
    """A day of one model, lived step by step."""

    def __init__(self, aws: LocalAws, deployment: Deployment, console: Console) -> None:
        self._deployment, self._console, self._controls = deployment, console, Controls(aws)
        self._model = deployment.values["models"][MODEL]
        self._s3, self._sqs = aws.client("s3"), aws.client("sqs")
        spec = aws.client("ssm").get_parameter(Name=f"{self._model['parameters']}/spec")["Parameter"]["Value"]
        self._target, self._policy = str(json.loads(spec)["target"]), Policy.from_json(json.loads(spec))
        self._arrivals, self._pictures = list[Arrival](), cycle(sorted(PICTURES.glob("*.png")))

    def live(self) -> Day:
        """From before the first image until after the last. Afterwards the clock is the real one again."""
        calendar = self._policy.calendar or Calendar.of("UTC", ["Mon-Sun 09:00-18:00"])
        delays = {"start_delay_seconds": START_DELAY_SECONDS, "stop_delay_seconds": STOP_DELAY_SECONDS}
        self._controls.tell(self._target, **delays)
        midnight = self._after_the_last(calendar.zone)
        opening = next(calendar.openings(midnight, midnight + timedelta(days=14)))
        start, end = opening.start.astimezone(calendar.zone), opening.end.astimezone(calendar.zone)
        morning, evening = start.replace(hour=6, minute=0), start.replace(hour=20, minute=0)
        self._console.print(f"{start:%A, %d %B}, on the local clock: {MODEL} is open {start:%H:%M} to {end:%H:%M}")
        try:
            # What an interrupted day left on is stopped in the hour before.
            self._controls.go_to(morning - HOUR, skip=True)
            self._go(morning)
            dead = self._depth("dlq_url")
            self._go(morning + HOUR)
            self._arrive(3, morning + HOUR, asleep=True)
            self._go(start - self._policy.warmup)
            self._go(start)
            self._until_read()
            self._go(start + 3 * HOUR)
            self._arrive(4, start + 3 * HOUR)
            self._go(end)
            self._go(evening)
            self._arrive(1, evening, asleep=True)
            self._go(evening + HOUR)
            self._unread()
            return Day(
                spans(self._log(), morning, evening + HOUR),
                self._arrivals, start - self._policy.warmup, start, end,
                self._depth("queue_url"), self._depth("dlq_url") - dead, self._policy.usd_per_hour,
            )  # fmt: skip
        finally:
            self._controls.return_to_real_time()

    def _after_the_last(self, zone: tzinfo) -> datetime:
        """Midnight after the day that the model lived through last: what it remembers must not be to come."""
        known = [self._controls.now(), *(datetime.fromisoformat(entry["at"]) for entry in self._log())]
        return (max(known).astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)

    def _log(self) -> list[dict[str, Any]]:
        return list(self._controls.model(self._target)["log"])

    def _go(self, instant: datetime) -> None:
        """Lets the time pass; says what it came to."""
        began = time.monotonic()
        fired = self._controls.go_to(instant)
        seconds = time.monotonic() - began
        status, waiting = self._controls.model(self._target)["status"], self._depth("queue_url")
        said = f"{instant:%H:%M}  {status:18}  {waiting} waiting"
        self._console.print(f"{said}  [dim]({fired} schedules fired in {seconds:.1f} s)[/]", highlight=False)

    def _arrive(self, count: int, at: datetime, asleep: bool = False) -> None:
        """Uploads so many pictures; waits until they are queued if the model is asleep, else until all are read."""
        wanted = self._depth("queue_url") + count
        for picture in islice(self._pictures, count):
            key = f"{self._model['prefix']}{at:%Y-%m-%d}/{len(self._arrivals) + 1} {picture.name}"
            bucket = self._deployment.values["images_bucket"]
            answer = self._s3.put_object(Bucket=bucket, Key=key, Body=picture.read_bytes())
            shows = None if picture.name.startswith(NO_LOGO) else picture.name.split()[0]
            self._arrivals.append(Arrival(key, answer["VersionId"], at, shows))
        self._console.print(f"       new images: {count}", highlight=False)
        if asleep:
            _wait(lambda: self._depth("queue_url") >= wanted)
        else:
            self._until_read()

    def _until_read(self) -> None:
        """Real work takes real time: the clock stands meanwhile."""
        _wait(lambda: not self._unread())

    def _unread(self) -> list[Arrival]:
        for arrival in self._arrivals:
            arrival.record = arrival.record or self._record(arrival)
        return [arrival for arrival in self._arrivals if arrival.record is None]

    def _record(self, arrival: Arrival) -> Mapping[str, Any] | None:
        key = record_key(MODEL, arrival.key, arrival.version)
        try:
            found = self._s3.get_object(Bucket=self._deployment.values["results_bucket"], Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        return dict(json.loads(found["Body"].read()))

    def _depth(self, queue: str) -> int:
        """Messages in the queue, visible, in flight or delayed."""
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._model[queue], AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in attributes.items() if name.startswith("ApproximateNumberOfMessages"))


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
