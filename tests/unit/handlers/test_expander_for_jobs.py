"""An archive for a model of jobs: one request, whatever breaks on the way, and a sweep that knows the book."""

import json
from typing import Any

import pytest

from dayshift.adapters.job_book import S3JobBook
from dayshift.adapters.s3 import S3Records
from dayshift.domain.archives import MANIFESTS_ROOT, Manifest
from dayshift.domain.errors import TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.jobs import Book, Job, JobImage, JobState
from dayshift.domain.results import Status, TerminalRecord
from dayshift.services.expand import expand as services_expand
from tests.fakes import NOON, RESULTS, SIGNS
from tests.functions import World
from tests.unit.handlers.test_expander import (
    KEY,
    TIME,
    At,
    Killed,
    announced,
    archives,
    raising,
    versions,
)  # fmt: skip

# As for other models, but for the one request in the place of the images': HEAD the record, GET the manifest, GET the
# archive's end, twice GET an entry and PUT an image, PUT the manifest, list the records, send.
CALLS = 10


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    route = {"model": "signs", "family": "gpu_job", "prefix": "incoming/signs/", "queue_url": world.queue_url}
    monkeypatch.setenv("ROUTES", json.dumps([route]))
    return world


def waiting(world: World, url: str) -> list[tuple[str, str]]:
    """Key and version of what waits there, once each."""
    bodies = [json.loads(record["body"]) for record in world.batch(url)["Records"]]
    return sorted({(body["image"]["key"], body["image"]["version_id"]) for body in bodies})


def manifest(world: World) -> Manifest:
    (place,) = versions(world, RESULTS, MANIFESTS_ROOT)
    return Manifest.from_json(world.s3.get_object(Bucket=RESULTS, Key=place)["Body"].read())


def in_a_job(world: World, *images: ImageRef, archive: ImageRef | None = None) -> None:
    inside = tuple(JobImage(index, one, NOON) for index, one in enumerate(images))
    job = Job("20261120-120000-0123abcd", "signs", JobState.RUNNING, NOON, NOON, inside, archive)
    assert S3JobBook(world.s3, RESULTS, "signs").write(Book("signs", (job,)), None)


def swept(world: World) -> int:
    answer: dict[str, Any] = world.handler("sweep")({"older_than_minutes": 0}, TIME)
    return int(answer["models"]["signs"]["enqueued"])


def test_the_model_is_told_of_the_archive_and_of_no_image(world: World) -> None:
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    counting = At(0, "before", raising(Killed()))
    assert expand(batch, TIME) == {"batchItemFailures": []}
    assert len(counting.calls) == CALLS
    assert waiting(world, world.queue_url) == [(KEY, version)]
    assert len(manifest(world).images) == 2


def test_it_is_told_again_while_images_are_unanswered_and_no_more_when_the_archive_has_ended(world: World) -> None:
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    for _ in range(2):
        assert expand(batch, TIME) == {"batchItemFailures": []}
        assert waiting(world, world.queue_url) == [(KEY, version)]
    for one in manifest(world).images:
        record = TerminalRecord(one.image, SIGNS, Status.OK, None, (), None, NOON, NOON, 1, 0.0)
        S3Records(world.s3, RESULTS, "signs").write(record)
    world.sqs.purge_queue(QueueUrl=world.queue_url)
    assert expand(batch, TIME) == {"batchItemFailures": []}
    assert world.record(KEY, version)["status"] == "ok"
    assert waiting(world, world.queue_url) == []


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_an_expander_that_dies_at_any_call_has_told_the_model_after_the_next_delivery(
    world: World, number: int, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = announced(world)
    expand, batch = world.handler("expander"), archives(world)
    monkeypatch.setattr("dayshift.services.expand_batch._one", lambda request, _, turn: services_expand(request, turn))
    At(number, when, raising(Killed()))
    with pytest.raises(Killed):
        expand(batch, TIME)
    assert expand(batch, TIME) == {"batchItemFailures": []}
    assert waiting(world, world.queue_url) == [(KEY, version)]
    assert len(manifest(world).images) == 2


def test_the_sweep_asks_for_a_lost_archive_and_not_for_its_images_beside_it(world: World) -> None:
    version = announced(world)
    world.handler("expander")(archives(world), TIME)
    for url in (world.archives_url, world.queue_url):
        world.sqs.purge_queue(QueueUrl=url)
    assert swept(world) == 1
    assert (waiting(world, world.archives_url), waiting(world, world.queue_url)) == ([(KEY, version)], [])


def test_the_sweep_leaves_what_is_in_the_book(world: World) -> None:
    version = announced(world)
    world.handler("expander")(archives(world), TIME)
    for url in (world.archives_url, world.queue_url):
        world.sqs.purge_queue(QueueUrl=url)
    found = manifest(world)
    in_a_job(world, *(one.image for one in found.images), archive=found.archive)
    assert (version, swept(world)) == (found.archive.version_id, 0)


def test_a_book_that_nobody_can_read_stops_the_sweep_of_this_model_and_says_so(world: World) -> None:
    announced(world)
    world.s3.put_object(Bucket=RESULTS, Key="jobs/signs/open.json", Body=b"[]")
    with pytest.raises(TransientError, match=r"open\.json is no book"):
        swept(world)
    assert versions(world, RESULTS, "results/") == []
