"""Batch transform jobs of the local SageMaker: what they wait for, write, cost, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.places import SAMPLES
from local.services.transform_job import Trouble
from tests.unit.local.sagemaker import MODEL, World

LANTERN = (SAMPLES / "day" / "lantern 2.png").read_bytes()
PLACE, NAME = "job-files/logos/1/1/", "acme-dev-logos-1"
OBJECTS = {"PROJECT": "logos", "ANSWER": "objects"}


class Transforms(World):
    """With a bucket whose objects a job reads."""

    def __init__(self, file: Path | None = None, s3: Any = None, environment: dict[str, str] = OBJECTS) -> None:
        super().__init__(file, s3)
        self.stored = self.s3.stored
        self.configure(environment)

    def lay(self, **images: bytes) -> None:
        """Images and their manifest."""
        names = [name.replace("_", ".") for name in images]
        for name, body in zip(names, images.values(), strict=True):
            self.s3.put_object(Bucket="results", Key=f"{PLACE}input/{name}", Body=body)
        manifest = json.dumps([{"prefix": f"s3://results/{PLACE}input/"}, *names])
        self.s3.put_object(Bucket="results", Key=f"{PLACE}input.manifest", Body=manifest.encode())

    def create_job(self, name: str = NAME, **changes: Any) -> None:
        """A job over what was laid down."""
        source = {"S3DataSource": {"S3DataType": "ManifestFile", "S3Uri": f"s3://results/{PLACE}input.manifest"}}
        whole: dict[str, Any] = {
            "TransformJobName": name,
            "ModelName": MODEL,
            "MaxPayloadInMB": 16,
            "TransformInput": {"DataSource": source, "ContentType": "application/x-image"},
            "TransformOutput": {"S3OutputPath": f"s3://results/{PLACE}output", "Accept": "application/json"},
            "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        }
        self.control.create_transform_job(**{**whole, **changes})

    def job(self) -> dict[str, Any]:
        return dict(self.control.describe_transform_job(TransformJobName=NAME))

    def state(self) -> tuple[str, float]:
        """The status, and the minutes that are paid."""
        (job,) = self.shown()["transform_jobs"]
        return self.job()["TransformJobStatus"], job["billed_seconds"] / 60

    def pass_minutes(self, minutes: float) -> None:
        self.pass_time(minutes=minutes)
        self.instances.tick()

    def answers(self) -> dict[str, Any]:
        """By the name of the file."""
        lies = {key.rpartition("/")[2]: body for (_, key), body in self.stored.items() if "/output/" in key}
        return {name: json.loads(body) for name, body in lies.items()}

    def wish(self, **wish: Any) -> int:
        return self.web.post("/_local/models", json={"transform_jobs": wish}).status_code


@pytest.fixture
def world() -> Transforms:
    world = Transforms()
    world.lay(**{"0000_png": LANTERN})
    return world


def test_a_job_waits_unpaid_for_its_instances_then_asks_and_writes(world: Transforms) -> None:
    world.create_job()
    world.pass_minutes(3.9)
    assert (world.state(), world.answers(), "TransformStartTime" in world.job()) == (("InProgress", 0), {}, False)
    world.pass_minutes(1.1)
    assert world.state() == ("Completed", 1)
    assert world.answers()["0000.png.out"][0]["label"] == "lantern"
    ended = world.job()
    assert (ended["TransformEndTime"] - ended["TransformStartTime"]).total_seconds() == 60
    world.pass_minutes(60)
    assert world.state() == ("Completed", 1)


def test_an_image_that_is_refused_fails_the_job_and_no_other_image(world: Transforms) -> None:
    world.lay(**{"0000_png": LANTERN, "0001_png": LANTERN[:200]})
    world.create_job()
    world.pass_minutes(5)
    assert world.state()[0] == "Failed"
    assert [*world.answers()] == ["0000.png.out"]
    assert "job logs" in world.job()["FailureReason"]


def test_a_container_may_answer_that_an_image_is_none() -> None:
    world = Transforms(environment={**OBJECTS, "REFUSALS": "answers"})
    world.lay(**{"0000_png": LANTERN, "0001_png": LANTERN[:200]})
    world.create_job()
    world.pass_minutes(5)
    assert world.state()[0] == "Completed"
    assert world.answers()["0001.png.out"]["error"].startswith("unable to decode the image")


def test_a_body_larger_than_was_told_is_not_sent(world: Transforms) -> None:
    world.lay(**{"0000_png": LANTERN, "0001_png": LANTERN + bytes(1_100_000)})
    world.create_job(MaxPayloadInMB=1)
    world.pass_minutes(5)
    assert (world.state()[0], [*world.answers()]) == ("Failed", ["0000.png.out"])


def test_what_the_container_may_be_sent_it_reads(world: Transforms) -> None:
    world.lay(**{"0000_png": LANTERN + bytes(7_000_000)})  # more than an endpoint takes
    world.create_job()
    world.pass_minutes(5)
    assert (world.state()[0], [*world.answers()]) == ("Completed", ["0000.png.out"])


def test_an_image_that_is_gone_fails_the_job(world: Transforms) -> None:
    world.create_job()
    manifest = [{"prefix": "nowhere/"}, "0000.png"]
    world.s3.put_object(Bucket="results", Key=f"{PLACE}input.manifest", Body=json.dumps(manifest).encode())
    world.pass_minutes(5)
    assert (world.state()[0], world.answers()) == ("Failed", {})
    assert "the input cannot be read" in world.job()["FailureReason"]


def test_a_stopped_job_brings_nothing_and_is_paid_until_it_has_stopped(world: Transforms) -> None:
    world.wish(troubles=["never_ends"])
    world.create_job()
    world.pass_minutes(14)
    assert world.state() == ("InProgress", 10)
    world.control.stop_transform_job(TransformJobName=NAME)
    assert world.state() == ("Stopping", 10)
    world.pass_minutes(1)
    assert (world.state(), world.answers()) == (("Stopped", 10.5), {})
    with pytest.raises(ClientError, match="in status Stopped"):
        world.control.stop_transform_job(TransformJobName=NAME)


def test_a_job_that_is_stopped_while_it_waits_costs_nothing(world: Transforms) -> None:
    world.create_job()
    world.pass_minutes(1)
    world.control.stop_transform_job(TransformJobName=NAME)
    world.pass_minutes(60)
    assert world.state() == ("Stopped", 0)


@pytest.mark.parametrize(
    ("trouble", "status"), [("fails", "Failed"), ("loses", "Completed"), ("never_ends", "InProgress")]
)
def test_each_trouble_is_for_one_job(world: Transforms, trouble: str, status: str) -> None:
    world.wish(troubles=[None, trouble])
    elsewhere = "s3://results/job-files/logos/2/1/output"
    world.create_job("the-first", TransformOutput={"S3OutputPath": elsewhere, "Accept": "application/json"})
    world.create_job()
    world.pass_minutes(5)
    assert {job["transform_job_name"]: job["status"] for job in world.shown()["transform_jobs"]} == {
        "the-first": "Completed", NAME: status,
    }  # fmt: skip
    written = {key for _, key in world.stored if "/output/" in key}
    assert written == {"job-files/logos/2/1/output/0000.png.out"}


def test_forgeries_lie_where_answers_would(world: Transforms) -> None:
    world.wish(troubles=["forges"])
    world.create_job()
    world.pass_minutes(5)
    assert world.state()[0] == "Completed"
    assert world.stored["results", f"{PLACE}output/0000.png.out"].startswith(b"<html>")
    assert ("results", f"{PLACE}output/9999.jpg.out") in world.stored


def test_how_long_things_take_is_told(world: Transforms) -> None:
    world.wish(start_delay_seconds=60, work_seconds=600, stop_delay_seconds=0)
    world.create_job()
    world.pass_minutes(10.5)
    assert world.state() == ("InProgress", 9.5)
    world.pass_minutes(0.5)
    assert world.state() == ("Completed", 10)


@pytest.mark.parametrize(
    "wish",
    [{"troubles": ["rain"]}, {"troubles": "fails"}, {"work_seconds": -1}, {"work_seconds": True}, {"pace": 1}],
)
def test_a_wish_that_means_nothing_is_refused_and_changes_nothing(world: Transforms, wish: dict[str, Any]) -> None:
    assert world.wish(**wish) == 400
    world.create_job()
    world.pass_minutes(5)
    assert world.state() == ("Completed", 1)


def test_a_name_is_used_once_for_ever(world: Transforms) -> None:
    world.create_job()
    world.pass_minutes(5)
    with pytest.raises(ClientError, match="there is a job of this name") as error:
        world.create_job()
    assert error.value.response["Error"]["Code"] == "ResourceInUse"


def _source(**source: str) -> dict[str, Any]:
    return {"DataSource": {"S3DataSource": source}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ModelName": "no-such-model"}, "Could not find model"),
        ({"TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 101}}, "InstanceCount be 1 to 100"),
        ({"MaxPayloadInMB": 101}, "must not exceed 100 MB"),
        ({"MaxPayloadInMB": 21, "MaxConcurrentTransforms": 5}, "must not exceed 100 MB"),
        ({"TransformInput": _source(S3DataType="S3Prefix", S3Uri="s3://results/")}, "only ManifestFile is here"),
        ({"TransformInput": _source(S3DataType="ManifestFile", S3Uri="results/a")}, "must begin with s3://"),
        ({"TransformJobName": "-" * 63}, "regular expression"),
    ],
)
def test_what_sagemaker_would_refuse_is_refused(world: Transforms, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said) as error:
        world.create_job(**changes)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    assert world.shown()["transform_jobs"] == []


def test_a_job_that_nobody_created_is_told_so(world: Transforms) -> None:
    for call in (world.control.describe_transform_job, world.control.stop_transform_job):
        with pytest.raises(ClientError, match=f"Could not find requested job with name: {NAME}"):
            call(TransformJobName=NAME)


def test_the_answers_date_is_of_the_local_clock(world: Transforms) -> None:
    world.create_job()
    world.pass_time(days=9)
    headers = world.job()["ResponseMetadata"]["HTTPHeaders"]
    assert headers["date"] == "Wed, 02 Dec 2026 07:30:00 GMT"


def test_jobs_and_what_is_wished_of_them_outlive_the_process(tmp_path: Path) -> None:
    file = tmp_path / "sagemaker.json"
    before = Transforms(file)
    before.lay(**{"0000_png": LANTERN})
    before.wish(troubles=["never_ends", "fails"], work_seconds=120)
    before.create_job()
    after = World(file, before.s3)
    (job,) = after.shown()["transform_jobs"]
    assert (job["transform_job_name"], job["trouble"]) == (NAME, Trouble.NEVER_ENDS)
    assert json.loads(file.read_text())["troubles"] == [Trouble.FAILS]
    assert json.loads(file.read_text())["pace"]["work_seconds"] == 120
