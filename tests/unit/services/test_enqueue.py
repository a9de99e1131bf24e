"""New images go to the model with the longest prefix, one message each."""

import pytest

from dayshift.domain.images import ImageRef
from dayshift.domain.routing import Route
from dayshift.services.enqueue import Enqueued, EnqueuePorts, enqueue
from tests.fakes import IMAGES, NOON, FakeQueue, image

ROUTES = (
    Route("signs", "rekognition", "incoming/signs/", "https://queue/signs"),
    Route("night", "rekognition", "incoming/signs/night/", "https://queue/night"),
)


def run(*images: ImageRef) -> tuple[Enqueued, dict[str, FakeQueue]]:
    queues = {"signs": FakeQueue(), "night": FakeQueue(), "archives": FakeQueue()}
    return enqueue(images, EnqueuePorts(IMAGES, ROUTES, queues, queues["archives"]), NOON), queues


def test_each_image_is_one_message_however_many_wait() -> None:
    done, queues = run(*(image(f"incoming/signs/{n}.jpg") for n in range(25)))
    assert done.sent == len(queues["signs"].sent) == 25
    assert queues["night"].sent == []


def test_the_longest_prefix_wins() -> None:
    _, queues = run(image("incoming/signs/night/a.jpg"))
    assert [sent.model for sent in queues["night"].sent] == ["night"]
    assert queues["signs"].sent == []


def test_an_image_that_no_model_reads_is_named_not_sent() -> None:
    stray = image("incoming/unknown/a.jpg")
    done, queues = run(stray, image())
    assert done.unrouted == (stray,)
    assert [sent.image for sent in queues["signs"].sent] == [image()]


def test_a_foreign_bucket_is_named_not_sent() -> None:
    stranger = image(bucket="acme-results")
    done, queues = run(stranger)
    assert done.foreign == (stranger,)
    assert queues["signs"].sent == []


@pytest.mark.parametrize("name", ["monday.zip", "MONDAY.ZIP", "a/.zip", "monday.jpg.zIp"])
def test_an_archive_waits_where_archives_are_expanded_for_the_model_of_its_key(name: str) -> None:
    done, queues = run(image(f"incoming/signs/night/{name}"), image())
    assert done.sent == 2
    assert [(sent.model, sent.image.key) for sent in queues["archives"].sent] == [
        ("night", f"incoming/signs/night/{name}")
    ]
    assert queues["night"].sent == []
    assert [sent.image for sent in queues["signs"].sent] == [image()]


@pytest.mark.parametrize("name", ["monday.zip.jpg", "zip", "monday.zip/a.jpg", "monday.zip/", "monday.zip "])
def test_what_does_not_end_like_an_archive_is_none(name: str) -> None:
    _, queues = run(image(f"incoming/signs/{name}"))
    assert (len(queues["signs"].sent), queues["archives"].sent) == (1, [])
