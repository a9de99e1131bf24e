"""Whatever a batch meets, every image ends in exactly one record, and no message is done before its records are."""

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from dayshift.domain.errors import ClosedError, GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef
from dayshift.domain.messages import Envelope
from dayshift.domain.results import TerminalRecord
from dayshift.services.batch import Shift, label_batch
from dayshift.services.label import LabelPorts, Outcome
from tests.fakes import IMAGES, SIGNS, FakeInbox, FakePredictor, FakeRecords, envelope, image, ticking

FAULTS: Mapping[str, BaseException] = {
    "throttled": TransientError("ThrottlingException"),
    "closed": ClosedError("ResourceNotReadyException"),
    "refused": PermanentError("unsupported_format", "a GIF"),
    "gone": GoneError("deleted"),
    "unforeseen": KeyError("Labels"),
}
DELIVERIES = st.lists(
    st.tuples(
        st.integers(0, 5),  # which image
        st.sampled_from(["well", *FAULTS]),  # what the model does with it
        st.booleans(),  # whether writing its record fails
        st.booleans(),  # whether there is time
    ),
    min_size=1,
    max_size=8,
)


class Flaky(FakeRecords):
    """Refuses to write the records of some images."""

    refused: frozenset[str] = frozenset()

    def write(self, record: TerminalRecord) -> bool:
        if record.image.key in self.refused:
            raise TransientError("503 SlowDown")
        return super().write(record)


@settings(max_examples=500)
@given(st.lists(DELIVERIES, min_size=1, max_size=6))
def test_every_image_ends_in_one_record_and_none_is_done_before(
    rounds: list[list[tuple[int, str, bool, bool]]],
) -> None:
    records, predictor = Flaky(), FakePredictor()
    ports = LabelPorts(SIGNS, IMAGES, predictor, records, FakeInbox(), 20, calls_in_flight=16)
    everything: set[ImageRef] = set()
    first_written: dict[str, TerminalRecord] = {}
    for deliveries in rounds:
        images = [image(f"incoming/signs/{number}.jpg") for number, *_ in deliveries]
        everything.update(images)
        faults = {
            one.key: FAULTS[fault] for one, (_, fault, *_) in zip(images, deliveries, strict=True) if fault in FAULTS
        }
        predictor.answers = faults
        records.refused = frozenset(one.key for one, (*_, fails, _) in zip(images, deliveries, strict=True) if fails)
        returned = run(ports, [envelope(one, message_id=str(n)) for n, one in enumerate(images)], deliveries[0][3])
        for number, one in enumerate(images):
            assert str(number) in returned or records.exists(one), f"{one.key} was done without a record"
        for place, record in records.written.items():
            assert first_written.setdefault(place, record) is record, "a terminal record changed"
    predictor.answers, records.refused = {}, frozenset()
    assert run(ports, [envelope(one) for one in everything], has_time=True) == ()
    assert all(records.exists(one) for one in everything)
    assert len(records.written) == len(everything)


def run(ports: LabelPorts, messages: list[Envelope], has_time: bool) -> tuple[str, ...]:
    outcomes: list[Outcome] = []
    returned = label_batch(messages, Shift(ports, ticking(), lambda: has_time), outcomes.append)
    assert len(outcomes) >= len(messages), "every message is accounted for in the log"
    return returned
