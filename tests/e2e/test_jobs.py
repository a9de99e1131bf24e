"""Jobs at a service outside, through everything that a user would deploy; the service really runs them, or pretends to.

The local clock stands but for the ticks: what is paid for a job passes with it, what the job does takes its real time.
"""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from dayshift.domain.results import record_key
from local.controls import Controls
from local.places import SAMPLES
from tests.e2e.conftest import own_or_kept, picture
from tests.e2e.job_pictures import archive, assert_no_two_at_once, endings, images, moment, names
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
    content = archive({**{f"walk/{name}": FLOWERS[name] for name in SHOWN}, "notes.txt": b"buy milk, " * 20})
    orders, closed = len(pictures.orders()), len(pictures.closed())
    written, sheets = pictures.written(), pictures.written("csv/")
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: pictures.upload("a walk.zip", content), range(2)))
    assert both[0] != both[1]
    first, second = pictures.expanded(*both)
    assert [one.image for one in first.images] == [one.image for one in second.images]
    pictures.settle()
    until(lambda: all(pictures.record(each) for each in both), "both archives have their records")
    assert (len(pictures.orders()) - orders, len(pictures.closed()) - closed) == (1, 1)
    assert pictures.written() - written == {record_key("pictures", *image): 1 for image in (*images(first), *both)}
    assert set((pictures.written("csv/") - sheets).values()) == {1}
    for one in first.images:
        name = one.name.removeprefix("walk/")
        assert names(pictures, (one.image.key, str(one.image.version_id))) == [SHOWN[name]], name
        rows = pictures.sheet((one.image.key, str(one.image.version_id)))
        assert [(row["status"], row["kind"], row["name"]) for row in rows] == [("ok", "class", SHOWN[name])]
    for each in both:
        ended = pictures.record(each) or {}
        assert (ended["status"], ended["reason"].partition(";")[0]) == ("ok", "ok 6, rejected 1 (unsupported_format 1)")


def test_images_that_come_one_by_one_go_as_one_job_and_each_gets_its_own_answer(pictures: Jobs) -> None:
    before = len(pictures.orders())
    sent = {pictures.upload(f"{number} {name}", FLOWERS[name]): SHOWN[name] for number, name in enumerate(SHOWN)}
    stranger = pictures.upload("a stranger.png", FLOWERS["awning 1.png"])
    letter = pictures.upload("a letter.jpg", b"Dear reader, " * 99)
    half = pictures.upload("half.jpg", picture("HALF")[:1200])
    pictures.until_queued(len(sent) + 3)
    pictures.settle()
    (order,) = pictures.orders()[before:]
    assert {image: names(pictures, image) for image in sent} == {image: [name] for image, name in sent.items()}
    assert endings(pictures, stranger) == ("none", "")
    assert endings(pictures, letter) == ("rejected", "unsupported_format")
    assert endings(pictures, half) == ("rejected", "model")
    each = [pictures.record(image) or {} for image in sent]
    assert sum(one["cost_usd"] for one in each) <= order["credits"] * 1.001
    assert set(pictures.written().values()) == {1}
    assert pictures.queued("dlq_url") == 0


def test_a_job_that_never_ends_is_given_up_on_time_said_so_and_costs_no_more_than_its_budget(strict: Jobs) -> None:
    strict.controls.tell_jobs(next=10, do="never_end")
    before = len(strict.orders())
    image = strict.upload("endless.png", FLOWERS["tulip 1.png"])
    strict.until_queued(1)
    strict.settle(ticks=90)
    job, orders = strict.last(), strict.orders()[before:]
    assert [order["name"] for order in orders] == [attempt["name"] for attempt in job["attempts"]]
    assert len(orders) == 2
    for order in orders:
        lasted = moment(order["ended_at"]) - moment(order["created_at"])
        assert timedelta(minutes=3) < lasted <= timedelta(minutes=11), order
    assert moment(orders[0]["ended_at"]) <= moment(orders[1]["created_at"])
    assert 0.5 < sum(order["credits"] for order in orders) <= 0.9
    status, _ = endings(strict, image)
    reason = (strict.record(image) or {})["reason"]
    assert status == "failed"
    assert "budget" in reason, reason


@pytest.mark.parametrize("does", ["self", "unlisted"])
def test_a_service_that_takes_a_job_and_does_not_answer_has_taken_one_job(pictures: Jobs, does: str) -> None:
    before = len(pictures.orders())
    pictures.controls.tell_jobs(next=1, do=does)
    pictures.controls.spoil("proximl.CreateJob", "reset_after", times=1)
    sent = archive({name: FLOWERS[name] for name in SHOWN if "1" in name})
    (manifest,) = pictures.expanded(pictures.upload(f"{does} and no answer.zip", sent))
    pictures.settle()
    assert len(pictures.orders()[before:]) == 1
    assert [names(pictures, image) for image in images(manifest)] == [[SHOWN[one.name]] for one in manifest.images]


@pytest.mark.parametrize(("does", "says"), [("forge", "9999.jpg was not asked for"), ("lose", "no results.jsonl")])
def test_what_a_job_forges_or_does_not_bring_counts_for_nothing_and_in_the_end_is_said(
    strict: Jobs, does: str, says: str
) -> None:
    before, closed = len(strict.orders()), len(strict.closed())
    strict.controls.tell_jobs(next=10, do=does)
    image = strict.upload(f"{does}.png", FLOWERS["aster 1.png"])
    strict.until_queued(1)
    strict.settle(ticks=60)
    orders = strict.orders()[before:]
    assert len(orders) == 3
    assert sum(order["credits"] for order in orders) <= 0.9
    ended = strict.record(image) or {}
    assert (ended["status"], ended["reason"].partition(":")[0]) == ("failed", "no_result")
    assert says in ended["reason"], ended["reason"]
    assert len(strict.closed()) == closed + 1
    assert strict.written()[record_key("strict", *image)] == 1


@pytest.mark.parametrize("does", ["fail", "lose", "late"])
def test_what_one_job_does_not_bring_in_time_another_brings(pictures: Jobs, does: str) -> None:
    pictures.controls.tell_jobs(next=1, do=does)
    image = pictures.upload(f"{does}.png", FLOWERS["sunflower 2.png"])
    pictures.until_queued(1)
    pictures.settle()
    assert names(pictures, image) == ["sunflower"]
    assert len(pictures.last()["attempts"]) == 2
    assert pictures.written()[record_key("pictures", *image)] == 1


def test_a_service_that_refuses_costs_no_image_and_is_asked_again_later(pictures: Jobs) -> None:
    before = len(pictures.orders())
    pictures.controls.spoil("proximl.CreateJob", "error", code="402", status=402, times=2)
    image = pictures.upload("no credit.png", FLOWERS["tulip 2.png"])
    pictures.until_queued(1)
    began = pictures.controls.now()
    pictures.settle(ticks=60)
    assert pictures.controls.now() - began >= timedelta(minutes=15)  # five and ten between three times of asking
    assert len(pictures.orders()[before:]) == 1
    assert names(pictures, image) == ["tulip"]


def test_functions_that_look_at_the_same_time_order_one_job(pictures: Jobs) -> None:
    before, written = len(pictures.orders()), pictures.written()
    (manifest,) = pictures.expanded(pictures.upload("at once.zip", archive({name: FLOWERS[name] for name in SHOWN})))
    pictures.until_queued(1)
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            list(pool.map(lambda _: pictures.look(), range(4)))
    pictures.settle()
    assert len(pictures.orders()[before:]) == 1
    assert [names(pictures, image) for image in images(manifest)] == [[SHOWN[one.name]] for one in manifest.images]
    assert set((pictures.written() - written).values()) == {1}


def test_killed_while_it_orders_a_job_it_finds_that_one_again(pictures: Jobs) -> None:
    before, asked = len(pictures.orders()), pictures.controls.calls("proximl.CreateJob")
    pictures.controls.spoil("proximl.CreateJob", "latency", latency_ms=3000, times=1)
    (manifest,) = pictures.expanded(pictures.upload("orphan.zip", archive({name: FLOWERS[name] for name in SHOWN})))
    pictures.until_queued(1)
    with ThreadPoolExecutor(1) as beside:
        ticking = beside.submit(pictures.tick)
        until(lambda: pictures.controls.calls("proximl.CreateJob") > asked, "the service is asked")
        assert pictures.kill()
        ticking.result()
    assert [job["state"] for job in pictures.book()] == ["submitting"]
    until(lambda: len(pictures.orders()) > before, "the service has taken it, and nobody knows")
    pictures.settle()
    assert len(pictures.orders()[before:]) == 1
    assert [names(pictures, image) for image in images(manifest)] == [[SHOWN[one.name]] for one in manifest.images]


def test_the_function_may_be_killed_at_any_moment(pictures: Jobs) -> None:
    before, dice = len(pictures.orders()), random.Random(5)  # the same dice in every run
    pictures.controls.spoil("proximl.*", "latency", latency_ms=300)  # so that a kill also falls into a call
    sent: dict[Image, str] = {}
    with pictures.killed_after(lambda: dice.uniform(0.2, 1.2)) as killed:
        (manifest,) = pictures.expanded(pictures.upload("killed.zip", archive({n: FLOWERS[n] for n in SHOWN})))
        sent |= {image: SHOWN[one.name] for image, one in zip(images(manifest), manifest.images, strict=True)}
        for number, name in enumerate(SHOWN):
            sent[pictures.upload(f"killed {number} {name}", FLOWERS[name])] = SHOWN[name]
            pictures.tick()
        for _ in range(12):
            pictures.tick()
    pictures.controls.clear_faults()
    pictures.tick_until(lambda: not pictures.book(), "no job is open", 80)
    pictures.lose_messages()
    pictures.sweep()
    pictures.tick_until(lambda: all(pictures.record(image) for image in sent), "each image has its record")
    pictures.settle()
    assert len(killed) >= 10
    assert {image: names(pictures, image) for image in sent} == {image: [name] for image, name in sent.items()}
    assert set(pictures.written().values()) == {1}
    orders = pictures.orders()[before:]
    assert len({order["name"] for order in orders}) == len(orders)
    assert_no_two_at_once(orders)
    assert pictures.queued("dlq_url") == 0


def test_a_person_sees_a_job_and_cancels_it(pictures: Jobs) -> None:
    pictures.controls.tell_jobs(next=1, do="never_end")
    image = pictures.upload("cancelled.png", FLOWERS["aster 2.png"])
    pictures.until_queued(1)
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
    assert pictures.last()["cancelled_by"]


def test_a_person_uploads_an_archive_and_waits_for_what_is_in_it(pictures: Jobs, tmp_path: Path) -> None:
    (tmp_path / "holiday.zip").write_bytes(archive({f"holiday/{name}": FLOWERS[name] for name in SHOWN}))
    words = ("upload", tmp_path / "holiday.zip", "--model", "pictures", "--wait", "--output", "json")
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(pictures.dayshift, *words)
        pictures.tick_until(waiting.done, "its results are there")
    done = waiting.result()
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert sorted(found["name"] for record in records for found in record["detections"]) == sorted(SHOWN.values())


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


def test_destroy_ends_a_job_that_is_at_work(pictures: Jobs) -> None:
    pictures.controls.tell_jobs(next=1, do="never_end")
    pictures.upload("to the end.png", FLOWERS["aster 1.png"])
    pictures.until_queued(1)
    pictures.tick_until(lambda: [job["state"] for job in pictures.book()] == ["running"], "it is at the service")
    assert pictures.orders()[-1]["status"] == "running"
    pictures.aws.destroy(VARIABLES)
    assert pictures.orders()[-1]["status"] == "stopped"
    assert pictures.aws.client("lambda").list_functions()["Functions"] == []
