"""Every image ends in one terminal record, even when its message was lost."""

from datetime import timedelta

from dayshift.domain.errors import TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.results import TerminalRecord
from dayshift.domain.routing import Route
from dayshift.domain.sweeping import QueueDepth, Tries
from dayshift.services.batch import Shift, label_batch
from dayshift.services.label import LabelPorts
from dayshift.services.sweep import Swept, sweep
from dayshift.services.sweep_ports import SweepPorts
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
    envelope,
    image,
    ticking,
)  # fmt: skip

HOUR = timedelta(hours=1)
SIGNS_ROUTE = Route("signs", "rekognition", "incoming/signs/", "https://queue/signs")
NIGHT_ROUTE = Route("night", "rekognition", "incoming/signs/night/", "https://queue/night")
LOST, OTHER = image("incoming/signs/lost.jpg"), image("incoming/signs/other.jpg")


class Bench:
    """A model with its bucket, queue and records, on a clock that the test moves."""

    def __init__(self) -> None:
        self.now = NOON
        self.images, self.records, self.queue = FakeImages(), FakeRecords(), FakeQueue()
        self.ledger = FakeLedger(self.records)
        self.ports = SweepPorts(
            SIGNS_ROUTE, (SIGNS_ROUTE, NIGHT_ROUTE), self.images, self.records, self.ledger, self.queue
        )

    def sweep(self, after: timedelta = HOUR, has_time: bool = True) -> Swept:
        self.now += after
        return sweep(self.ports, timedelta(minutes=30), self.now, lambda: has_time)

    def answer(self, *images: ImageRef) -> None:
        ports = LabelPorts(SIGNS, IMAGES, FakePredictor(), self.records, FakeInbox(), 20, 16)
        shift = Shift(ports, clock=ticking(self.now), has_time=lambda: True)
        label_batch([envelope(one) for one in images], shift, lambda outcome: None)

    def record(self, of: ImageRef) -> TerminalRecord:
        return self.records.of(of)


def test_an_image_whose_event_was_lost_is_enqueued_again() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    bench.answer(OTHER)
    assert bench.sweep().enqueued == 1
    assert [sent.image for sent in bench.queue.sent] == [LOST]


def test_an_image_younger_than_the_patience_is_left() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    assert bench.sweep(after=timedelta(minutes=29)).enqueued == 0


def test_while_a_backlog_waits_nothing_is_doubled_and_no_record_is_listed() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    bench.queue.counts = QueueDepth(visible=1, in_flight=0, delayed=0)
    for _ in range(100):
        assert bench.sweep().enqueued == 0
    assert bench.ledger.listings == 0


def test_over_a_closure_longer_than_the_retention_a_waiting_image_is_renewed_and_never_exhausted() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    bench.queue.counts = QueueDepth(visible=1, in_flight=0, delayed=0)
    renewals = sum(bench.sweep().enqueued for _ in range(24 * 40))
    assert renewals == 3  # on day 13, 26 and 39
    assert bench.records.written == {}


def test_three_fair_tries_end_in_a_failed_record() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    enqueued = 0
    for round_ in range(6):
        served = image(f"incoming/signs/served-{round_}.jpg")
        bench.images.upload(served, at=bench.now)
        bench.answer(served)
        enqueued += bench.sweep().enqueued
    assert enqueued == 3
    assert bench.record(LOST).status == "failed"
    assert str(bench.record(LOST).reason).startswith("exhausted:")
    assert bench.sweep().exhausted == 0


def test_an_outage_however_long_exhausts_nobody() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    for _ in range(24 * 5):
        bench.sweep()
    assert bench.records.written == {}
    bench.answer(LOST, OTHER)
    assert bench.sweep().exhausted == 0
    assert bench.record(LOST).status == "ok"


def test_tries_in_an_outage_do_not_count_once_it_is_over() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    for _ in range(24 * 5):
        bench.sweep()
    bench.answer(OTHER)
    swept = bench.sweep()
    assert (swept.enqueued, swept.exhausted) == (1, 0)
    assert bench.queue.sent[-1].image == LOST


def test_an_image_in_flight_is_given_six_hours_before_it_gets_a_second_message() -> None:
    bench = Bench()
    bench.images.upload(LOST)
    bench.queue.counts = QueueDepth(visible=0, in_flight=1, delayed=0)
    assert [bench.sweep().enqueued for _ in range(7)] == [0, 0, 0, 0, 0, 1, 0]


def test_an_image_that_may_be_in_flight_is_never_exhausted() -> None:
    bench = Bench()
    bench.images.upload(LOST, OTHER)
    bench.ledger.kept[LOST] = Tries(3, NOON)
    bench.now += HOUR
    bench.answer(OTHER)
    bench.queue.counts = QueueDepth(visible=0, in_flight=1, delayed=0)
    assert bench.sweep(after=7 * HOUR).exhausted == 0
    bench.queue.counts = QueueDepth(visible=0, in_flight=0, delayed=0)
    assert bench.sweep().exhausted == 1


def test_an_image_of_a_more_specific_model_is_left_to_its_own_sweep() -> None:
    bench = Bench()
    bench.images.upload(image("incoming/signs/night/a.jpg"))
    assert bench.sweep().enqueued == 0


def test_a_sweep_without_time_goes_on_where_it_stopped() -> None:
    bench = Bench()
    bench.images.upload(*(image(f"incoming/signs/{n}.jpg") for n in range(5)))
    runs = [bench.sweep(has_time=False) for _ in range(3)]
    assert [run.finished for run in runs] == [False, False, True]
    assert [sent.image.key for sent in bench.queue.sent] == [f"incoming/signs/{n}.jpg" for n in range(5)]


def test_a_failing_sweep_says_so_and_raises_nothing() -> None:
    bench = Bench()
    bench.images.upload(LOST)

    class Refusing(FakeQueue):
        def depth(self) -> QueueDepth:
            raise TransientError("SQS is down")

    ports = SweepPorts(SIGNS_ROUTE, (SIGNS_ROUTE,), bench.images, bench.records, bench.ledger, Refusing())
    swept = sweep(ports, timedelta(0), NOON + HOUR, lambda: True)
    assert (swept.error, swept.finished) == ("SQS is down", False)
