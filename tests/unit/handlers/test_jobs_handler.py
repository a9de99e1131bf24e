"""The function of jobs as Lambda runs it, over moto: its queue, book and records are real, the service is not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module, reload
from typing import Any

import boto3
import pytest

from dayshift import bootstrap
from dayshift.adapters.gpu_job import job_service
from dayshift.bootstrap import jobs
from dayshift.domain.archives import ExpandedImage, Manifest, manifest_key
from dayshift.domain.errors import ConfigurationError, ForeignMessageError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.job_json import book_from_json
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import record_key
from tests.contract.job_models import job_model
from tests.fakes import IMAGES, NOON, RESULTS
from tests.functions import Context, World
from tests.job_fakes import PNG, FakeService, Plan, all_cats

FIVE_MINUTES_MS = 300_000


class JobWorld:
    """A model's function of jobs, its queue, and two uploaded images; the local AWS's clock is this one's."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.s3, self.sqs, self.world = world.s3, world.sqs, world
        self.now = datetime.now(UTC)
        self.service = FakeService(lambda: self.now)
        for name, value in {"MODEL": json.dumps(job_model("proximl")), "DEPLOYMENT": "acme-test"}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(jobs, "job_service", lambda *_: self.service)
        monkeypatch.setattr("dayshift.handlers.clock.now", lambda _: self.now)
        self._handle: Callable[[dict[str, Any], Any], dict[str, Any]] | None = None

    def call(self, event: dict[str, Any] | None = None, remaining_ms: int = FIVE_MINUTES_MS) -> dict[str, Any]:
        """An invocation; the first one is a cold start."""
        if self._handle is None:
            for cached in (bootstrap.client, bootstrap._session, jobs.settings, jobs.ports, jobs._signer):
                cached.cache_clear()
            self._handle = reload(import_module("dayshift.handlers.jobs")).handle
        answer: dict[str, Any] = self._handle(event or {}, Context(remaining_ms=remaining_ms))["models"]["pictures"]
        return answer

    def upload(self, name: str) -> ImageRef:
        """An image in its bucket, whose message waits."""
        key = f"incoming/pictures/{name}"
        answer = self.s3.put_object(Bucket=IMAGES, Key=key, Body=PNG)
        image = ImageRef(IMAGES, key, answer["VersionId"], answer["ETag"].strip('"'), len(PNG))
        self.sqs.send_message(QueueUrl=self.world.queue_url, MessageBody=request(image).to_json())
        return image

    def status(self, image: ImageRef) -> str:
        """How it ended, by its record."""
        key = record_key("pictures", image.key, image.version)
        return str(json.loads(self.s3.get_object(Bucket=RESULTS, Key=key)["Body"].read())["status"])

    def waiting(self, queue_url: str) -> list[dict[str, Any]]:
        """The bodies of what waits in a queue."""
        answer = self.sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        return [json.loads(message["Body"]) for message in answer.get("Messages", ())]


def request(image: ImageRef) -> InferenceRequest:
    """As the producer sends it."""
    return InferenceRequest(image, "pictures", NOON)


@pytest.fixture
def pictures(world: World, monkeypatch: pytest.MonkeyPatch) -> JobWorld:
    return JobWorld(world, monkeypatch)


def test_images_go_through_one_job_to_their_records(pictures: JobWorld) -> None:
    images = [pictures.upload("a.png"), pictures.upload("b.png")]
    first = pictures.call()
    assert (first["taken"], first["jobs"][0]["state"], first["jobs"][0]["images"]) == (2, "running", 2)
    assert pictures.waiting(pictures.world.queue_url) == []
    pictures.now += timedelta(minutes=5)
    last = pictures.call()
    assert (last["jobs"][0]["state"], last["settled"], last["errors"]) == ("closed", {"ok": 2}, [])
    assert [pictures.status(image) for image in images] == ["ok", "ok"]
    book = book_from_json(pictures.s3.get_object(Bucket=RESULTS, Key="jobs/pictures/open.json")["Body"].read())
    assert book.jobs == ()
    assert pictures.s3.head_object(Bucket=RESULTS, Key=f"jobs/pictures/{last['jobs'][0]['id']}.json")


def test_an_archive_is_read_through_its_manifest_and_told_of_its_end(pictures: JobWorld) -> None:
    image = pictures.upload("a.png")
    pictures.sqs.purge_queue(QueueUrl=pictures.world.queue_url)
    archive = ImageRef(IMAGES, "incoming/pictures/a.zip", "v1", "e1", 1000)
    manifest = Manifest(archive, "pictures", "expanded/pictures/a-0/", NOON, (ExpandedImage(0, "a", image),), ())
    key = manifest_key("pictures", archive)
    pictures.s3.put_object(Bucket=RESULTS, Key=key, Body=manifest.to_json().encode())
    pictures.sqs.send_message(QueueUrl=pictures.world.queue_url, MessageBody=request(archive).to_json())
    assert pictures.call()["jobs"][0]["archive"] == archive.key
    pictures.service.jobs[0].plan = Plan(works=pictures.now - pictures.now, brings=all_cats)
    pictures.call()
    assert pictures.status(image) == "ok"
    assert [body["image"]["key"] for body in pictures.waiting(pictures.world.archives_url)] == [archive.key]


def test_a_person_cancels_a_job_and_is_told_how_it_is_at_once(pictures: JobWorld) -> None:
    pictures.service.plans = [Plan(works=None)]
    image = pictures.upload("a.png")
    job_id = pictures.call()["jobs"][0]["id"]
    told = pictures.call({"cancel": job_id, "by": "ana\n"})["jobs"][0]
    assert (told["state"], told["cancelled_by"], told["reason"]) == ("stopping", "ana", "cancelled by ana")
    pictures.now += pictures.service.plans[0].stops_in
    pictures.call()
    assert pictures.status(image) == "failed"


@pytest.mark.parametrize("event", [{"cancel": 7}, {"cancel": "open"}, {"cancel": "20261121-120000-1a2b3c4d", "by": 7}])
def test_a_wish_that_is_none_is_refused(pictures: JobWorld, event: dict[str, Any]) -> None:
    with pytest.raises(ForeignMessageError, match="cancel"):
        pictures.call(event)


def test_a_job_that_is_not_open_cannot_be_cancelled(pictures: JobWorld) -> None:
    with pytest.raises(ForeignMessageError, match="job must be one of"):
        pictures.call({"cancel": "20261121-120000-1a2b3c4d", "by": "ana"})


def test_a_tick_fails_at_its_end_if_anything_did_and_a_person_is_told_in_the_answer(pictures: JobWorld) -> None:
    pictures.service.plans = [Plan(works=None)]
    pictures.upload("a.png")
    job_id = pictures.call()["jobs"][0]["id"]
    pictures.service.trouble = TransientError("HTTP 500")
    with pytest.raises(TransientError, match=r"jobs of pictures: .*HTTP 500"):
        pictures.call()
    assert "HTTP 500" in pictures.call({"cancel": job_id})["errors"][0]


def test_without_time_nothing_is_taken(pictures: JobWorld) -> None:
    pictures.upload("a.png")
    assert pictures.call(remaining_ms=100_000)["taken"] == 0
    assert len(pictures.waiting(pictures.world.queue_url)) == 1


@pytest.mark.parametrize(("gate", "taken"), [('{"open": true}', 1), ('{"open": false}', 0), ("{}", 0), (None, 0)])
def test_a_model_with_power_begins_jobs_only_behind_its_open_gate(
    pictures: JobWorld, monkeypatch: pytest.MonkeyPatch, gate: str | None, taken: int
) -> None:
    monkeypatch.setenv("GATE_PARAMETER", "/acme/test/models/pictures/gate")
    if gate is not None:
        boto3.client("ssm").put_parameter(Name="/acme/test/models/pictures/gate", Value=gate, Type="String")
    pictures.upload("a.png")
    assert pictures.call()["taken"] == taken


def test_what_alarms_look_at_is_measured_for_the_model(pictures: JobWorld, capsys: pytest.CaptureFixture[str]) -> None:
    pictures.service.plans = [Plan(works=None)]
    pictures.upload("a.png")
    capsys.readouterr()
    pictures.call()
    [blob] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert blob["model"] == "pictures"
    names = {"JobsOpen", "JobsRefused", "JobNotStoppingMinutes", "OldestJobMinutes", "JobsCostUsd", "ImagesTaken"}
    assert names <= set(blob)
    assert (blob["JobsOpen"], blob["ImagesTaken"]) == ([1.0], [1.0])


def test_a_word_that_is_no_provider_is_refused_with_those_there_are() -> None:
    model = ModelSpec("pictures", "gpu_job", None, "incoming/pictures/", {"provider": "trainml"})
    with pytest.raises(ConfigurationError, match=r"batch_transform.*proximl.*got 'trainml'"):
        job_service(lambda _: None, None, model, RESULTS)


@pytest.mark.parametrize("provider", ["proximl", "batch_transform"])
def test_each_provider_is_made_from_the_options_that_terraform_tells(world: World, provider: str) -> None:
    model = ModelSpec.from_json(job_model(provider))
    made = job_service(bootstrap.client, bootstrap.client("s3"), model, RESULTS)
    assert made.limits.formats == ("jpeg", "png")
