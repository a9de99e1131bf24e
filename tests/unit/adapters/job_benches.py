"""The services behind the port of jobs, each before its stand-in, which really runs what it is asked for."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import Enum
from typing import Any, Protocol

import boto3
from botocore.config import Config
from mypy_boto3_s3 import S3Client

from dayshift.adapters.gpu_job import job_service
from dayshift.domain.job_names import attempt_name
from dayshift.domain.job_ports import JobService, Order, ServiceJob
from dayshift.domain.jobs import JobImage, Phase
from dayshift.domain.model import ModelSpec
from local.outside import PARAMETERS, put_secrets
from local.places import SAMPLES
from local.services.proximl_job import Misdeed
from local.services.transform_job import Trouble
from tests.fakes import NOON, RESULTS, image
from tests.moto_over_http import moto_over_http
from tests.proximl_service import ProximlService, proximl_service
from tests.unit.adapters.transforms import flowers
from tests.unit.local.sagemaker import MODEL
from tests.unit.local.sagemaker import World as SageMaker

JOB = "20261120-120000-1a2b3c4d"
LOGOS = [(SAMPLES / "day" / "lantern 2.png").read_bytes(), next((SAMPLES / "logos" / "harbour").iterdir()).read_bytes()]
BROKEN = LOGOS[0][:200]  # a PNG by its header
USD_PER_HOUR = 0.9
PATIENCE_SECONDS = 60
# What it runs is in local/job_models.
CLASSIFIER = ModelSpec("logos", "gpu_job", None, "incoming/logos/", {
    "provider": "proximl", "user_parameter": f"{PARAMETERS}/user", "key_parameter": f"{PARAMETERS}/key",
    "gpu_types": ["rtx3090"], "gpu_count": 1, "maximum_usd_per_hour": USD_PER_HOUR, "variables": {"PROJECT": "logos"},
    "model_git": "https://git.example.com/classifier.git", "command": "python3 $ML_MODEL_PATH/classify.py",
})  # fmt: skip


class Does(Enum):
    """What the next job does instead of its work, in the words of both stand-ins."""

    NEVER_END = (Misdeed.NEVER_END, Trouble.NEVER_ENDS)
    LOSE = (Misdeed.LOSE, Trouble.LOSES)
    FORGE = (Misdeed.FORGE, Trouble.FORGES)
    FAIL = (Misdeed.FAIL, Trouble.FAILS)


class Bench(Protocol):
    """One service, and the hands of whoever is behind it."""

    service: JobService

    def the_next(self, does: Does) -> None:
        """Tells what the next job does."""

    def lose_the_next_answer(self) -> None:
        """The next order is taken, and nobody hears so."""

    def refuse_the_next(self) -> None:
        """The next order is not taken."""

    def pass_time(self, minutes: int) -> None:
        """By the service's clock; what is due is done."""

    def alive(self) -> int:
        """How many jobs at the service have not ended."""


class BatchTransformBench:
    """SageMaker, in this thread."""

    def __init__(self, s3: S3Client) -> None:
        self._sagemaker = SageMaker(s3=s3)
        self._sagemaker.configure({"PROJECT": "logos", "ANSWER": "objects", "REFUSALS": "answers"})
        model = flowers(model_name=MODEL, maximum_usd_per_hour=USD_PER_HOUR)
        clients = {"sagemaker": self._sagemaker.control, "s3": s3}
        self.service = job_service(clients.__getitem__, None, model, RESULTS)

    def the_next(self, does: Does) -> None:
        self._post("models", {"transform_jobs": {"troubles": [does.value[1]]}})

    def lose_the_next_answer(self) -> None:
        self._post("faults", {"operation": "sagemaker.CreateTransformJob", "kind": "reset_after", "times": 1})

    def refuse_the_next(self) -> None:
        more = {"kind": "error", "code": "ResourceLimitExceeded", "times": 1}
        self._post("faults", {"operation": "sagemaker.CreateTransformJob", **more})

    def pass_time(self, minutes: int) -> None:
        self._sagemaker.pass_time(minutes=minutes)
        self._sagemaker.instances.tick()

    def alive(self) -> int:
        jobs = self._sagemaker.shown()["transform_jobs"]
        return sum(job["status"] in ("InProgress", "Stopping") for job in jobs)

    def _post(self, control: str, wish: dict[str, Any]) -> None:
        answer = self._sagemaker.web.post(f"/_local/{control}", json=wish)
        assert answer.status_code == 200, answer.data


class ProximlBench:
    """proxiML over HTTP; its workers are processes, and fetch from moto over HTTP too."""

    def __init__(self, local: ProximlService, s3_url: str) -> None:
        self._local, session = local, boto3.Session()
        put_secrets(session.client("ssm"))
        signer = session.client("s3", endpoint_url=s3_url, config=Config(signature_version="s3v4"))
        make: Any = session.client  # typed, it wants the name as a literal
        self.service = job_service(make, signer, CLASSIFIER, RESULTS, local.url)

    def the_next(self, does: Does) -> None:
        self._local.tell(next=1, do=does.value[0])

    def lose_the_next_answer(self) -> None:
        self._local.spoil("CreateJob", "reset_after", times=1)

    def refuse_the_next(self) -> None:
        self._local.spoil("CreateJob", "error", code="Insufficient credits", status=402, times=1)

    def pass_time(self, minutes: int) -> None:
        self._local.pass_time(minutes=minutes)
        time.sleep(0.1)

    def alive(self) -> int:
        return sum(not job["ended_at"] for job in self._local.jobs())


@contextmanager
def batch_transform(s3: S3Client) -> Iterator[Bench]:
    """Within moto."""
    yield BatchTransformBench(s3)


@contextmanager
def proximl(s3: S3Client) -> Iterator[Bench]:
    """Within moto."""
    with moto_over_http() as aws, proximl_service() as local:
        yield ProximlBench(local, aws.url)


BENCHES: dict[str, Callable[[S3Client], Any]] = {"batch_transform": batch_transform, "proximl": proximl}


def an_order(images: int = 1, attempt: int = 1) -> Order:
    """An attempt about images of these indexes."""
    members = tuple(JobImage(index, image(f"incoming/logos/{index}.png"), NOON) for index in range(images))
    name = attempt_name(JOB, attempt, "acme-prod", "logos")
    return Order("logos", JOB, attempt, name, members, timedelta(hours=1))


def packed(bench: Bench, order: Order, *contents: bytes) -> Order:
    """The order, with its images in place."""
    parcel = bench.service.parcel(order)
    for member, content in zip(order.images, contents, strict=True):
        parcel.add(member.index, member.image, content, "png")
    parcel.close()
    return order


def after(bench: Bench, job: ServiceJob, phase: Phase) -> ServiceJob:
    """The job as soon as it is in this phase."""
    end, seen = time.monotonic() + PATIENCE_SECONDS, bench.service.look(job.id)
    while seen is not None and seen.phase is not phase and time.monotonic() < end:
        bench.pass_time(minutes=1)
        seen = bench.service.look(job.id)
    assert seen is not None
    assert seen.phase is phase, seen
    return seen
