"""Images in, terminal records out, through everything that a user would deploy."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from dayshift.domain.results import record_key
from local.places import DEMO_RESULTS
from local.stack import LocalAws
from tests.e2e.conftest import Pipeline, picture

IMAGES, DUPLICATES, LOST, KILLS = 200, 10, 4, 5


def test_an_image_is_read_and_its_words_are_in_json_and_csv(signs: Pipeline) -> None:
    key, version = signs.upload("read me/red + ü.jpg", picture("HARBOUR"))
    signs.wait(60)
    record = signs.record(key, version)
    assert (record["status"], record["image"]["key"]) == ("ok", key)
    assert "HARBOUR" in [found["name"] for found in record["detections"] if found["kind"] == "text"]
    assert record["model"]["version"].startswith("labels local-")


def test_every_kind_of_bad_input_ends_in_a_clear_record_and_costs_no_other_image(signs: Pipeline) -> None:
    jpeg = picture("FINE")
    wanted = {
        signs.upload("bad/fine.jpg", jpeg): ("ok", None),
        signs.upload("bad/empty.jpg", b""): ("rejected", "empty"),
        signs.upload("bad/folder/", b""): ("rejected", "folder"),
        signs.upload("bad/short.png", picture("X", kind="PNG")[:63]): ("rejected", "empty"),
        signs.upload("bad/not an image.jpg", b"<html>" + b"x" * 500): ("rejected", "unsupported_format"),
        signs.upload("bad/animated.gif", picture("GIF", kind="GIF")): ("rejected", "unsupported_format"),
        signs.upload("bad/truncated.jpg", jpeg[: len(jpeg) // 2]): ("rejected", "unsupported_format"),
        signs.upload("bad/tiny.jpg", picture("T", (79, 79))): ("rejected", "unreadable"),
        signs.upload("bad/large.jpg", jpeg + b"\0" * 15_728_640): ("rejected", "too_large"),
        signs.upload("bad/100%25+%+ü/\n.jpg", jpeg): ("ok", None),
        signs.upload("bad/" + "k" * (1024 - len(signs.spec["prefix"]) - 8) + ".jpg", jpeg): ("ok", None),
    }
    signs.wait(120)
    got = {image: signs.record(*image) for image in wanted}
    ends = {key: (record["status"], record["reason"] and record["reason"].split(":")[0]) for key, record in got.items()}
    assert ends == wanted
    assert signs.dead_letters() == 0


def test_a_message_that_is_not_ours_ends_as_a_record_and_blocks_nothing(signs: Pipeline) -> None:
    sent = signs.sqs.send_message(QueueUrl=signs.spec["queue_url"], MessageBody="please label everything")
    signs.upload("after the stranger.jpg", picture("AFTER"))
    signs.wait(60)
    name = f"message/{sent['MessageId']}"
    deadline = time.monotonic() + 30
    while (place := record_key("signs", name, sent["MessageId"])) not in signs.stored("results"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    record = json.loads(signs.s3.get_object(Bucket=signs.results, Key=place)["Body"].read())
    assert record["status"] == "failed"
    assert "please label everything" in record["reason"]


def test_nothing_is_lost_and_nothing_is_doubled_by_duplicates_lost_events_and_kills(signs: Pipeline) -> None:
    before, dice = signs.calls("DetectText"), random.Random(7)  # the same dice in every run
    folder = f"many {time.time_ns()}"
    pictures = [picture(f"N {number}") for number in range(IMAGES)]
    with soon_visible_again(signs), ThreadPoolExecutor(1) as background:
        kills = background.submit(kill_labelers, signs, dice)
        for number, body in enumerate(pictures[LOST:]):
            signs.upload(f"{folder}/{number:03}.jpg", body)
        for image in dice.sample(sorted(signs.uploaded), DUPLICATES):
            announce_again(signs, *image)
        with events_lost(signs):
            for number, body in enumerate(pictures[:LOST]):
                signs.upload(f"{folder}/lost {number}.jpg", body)
        assert kills.result() == KILLS
        deadline = time.monotonic() + 300
        while waiting := signs.waiting():
            assert time.monotonic() < deadline, f"{len(waiting)} images without a record"
            time.sleep(2)
            sweep(signs)
        signs.wait(10)
    records = {place for place in signs.stored("results") if folder in place}
    assert len(records) == len(signs.uploaded) == IMAGES
    assert all(signs.record(*image)["status"] == "ok" for image in signs.uploaded)
    assert signs.dead_letters() == 0
    # One payment an image, and at most a batch more for each kill: what it held was paid and not yet written down.
    assert IMAGES <= signs.calls("DetectText") - before <= IMAGES + 10 * KILLS


def test_a_missing_permission_loses_nothing_and_heals_when_it_is_granted(signs: Pipeline) -> None:
    iam, role = signs.aws.client("iam"), signs.spec["labeler"]
    policies = {
        name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
    }
    (name,) = [name for name, document in policies.items() if "s3:PutObject" in json.dumps(document)]
    granted = policies[name]
    without = {**granted, "Statement": [one for one in granted["Statement"] if "s3:PutObject" not in one["Action"]]}
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(without))
    try:
        image = signs.upload("forbidden.jpg", picture("WAIT"))
        time.sleep(10)
        assert signs.waiting() == {image}
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(granted))
    signs.wait(90)  # the first rest is a minute
    assert signs.record(*image)["status"] == "ok"
    assert signs.dead_letters() == 0


def test_the_labeler_can_neither_write_an_image_nor_feed_its_queue(signs: Pipeline) -> None:
    iam, sts = signs.aws.client("iam"), signs.aws.client("sts")
    account = sts.get_caller_identity()["Account"]
    role = f"arn:aws:iam::{account}:role/{signs.spec['labeler']}"

    def may(action: str, resource: str) -> bool:
        answer = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=[action], ResourceArns=[resource])
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    results, images = (f"arn:aws:s3:::{bucket}" for bucket in (signs.results, signs.images))
    queue = signs.sqs.get_queue_attributes(QueueUrl=signs.spec["queue_url"], AttributeNames=["QueueArn"])
    assert may("s3:PutObject", f"{results}/results/signs/a.json")
    assert not may("s3:PutObject", f"{results}/results/photos/a.json")
    assert not may("s3:PutObject", f"{images}/incoming/signs/a.jpg")
    assert not may("sqs:SendMessage", queue["Attributes"]["QueueArn"])
    assert may("rekognition:DetectText", "*")
    assert not may("rekognition:DetectFaces", "*")


def test_the_schedule_sweeps_every_hour(signs: Pipeline) -> None:
    before = sweeps(signs)
    signs.aws.services_call("/_local/clock", b'{"advance_seconds": 7200}', "POST")
    deadline = time.monotonic() + 30
    while sweeps(signs) < before + 2:
        assert time.monotonic() < deadline, f"wanted two sweeps in two hours, got {sweeps(signs) - before}"
        time.sleep(0.5)
    signs.aws.services_call("/_local/clock", b'{"real": true}', "POST")


def test_the_command_uploads_waits_and_shows(signs: Pipeline, tmp_path: Path) -> None:
    (tmp_path / "corner shop.jpg").write_bytes(picture("BAKERY"))
    (tmp_path / "broken.jpg").write_bytes(b"no picture at all" * 20)
    run = dayshift(signs.aws, "upload", "--model", "signs", "--wait", str(tmp_path))
    assert run.returncode == 3, run.stderr  # one was rejected
    shown = dayshift(signs.aws, "results", "--model", "signs", "--output", "csv")
    assert shown.returncode == 0, shown.stderr
    (line,) = [line for line in shown.stdout.splitlines() if "corner shop.jpg" in line]
    assert "BAKERY" in line
    status = dayshift(signs.aws, "status", "--output", "json")
    models = [json.loads(line) for line in status.stdout.splitlines()]
    mappings = {model["model"]: model["mapping"] for model in models}
    assert (mappings["photos"], mappings["signs"]) == ("Enabled", "Enabled")


def test_the_demo_reads_every_sample_as_expected(aws: LocalAws) -> None:
    environment = {"DAYSHIFT_LOCAL_DIR": str(aws.folder), "PATH": os.environ["PATH"], "HOME": str(aws.folder)}
    run = subprocess.run(
        [sys.executable, "-m", "local.demo"],
        cwd=DEMO_RESULTS.parent, capture_output=True, text=True, check=False, timeout=300, env=environment,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    summary = json.loads((DEMO_RESULTS / "summary.json").read_text())
    assert (summary["counts"]["lost"], summary["unexpected"]) == (0, {})
    assert sum(summary["counts"].values()) == summary["uploaded"] >= 8
    ways = {
        "logos": ["STARTING", "RUNNING", "STOPPING", "STOPPED"],
        "flowers": ["Creating", "InService", "Deleting", "DELETED"],
    }
    for model, states in ways.items():
        day, by_api = summary["days"][model], model == "flowers"
        asleep, read = 3 + by_api, 7 + by_api
        assert day["images"] == {"came": 8 + by_api, "came_while_asleep": asleep, "read": read, "waiting": 1, "lost": 0}
        assert [state["status"] for state in day["states"]][-4:] == states
        assert (day["faults"], day["usd"] < day["usd_always_on"] / 2) == ([], True)
    asked = summary["recognize"]
    assert (asked["asleep"]["status"], asked["awake"]["status"], asked["later"]["state"]) == (202, 200, "done")
    assert (asked["faults"], asked["awake"]["predictions"][0]["name"]) == ([], "sunflower")
    assert (summary["archive"]["entries"], summary["archive"]["faults"]) == (9, [])
    drawn = {path.name.removesuffix(".boxes.jpg") for path in DEMO_RESULTS.rglob("*.boxes.jpg")}
    assert {"turned.jpg", "astronaut.jpg", "red + blue 50% off.jpg"} <= drawn


def test_a_second_plan_changes_nothing(aws: LocalAws) -> None:
    changes = [change for change in aws.plan() if not change.is_emulators_fault]
    assert changes == []


def announce_again(signs: Pipeline, key: str, version: str) -> None:
    """S3's event about an image, delivered once more."""
    thing = {"key": quote(key), "size": len(signs.uploaded[key, version]), "eTag": "again", "versionId": version}
    s3 = {"bucket": {"name": signs.images}, "object": thing}
    event = {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-11-20T12:00:00.000Z", "s3": s3}]}
    function = signs.deployment["functions"]["producer"]
    signs.lambda_.invoke(FunctionName=function, InvocationType="Event", Payload=json.dumps(event))


@contextmanager
def events_lost(signs: Pipeline) -> Iterator[None]:
    """While inside, S3 tells nobody of new images."""
    kept = signs.s3.get_bucket_notification_configuration(Bucket=signs.images)
    kept.pop("ResponseMetadata", None)
    signs.s3.put_bucket_notification_configuration(Bucket=signs.images, NotificationConfiguration={})
    try:
        yield
    finally:
        signs.s3.put_bucket_notification_configuration(Bucket=signs.images, NotificationConfiguration=kept)


@contextmanager
def soon_visible_again(signs: Pipeline) -> Iterator[None]:
    """What a killed labeler held comes back after ten seconds; in AWS, after six times the labeler's timeout."""
    queue, name = signs.spec["queue_url"], "VisibilityTimeout"
    kept = signs.sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"]
    signs.sqs.set_queue_attributes(QueueUrl=queue, Attributes={name: "10"})
    try:
        yield
    finally:
        signs.sqs.set_queue_attributes(QueueUrl=queue, Attributes=kept)


def sweep(signs: Pipeline) -> None:
    """What the schedule does every hour, without its half hour of patience."""
    signs.lambda_.invoke(
        FunctionName=signs.deployment["functions"]["sweep"],
        Payload=json.dumps({"model": "signs", "older_than_minutes": 0}),
    )


def sweeps(signs: Pipeline) -> int:
    """How often the sweep has swept this model, by its log."""
    group = f"/aws/lambda/{signs.deployment['functions']['sweep']}"
    pages = signs.aws.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    lines = [event["message"] for page in pages for event in page["events"]]
    return sum('"model_swept"' in line and '"model":"signs"' in line for line in lines)


def kill_labelers(signs: Pipeline, dice: random.Random) -> int:
    """Kills running labelers at random moments, as crashes would; how many it got before all images were read."""
    kills = 0
    while kills < KILLS:
        time.sleep(dice.uniform(0.5, 2))
        table = subprocess.run(["ps", "-axwwo", "pid=,command="], capture_output=True, text=True, check=True).stdout
        ours = [line for line in table.splitlines() if f"{signs.aws.folder}/" in line and "signs-labeler" in line]
        for line in ours[:1]:
            os.kill(int(line.split()[0]), signal.SIGKILL)
            kills += 1
        if signs.uploaded and not signs.waiting():
            break
    return kills


def dayshift(aws: LocalAws, *words: str) -> subprocess.CompletedProcess[str]:
    """The command as a user runs it."""
    command = str(Path(sys.executable).parent / "dayshift")
    environment = {**aws.environment(), "DAYSHIFT_LOCAL_DIR": str(aws.folder), "PATH": os.environ["PATH"]}
    return subprocess.run(
        [command, "--env", "local", *words], capture_output=True, text=True, check=False, timeout=180, env=environment
    )
