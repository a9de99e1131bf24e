"""The permissions that Terraform grants are those that Python uses: recorded calls against `permissions.json`.

A call that is not granted fails here, and so does a grant that no call needs.
"""

from typing import Any

import pytest

from dayshift import bootstrap
from tests.api import ApiWorld
from tests.api_fakes import JPEG
from tests.contract.recorded import ACTIONS, CONTRACT, Recorder, granted
from tests.fakes import RESULTS
from tests.functions import Context, World
from tests.powered import PoweredWorld


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_the_producer_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    produce = world.handler("producer")
    recorder.watch()
    produce(world.upload()[1], Context())
    assert recorder.used == granted("producer")


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("door", ["start", "stop", "reconcile"])
def test_each_power_function_uses_exactly_what_it_is_granted(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    powered = PoweredWorld(monkeypatch)
    powered.add("logos")
    powered.call(door, {"model": "logos"})
    powered.service.status = "RUNNING"
    powered.call(door, {"model": "logos"})
    assert powered.gate("logos") == "Enabled"
    assert powered.used == granted(door)


@pytest.mark.usefixtures("world")
def test_the_history_is_read_only_where_a_promise_leaves_no_time_to_wake(monkeypatch: pytest.MonkeyPatch) -> None:
    powered = PoweredWorld(monkeypatch)
    powered.add("logos", power="on_deadline", results_within_minutes=15)
    powered.call("reconcile", {"model": "logos"})
    assert powered.used == {*granted("reconcile"), *CONTRACT["promises"]["on_deadline"]} - {
        "lambda:UpdateEventSourceMapping"
    }


def test_the_api_uses_exactly_what_it_is_granted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every operation, of a model that is always there and of one that sleeps; forms are signed with s3:PutObject."""
    made = ApiWorld(monkeypatch)
    key = made.ask("POST /images", body={"model": "signs", "content_type": "image/jpeg"})["body"]["upload"]["fields"][
        "key"
    ]
    made.answered(key, "signs")
    image = f"signs.{key.rpartition('/')[2]}"
    assert made.ask("GET /images/{id}", path={"id": image})["body"]["state"] == "done"
    for model in ("signs", "logos"):
        made.ask("POST /recognize", query={"model": model}, body=JPEG, content_type="image/jpeg")
    for mode in ("on", "off", "auto"):
        made.ask(f"POST /models/{{name}}/{mode}", path={"name": "logos"})
    for route in ("GET /models", "GET /results.csv", "GET /openapi.json"):
        made.ask(route)
    assert {ACTIONS.get(action.partition(":")[2], action) for action in made.used} == granted("api")
    assert {f"rekognition:{name}" for name in made.wire.asked} == {
        action for family in ("rekognition", "custom_labels") for actions in CONTRACT["families"][family].values()
        for action in actions
    }  # fmt: skip


def test_the_api_may_read_no_image_and_write_no_record() -> None:
    api = CONTRACT["functions"]["api"]
    assert api["implied"] == {}
    assert not {*api["called"]} & {"s3:GetObjectVersion", "s3:DeleteObject", "sqs:SendMessage", "lambda:InvokeFunction"}


def test_the_sweep_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    world.upload("incoming/signs/lost.jpg")
    sweep = world.handler("sweep")
    recorder.watch()
    sweep({"older_than_minutes": 0}, Context(remaining_ms=900_000))
    assert recorder.used == granted("sweep")


def test_no_labeler_may_feed_its_own_queue_or_touch_an_image() -> None:
    labeler = CONTRACT["functions"]["labeler"]
    everything = {*labeler["called"], *labeler["implied"]}
    assert not everything & {"sqs:SendMessage", "s3:DeleteObject", "s3:DeleteObjectVersion"}


def test_the_images_bucket_is_written_by_nobody(world: World) -> None:
    _, event = world.upload()
    written: list[str] = []

    def note(params: Any, **_: object) -> None:
        written.append(params["Bucket"])

    for name in ("producer", "labeler", "sweep"):
        handle = world.handler(name)
        bootstrap.client("s3").meta.events.register("provide-client-params.s3.PutObject", note)
        handle({"producer": event, "labeler": world.batch(), "sweep": {}}[name], Context(remaining_ms=900_000))
    assert set(written) == {RESULTS}
