"""The expander as Lambda runs it: an archive's whole way, broken at each of its calls, and walked twice at once."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from dayshift import bootstrap
from dayshift.adapters.rekognition import RekognitionPredictor
from dayshift.domain.archives import EXPANDED_ROOT, MANIFESTS_ROOT
from dayshift.domain.detections import Prediction
from dayshift.domain.plain_image import plain_png
from dayshift.services.expand import expand as services_expand
from tests.fakes import IMAGES, RESULTS
from tests.functions import Context, Handle, World
from tests.unit.handlers.test_single_faults import FAULTS
from tests.zip_writer import Part, picture, zipped

KEY = "incoming/signs/a b+c.zip"
SERVICES = ("s3", "sqs", "rekognition")
# So far apart that each is read by itself.
PARTS = [Part(b"%d.png" % number, picture(number), gap=bytes(number * 300_000)) for number in range(2)]
WALK = zipped([*PARTS, Part(b"notes.txt", b"buy milk, " * 20), Part(b"__MACOSX/x", b"x")])
# HEAD the record, GET the manifest, GET the archive's end, twice GET an entry and PUT an image, send both, PUT the
# manifest, list the records.
CALLS = 10
TIME = Context(remaining_ms=900_000)


class Killed(BaseException):
    """The function is no more: nothing that would run after this call runs."""


class At:
    """Does something at the n-th call, before AWS hears of it or after AWS has done it; n = 0 only counts."""

    def __init__(self, number: int, when: str, what: Callable[[str], None]) -> None:
        self._number, self._when, self._what = number, when, what
        self.calls: list[str] = []
        for service in SERVICES:
            events = bootstrap.client(service).meta.events
            events.register("before-call", self._before, unique_id=f"before {id(self)}")
            events.register("after-call", self._after, unique_id=f"after {id(self)}")

    def _before(self, model: Any, **_: object) -> None:
        self.calls.append(model.name)
        if len(self.calls) == self._number and self._when == "before":
            self._number = 0
            self._what(model.name)

    def _after(self, model: Any, **_: object) -> None:
        if len(self.calls) == self._number and self._when == "after":
            self._number = 0
            self._what(model.name)


def raising(error: BaseException) -> Callable[[str], None]:
    def fail(_: str) -> None:
        raise error

    return fail


def announced(world: World, content: bytes = WALK) -> str:
    """An archive that was uploaded, and whose message waits."""
    version, event = world.upload(KEY, content=content)
    assert world.handler("producer")(event, Context()) == {"enqueued": 1}
    return version


def archives(world: World) -> dict[str, Any]:
    batch = world.batch(world.archives_url)
    assert len(batch["Records"]) == 1
    return batch


def labelled(world: World) -> None:
    """The model reads all that waits for it."""
    label = world.handler("labeler")
    while (batch := world.batch())["Records"]:
        assert label(batch, Context()) == {"batchItemFailures": []}
        for record in batch["Records"]:
            world.sqs.delete_message(QueueUrl=world.queue_url, ReceiptHandle=record["receiptHandle"])


def versions(world: World, bucket: str, prefix: str) -> list[str]:
    return [one["Key"] for one in world.s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", [])]


def ended_well(world: World, version: str, expand: Handle, batch: dict[str, Any]) -> None:
    """Whatever came before: two images, one manifest, a record for each and one for the archive."""
    assert expand(batch, TIME) == {"batchItemFailures": []}
    labelled(world)
    assert expand(batch, TIME) == {"batchItemFailures": []}
    record = world.record(KEY, version)
    assert (record["status"], record["reason"]) == ("ok", ENDED)
    images = versions(world, IMAGES, EXPANDED_ROOT)
    assert len(images) == len(set(images)) == 2
    assert len(versions(world, RESULTS, MANIFESTS_ROOT)) == 1
    assert len(versions(world, RESULTS, "results/")) == 3


ENDED = "ok 2, rejected 1 (unsupported_format 1); its images: none 2"


@pytest.fixture(autouse=True)
def _nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's Rekognition sees the same in every image; here it is made to see nothing."""
    monkeypatch.setattr(RekognitionPredictor, "predict", lambda *_: Prediction((), "3.0", 0.0))


def test_an_archive_goes_its_whole_way(world: World, caplog: pytest.LogCaptureFixture) -> None:
    version = announced(world)
    assert world.batch()["Records"] == [], "the model's own queue has no archive"
    expand, batch = world.handler("expander"), archives(world)
    ended_well(world, version, expand, batch)
    settled = [vars(record) for record in caplog.records if record.message == "archive_settled"]
    assert [(one["archive"], one["result"]) for one in settled] == [(KEY, "expanded"), (KEY, "ok")]


def test_its_manifest_says_which_object_is_which_name(world: World) -> None:
    version = announced(world)
    world.handler("expander")(archives(world), TIME)
    place = f"archives/signs/{KEY}/{version}.json"
    manifest = json.loads(world.s3.get_object(Bucket=RESULTS, Key=place)["Body"].read())
    assert [(one["index"], one["name"]) for one in manifest["images"]] == [(0, "0.png"), (1, "1.png")]
    for one, part in zip(manifest["images"], PARTS, strict=True):
        found = world.s3.get_object(Bucket=IMAGES, Key=one["key"], VersionId=one["version_id"])
        assert (found["Body"].read(), found["ETag"].strip('"')) == (part.content, one["etag"])
        assert one["key"].startswith("expanded/signs/a-b-c-")


def test_the_calls_of_an_archives_way_are_those_counted_here(world: World) -> None:
    announced(world)
    expand, batch = world.handler("expander"), archives(world)
    counting = At(0, "before", raising(Killed()))
    expand(batch, TIME)
    assert len(counting.calls) == CALLS, counting.calls


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_a_fault_at_any_call_gives_the_message_back_and_then_it_ends_once(
    world: World, number: int, fault: str, when: str
) -> None:
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    At(number, when, lambda name: raising(FAULTS[fault](name))(name))
    assert len(expand(batch, TIME)["batchItemFailures"]) == 1
    ended_well(world, version, expand, batch)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_a_function_that_dies_at_any_call_is_taken_up_by_the_next_delivery(
    world: World, number: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    # Nothing catches this: no message is told to rest, no error is written down.
    monkeypatch.setattr("dayshift.services.expand_batch._one", lambda request, _, turn: services_expand(request, turn))
    dying = At(number, when, raising(Killed()))
    with pytest.raises(Killed):
        expand(batch, TIME)
    assert len(dying.calls) == number
    ended_well(world, version, world.handler("expander"), batch)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_two_at_once_are_one_set_of_images_and_one_manifest(world: World, number: int, when: str) -> None:
    """The second delivery goes its whole way while the first is in the midst of any of its calls."""
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    other: list[Any] = []
    At(number, when, lambda _: other.append(expand(batch, TIME)))
    assert expand(batch, TIME) == {"batchItemFailures": []}
    assert other == [{"batchItemFailures": []}]
    ended_well(world, version, expand, batch)


def test_conflicting_conditional_writes_go_back_like_throttling(world: World) -> None:
    """409: S3 is in the middle of the other's write."""
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    conflict = ClientError({"Error": {"Code": "ConditionalRequestConflict"}}, "PutObject")
    At(5, "before", raising(conflict))  # the first image's PUT
    assert len(expand(batch, TIME)["batchItemFailures"]) == 1
    ended_well(world, version, expand, batch)


def test_an_archive_refused_as_a_whole_leaves_nothing_but_its_record(world: World) -> None:
    version = announced(world, content=b"no archive " * 20)
    assert world.handler("expander")(archives(world), TIME) == {"batchItemFailures": []}
    record = world.record(KEY, version)
    assert record["status"] == "rejected"
    assert record["reason"].startswith("archive_unreadable: ")
    assert versions(world, IMAGES, EXPANDED_ROOT) == versions(world, RESULTS, MANIFESTS_ROOT) == []


def test_an_archive_deleted_before_it_was_read_is_gone(world: World) -> None:
    version = announced(world)
    world.s3.delete_object(Bucket=IMAGES, Key=KEY, VersionId=version)
    assert world.handler("expander")(archives(world), TIME) == {"batchItemFailures": []}
    assert world.record(KEY, version)["status"] == "gone"


def test_without_time_left_the_message_comes_back_at_once_with_nothing_done(world: World) -> None:
    announced(world)
    expand, batch = world.handler("expander"), archives(world)
    assert len(expand(batch, Context(remaining_ms=50_000))["batchItemFailures"]) == 1
    assert versions(world, IMAGES, EXPANDED_ROOT) == []


def test_a_body_that_is_not_ours_stays_in_the_queue(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.sqs.send_message(QueueUrl=world.archives_url, MessageBody="hello")
    batch = archives(world)
    assert len(world.handler("expander")(batch, TIME)["batchItemFailures"]) == 1
    (said,) = [vars(record) for record in caplog.records if record.message == "archive_settled"]
    assert (said["result"], said["reason"][:16]) == ("returned", "foreign_message:")


def test_a_lost_archive_and_lost_images_are_found_by_the_sweep(world: World) -> None:
    version, _ = world.upload(KEY, content=WALK)
    sweep = world.handler("sweep")
    assert sweep({"older_than_minutes": 0}, TIME)["models"]["signs"]["enqueued"] == 1
    expand, batch = world.handler("expander"), archives(world)
    expand(batch, TIME)
    for record in batch["Records"]:
        world.sqs.delete_message(QueueUrl=world.archives_url, ReceiptHandle=record["receiptHandle"])
    world.sqs.purge_queue(QueueUrl=world.queue_url)  # the messages of both images are lost
    swept = world.handler("sweep")({"older_than_minutes": 0}, TIME)["models"]["signs"]
    assert (swept["seen"], swept["enqueued"]) == (3, 3)
    ended_well(world, version, world.handler("expander"), archives(world))
    assert world.handler("sweep")({"older_than_minutes": 0}, TIME)["models"]["signs"]["enqueued"] == 0


def test_an_object_under_the_expanded_folder_is_no_models_image(world: World) -> None:
    """Should an event ever come from there, nothing would be expanded twice over."""
    _, event = world.upload("expanded/signs/monday-0123456789ab/a.zip", content=plain_png(80))
    assert world.handler("producer")(event, Context()) == {"enqueued": 0}
