"""An archive becomes its images, each with a message, then a manifest, and in the end one terminal record."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from dayshift.domain.archives import MAXIMUM_ARCHIVE_BYTES, Manifest
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ClosedError, GoneError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import Envelope, InferenceRequest, backoff_seconds
from tests.archives import FAULT, ZIP, Bench, FakeManifests
from tests.fakes import NOON, FakeInbox, FakeQueue, envelope, image
from tests.zip_writer import Part, picture, zipped

NAMES = ("b.png", "folder/a.png", "b.png")
THREE = zipped([Part(name.encode(), picture(number)) for number, name in enumerate(NAMES)])
ONE_BAD = zipped([Part(b"a.png"), Part(b"notes.txt", b"buy milk, " * 20)])


def test_each_image_is_an_object_with_a_message_and_a_line_in_the_manifest() -> None:
    bench = Bench()
    outcome = bench.expand(THREE)
    assert (outcome.result, outcome.reason) == ("expanded", "ok 3, rejected 0")
    assert [(one.index, one.name) for one in bench.manifest.images] == list(enumerate(NAMES))
    assert [one.image for one in bench.manifest.images] == bench.sent
    assert [bench.expanded.stored[one.key] for one in bench.sent] == [picture(number) for number in range(3)]
    assert set(bench.expanded.types.values()) == {"image/png"}
    assert {request.model for request in bench.queue.sent} == {"signs"}
    assert bench.records.written == {}, "it has not ended before its images have"


def test_a_jpeg_is_called_one_whatever_its_name_says() -> None:
    bench = Bench()
    frame = b"\xff\xd8\xff\xc0\0\x11\x08\0\x90\0\x90" + bytes(80)
    bench.expand(zipped([Part(b"a.png", frame)]))
    (key,) = bench.expanded.stored
    assert (key[-4:], bench.expanded.types[key]) == (".jpg", "image/jpeg")


def test_an_archive_ends_when_its_last_image_has() -> None:
    bench = Bench()
    bench.expand(THREE)
    first, *rest = bench.sent
    bench.answer(first)
    assert bench.expand().result == "expanded"
    assert not bench.records.exists(ZIP)
    bench.answer(*rest, prediction=Prediction((), None, 0.0))
    assert bench.expand().result == "ok"
    assert bench.record.reason == "ok 3, rejected 0; its images: none 2, ok 1"
    assert (bench.record.model.name, bench.record.detections, bench.record.cost_usd) == ("signs", (), 0.0)


def test_what_is_no_image_is_refused_by_itself_and_counted_in_the_record() -> None:
    bench = Bench()
    bench.expand(ONE_BAD)
    (bad,) = bench.manifest.refused
    assert (bad.index, bad.name, bad.reason.partition(":")[0]) == (1, "notes.txt", "unsupported_format")
    bench.answer(*bench.sent)
    bench.expand()
    assert (bench.record.status, bench.record.reason) == (
        "ok",
        "ok 1, rejected 1 (unsupported_format 1); its images: ok 1",
    )


def test_an_archive_of_which_every_entry_was_refused_was_refused() -> None:
    bench = Bench()
    assert bench.expand(zipped([Part(b"notes.txt", b"buy milk, " * 20)])).result == "rejected"
    assert bench.record.reason == "archive_no_image: ok 0, rejected 1 (unsupported_format 1)"


@pytest.mark.parametrize("parts", [[], [Part(b"folder/", b""), Part(b"__MACOSX/._a.png", b"x")]])
def test_an_archive_in_which_there_is_nothing_ends_at_once_as_none(parts: list[Part]) -> None:
    bench = Bench()
    assert bench.expand(zipped(parts)).result == "none"
    assert bench.record.reason == "ok 0, rejected 0"


def test_an_archive_that_has_ended_is_never_opened_again() -> None:
    bench = Bench()
    bench.expand(zipped([]))
    assert bench.expand().result == "already"
    assert len(bench.archives.readers) == 1


def test_an_archive_that_was_expanded_is_never_opened_again() -> None:
    bench = Bench()
    bench.expand(THREE)
    bench.archives.stored[ZIP.key] = GoneError("deleted")
    assert bench.expand().result == "expanded"
    bench.answer(*bench.sent)
    assert bench.expand().result == "ok"
    assert len(bench.queue.sent) == 3


def test_an_archive_that_was_deleted_is_gone() -> None:
    bench = Bench()
    assert bench.expand(GoneError("this version was deleted before it was read")).result == "gone"
    assert str(bench.record.reason).startswith("gone: ")


def test_an_archive_too_large_to_begin_with_is_not_even_looked_at() -> None:
    class Sized(bytes):
        def __len__(self) -> int:
            return MAXIMUM_ARCHIVE_BYTES + 1

    bench = Bench()
    assert bench.expand(Sized()).result == "rejected"
    assert bench.archives.readers[0].bytes_read == 0
    assert str(bench.record.reason).startswith("archive_too_large: ")


def test_images_are_sent_in_tens_as_they_come() -> None:
    batches: list[int] = []

    class Counting(FakeQueue):
        def send(self, requests: Sequence[InferenceRequest]) -> None:
            batches.append(len(requests))
            super().send(requests)

    bench = Bench(queue=Counting())
    bench.expand(zipped([Part(b"%d" % number, picture(number)) for number in range(23)]))
    assert batches == [10, 10, 3]
    assert len(set(bench.sent)) == 23


def test_the_same_archive_put_there_twice_is_one_set_of_images_and_each_has_its_manifest() -> None:
    bench, again = Bench(), image(ZIP.key, version_id="v2")
    for one in (ZIP, again):
        assert bench.expand(THREE, one).result == "expanded"
    assert len(bench.expanded.stored) == len(set(bench.sent)) == 3
    first, second = bench.manifests.written[ZIP], bench.manifests.written[again]
    assert (first.images, first.folder) == (second.images, second.folder)
    bench.answer(*{one.image for one in first.images})
    assert bench.expand(of=again).result == bench.expand().result == "ok"
    assert bench.records.of(again).reason == bench.record.reason


def test_an_archive_that_comes_again_after_its_images_were_read_ends_at_once_with_their_results() -> None:
    bench, again = Bench(), image(ZIP.key, version_id="v2")
    bench.expand(THREE)
    bench.answer(*bench.sent)
    assert bench.expand(THREE, again).result == "ok"
    assert bench.records.of(again).reason == "ok 3, rejected 0; its images: ok 3"


@pytest.mark.parametrize(
    "other",
    [
        (THREE, image("incoming/signs/monday/Monday walk.zip")),
        (zipped([Part(name.encode(), picture(number + 1)) for number, name in enumerate(NAMES)]), ZIP),
        (zipped([Part(b"x" + name.encode(), picture(number)) for number, name in enumerate(NAMES)]), ZIP),
    ],
    ids=["another key", "other bytes", "other names"],
)
def test_another_archive_has_images_of_its_own(other: tuple[bytes, ImageRef]) -> None:
    bench = Bench()
    content, of = other
    bench.expand(THREE)
    bench.expand(content, image(of.key, version_id="v2"))
    assert len({one.key.rpartition("/")[0] for one in bench.sent}) == 2
    assert len(bench.expanded.stored) == len(set(bench.sent)) == 6


def test_a_model_that_reads_many_at_once_is_told_of_an_archive_once_its_manifest_is_there() -> None:
    bench = Bench(takes_whole=True)

    class Looking(FakeQueue):
        def send(self, requests: Sequence[InferenceRequest]) -> None:
            assert bench.manifests.read(ZIP), "whoever hears of it reads the manifest"
            super().send(requests)

    looking = Looking()
    bench.ports = replace(bench.ports, models={"signs": replace(bench.ports.models["signs"], queue=looking)})
    bench.expand(THREE)
    assert [(request.image, request.model) for request in looking.sent] == [(ZIP, "signs")]
    assert len(bench.expanded.stored) == 3


def test_a_model_that_reads_many_at_once_is_told_again_until_all_images_have_ended() -> None:
    bench = Bench(takes_whole=True)
    bench.expand(THREE)
    images = [one.image for one in bench.manifest.images]
    bench.answer(*images[:2])
    assert bench.expand().result == "expanded"
    assert bench.sent == [ZIP, ZIP]
    bench.answer(images[2])
    assert bench.expand().result == "ok"
    assert bench.sent == [ZIP, ZIP]


def test_a_request_for_a_whole_archive_that_could_not_be_sent_is_sent_by_the_next_delivery() -> None:
    class Down(FakeQueue):
        is_down = True

        def send(self, requests: Sequence[InferenceRequest]) -> None:
            if self.is_down:
                raise FAULT
            super().send(requests)

    queue = Down()
    bench = Bench(queue=queue, takes_whole=True)
    bench.archives.stored[ZIP.key] = THREE
    assert not bench.delivered()
    queue.is_down = False
    assert bench.delivered()
    assert (bench.sent, len(bench.archives.readers)) == ([ZIP], 1)


def test_a_whole_archive_without_any_image_is_nobodys_to_read() -> None:
    bench = Bench(takes_whole=True)
    assert bench.expand(ONE_BAD).result == "expanded"
    none = Bench(takes_whole=True)
    assert none.expand(zipped([])).result == "none"
    assert (bench.sent, none.sent) == ([ZIP], [])


def test_the_same_bytes_twice_in_an_archive_are_two_images() -> None:
    bench = Bench()
    bench.expand(zipped([Part(b"a.png", picture()), Part(b"b.png", picture())]))
    assert len(bench.expanded.stored) == len(bench.queue.sent) == 2


def test_time_that_runs_out_gives_the_message_back_and_the_next_delivery_ends_with_the_same_images() -> None:
    bench = Bench(entries_before_time_is_up=3)  # one look is the delivery's, before it begins
    bench.archives.stored[ZIP.key] = THREE
    assert not bench.delivered(receive_count=2)
    assert "no time left at entry 2 of 3" in str(bench.outcomes[-1].reason)
    assert (bench.inbox.rests, len(bench.expanded.stored)) == ({f"receipt of {ZIP.key}@v1": backoff_seconds(2)}, 2)
    assert (bench.manifests.written, bench.records.written) == ({}, {})
    bench.entries_before_time_is_up = 10**9
    assert bench.delivered()
    assert len(bench.expanded.stored) == 3
    assert set(bench.sent) == {one.image for one in bench.manifest.images}


@pytest.mark.parametrize("fault", [FAULT, ClosedError("AccessDenied"), KeyError("unforeseen"), MemoryError()])
def test_what_is_not_about_the_archive_goes_back_and_settles_nothing(fault: BaseException) -> None:
    bench = Bench()
    bench.archives.stored[ZIP.key] = THREE
    bench.expanded.refuse = fault
    assert not bench.delivered()
    assert (bench.outcomes[-1].result, bench.records.written) == ("returned", {})
    assert bench.delivered()
    assert len(bench.manifest.images) == 3


def test_what_nobody_foresaw_ends_the_archive_on_its_last_receive_but_one() -> None:
    bench = Bench()
    bench.archives.stored[ZIP.key] = KeyError("offset")
    assert not bench.delivered(receive_count=18)
    assert bench.delivered(receive_count=19)
    assert (bench.record.status, bench.record.reason) == ("failed", "unforeseen: KeyError: 'offset'")


@pytest.mark.parametrize(
    "message",
    [
        Envelope("m", "r", 1, problem="not JSON"),
        Envelope("m", "r", 1, (InferenceRequest(ZIP, "nobody", NOON),)),
        Envelope("m", "r", 1, (InferenceRequest(image(ZIP.key, bucket="another"), "signs", NOON),)),
    ],
)
def test_what_is_not_ours_stays_in_the_queue_until_a_person_sees_it(message: Envelope) -> None:
    bench = Bench()
    assert bench.deliver(message) == ("m",)
    assert str(bench.outcomes[-1].reason).startswith("foreign_message: ")
    assert bench.records.written == {}


def test_a_message_that_came_back_often_rests_before_the_work() -> None:
    bench = Bench()
    bench.archives.stored[ZIP.key] = THREE
    assert bench.delivered(receive_count=5)
    assert list(bench.inbox.rests.values()) == [backoff_seconds(5)]


def test_a_queue_that_cannot_let_it_rest_changes_nothing_else() -> None:
    bench = Bench(inbox=FakeInbox(refuse=TransientError("SQS is down")))
    bench.archives.stored[ZIP.key] = FAULT
    assert bench.deliver(envelope(ZIP, receive_count=6)) == (f"{ZIP.key}@v1",)


@dataclass
class BeatenManifests(FakeManifests):
    """Where another delivery writes its own just before ours."""

    theirs: Manifest | None = None

    def write(self, manifest: Manifest) -> bool:
        if self.theirs:
            super().write(self.theirs)
        return super().write(manifest)


def test_a_manifest_that_another_delivery_wrote_first_is_the_one_that_counts() -> None:
    first = Bench()
    first.expand(THREE)
    second = Bench(manifests=BeatenManifests(theirs=first.manifest))
    assert second.expand(ONE_BAD).reason == "ok 3, rejected 0"
    assert second.manifests.read(ZIP) == first.manifest
