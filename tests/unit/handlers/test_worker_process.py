"""The worker as systemd runs it: a process that is told to stop, is killed, or is begun with nothing."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import boto3
import pytest

from dayshift.domain.results import record_key
from tests.fakes import IMAGES, RESULTS, image, request
from tests.functions import World
from tests.metadata_service import FakeMetadata, metadata_service
from tests.moto_over_http import OverHttp, moto_over_http

REPOSITORY = Path(__file__).parents[3]
MODEL = {
    "name": "faces", "family": "face_fleet", "target": "acme-faces", "prefix": "incoming/faces/",
    "options": {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}, "maximum_distance": 0.6},
}  # fmt: skip


class Fleet:
    """A queue, an open gate, and as many workers as the test begins."""

    def __init__(self, world: World, aws: OverHttp, metadata: FakeMetadata, folder: Path) -> None:
        self.world, self.sqs, self.folder = world, world.sqs, folder
        self.aws, self.metadata = aws, metadata
        metadata.texts["autoscaling/target-lifecycle-state"] = "InService"
        self.url = world.sqs.create_queue(QueueName="faces")["QueueUrl"]
        boto3.client("ssm").put_parameter(Name="/acme/test/models/faces/gate", Value='{"open": true}', Type="String")
        self.begun = folder / "begun"
        self.processes: list[subprocess.Popen[str]] = []
        self.environment = {
            "PATH": os.defpath, "PYTHONPATH": f"{REPOSITORY}:{REPOSITORY / 'lambda_src'}", "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": metadata.url, "IMAGES_BUCKET": IMAGES, "RESULTS_BUCKET": RESULTS,
            "MODEL": json.dumps(MODEL), "QUEUE_URL": self.url, "MAX_RECEIVE_COUNT": "20", "GROUP_NAME": "acme-faces",
            "GATE_PARAMETER": "/acme/test/models/faces/gate", "VISIBILITY_SECONDS": "2",
            "MODELS_FOLDER": "/nowhere", "POWERTOOLS_SERVICE_NAME": "worker",
            "POWERTOOLS_METRICS_NAMESPACE": "Dayshift", "POWERTOOLS_LOG_LEVEL": "INFO",
        }  # fmt: skip

    def begin(self, program: str = "tests.worker_program", **environment: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", program, str(self.begun)],
            env=self.environment | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def send(self, *keys: str) -> None:
        for key in keys:
            one = request(image(f"incoming/faces/{key}", version_id=None), "faces")
            self.sqs.send_message(QueueUrl=self.url, MessageBody=one.to_json())

    def until_begun(self, count: int) -> None:
        end = monotonic() + 15
        while not self.begun.exists() or len(self.begun.read_text().splitlines()) < count:
            assert monotonic() < end, [process.poll() for process in self.processes]
            sleep(0.02)

    def recorded(self) -> list[str]:
        found = self.world.s3.list_objects_v2(Bucket=RESULTS).get("Contents", [])
        return [one["Key"] for one in found if one["Key"].endswith(".json")]

    def counts(self) -> tuple[int, int]:
        names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        counts: Any = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(counts[names[0]]), int(counts[names[1]])


@pytest.fixture
def fleet(world: World, tmp_path: Path) -> Iterator[Fleet]:
    with moto_over_http() as aws, metadata_service() as metadata:
        made = Fleet(world, aws, metadata, tmp_path)
        try:
            yield made
        finally:
            for process in made.processes:
                process.kill()
                process.communicate()


def test_told_to_stop_it_finishes_what_it_has_begun_and_the_others_can_be_seen_at_once(fleet: Fleet) -> None:
    fleet.environment["VISIBILITY_SECONDS"] = "120"
    fleet.send("a-0.6s.jpg", "b-0.6s.jpg", "c-0.6s.jpg", "d-0.6s.jpg")
    worker = fleet.begin()
    fleet.until_begun(2)
    worker.send_signal(signal.SIGTERM)
    log, _ = worker.communicate(timeout=20)
    assert worker.returncode == 0, log
    assert len(fleet.recorded()) == 2
    assert fleet.counts() == (2, 0)
    lines = [json.loads(line) for line in log.splitlines()]
    settled = {line["result"] for line in lines if line.get("message") == "image_settled"}
    assert settled == {"ok", "returned"}
    (counted,) = [line for line in lines if "_aws" in line]
    assert (counted["model"], counted["service"], sum(counted["ImagesOk"])) == ("faces", "worker", 2)
    assert fleet.aws.asked_of_the_group == ["launching", "protect: true"]


def test_a_machine_that_is_taken_away_says_so_and_its_process_ends_with_it(fleet: Fleet) -> None:
    fleet.metadata.texts["autoscaling/target-lifecycle-state"] = "Terminated"
    fleet.send("a-0.1s.jpg")
    worker = fleet.begin()
    assert worker.stdout
    assert "worker_left" in [json.loads(worker.stdout.readline())["message"] for _ in range(2)]
    with pytest.raises(subprocess.TimeoutExpired):  # systemd would begin another
        worker.wait(0.5)
    assert fleet.aws.asked_of_the_group == ["terminating"]
    assert fleet.counts() == (1, 0)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(10) == 0


def test_killed_in_the_middle_it_loses_no_image_and_none_is_recorded_twice(fleet: Fleet) -> None:
    fleet.send("a-0.3s.jpg", "b-0.3s.jpg", "c-0.3s.jpg")
    for count in (1, 2):  # two of them die; the third finishes all
        dying = fleet.begin()
        fleet.until_begun(count)
        dying.send_signal(signal.SIGKILL)
        dying.wait()
    fleet.begin()
    end = monotonic() + 20
    while fleet.counts() != (0, 0) or len(fleet.recorded()) < 3:
        assert monotonic() < end, (fleet.counts(), fleet.recorded())
        sleep(0.05)
    keys = [f"incoming/faces/{name}-0.3s.jpg" for name in "abc"]
    assert sorted(fleet.recorded()) == sorted(record_key("faces", key, "e1") for key in keys)


def test_with_no_settings_it_says_all_that_is_missing_and_ends_as_misconfigured(fleet: Fleet) -> None:
    worker = fleet.begin("dayshift.handlers.worker", QUEUE_URL="", GATE_PARAMETER="", MODEL="{")
    log, _ = worker.communicate(timeout=20)
    assert worker.returncode == 78
    for name in ("QUEUE_URL is missing", "GATE_PARAMETER is missing", "MODEL cannot be read"):
        assert name in log


def test_without_its_model_it_ends_before_it_says_that_it_is_ready(fleet: Fleet) -> None:
    worker = fleet.begin("dayshift.handlers.worker", MODELS_FOLDER=str(fleet.folder))
    log, _ = worker.communicate(timeout=20)
    assert worker.returncode == 69, log
    assert "worker_unprepared" in log
    assert "worker_started" not in log
