"""Jobs at a service outside, through everything that a user would deploy; the service really runs them, or pretends to.

The local clock stands but for the ticks: what is paid for a job passes with it, what the job does takes its real time.
"""

import io
import random
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from dayshift.domain.results import record_key
from local.controls import Controls
from local.places import SAMPLES
from tests.e2e.conftest import own_or_kept, picture
from tests.e2e.jobs import Image, Jobs
from tests.e2e.powered import until

VARIABLES = Path(__file__).parent / "jobs.tfvars"
FLOWERS = {file.name: file.read_bytes() for file in sorted((SAMPLES / "day").glob("*.png"))}
SHOWN = {name: name.split()[0] for name in FLOWERS if name.split()[0] in ("aster", "sunflower", "tulip")}


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jobs]:
    """The model with room for errors, on a local AWS of its own, whose clock stands."""
    with own_or_kept(tmp_path_factory, "jobs") as aws:
        deployed = aws.deploy(VARIABLES).values
        controls = Controls(aws)
        controls.go_to(controls.now(), skip=True)
        yield Jobs(aws, deployed, "pictures")


@pytest.fixture(scope="module")
def strict(pictures: Jobs) -> Jobs:
    """The model whose jobs are soon too late or too dear."""
    return Jobs(pictures.aws, pictures.deployment, "strict")


@pytest.fixture(autouse=True)
def at_peace(pictures: Jobs) -> Iterator[None]:
    """Nothing is wrong with the service when a test begins."""
    yield
    pictures.controls.clear_faults()
    pictures.controls.tell_jobs(clear=True)


def test_an_archive_put_twice_at_once_is_one_job_and_one_set_of_results(pictures: Jobs) -> None:
    content = archive({**{f"walk/{name}": FLOWERS[name] for name in SHOWN}, "notes.txt": b"buy milk"})
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: pictures.upload("a walk.zip", content), range(2)))
    assert both[0] != both[1]
    first, second = pictures.expanded(*both)
    assert [one.image for one in first.images] == [one.image for one in second.images]
    pictures.settle()
    assert len(pictures.orders()) == len(pictures.closed()) == 1
    assert {record_key("pictures", *image): 1 for image in (*images(first), *both)} == pictures.written()
    assert set(pictures.written("csv/").values()) == {1}
    for one in first.images:
        name = one.name.removeprefix("walk/")
        assert names(pictures, (one.image.key, str(one.image.version_id))) == [SHOWN[name]], name
        rows = pictures.sheet((one.image.key, str(one.image.version_id)))
        assert [row.split(",")[3:6] for row in rows] == [["ok", "class", SHOWN[name]]]
    for each in both:
        ended = pictures.record(each) or {}
        assert (ended["status"], ended["reason"].partition(";")[0]) == ("ok", "ok 6, rejected 1 (unsupported_format 1)")


def test_images_that_come_one_by_one_go_as_one_job_and_each_gets_its_own_answer(pictures: Jobs) -> None:
    before = len(pictures.orders())
    sent = {pictures.upload(f"{number} {name}", FLOWERS[name]): SHOWN[name] for number, name in enumerate(SHOWN)}
    stranger = pictures.upload("a stranger.png", FLOWERS["awning 1.png"])
    letter = pictures.upload("a letter.jpg", b"Dear reader, ")
    half = pictures.upload("half.jpg", picture("HALF")[:1200])
    until(lambda: pictures.depth() == len(sent) + 3, "all are queued")
    pictures.settle()
    (order,) = pictures.orders()[before:]
    assert {image: names(pictures, image) for image in sent} == {image: [name] for image, name in sent.items()}
    assert endings(pictures, stranger) == ("none", "")
    assert endings(pictures, letter) == ("rejected", "unsupported_format")
    assert endings(pictures, half) == ("rejected", "model")
    each = [pictures.record(image) or {} for image in sent]
    assert sum(one["cost_usd"] for one in each) <= order["credits"] * 1.001
    assert set(pictures.written().values()) == {1}
    assert pictures.depth("dlq_url") == 0


def test_a_job_that_never_ends_is_given_up_on_time_said_so_and_costs_no_more_than_its_budget(strict: Jobs) -> None:
    strict.controls.tell_jobs(next=10, do="never_end")
    image = strict.upload("endless.png", FLOWERS["tulip 1.png"])
    until(lambda: strict.depth() == 1, "it is queued")
    strict.settle(ticks=90)
    (job,) = strict.closed()
    orders = strict.orders()
    assert [order["name"] for order in orders] == [attempt["name"] for attempt in job["attempts"]]
    assert len(orders) == 2
    for order in orders:
        lasted = moment(order["ended_at"]) - moment(order["created_at"])
        assert timedelta(minutes=3) < lasted <= timedelta(minutes=11), order
    assert moment(orders[0]["ended_at"]) <= moment(orders[1]["created_at"])
    assert 0.5 < sum(order["credits"] for order in orders) <= 0.8
    status, _ = endings(strict, image)
    reason = (strict.record(image) or {})["reason"]
    assert status == "failed"
    assert "budget" in reason, reason


def test_a_service_that_takes_a_job_and_does_not_answer_has_taken_one_job(pictures: Jobs) -> None:
    before = len(pictures.orders())
    pictures.controls.spoil("proximl.CreateJob", "reset_after", times=1)
    sent = archive({name: FLOWERS[name] for name in SHOWN if "1" in name})
    (manifest,) = pictures.expanded(pictures.upload("lost answer.zip", sent))
    pictures.settle()
    assert len(pictures.orders()[before:]) == 1
    assert [names(pictures, image) for image in images(manifest)] == [[SHOWN[one.name]] for one in manifest.images]


@pytest.mark.parametrize(("does", "says"), [("forge", "results"), ("lose", "results")])
def test_what_a_job_forges_or_does_not_bring_counts_for_nothing_and_in_the_end_is_said(
    strict: Jobs, does: str, says: str
) -> None:
    before, closed = len(strict.orders()), len(strict.closed())
    strict.controls.tell_jobs(next=10, do=does)
    image = strict.upload(f"{does}.png", FLOWERS["aster 1.png"])
    until(lambda: strict.depth() == 1, "it is queued")
    strict.settle(ticks=60)
    orders = strict.orders()[before:]
    assert len(orders) == 3
    assert sum(order["credits"] for order in orders) <= 0.8
    ended = strict.record(image) or {}
    assert ended["status"] == "failed"
    assert says in ended["reason"], ended["reason"]
    assert len(strict.closed()) == closed + 1
    assert strict.written()[record_key("strict", *image)] == 1


def test_after_a_job_that_brought_nothing_another_brings_it(pictures: Jobs) -> None:
    pictures.controls.tell_jobs(next=1, do="lose")
    image = pictures.upload("second time.png", FLOWERS["sunflower 2.png"])
    until(lambda: pictures.depth() == 1, "it is queued")
    pictures.settle()
    assert names(pictures, image) == ["sunflower"]
    assert len(pictures.closed()[-1]["attempts"]) == 2


def test_a_service_that_refuses_costs_no_image_and_is_asked_again_later(pictures: Jobs) -> None:
    before = len(pictures.orders())
    pictures.controls.spoil("proximl.CreateJob", "error", code="402", status=402, times=2)
    image = pictures.upload("no credit.png", FLOWERS["tulip 2.png"])
    until(lambda: pictures.depth() == 1, "it is queued")
    began = pictures.controls.now()
    pictures.settle(ticks=60)
    assert pictures.controls.now() - began >= timedelta(minutes=15)  # five and ten between three times of asking
    assert len(pictures.orders()[before:]) == 1
    assert names(pictures, image) == ["tulip"]


def test_the_function_may_be_killed_at_any_moment(pictures: Jobs) -> None:
    before, dice = len(pictures.orders()), random.Random(5)  # the same dice in every run
    pictures.controls.spoil("proximl.*", "latency", latency_ms=300)  # so that a kill also falls into a call
    sent: dict[Image, str] = {}
    with pictures.killed_after(lambda: dice.uniform(0.2, 1.2)) as killed:
        manifest = pictures.expanded(pictures.upload("killed.zip", archive({n: FLOWERS[n] for n in SHOWN})))[0]
        sent |= {image: SHOWN[one.name] for image, one in zip(images(manifest), manifest.images, strict=True)}
        for number, name in enumerate(SHOWN):
            sent[pictures.upload(f"killed {number} {name}", FLOWERS[name])] = SHOWN[name]
            pictures.tick()
        for _ in range(20):
            pictures.tick()
    assert len(killed) >= 10
    pictures.controls.clear_faults()
    soon_visible(pictures)
    pictures.settle(ticks=80)
    assert {image: names(pictures, image) for image in sent} == {image: [name] for image, name in sent.items()}
    assert set(pictures.written().values()) == {1}
    orders = pictures.orders()[before:]
    assert len({order["name"] for order in orders}) == len(orders)
    assert_no_two_at_once(orders)
    assert pictures.depth("dlq_url") == 0


def test_a_person_sees_a_job_and_cancels_it(pictures: Jobs) -> None:
    pictures.controls.tell_jobs(next=1, do="never_end")
    image = pictures.upload("cancelled.png", FLOWERS["aster 2.png"])
    until(lambda: pictures.depth() == 1, "it is queued")
    pictures.tick_until(lambda: [job["state"] for job in pictures.book()] == ["running"], "it is at the service")
    (job,) = pictures.book()
    listed = pictures.dayshift("jobs", "pictures")
    assert (listed.returncode, job["id"] in listed.stdout, "running" in listed.stdout) == (0, True, True), listed
    done = pictures.dayshift("jobs", "cancel", job["id"])
    assert done.returncode == 0, done.stderr
    pictures.settle()
    assert [order["status"] for order in pictures.orders()[-1:]] == ["stopped"]
    status, _ = endings(pictures, image)
    assert status == "failed"
    assert "cancelled" in (pictures.record(image) or {})["reason"]
    assert pictures.closed()[-1]["cancelled_by"]


def test_the_vendor_is_told_no_key_and_no_secret_is_written_down(pictures: Jobs) -> None:
    asked = str([order["asked"] for order in pictures.orders()])
    assert "DAYSHIFT_INPUT_URL" in asked
    assert "aws_secret" not in asked.lower()
    group = f"/aws/lambda/{pictures.spec['jobs']}"
    pages = pictures.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"]]
    key = pictures.aws.client("ssm").get_parameter(Name="/dayshift-local-aws/proximl/key", WithDecryption=True)
    assert lines
    assert not [line for line in lines if key["Parameter"]["Value"] in line or "X-Amz-Signature" in line]


def test_a_second_plan_changes_nothing(pictures: Jobs) -> None:
    assert pictures.aws.plan_is_clean(VARIABLES)


def archive(entries: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries.items():
            packed.writestr(name, content)
    return made.getvalue()


def images(manifest: Any) -> list[Image]:
    """The images that came out of an archive."""
    return [(one.image.key, one.image.version) for one in manifest.images]


def names(jobs: Jobs, image: Image) -> list[str]:
    """What was seen in an image."""
    return [found["name"] for found in (jobs.record(image) or {"detections": ()})["detections"]]


def endings(jobs: Jobs, image: Image) -> tuple[str, str]:
    """How an image ended, and the first word of the reason."""
    record = jobs.record(image) or {}
    return str(record.get("status")), str(record.get("reason") or "").partition(":")[0]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def assert_no_two_at_once(orders: list[dict[str, Any]]) -> None:
    """Of one job never two attempts live at the same time."""
    lives: dict[str, list[tuple[datetime, datetime]]] = {}
    for order in orders:
        job = "-".join(order["name"].split("-")[:3])
        lives.setdefault(job, []).append((moment(order["created_at"]), moment(order["ended_at"])))
    for each in lives.values():
        ordered = sorted(each)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered)), ordered


def soon_visible(jobs: Jobs) -> None:
    """What a killed function held comes back now; in AWS, after half an hour."""
    jobs.sqs.set_queue_attributes(QueueUrl=jobs.spec["queue_url"], Attributes={"VisibilityTimeout": "1"})
