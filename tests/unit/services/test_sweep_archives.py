"""Archives are swept to where they are expanded, and what came out of them to the model; no archive waits in vain."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dayshift.domain.archives import Manifest, expanded_prefix
from dayshift.domain.errors import ForeignMessageError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import InferenceRequest
from dayshift.domain.routing import Route
from dayshift.domain.sweeping import QueueDepth, Tries
from dayshift.services.label import LabelPorts, label
from dayshift.services.sweep import ArchiveSweepPorts, SweepPorts, Swept, sweep, sweep_models
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

    def __init__(self, route: Route = ROUTE) -> None:
        self.now = NOON
        self.images, self.records = FakeImages(), FakeRecords()
        self.queue, self.archives, self.manifests = FakeQueue(), FakeQueue(), FakeManifests()
        self.ledger, self.ledger_of_expanded = FakeLedger(self.records), FakeLedger(self.records)
        elsewhere = ArchiveSweepPorts(self.archives, self.manifests)
        self.ports = SweepPorts(route, (route,), self.images, self.records, self.ledger, self.queue, elsewhere)
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


def test_a_model_that_takes_archives_whole_is_sent_its_own() -> None:
    bench = Bench(replace(ROUTE, takes_archives=True))
    bench.images.upload(ZIP)
    bench.sweep()
    assert ([sent.image for sent in bench.queue.sent], bench.archives.sent) == ([ZIP], [])


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
    bench.manifests.write(Manifest(ZIP, "signs", NOON, (), ()))
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
