"""The gallery in S3: only new photos are looked at, every worker comes to the same index, and nobody stays who went."""

import json
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import boto3
import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from dayshift.adapters import gallery as gallery_module
from dayshift.adapters.gallery import Gallery, Looking, S3Gallery
from dayshift.domain.detections import BoundingBox
from dayshift.domain.errors import ClosedError, PermanentError, TransientError
from dayshift.domain.faces import Face
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from tests.fakes import IMAGES, LIMITS, RESULTS

MODEL = ModelSpec("faces", "face_fleet", "g", "incoming/faces/", {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}})
LARGE = plain_png(100)  # a photo ends with the number of its faces
FOLDER = "_gallery/faces/"


@dataclass
class Finder:
    """Finds as many faces as a photo's last byte says; its first is the photo's length away from nobody."""

    looked: list[bytes] = field(default_factory=list)
    before: Callable[[bytes], None] = lambda _: None

    def start(self) -> None:
        raise AssertionError("nobody starts it here")

    def close(self) -> None:
        raise AssertionError("nobody ends it here")

    def faces(self, content: bytes) -> Sequence[Face]:
        self.before(content)
        self.looked.append(content)
        if content.endswith(b"!"):
            raise PermanentError("crashes_decoder", "died of it")
        return [Face(BoundingBox(0, 0, 1, 1), (float(content[-2]), *[0.0] * 127))] * int(content[-1:])


@dataclass
class Worker:
    """A gallery with the finder and clock of one worker."""

    s3: S3Client
    finder: Finder = field(default_factory=Finder)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        looking = Looking(self.finder, 2, LIMITS, RESULTS, lambda: self.seconds)
        self._gallery = S3Gallery(self.s3, MODEL, looking)

    def now(self, later: float = 0.0) -> Gallery:
        self.seconds += later
        return self._gallery.now()

    def people(self, later: float = 60.0) -> list[tuple[str, float]]:
        return sorted((known.person, known.embedding[0]) for known in self.now(later).known)


@pytest.fixture
def worker(s3: S3Client) -> Worker:
    return Worker(s3)


def put(s3: S3Client, key: str, number: int = 1, faces: bytes = b"1") -> None:
    s3.put_object(Bucket=IMAGES, Key=f"gallery/{key}", Body=LARGE + bytes([number]) + faces)


def indexes(s3: S3Client) -> list[str]:
    return sorted(entry["Key"] for entry in s3.list_objects_v2(Bucket=RESULTS, Prefix=FOLDER).get("Contents", ()))


def index(s3: S3Client, gallery: Gallery) -> list[dict[str, object]]:
    body = s3.get_object(Bucket=RESULTS, Key=f"{FOLDER}{gallery.fingerprint}.json")["Body"].read()
    photos: list[dict[str, object]] = json.loads(body)["photos"]
    return photos


@pytest.fixture
def calls(s3: S3Client) -> list[str]:
    made: list[str] = []
    s3.meta.events.register("before-call.s3", lambda model, **_: made.append(model.name))
    return made


def test_photos_in_folders_are_people_and_all_else_is_passed_over(s3, worker):
    put(s3, "ann/1.jpg", 1)
    put(s3, "ann/2.PNG", 2)
    put(s3, "Zoë Ö/1.jpeg", 3)
    for other in ("1.jpg", "ann/old/1.jpg", "ann/notes.txt", "ann/"):
        put(s3, other, 9)
    s3.put_object(Bucket=IMAGES, Key="gallery2/eve/1.jpg", Body=LARGE)
    assert worker.people() == [("Zoë Ö", 3.0), ("ann", 1.0), ("ann", 2.0)]


def test_no_photo_at_all_is_a_gallery_too_and_needs_no_index(s3, worker):
    assert worker.now().known == ()
    assert len(worker.now().fingerprint) == 64
    assert indexes(s3) == []


def test_it_is_looked_at_once_a_minute(s3, worker, calls):
    put(s3, "ann/1.jpg")
    worker.now()
    calls.clear()
    for _ in range(10):
        worker.now(later=5.9)
    assert calls == []
    worker.now(later=1.1)
    assert calls == ["ListObjectsV2"]
    assert worker.people(later=1) == [("ann", 1.0)]


def test_a_change_is_seen_within_the_minute_and_only_the_new_photo_looked_at(s3, worker):
    put(s3, "ann/1.jpg", 1)
    before = worker.now()
    put(s3, "bob/1.jpg", 2)
    assert worker.people() == [("ann", 1.0), ("bob", 2.0)]
    assert [content[-2] for content in worker.finder.looked] == [1, 2]
    assert worker.now().fingerprint != before.fingerprint
    s3.delete_object(Bucket=IMAGES, Key="gallery/bob/1.jpg")
    assert worker.people() == [("ann", 1.0)]
    assert worker.now() == before
    assert len(worker.finder.looked) == 2


def test_a_photo_that_was_replaced_is_looked_at_again(s3, worker):
    put(s3, "ann/1.jpg", 1)
    worker.now()
    put(s3, "ann/1.jpg", 5)
    assert worker.people() == [("ann", 5.0)]


def test_a_photo_that_is_replaced_between_listing_and_reading_is_listed_again(s3, worker):
    put(s3, "ann/1.jpg", 1)
    other, replaced = boto3.client("s3"), list[str]()

    def replace_it(params: dict[str, str], **_: object) -> None:
        if "gallery/ann" in params["url_path"] and not replaced:
            replaced.append("once")
            put(other, "ann/1.jpg", 5)

    s3.meta.events.register("before-call.s3.GetObject", replace_it)
    assert worker.people() == [("ann", 5.0)]
    (entry,) = index(s3, worker.now())
    assert entry["version"] == s3.head_object(Bucket=IMAGES, Key="gallery/ann/1.jpg")["ETag"].strip('"')
    assert len(indexes(s3)) == len(worker.finder.looked) == 1


def test_another_worker_reads_the_index_and_looks_at_nothing(s3, worker):
    put(s3, "ann/1.jpg", 1)
    second = Worker(s3)
    assert worker.now() == second.now()
    assert second.finder.looked == []


def test_a_worker_that_starts_after_a_change_looks_only_at_what_no_index_has(s3, worker):
    put(s3, "ann/1.jpg", 1)
    put(s3, "bob/1.jpg", 2)
    worker.now()
    put(s3, "cy/1.jpg", 3)
    s3.delete_object(Bucket=IMAGES, Key="gallery/bob/1.jpg")
    second = Worker(s3)
    assert second.people() == [("ann", 1.0), ("cy", 3.0)]
    assert [content[-2] for content in second.finder.looked] == [3]


def test_photos_that_tell_nobody_cost_only_themselves_and_are_named_in_the_index(s3, worker):
    put(s3, "ann/1.jpg", 1)
    put(s3, "ann/none.jpg", faces=b"0")
    put(s3, "bob/many.jpg", faces=b"3")
    put(s3, "bob/dies.jpg", faces=b"!")
    put(s3, "Unknown/1.jpg")
    s3.put_object(Bucket=IMAGES, Key="gallery/bob/text.jpg", Body=b"not an image" * 10)
    s3.put_object(Bucket=IMAGES, Key="gallery/bob/empty.jpg", Body=b"")
    assert worker.people() == [("ann", 1.0)]
    problems = {str(entry["key"]).removeprefix("gallery/"): entry["problem"] for entry in index(s3, worker.now())}
    unsupported = problems.pop("bob/text.jpg")
    assert str(unsupported).startswith("unreadable: unsupported_format: this is something that begins with")
    assert problems == {
        "ann/1.jpg": None,
        "ann/none.jpg": "no face",
        "bob/many.jpg": "3 faces, one wanted",
        "bob/dies.jpg": "unreadable: crashes_decoder: died of it",
        "bob/empty.jpg": "unreadable: empty: 0 bytes cannot be an image; the least is 64",
        "Unknown/1.jpg": '"unknown" is what a face is called that nobody has',
    }


def test_workers_that_index_at_once_come_to_one_index(s3):
    for number in range(20):
        put(s3, f"p{number}/1.jpg", number)
    meet = threading.Barrier(3)

    def wait_for_the_others(content: bytes) -> None:
        if content[-2] == 0:
            meet.wait(5)

    workers = [Worker(s3, Finder(before=wait_for_the_others)) for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        galleries = list(threads.map(Worker.now, workers))
    assert galleries[0] == galleries[1] == galleries[2]
    assert indexes(s3) == [f"{FOLDER}{galleries[0].fingerprint}.json"]


def test_threads_of_one_worker_wait_for_the_one_that_looks(s3, worker):
    put(s3, "ann/1.jpg", 1)
    with ThreadPoolExecutor(4) as threads:
        galleries = list(threads.map(lambda _: worker.now(), range(8)))
    assert {one.known[0].person for one in galleries} == {"ann"}
    assert len(worker.finder.looked) == 1


def test_a_worker_that_dies_meanwhile_leaves_what_it_knew(s3, worker, monkeypatch):
    monkeypatch.setattr(gallery_module, "WRITTEN_AFTER", 2)
    for number in range(5):
        put(s3, f"p{number}/1.jpg", number)

    def die(content: bytes) -> None:
        if content[-2] == 4:
            raise ClosedError("the machine goes")

    worker.finder.before = die
    with pytest.raises(ClosedError):
        worker.now()
    second = Worker(s3)
    assert len(second.now().known) == 5
    assert [content[-2] for content in second.finder.looked] == [4]


def test_who_is_removed_while_photos_are_looked_at_gets_into_no_index(s3, worker):
    put(s3, "ann/1.jpg", 1)
    put(s3, "bob/1.jpg", 2)
    worker.finder.before = lambda _: withdraw(s3)
    assert worker.people() == [("ann", 1.0)]
    versions = s3.list_object_versions(Bucket=RESULTS, Prefix=FOLDER)
    (index_version,) = versions["Versions"]
    assert "DeleteMarkers" not in versions
    assert b"bob" not in s3.get_object(Bucket=RESULTS, Key=index_version["Key"])["Body"].read()


def withdraw(s3: S3Client) -> None:
    s3.delete_object(Bucket=IMAGES, Key="gallery/bob/1.jpg")


def test_a_gallery_that_never_holds_still_sends_the_image_back(s3, worker):
    put(s3, "ann/1.jpg")
    numbers = iter(range(2, 100))
    worker.finder.before = lambda _: put(s3, "ann/1.jpg", next(numbers))
    with pytest.raises(TransientError, match="change faster than they can be read"):
        worker.now()


def test_an_index_that_nobody_can_read_is_made_again_in_memory(s3, worker):
    put(s3, "ann/1.jpg", 1)
    name = worker.now().fingerprint
    s3.put_object(Bucket=RESULTS, Key=f"{FOLDER}{name}.json", Body=b"{")
    assert Worker(s3).people() == [("ann", 1.0)]


@pytest.mark.parametrize("operation", ["ListObjectsV2", "GetObject", "PutObject"])
def test_surroundings_that_refuse_are_no_photos_fault_and_it_is_looked_at_again(s3, worker, operation):
    put(s3, "ann/1.jpg", 1)
    refusing = boto3.client("s3")

    def refuse(model: object, **_: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown", "Message": "said S3"}}, operation)

    refusing.meta.events.register(f"before-call.s3.{operation}", refuse)
    second = Worker(refusing)
    with pytest.raises(TransientError, match=r"SlowDown while .*gallery.*said S3"):
        second.now()
    refusing.meta.events.unregister(f"before-call.s3.{operation}", refuse)
    assert second.people(later=0) == [("ann", 1.0)]


def test_more_photos_than_one_page_lists(s3, worker, calls):
    for number in range(7):
        put(s3, f"p{number}/1.jpg", number)
    s3.meta.events.register("provide-client-params.s3.ListObjectsV2", lambda params, **_: params | {"MaxKeys": 3})
    calls.clear()
    assert len(worker.now().known) == 7
    pages = calls.index("GetObject")  # of an index
    assert calls[:pages] == ["ListObjectsV2"] * 3
