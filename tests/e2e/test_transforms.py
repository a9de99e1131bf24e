"""Jobs at batch transform, through everything that a user would deploy; the container really classifies.

The local clock stands but for the ticks, as in test_jobs.py; a transform job waits four minutes of it for its machine.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dayshift.domain.results import record_key
from local.controls import Controls
from local.services.transform_job import FAILED, STOPPED
from tests.e2e.conftest import own_or_kept, picture
from tests.e2e.job_pictures import archive, endings, images, moment, names
from tests.e2e.jobs import Jobs
from tests.e2e.powered import until
from tests.e2e.test_jobs import FLOWERS, SHOWN

VARIABLES = Path(__file__).parent / "transforms.tfvars"
MODEL = "flowers-1"
USD_PER_SECOND = 3 / 3600


class Transforms(Jobs):
    """The model of transforms.tfvars."""

    def orders(self) -> list[dict[str, Any]]:
        """The transform jobs, the oldest first."""
        words = {"name": "transform_job_name", "does": "trouble", "printed": "failure"}
        return [job | {ours: job[theirs] for ours, theirs in words.items()} for job in self.controls.transforms()]

    def sent(self, name: str) -> tuple[str, str]:
        """An image that is queued."""
        image = self.upload(name, FLOWERS["tulip 1.png"])
        self.until_queued(1)
        return image


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transforms]:
    """The model on a local AWS of its own, whose clock stands; its owner has made what SageMaker runs."""
    with own_or_kept(tmp_path_factory, "transforms") as aws:
        deployed = aws.deploy(VARIABLES).values
        aws.client("sagemaker").create_model(
            ModelName=MODEL,
            ExecutionRoleArn="arn:aws:iam::000000000000:role/flowers",
            PrimaryContainer={
                "Image": "000000000000.dkr.ecr.us-east-1.amazonaws.com/classifier:1",
                "Environment": {"PROJECT": "flowers", "REFUSALS": "answers"},
            },
        )
        controls = Controls(aws)
        controls.go_to(controls.now(), skip=True)
        yield Transforms(aws, deployed, "pictures")


@pytest.fixture(autouse=True)
def at_peace(pictures: Transforms) -> Iterator[None]:
    """Nothing is wrong with the service when a test begins."""
    yield
    pictures.controls.clear_faults()
    pictures.controls.tell_transforms(troubles=[])


def test_an_archive_put_twice_at_once_is_one_transform_job_and_one_set_of_results(pictures: Transforms) -> None:
    half = picture("HALF")[:1200]
    content = archive({**{f"{name[0]}/{name[-5]}.png": FLOWERS[name] for name in SHOWN}, "half.jpg": half})
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: pictures.upload("a walk.zip", content), range(2)))
    first, second = pictures.expanded(*both)
    assert [one.image for one in first.images] == [one.image for one in second.images]
    pictures.settle()
    (order,) = pictures.orders()
    assert (order["status"], len(pictures.closed())) == ("Completed", 1)
    until(lambda: all(pictures.record(each) for each in both), "the archives' own records")
    assert {record_key("pictures", *image): 1 for image in (*images(first), *both)} == pictures.written()
    shown = {f"{name[0]}/{name[-5]}.png": [flower] for name, flower in SHOWN.items()}
    for one, image in zip(first.images, images(first), strict=True):
        assert names(pictures, image) == shown.get(one.name, []), one.name
        if one.name == "half.jpg":
            assert endings(pictures, image) == ("rejected", "model")
            assert "unable to decode the image" in (pictures.record(image) or {})["reason"]
    records = [pictures.record(image) or {} for image in images(first)]
    assert sum(record["cost_usd"] for record in records) <= order["billed_seconds"] * USD_PER_SECOND + 3 / 60
    for each in both:
        assert (pictures.record(each) or {})["reason"].endswith("; its images: ok 6, rejected 1")


def test_a_job_that_never_ends_is_stopped_on_time_and_the_next_brings_it(pictures: Transforms) -> None:
    before = len(pictures.orders())
    pictures.controls.tell_transforms(troubles=["never_ends"])
    image = pictures.sent("endless.png")
    pictures.settle(ticks=90)
    stopped, completed = pictures.orders()[before:]
    assert (stopped["status"], completed["status"]) == (STOPPED, "Completed")
    lasted = moment(stopped["ended_at"]) - moment(stopped["created_at"])
    assert timedelta(minutes=20) < lasted <= timedelta(minutes=32)
    assert moment(stopped["ended_at"]) <= moment(completed["created_at"])
    assert names(pictures, image) == ["tulip"]
    attempts = pictures.last()["attempts"]
    assert len(attempts) == 2
    paid = (stopped["billed_seconds"] + completed["billed_seconds"]) * USD_PER_SECOND
    assert paid <= 2
    assert sum(attempt["cost_usd"] for attempt in attempts) >= paid - 0.01


def test_a_job_that_sagemaker_took_without_answering_is_one_job(pictures: Transforms) -> None:
    before = len(pictures.orders())
    pictures.controls.spoil("sagemaker.CreateTransformJob", "reset_after", times=3)  # as often as botocore asks
    image = pictures.sent("unheard.png")
    pictures.settle()
    assert [order["status"] for order in pictures.orders()[before:]] == ["Completed"]
    assert names(pictures, image) == ["tulip"]


@pytest.mark.parametrize("trouble", ["forges", "loses", "fails"])
def test_what_a_job_does_not_bring_is_tried_again_and_in_the_end_said(pictures: Transforms, trouble: str) -> None:
    before = len(pictures.orders())
    pictures.controls.tell_transforms(troubles=[trouble, trouble])
    image = pictures.sent(f"{trouble}.png")
    pictures.settle(ticks=60)
    assert [order["status"] == FAILED for order in pictures.orders()[before:]] == [trouble == "fails"] * 2
    status, _ = endings(pictures, image)
    assert (status, names(pictures, image)) == ("failed", [])
    assert pictures.written()[record_key("pictures", *image)] == 1


def test_no_machine_costs_no_image_and_is_asked_for_again(pictures: Transforms) -> None:
    before, began = len(pictures.orders()), pictures.controls.now()
    pictures.controls.spoil("sagemaker.CreateTransformJob", "error", code="ResourceLimitExceeded", times=2)
    image = pictures.sent("no machine.png")
    pictures.settle(ticks=60)
    assert pictures.controls.now() - began >= timedelta(minutes=15)
    assert len(pictures.orders()[before:]) == 1
    assert names(pictures, image) == ["tulip"]


def test_a_person_cancels_a_job_and_the_machine_goes(pictures: Transforms) -> None:
    pictures.controls.tell_transforms(troubles=["never_ends"])
    image = pictures.sent("cancelled.png")
    pictures.tick_until(lambda: [job["state"] for job in pictures.book()] == ["running"], "it is at SageMaker")
    (job,) = pictures.book()
    done = pictures.dayshift("jobs", "cancel", job["id"])
    assert done.returncode == 0, done.stderr
    pictures.settle()
    assert pictures.orders()[-1]["status"] == STOPPED
    assert endings(pictures, image)[0] == "failed"
    assert "cancelled" in (pictures.record(image) or {})["reason"]


def test_the_role_may_begin_follow_and_stop_jobs_of_its_own_name_alone(pictures: Transforms) -> None:
    iam, function = pictures.aws.client("iam"), pictures.aws.client("lambda")
    role = function.get_function_configuration(FunctionName=pictures.spec["jobs"])["Role"]
    ours = f"arn:aws:sagemaker:us-east-1:000000000000:transform-job/{pictures.orders()[0]['transform_job_name']}"
    theirs = "arn:aws:sagemaker:us-east-1:000000000000:transform-job/nightly-scores"
    for action in ("DescribeTransformJob", "StopTransformJob"):
        for resource, decision in {ours: "allowed", theirs: "implicitDeny"}.items():
            answer = iam.simulate_principal_policy(
                PolicySourceArn=role, ActionNames=[f"sagemaker:{action}"], ResourceArns=[resource]
            )
            (found,) = answer["EvaluationResults"]
            assert found["EvalDecision"] == decision, (action, resource)


def test_a_second_plan_changes_nothing(pictures: Transforms) -> None:
    assert pictures.aws.plan_is_clean(VARIABLES)
