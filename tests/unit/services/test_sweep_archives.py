"""Archives are swept to where they are expanded, and what came out of them to the model; no archive waits in vain."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from dayshift.domain.archives import Manifest, expanded_prefix
from dayshift.domain.errors import ForeignMessageError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.jobs import Book, Job, JobImage, JobState
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.routing import Route
from dayshift.domain.sweeping import QueueDepth, Tries
from dayshift.services.label import LabelPorts, label
from dayshift.services.sweep import Swept, sweep, sweep_models
from dayshift.services.sweep_ports import ArchiveSweepPorts, SweepPorts
from tests.archives import ZIP, FakeManifests
from tests.fakes import (
    IMAGES,
    NOON,
    SIGNS,
    FakeImages,
    FakeInbox,
    FakeLedger,
    FakePredictor,
    FakeQueue,
    FakeRecords,
    image,
    ticking,
)  # fmt: skip

HOUR = timedelta(hours=1)
PATIENCE = timedelta(minutes=30)
ROUTE = Route("signs", "rekognition", "incoming/signs/", "https://queue/signs")
EXPANDED = replace(ROUTE, prefix=expanded_prefix("signs"))
LOST = image("expanded/signs/monday-0123456789ab/0000-0123456789abcdef.png")
OTHER = image("incoming/signs/other.jpg")
BUSY = QueueDepth(visible=1, in_flight=0, delayed=0)


class Bench:
    """Both sweeps of a model, on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.images, self.records = FakeImages(), FakeRecords()
        self.queue, self.archives, self.manifests = FakeQueue(), FakeQueue(), FakeManifests()
        self.ledger, self.ledger_of_expanded = FakeLedger(self.records), FakeLedger(self.records)
        elsewhere = ArchiveSweepPorts(self.archives, self.manifests)
        self.ports = SweepPorts(ROUTE, (ROUTE,), self.images, self.records, self.ledger, self.queue, elsewhere)
        self.ports_of_expanded = SweepPorts(
            EXPANDED, (EXPANDED,), self.images, self.records, self.ledger_of_expanded, self.queue
        )

    def sweep(self) -> Swept:
        self.now += HOUR
        return sweep_models((self.ports, self.ports_of_expanded), None, PATIENCE, self.now, lambda: True)["signs"]

    def answer(self, one: ImageRef) -> None:
        ports = LabelPorts(SIGNS, IMAGES, FakePredictor(), self.records, FakeInbox(), 20, 16)
        label(InferenceRequest(one, "signs", self.now), ports, ticking(self.now))


def test_a_lost_archive_is_sent_to_be_expanded_and_a_lost_image_to_the_model() -> None:
    bench = Bench()
    bench.images.upload(ZIP, OTHER)
    assert bench.sweep() == Swept(seen=2, enqueued=2)
    assert [sent.image for sent in bench.archives.sent] == [ZIP]
    assert [sent.image for sent in bench.queue.sent] == [OTHER]


def test_what_came_out_of_an_archive_is_swept_too_and_counted_with_the_rest() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    assert bench.sweep() == Swept(seen=2, enqueued=2)
    assert {sent.image for sent in bench.queue.sent} == {LOST, OTHER}
    assert (list(bench.ledger.kept), list(bench.ledger_of_expanded.kept)) == ([OTHER], [LOST])


def test_an_archive_among_what_came_out_of_one_is_never_expanded() -> None:
    bench = Bench()
    bench.images.upload(image(LOST.key.replace(".png", ".zip")))
    bench.sweep()
    assert bench.archives.sent == []


def test_a_backlog_of_images_holds_no_archive_back_and_one_of_archives_no_image() -> None:
    bench = Bench()
    bench.images.upload(ZIP, OTHER)
    bench.queue.counts = BUSY
    bench.sweep()
    assert ([sent.image for sent in bench.archives.sent], bench.queue.sent) == ([ZIP], [])
    bench = Bench()
    bench.images.upload(ZIP, OTHER)
    bench.archives.counts = BUSY
    bench.sweep()
    assert (bench.archives.sent, [sent.image for sent in bench.queue.sent]) == ([], [OTHER])


def test_an_archive_that_was_expanded_is_asked_for_again_however_often_and_never_given_up() -> None:
    bench = Bench()
    bench.images.upload(ZIP)
    bench.manifests.write(Manifest(ZIP, "signs", "expanded/signs/a-1-2/", NOON, (), ()))
    for number in range(10):
        bench.answer(image(f"incoming/signs/{number}.jpg"))
        assert bench.sweep() == Swept(seen=1, enqueued=1)
    assert not bench.records.exists(ZIP)


def test_an_archive_that_nobody_can_expand_is_given_up_like_an_image() -> None:
    bench = Bench()
    bench.images.upload(ZIP)
    bench.ledger.kept[ZIP] = Tries(3, NOON)
    bench.answer(OTHER)
    assert bench.sweep().exhausted == 1
    assert str(bench.records.of(ZIP).reason).startswith("exhausted: ")


def test_one_failing_half_says_so_and_the_other_is_swept_all_the_same() -> None:
    bench = Bench()
    bench.images.upload(ZIP, LOST)

    class Refusing(FakeQueue):
        def depth(self) -> QueueDepth:
            raise TransientError("SQS is down")

    elsewhere = ArchiveSweepPorts(Refusing(), bench.manifests)
    bench.ports = replace(bench.ports, archives=elsewhere)
    swept = bench.sweep()
    assert (swept.error, swept.finished, swept.enqueued) == ("SQS is down", False, 1)
    assert [sent.image for sent in bench.queue.sent] == [LOST]


def test_both_sweeps_of_a_model_are_asked_for_by_its_name() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    ports = (bench.ports, bench.ports_of_expanded)
    swept = sweep_models(ports, "signs", PATIENCE, NOON + HOUR, lambda: True)
    assert swept == {"signs": Swept(seen=2, enqueued=2)}
    with pytest.raises(ForeignMessageError, match=r"one of \['signs'\]"):
        sweep_models(ports, "sings", PATIENCE, NOON + HOUR, lambda: True)


def test_a_sweep_alone_is_as_it_was() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    assert sweep(bench.ports_of_expanded, PATIENCE, NOON + HOUR, lambda: True).enqueued == 1


class FakeBook:
    """A book that says what it is asked, and when that was."""

    def __init__(self, *jobs: Job, asked: list[str] | None = None) -> None:
        self.jobs, self.asked = jobs, [] if asked is None else asked

    def read(self) -> tuple[Book, str | None]:
        self.asked.append("book")
        return Book("signs", self.jobs), "mark"

    def write(self, book: Book, mark: str | None) -> str | None:
        raise AssertionError("a sweep writes in no book")


def job(*images: ImageRef, archive: ImageRef | None = None) -> Job:
    inside = tuple(JobImage(index, one, NOON) for index, one in enumerate(images))
    return Job("20261120-120000-0123abcd", "signs", JobState.RUNNING, NOON, NOON, inside, archive)


def with_jobs(*jobs: Job) -> Bench:
    bench = Bench()
    bench.ports = replace(bench.ports, jobs=FakeBook(*jobs))
    bench.ports_of_expanded = replace(bench.ports_of_expanded, jobs=FakeBook(*jobs))
    return bench


def test_what_is_in_a_job_is_left_alone_and_never_given_up_however_often_others_are_answered() -> None:
    again = image(ZIP.key, version_id="v2")
    bench = with_jobs(replace(job(LOST, archive=ZIP), twins=(again,)), job(OTHER))
    bench.images.upload(ZIP, again, OTHER, LOST)
    for ledger in (bench.ledger, bench.ledger_of_expanded):
        ledger.kept |= {one: Tries(3, NOON) for one in (ZIP, again, OTHER, LOST)}
    bench.answer(image("incoming/signs/answered.jpg"))
    bench.now += 14 * 24 * HOUR  # and whatever waits so long is sent anew
    assert bench.sweep() == Swept(seen=4)


def test_what_is_in_no_job_is_swept_as_ever() -> None:
    bench = with_jobs(job(image("incoming/signs/another.jpg")), job(image(LOST.key, version_id="v2")))
    bench.images.upload(ZIP, OTHER, LOST)
    assert bench.sweep() == Swept(seen=3, enqueued=3)
    assert {sent.image for sent in bench.queue.sent} == {OTHER, LOST}


def test_an_archive_that_is_read_whole_is_left_while_its_models_queue_may_hold_its_request() -> None:
    bench = with_jobs()
    bench.images.upload(ZIP)
    bench.queue.counts = BUSY
    assert bench.sweep().enqueued == 0
    bench.queue.counts = QueueDepth(0, 0, 0)
    assert bench.sweep().enqueued == 1
    assert [sent.image for sent in bench.archives.sent] == [ZIP]


def test_a_sweep_looks_where_an_image_was_before_it_looks_where_it_goes() -> None:
    """Else one that moves meanwhile, from the queue to a job and from there to its record, would be seen nowhere."""
    asked: list[str] = []

    class Queue(FakeQueue):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def depth(self) -> QueueDepth:
            asked.append(self.name)
            return super().depth()

    class Ledger(FakeLedger):
        def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
            asked.append("records")
            return super().answered(images)

    bench = Bench()
    bench.images.upload(OTHER)
    bench.ports = replace(
        bench.ports,
        queue=Queue("queue"),
        archives=ArchiveSweepPorts(Queue("archives"), bench.manifests),
        jobs=FakeBook(asked=asked),
        ledger=Ledger(bench.records),
    )
    assert sweep(bench.ports, PATIENCE, NOON + HOUR, lambda: True).enqueued == 1
    assert asked == ["archives", "queue", "book", "records"]


def test_no_image_is_looked_for_sooner_than_its_archive_could_be_however_little_patience_a_person_has() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    patient = replace(bench.ports_of_expanded, least_patience=6 * HOUR)
    assert sweep(patient, timedelta(0), NOON + 5 * HOUR, lambda: True).enqueued == 0
    assert sweep(patient, timedelta(0), NOON + 6 * HOUR, lambda: True).enqueued == 1


def test_a_book_that_cannot_be_read_gives_up_no_image() -> None:
    class Torn(FakeBook):
        def read(self) -> tuple[Book, str | None]:
            raise TransientError("503")

    bench = Bench()
    bench.images.upload(OTHER)
    bench.ledger.kept[OTHER] = Tries(3, NOON)
    bench.answer(image("incoming/signs/answered.jpg"))
    bench.ports = replace(bench.ports, jobs=Torn())
    swept = bench.sweep()
    assert (swept.error, swept.exhausted, swept.enqueued) == ("503", 0, 0)
