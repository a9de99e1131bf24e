"""What a worker asks of AWS is what `permissions.json` grants it, and nothing more."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import boto3
import pytest

from dayshift import bootstrap, events
from dayshift.bootstrap.worker import Worker, queue_client, worker
from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import TransientError
from dayshift.domain.faces import NUMBERS, Face
from dayshift.domain.images import ImageRef
from dayshift.domain.plain_image import plain_png
from dayshift.faces.children import Children
from dayshift.services.label import Outcome
from dayshift.services.work import Turn, turn
from tests.contract.recorded import CONTRACT, Recorder, granted
from tests.fakes import IMAGES, request
from tests.functions import World
from tests.metadata_service import metadata_service

MODEL = {
    "name": "faces", "family": "face_fleet", "target": "acme-test-faces-workers", "prefix": "incoming/faces/",
    "options": {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}, "maximum_distance": 0.6},
}  # fmt: skip
GATE = "/acme/test/models/faces/gate"
TOO_MUCH = plain_png(130)
ADA = Face(BoundingBox(0.1, 0.1, 0.5, 0.5), (0.1,) * NUMBERS)


@pytest.fixture
def made(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker over moto, whose children are not begun, on a machine that the group waits for."""
    boto3.client("ssm").put_parameter(Name=GATE, Value='{"open": true}', Type="String")
    world.s3.put_object(Bucket=IMAGES, Key="gallery/ada/1.png", Body=plain_png(100))
    for cached in (bootstrap.client, bootstrap._session, queue_client):
        cached.cache_clear()
    with metadata_service() as metadata:
        metadata.texts["autoscaling/target-lifecycle-state"] = "InService"
        for name, value in {
            "MODEL": json.dumps(MODEL), "GATE_PARAMETER": GATE, "GROUP_NAME": "acme-test-faces-workers",
            "VISIBILITY_SECONDS": "120", "MODELS_FOLDER": "/nowhere",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url,
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)
        ready = worker(events.envelopes_from_messages, lambda _: None)
        ready.machine.look()
        yield ready


@dataclass(frozen=True)
class Answered:
    """An HTTP response of which nothing but its status is read."""

    status_code: int = 200


def watch() -> Recorder:
    """The worker's clients from now on; moto has no hooks, so Auto Scaling says yes to all."""
    recorder = Recorder()
    clients = [bootstrap.client(service) for service in ("s3", "ssm", "autoscaling")]
    for client in (*clients, queue_client()):
        client.meta.events.register("before-call", recorder.note)
    bootstrap.client("autoscaling").meta.events.register("before-call", lambda **_: (Answered(), {}))
    return recorder


def test_a_worker_uses_exactly_what_it_is_granted(world: World, made: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """An image whose faces are found, and one that comes back."""

    def faces(_: Children, content: bytes) -> tuple[Face, ...]:
        if content == TOO_MUCH:
            raise TransientError("no child can be begun")
        return (ADA,)

    monkeypatch.setattr(Children, "faces", faces)
    for key, content in (("a.png", plain_png(120)), ("b.png", TOO_MUCH)):
        version, _ = world.upload(f"incoming/faces/{key}", content=content)
        stored = ImageRef(IMAGES, f"incoming/faces/{key}", version, "e1", len(content))
        world.sqs.send_message(QueueUrl=world.queue_url, MessageBody=request(stored, "faces").to_json())
    recorder, outcomes = watch(), list[Outcome]()
    assert turn(made.ports, lambda: datetime.now(UTC), outcomes.append) is Turn.WORKED
    assert {outcome.key[-5:]: outcome.result for outcome in outcomes} == {"a.png": "ok", "b.png": "returned"}
    assert recorder.used == granted("worker")


def test_a_worker_may_do_no_more_than_read_images_write_records_and_say_that_it_is_busy() -> None:
    granted_to_it = {*CONTRACT["functions"]["worker"]["called"], *CONTRACT["functions"]["worker"]["implied"]}
    assert not granted_to_it & {
        "sqs:SendMessage", "s3:DeleteObject", "s3:DeleteObjectVersion", "ssm:PutParameter",
        "autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup",
    }  # fmt: skip
