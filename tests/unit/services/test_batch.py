"""The one sentence that matters most: a message is done only after its terminal record is written."""

from collections.abc import Sequence
from dataclasses import replace
from threading import Barrier
from time import sleep

import pytest

from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ClosedError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import Envelope, backoff_seconds
from dayshift.services.batch import Shift, label_batch
from dayshift.services.label import LabelPorts, Outcome
from tests.fakes import IMAGES, SIGNS, FakeInbox, FakePredictor, FakeRecords, envelope, image, ticking


class Bench:
    """One labeler with its fakes, and what it reported."""

    def __init__(self, predictor: FakePredictor | None = None) -> None:
        self.predictor = predictor or FakePredictor()
        self.records, self.inbox = FakeRecords(), FakeInbox()
        self.outcomes: list[Outcome] = []
        self.ports = LabelPorts(SIGNS, IMAGES, self.predictor, self.records, self.inbox, 20, calls_in_flight=16)

    def label(self, *messages: Envelope, has_time: bool = True) -> Sequence[str]:
        shift = Shift(self.ports, clock=ticking(), has_time=lambda: has_time)
        return label_batch(messages, shift, self.outcomes.append)

    def results(self) -> dict[str, str]:
        return {outcome.key: outcome.result for outcome in self.outcomes}


def failing(error: BaseException, *others: str) -> FakePredictor:
    return FakePredictor({image().key: error} | dict.fromkeys(others, error))


def test_an_image_with_something_in_it_ends_ok_with_its_price_and_duration() -> None:
    bench = Bench()
    assert bench.label(envelope(image())) == ()
    record = bench.records.of(image())
    assert (record.status, record.reason, record.cost_usd, record.duration_ms) == ("ok", None, 0.002, 250)
    assert [found.name for found in record.detections] == ["Flower", "OPEN"]


def test_an_image_with_nothing_in_it_ends_none() -> None:
    bench = Bench(FakePredictor({image().key: Prediction((), "3.0", 0.002)}))
    bench.label(envelope(image()))
    assert bench.records.of(image()).status == "none"


def test_a_repeated_message_costs_nothing_more() -> None:
    bench = Bench()
    bench.label(envelope(image()))
    assert bench.label(envelope(image(), message_id="again")) == ()
    assert len(bench.predictor.paid) == 1
    assert bench.outcomes[-1].result == "already"


def test_two_messages_about_one_image_in_one_batch_are_one_payment() -> None:
    class Slow(FakePredictor):
        def predict(self, image: ImageRef) -> Prediction:
            sleep(0.1)  # long enough for the other threads to find no record yet
            return super().predict(image)

    bench = Bench(Slow())
    assert bench.label(*(envelope(image(), message_id=f"m{n}") for n in range(4))) == ()
    assert len(bench.predictor.paid) == 1


def test_another_version_of_the_same_key_is_another_image() -> None:
    bench = Bench()
    bench.label(envelope(image()), envelope(image(version_id="v2")))
    assert len(bench.predictor.paid) == 2
    assert len(bench.records.written) == 2


def test_a_message_is_returned_when_its_record_could_not_be_written() -> None:
    bench = Bench()
    bench.records.refuse = TransientError("503 SlowDown")
    message = envelope(image())
    assert bench.label(message) == (message.message_id,)
    assert bench.records.written == {}
    assert bench.label(message) == ()
    assert bench.records.of(image()).status == "ok"


def test_a_record_written_meanwhile_by_another_delivery_is_done_not_an_error() -> None:
    bench = Bench()

    class Meanwhile(FakePredictor):
        def predict(self, image: ImageRef) -> Prediction:
            if not self.paid:
                self.paid.append(image)
                bench.label(envelope(image))  # the other delivery, from its start to its end
            return super().predict(image)

    racing = Bench(Meanwhile())
    racing.ports = replace(racing.ports, records=bench.records)
    assert racing.label(envelope(image())) == ()
    assert (bench.results(), racing.results()) == ({image().key: "ok"}, {image().key: "already"})


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (image("incoming/signs/folder/", size_bytes=0), "folder"),
        (image(size_bytes=0), "empty"),
        (image(size_bytes=63), "empty"),
        (image(size_bytes=15_728_641), "too_large"),
    ],
)
def test_an_image_that_no_call_could_read_is_rejected_unpaid(bad: ImageRef, code: str) -> None:
    bench = Bench()
    assert bench.label(envelope(bad)) == ()
    record = bench.records.of(bad)
    assert (record.status, str(record.reason).split(":")[0]) == ("rejected", code)
    assert bench.predictor.paid == []


def test_a_refusal_of_the_model_about_the_image_is_a_rejected_record_with_its_reason() -> None:
    bench = Bench(failing(PermanentError("unsupported_format", "reads JPEG or PNG; got GIF")))
    assert bench.label(envelope(image())) == ()
    assert bench.records.of(image()).reason == "unsupported_format: reads JPEG or PNG; got GIF"


def test_an_image_deleted_meanwhile_is_gone() -> None:
    bench = Bench(failing(GoneError("this version was deleted before it was read")))
    assert bench.label(envelope(image())) == ()
    assert bench.records.of(image()).status == "gone"


def test_throttling_returns_only_its_own_message_and_lets_it_rest() -> None:
    bench = Bench(failing(TransientError("ThrottlingException")))
    sick, well = envelope(image(), receive_count=3), envelope(image("incoming/signs/other.jpg"))
    assert bench.label(sick, well) == (sick.message_id,)
    assert bench.inbox.rests == {sick.receipt: 240}
    assert bench.results()["incoming/signs/other.jpg"] == "ok"


def test_closed_surroundings_spare_the_rest_of_the_batch_their_calls() -> None:
    many = [envelope(image(f"incoming/signs/{n}.jpg")) for n in range(200)]
    bench = Bench(FakePredictor({one.requests[0].image.key: ClosedError("AccessDenied") for one in many}))
    assert set(bench.label(*many)) == {one.message_id for one in many}
    spared = [outcome for outcome in bench.outcomes if outcome.reason and "another image" in outcome.reason]
    assert len(spared) >= 200 - 16
    assert bench.records.written == {}


def test_without_time_left_no_image_is_begun_and_all_come_back_at_once() -> None:
    bench = Bench()
    message = envelope(image())
    assert bench.label(message, has_time=False) == (message.message_id,)
    assert bench.predictor.paid == []
    assert bench.inbox.rests == {message.receipt: 0}


def test_an_error_that_nobody_named_costs_no_other_image() -> None:
    bench = Bench(failing(KeyError("Labels")))
    sick, well = envelope(image()), envelope(image("incoming/signs/other.jpg"))
    assert bench.label(sick, well) == (sick.message_id,)
    assert bench.results() == {image().key: "returned", "incoming/signs/other.jpg": "ok"}


def test_an_error_that_nobody_named_ends_the_image_on_the_last_receive_but_one() -> None:
    bench = Bench(failing(KeyError("Labels")))
    assert bench.label(envelope(image(), receive_count=18)) != ()
    assert bench.records.written == {}
    assert bench.label(envelope(image(), receive_count=19)) == ()
    record = bench.records.of(image())
    assert (record.status, record.reason) == ("failed", "unforeseen: KeyError: 'Labels'")


def test_bad_surroundings_never_end_an_image_however_often_it_was_received() -> None:
    bench = Bench(failing(TransientError("KMS.DisabledException")))
    assert bench.label(envelope(image(), receive_count=19)) != ()
    assert bench.label(envelope(image(), receive_count=20)) != ()
    assert bench.records.written == {}


def test_a_body_that_is_not_ours_becomes_a_failed_record_that_keeps_its_beginning() -> None:
    bench = Bench()
    assert bench.label(Envelope("m-1", "r-1", 1, problem="not JSON; the body begins 'hello'")) == ()
    (record,) = bench.records.written.values()
    assert (record.status, record.image.key) == ("failed", "message/m-1")
    assert "hello" in str(record.reason)


def test_a_foreign_bucket_is_never_read() -> None:
    bench = Bench()
    assert bench.label(envelope(image(bucket="somebody-elses"))) == ()
    assert bench.predictor.paid == []
    assert bench.records.of(image()).status == "failed"


def test_a_message_of_several_images_is_done_only_when_all_are() -> None:
    bench = Bench(failing(TransientError("ThrottlingException")))
    message = envelope(image("incoming/signs/1.jpg"), image())
    assert bench.label(message) == (message.message_id,)
    bench.predictor.answers = {}
    assert bench.label(message) == ()
    assert len(bench.predictor.paid) == 2


def test_a_refused_change_of_visibility_fails_no_image() -> None:
    bench = Bench(failing(TransientError("ThrottlingException")))
    bench.inbox.refuse = TransientError("SQS is down")
    sick, well = envelope(image()), envelope(image("incoming/signs/other.jpg"))
    assert bench.label(sick, well) == (sick.message_id,)


def test_a_batch_is_read_side_by_side() -> None:
    together = Barrier(10, timeout=5)

    class Meeting(FakePredictor):
        def predict(self, image: ImageRef) -> Prediction:
            together.wait()  # breaks, and fails the image, unless ten calls are in flight at once
            return super().predict(image)

    bench = Bench(Meeting())
    assert bench.label(*(envelope(image(f"incoming/signs/{n}.jpg")) for n in range(10))) == ()


def test_a_message_that_came_often_rests_before_the_work_so_that_a_dying_labeler_does_not_use_it_up() -> None:
    bench, rested_at_work = Bench(), list[dict[str, int]]()

    class Watching(FakePredictor):
        def predict(self, image: ImageRef) -> Prediction:
            rested_at_work.append(dict(bench.inbox.rests))
            return super().predict(image)

    bench.ports = replace(bench.ports, predictor=Watching())
    often, fresh = envelope(image("incoming/signs/a.jpg"), receive_count=5), envelope(image(), receive_count=4)
    assert bench.label(often, fresh) == ()
    assert rested_at_work == [{often.receipt: backoff_seconds(5)}] * 2
