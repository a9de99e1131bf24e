"""The handlers as Lambda runs them: real events in, real adapters, moto behind them."""

import gc
import json

import pytest

from dayshift import bootstrap
from dayshift.domain.errors import ConfigurationError, ForeignMessageError
from dayshift.domain.results import csv_key
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context, World


def test_an_uploaded_image_ends_as_json_and_csv_in_the_results_bucket_only(world: World) -> None:
    key = "incoming/signs/a b+c.jpg"
    version, event = world.upload(key)
    assert world.handler("producer")(event, Context()) == {"enqueued": 1}
    assert world.handler("labeler")(world.batch(), Context()) == {"batchItemFailures": []}
    record = world.record(key, version)
    assert (record["status"], record["image"]["key"], record["cost_usd"]) == ("ok", key, 0.002)
    assert {found["kind"] for found in record["detections"]} == {"label", "text"}
    rows = world.s3.get_object(Bucket=RESULTS, Key=csv_key("signs", key, version))["Body"].read().decode().splitlines()
    assert len(rows) == 1 + len(record["detections"])
    assert [found["Key"] for found in world.s3.list_objects_v2(Bucket=IMAGES)["Contents"]] == [key]


def test_an_event_delivered_twice_is_one_payment(world: World) -> None:
    _, event = world.upload()
    produce, label = world.handler("producer"), world.handler("labeler")
    for _ in range(2):
        produce(event, Context())
    calls: list[str] = []
    bootstrap.client("rekognition").meta.events.register("before-call", lambda model, **_: calls.append(model.name))
    for _ in range(3):
        label(world.batch(), Context())
    assert sorted(calls) == ["DetectLabels", "DetectText"]


def test_an_event_enqueues_its_own_image_however_many_wait(world: World) -> None:
    produce = world.handler("producer")
    uploads = [world.upload(f"incoming/signs/{number}.jpg") for number in range(7)]
    answers = [produce(event, Context()) for _, event in uploads]
    assert answers == [{"enqueued": 1}] * 7
    asked = world.sqs.get_queue_attributes(QueueUrl=world.queue_url, AttributeNames=["ApproximateNumberOfMessages"])
    assert asked["Attributes"]["ApproximateNumberOfMessages"] == "7"


def test_the_log_names_each_image_and_the_metrics_count_it(
    world: World, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    _, event = world.upload()
    world.handler("producer")(event, Context())
    label = world.handler("labeler")
    capsys.readouterr()
    caplog.clear()
    label(world.batch(), Context())
    (settled,) = [vars(record) for record in caplog.records if record.message == "image_settled"]
    assert (settled["image"], settled["result"]) == ("incoming/signs/a b+c.jpg", "ok")
    (measured,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert (measured["ImagesOk"], measured["CostUsd"], measured["model"]) == ([1.0], [0.002], "signs")


def test_without_time_left_the_whole_batch_comes_back(world: World) -> None:
    _, event = world.upload()
    world.handler("producer")(event, Context())
    batch = world.batch()
    reply = world.handler("labeler")(batch, Context(remaining_ms=13_000))
    assert reply == {"batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]}


def test_a_lost_event_is_found_by_the_sweep(world: World) -> None:
    key = "incoming/signs/lost.jpg"
    version, _ = world.upload(key)
    sweep = world.handler("sweep")
    assert sweep({}, Context(remaining_ms=900_000))["models"]["signs"]["enqueued"] == 0
    swept = sweep({"older_than_minutes": 0}, Context(remaining_ms=900_000))
    assert swept["models"]["signs"] == {"seen": 1, "enqueued": 1, "exhausted": 0, "finished": True, "error": None}
    world.handler("labeler")(world.batch(), Context())
    assert world.record(key, version)["status"] == "ok"


def test_a_sweep_of_an_unknown_model_names_those_there_are(world: World) -> None:
    with pytest.raises(ForeignMessageError, match="'signs'"):
        world.handler("sweep")({"model": "sings"}, Context())


def test_what_is_no_notification_is_an_error_not_a_silence(world: World) -> None:
    with pytest.raises(ForeignMessageError):
        world.handler("producer")({"Records": [{"not": "s3"}]}, Context())
    assert world.handler("producer")({"Event": "s3:TestEvent"}, Context()) == {"enqueued": 0}


def test_an_image_that_no_model_reads_is_said_aloud(world: World, caplog: pytest.LogCaptureFixture) -> None:
    _, event = world.upload("incoming/nobody/a.jpg")
    assert world.handler("producer")(event, Context()) == {"enqueued": 0}
    (said,) = [vars(record) for record in caplog.records if record.message == "image_unrouted"]
    assert said["image"] == "incoming/nobody/a.jpg"


@pytest.mark.parametrize("name", ["producer", "expander", "labeler", "sweep"])
def test_a_function_without_its_settings_does_not_start(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.handler(name)
    for setting in ("IMAGES_BUCKET", "ROUTES", "MODEL", "SWEEP_AFTER_MINUTES"):
        monkeypatch.delenv(setting)
    with pytest.raises(ConfigurationError, match="IMAGES_BUCKET is missing"):
        world.handler(name)


@pytest.mark.parametrize("name", ["producer", "expander", "labeler", "sweep"])
def test_garbage_is_collected_again_after_a_cold_start(world: World, name: str) -> None:
    gc.disable()  # as `handlers/__init__.py` does, which is imported only once
    world.handler(name)
    assert gc.isenabled()


def test_every_call_has_a_timeout_and_three_attempts(world: World) -> None:
    world.handler("sweep")
    config = bootstrap.client("s3").meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 10)
    assert (config.retries["mode"], config.retries["total_max_attempts"]) == ("standard", 3)
