"""The permissions that Terraform grants are those that Python uses: recorded calls against `permissions.json`.

A call that is not granted fails here, and so does a grant that no call needs.
"""

from typing import Any

import pytest

from dayshift import bootstrap
from tests.api import ApiWorld
from tests.api_fakes import JPEG
from tests.contract.recorded import ACTIONS, CONTRACT, Recorder, granted
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context, World
from tests.powered import PoweredWorld
from tests.zip_writer import Part, picture, zipped


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_the_producer_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    produce = world.handler("producer")
    recorder.watch()
    produce(world.upload()[1], Context())
    assert recorder.used == granted("producer")


def test_the_producer_sends_archives_elsewhere_and_needs_no_more_for_it(world: World, recorder: Recorder) -> None:
    produce = world.handler("producer")
    recorder.watch()
    produce(world.upload("incoming/signs/a.zip")[1], Context())
    assert recorder.used == granted("producer")
    assert len(world.batch(world.archives_url)["Records"]) == 1


def test_the_expander_uses_exactly_what_it_is_granted(world: World, recorder: Recorder) -> None:
    """An archive with an image that another delivery has written, from its message to its record; and one whose
    message comes back."""
    _, event = world.upload(
        "incoming/signs/a.zip", content=zipped([Part(b"a.png", picture()), Part(b"b", b"text" * 99)])
    )
    produce = world.handler("producer")
    produce(event, Context())
    batch = world.batch(world.archives_url)
    expand, time = world.handler("expander"), Context(remaining_ms=900_000)
    recorder.watch()
    expand(batch, time)
    for manifest in world.s3.list_objects_v2(Bucket=RESULTS, Prefix="archives/")["Contents"]:
        world.s3.delete_object(Bucket=RESULTS, Key=manifest["Key"])
    expand(batch, time)  # which finds the image
    assert expand(batch, Context(remaining_ms=0)) == {
        "batchItemFailures": [{"itemIdentifier": batch["Records"][0]["messageId"]}]
    }
    assert recorder.used == granted("expander")


def test_the_expander_writes_over_nothing_that_was_uploaded() -> None:
    expander = CONTRACT["functions"]["expander"]
    everything = {*expander["called"], *expander["implied"]}
    assert not everything & {"s3:DeleteObject", "s3:DeleteObjectVersion", "lambda:InvokeFunction"}


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


def test_what_is_uploaded_is_written_by_nobody_else(world: World) -> None:
    """The expander alone writes to the images bucket, and only where no event comes from."""
    _, event = world.upload()
    _, of_archive = world.upload("incoming/signs/a.zip", content=zipped([Part(b"a.png", picture())]))
    written: list[tuple[str, str]] = []

    def note(params: Any, **_: object) -> None:
        written.append((params["Bucket"], params["Key"].partition("/")[0]))

    world.handler("producer")(of_archive, Context())
    for name in ("producer", "expander", "labeler", "sweep"):
        handle = world.handler(name)
        bootstrap.client("s3").meta.events.register("provide-client-params.s3.PutObject", note)
        batch = world.batch(world.archives_url if name == "expander" else None)
        given = {"producer": event, "sweep": {}}.get(name, batch)
        handle(given, Context(remaining_ms=900_000))
    assert {root for bucket, root in written if bucket == IMAGES} == {"expanded"}
    assert {root for bucket, root in written if bucket == RESULTS} >= {"archives", "results", "csv"}
