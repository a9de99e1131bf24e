"""A fleet during its demo: what waits for it, its machines, what became of each picture; the clock, tick by tick."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dayshift.domain.memory import Memory
from dayshift.domain.results import record_key
from local.controls import Controls
from local.deploying import Deployment
from local.outcomes import Sample
from local.stack import LocalAws

MINUTE = timedelta(minutes=1)
COUNTS = {"visible": "ApproximateNumberOfMessages", "in flight": "ApproximateNumberOfMessagesNotVisible"}


@dataclass(frozen=True, slots=True)
class Picture:
    """One upload of a sample: its number among that sample's, its key and version."""

    sample: Sample
    number: int
    key: str
    version: str

    @property
    def name(self) -> str:
        """`2 two people.jpg`."""
        return f"{self.number} {self.sample.file.name}"


class LivedFleet:
    """One model of family face_fleet."""

    def __init__(self, aws: LocalAws, deployment: Deployment, name: str) -> None:
        self._aws, self._controls, self.name = aws, Controls(aws), name
        self._images, self._results = (deployment.values[f"{each}_bucket"] for each in ("images", "results"))
        self._model = deployment.values["models"][name]
        self.group = str(self._model["group"])
        self._s3, self._sqs = aws.client("s3"), aws.client("sqs")

    def hold_the_clock(self) -> datetime:
        """From here on time passes by `tick` alone. What the model remembers of an earlier demo must not be to come."""
        value = self._aws.client("ssm").get_parameter(Name=f"{self._model['parameters']}/memory")["Parameter"]["Value"]
        memory = Memory.from_json(json.loads(value))
        known = [each for name in Memory.__slots__ if isinstance(each := getattr(memory, name), datetime)]
        begin = max([self._controls.now(), *known]) + MINUTE
        self._controls.go_to(begin, skip=True)
        return begin

    def tick(self) -> datetime:
        """A minute passes: reconcile runs once, and looks at the queue and at the group."""
        instant = self._controls.now() + MINUTE
        self._controls.go_to(instant)
        return instant

    def let_the_clock_go(self) -> None:
        """It is the real one again."""
        self._controls.return_to_real_time()

    def upload(self, sample: Sample, number: int) -> Picture:
        """Puts the picture under the model's prefix."""
        key = f"{self._model['prefix']}{datetime.now(UTC):%Y-%m-%d %H:%M:%S}/{number} {sample.file.name}"
        answer = self._s3.put_object(Bucket=self._images, Key=key, Body=sample.file.read_bytes())
        return Picture(sample, number, key, answer["VersionId"])

    def record(self, picture: Picture) -> Mapping[str, Any] | None:
        """Its terminal record, if there is one yet."""
        key = record_key(self.name, picture.key, picture.version)
        try:
            found = self._s3.get_object(Bucket=self._results, Key=key)
        except self._s3.exceptions.NoSuchKey:
            return None
        return dict(json.loads(found["Body"].read()))

    def waiting(self, queue: str = "queue_url") -> dict[str, int]:
        """How many messages are visible, and how many in flight."""
        answer = self._sqs.get_queue_attributes(QueueUrl=self._model[queue], AttributeNames=["All"])["Attributes"]
        return {name: int(answer[attribute]) for name, attribute in COUNTS.items()}

    def machines(self) -> Counter[str]:
        """How many there are in each state, without :Wait and :Proceed."""
        return Counter(machine.state.split(":")[0] for machine in self._aws.machines.all(self.group))

    def desired(self) -> int:
        """The group's desired capacity."""
        return self._aws.machines.desired(self.group)
