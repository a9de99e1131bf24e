"""A powered model on the local AWS: its day on the local clock, its gate, and somebody who watches both."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dayshift.domain.results import record_key
from local.controls import Controls
from local.places import SAMPLES
from local.stack import LocalAws

BERLIN = ZoneInfo("Europe/Berlin")
START_DELAY, STOP_DELAY = 20 * 60, 2 * 60
LOOK_SECONDS = 0.2
Image = tuple[str, str]  # key, version


@dataclass
class Watch:
    """Every pair of model and mapping that was seen, in order, each once in a row; looks 50 times a second."""

    pairs: list[tuple[str, str]] = field(default_factory=list)

    def add(self, before: str, mapping: str, after: str) -> None:
        """One look: the model before and after the look at its mapping. It counts only if the model was the same."""
        if before == after and self.pairs[-1:] != [(before, mapping)]:
            self.pairs.append((before, mapping))


class Powered:
    """One model of power.tfvars or endpoint.tfvars."""

    def __init__(self, aws: LocalAws, deployment: Mapping[str, Any], name: str) -> None:
        self.aws, self.deployment, self.controls, self.name = aws, deployment, Controls(aws), name
        self.spec = deployment["models"][name]
        self.s3, self.sqs, self.lambda_ = (aws.client(name) for name in ("s3", "sqs", "lambda"))
        stored = aws.client("ssm").get_parameter(Name=f"{self.spec['parameters']}/spec")["Parameter"]["Value"]
        self.target, self.mapping_uuid = json.loads(stored)["target"], json.loads(stored)["mapping_uuid"]
        self.date = self.controls.now().astimezone(BERLIN)
        self.asleep = "STOPPED" if self.target.startswith("arn:") else "DELETED"
        self.log_begins = 0

    def next_morning(self, hour: int = 6) -> None:
        """The next working day, at this hour; nothing fires on the way. The model sleeps and is whole."""
        self.controls.clear_faults()
        # Another model of the same AWS may have lived on.
        self.date = max(self.date, self.controls.now().astimezone(BERLIN)) + timedelta(days=1)
        while self.date.weekday() > 4:
            self.date += timedelta(days=1)
        self.controls.go_to(self._at(hour), skip=True)
        delays = {"start_delay_seconds": START_DELAY, "stop_delay_seconds": STOP_DELAY}
        self.controls.tell(self.target, **delays, fail_next_starts=0, state=self.asleep)
        self.log_begins = len(self.controls.model(self.target)["log"])

    def go(self, hour: int, minute: int = 0, skip: bool = False) -> None:
        """To a time of this day."""
        self.controls.go_to(self._at(hour, minute), skip=skip)

    def model(self) -> str:
        """The model's status."""
        return str(self.controls.model(self.target)["status"])

    def mapping(self) -> str:
        """The event source mapping's state."""
        return str(self.lambda_.get_event_source_mapping(UUID=self.mapping_uuid)["State"])

    def log(self) -> list[tuple[str, str]]:
        """The model's states of this day, with the times at which it entered them."""
        entries = self.controls.model(self.target)["log"][self.log_begins :]
        return [
            (entry["status"], f"{datetime.fromisoformat(entry['at']).astimezone(BERLIN):%H:%M}") for entry in entries
        ]

    def upload(self, name: str) -> Image:
        """A picture of samples/day under a key of its own."""
        return self.put(name, self.picture(name))

    def picture(self, name: str) -> bytes:
        """A picture of samples/day."""
        return (SAMPLES / "day" / name).read_bytes()

    def put(self, name: str, body: bytes) -> Image:
        """An image under a key of its own."""
        key = f"{self.spec['prefix']}{self.date:%Y-%m-%d}/{time.time_ns()} {name}"
        answer = self.s3.put_object(Bucket=self.deployment["images_bucket"], Key=key, Body=body)
        return key, answer["VersionId"]

    def record(self, image: Image) -> dict[str, Any] | None:
        """The image's terminal record."""
        try:
            found = self.s3.get_object(Bucket=self.deployment["results_bucket"], Key=record_key(self.name, *image))
        except self.s3.exceptions.NoSuchKey:
            return None
        return dict(json.loads(found["Body"].read()))

    def depth(self, queue: str = "queue_url") -> int:
        """Messages in a queue, visible, in flight or delayed."""
        counts = self.sqs.get_queue_attributes(QueueUrl=self.spec[queue], AttributeNames=["All"])["Attributes"]
        return sum(int(value) for name, value in counts.items() if name.startswith("ApproximateNumberOfMessages"))

    @contextmanager
    def watched(self) -> Iterator[Watch]:
        """Somebody looks at the model and its mapping all the time."""
        watch, over = Watch(), threading.Event()
        controls, lambda_ = Controls(self.aws), self.aws.connection.client("lambda")

        def look() -> None:
            while not over.is_set():
                before = controls.model(self.target)["status"]
                mapping = lambda_.get_event_source_mapping(UUID=self.mapping_uuid)["State"]
                watch.add(before, mapping, controls.model(self.target)["status"])
                over.wait(0.02)

        thread = threading.Thread(target=look, name="watch")
        thread.start()
        try:
            yield watch
        finally:
            over.set()
            thread.join()

    @contextmanager
    def functions_broken(self) -> Iterator[None]:
        """While inside, Lambda refuses every call of start, stop and reconcile."""
        names = [self.deployment["functions"][name] for name in ("start", "stop", "reconcile")]
        for name in names:
            self.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
        try:
            yield
        finally:
            for name in names:
                self.lambda_.delete_function_concurrency(FunctionName=name)

    def _at(self, hour: int, minute: int = 0) -> datetime:
        return self.date.replace(hour=hour, minute=minute, second=0, microsecond=0)


def until(is_true: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Waits in real time; fails with `what` is wanted."""
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, f"after {seconds:g} s still not so: {what}"
        time.sleep(LOOK_SECONDS)
