"""A model `pictures` that is read in jobs, beside `signs` and `pets`: its book, records and closed jobs in moto, the
service outside a fake, and the function that brings jobs about the real services over them."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.job_book import S3ClosedJobs, S3JobBook
from dayshift.adapters.power_state import SsmPowerState, read_models
from dayshift.adapters.s3 import S3Records
from dayshift.adapters.sqs import SqsQueue
from dayshift.domain.images import ImageRef
from dayshift.domain.job_summary import summary
from dayshift.domain.jobs import Job
from dayshift.domain.powered import PoweredModel
from dayshift.services.job_desk import JobPorts
from dayshift.services.reconcile import ReconcilePorts, reconcile
from dayshift.services.run_jobs import Tended, cancel, tend
from tests.fakes import FakeArrivals
from tests.job_fakes import PNG, JobBench, Plan, all_cats
from tests.unit.cli.conftest import IMAGES, NOW, RESULTS, World

FUNCTION = "dayshift-test-pictures-jobs"
PARAMETERS = "/dayshift/test/models/pictures"
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}


@dataclass
class Pictures:
    """The model as its function has it; tests change the service, and let minutes go by."""

    aws: World
    bench: JobBench
    invoked: list[Mapping[str, Any]]
    png: bytes = PNG

    @property
    def ports(self) -> JobPorts:
        """The bench's, but for what people see: that is in S3."""
        s3 = self.aws.s3
        return replace(
            self.bench.ports,
            images_bucket=IMAGES,
            book=S3JobBook(s3, RESULTS, "pictures"),
            closed=S3ClosedJobs(s3, RESULTS, "pictures"),
            records=S3Records(s3, RESULTS, "pictures"),
        )

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Those in the book."""
        return self.ports.book.read()[0].jobs

    def images(self, count: int, first: int = 0) -> list[ImageRef]:
        """So many images that came one by one, and wait in the queue."""
        found = [self.aws.put(f"incoming/pictures/{number}.png", PNG) for number in range(first, first + count)]
        self.bench.mailbox.put(*found)
        return found

    def archive(self, name: str = "trip.zip", count: int = 3) -> ImageRef:
        """An archive of so many images that was expanded, and waits in the queue."""
        archive = self.aws.put(f"incoming/pictures/{name}")
        images = [self.aws.put(f"expanded/pictures/{name}/{number}.png", PNG) for number in range(count)]
        self.bench.mailbox.put(self.bench.manifests.of(archive, *images))
        return archive

    def plan(self, *plans: Plan) -> None:
        """What the service does with the next orders."""
        self.bench.service.plans = [replace(one, brings=one.brings or all_cats) for one in plans]

    def tick(self, minutes: float = 1) -> Tended:
        """Time goes by, and then the function is called by its schedule."""
        self.aws.now = self.bench.now = self.bench.now + timedelta(minutes=minutes)
        return self._tend()

    def answer(self, given: Mapping[str, Any]) -> Any:
        """The function, as its handler answers; and `reconcile`, which opens and closes its gate."""
        if given["FunctionName"] != FUNCTION:
            return self._reconcile()
        wish = json.loads(given["Payload"])
        self.invoked.append(wish)
        if "cancel" in wish:
            cancel(self.ports, wish["cancel"], wish["by"])
        tended = self._tend()
        told = [summary(job, self.bench.now) for job in (*tended.open, *tended.closed)]
        value = {"jobs": told, "taken": tended.taken, "settled": tended.settled, "errors": list(tended.errors)}
        return _answered(value)

    def _reconcile(self) -> Any:
        (one,) = [one for one in read_models(self.aws.ssm, PARAMETERS.rpartition("/")[0]) if one.name == "pictures"]
        model = PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, self.aws.now)
        ports = ReconcilePorts(
            model=model,
            power=None,
            gate=GateParameter(self.aws.ssm, f"{PARAMETERS}/gate"),
            queue=SqsQueue(self.aws.sqs, model.queue_url),
            state=SsmPowerState(self.aws.ssm, PARAMETERS.rpartition("/")[0], one.name),
            arrivals=FakeArrivals(),
        )
        beat = reconcile(ports, self.aws.now)
        return _answered(json.loads(json.dumps(asdict(beat) | {"memory": beat.memory.to_json()}, default=str)))

    def _tend(self) -> Tended:
        return tend(self.ports, lambda: self.bench.now, lambda: True, self.bench.outcomes.append)


def _answered(value: Mapping[str, Any]) -> Any:
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps({"models": {"pictures": value}}).encode())}


def deploy_pictures(aws: World, power: str | None = None) -> Pictures:
    """Adds the model to the deployment."""
    queues = {
        f"{role}_url": aws.sqs.create_queue(QueueName=f"dayshift-test-pictures-{role}")["QueueUrl"]
        for role in ("queue", "dlq")
    }
    aws.deployment["models"]["pictures"] = {
        "family": "gpu_job", "prefix": "incoming/pictures/", **queues, "labeler": None, "mapping_uuid": None,
        "jobs": FUNCTION, "power": power, "parameters": PARAMETERS if power else None, "queue_name": "pictures",
    }  # fmt: skip
    if power:
        aws.deployment["functions"]["reconcile"] = "dayshift-test-reconcile"
        spec = {
            "name": "pictures", "family": "gpu_job", "target": None, "prefix": "incoming/pictures/", "options": {},
            "queue_url": queues["queue_url"], "queue_name": "pictures", "mapping_uuid": None, "power": power,
            "hours": HOURS, "warmup_minutes": 0, "usd_per_hour": 0, "fleet": None,
        }  # fmt: skip
        for leaf, value in {"spec": spec, "memory": {}, "override": {}, "gate": {"open": True}}.items():
            aws.ssm.put_parameter(Name=f"{PARAMETERS}/{leaf}", Type="String", Value=json.dumps(value))
    aws.redeploy()
    pictures = Pictures(aws, JobBench(now=NOW), [])
    aws.answers |= {
        "Invoke": pictures.answer,
        "GetCallerIdentity": lambda _: {"Arn": "arn:aws:sts::123456789012:assumed-role/Operators/ada"},
        "GetEventSourceMapping": lambda _: {"State": "Enabled"},
    }
    return pictures
