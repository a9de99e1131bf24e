"""Label: one image becomes one terminal record, paid once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dayshift.domain.detections import Prediction
from dayshift.domain.errors import GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef, check
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import Inbox, Predictor, Records
from dayshift.domain.results import Status, TerminalRecord

NOTHING_SEEN = Prediction((), None, 0.0)
Clock = Callable[[], datetime]


class Desk(Protocol):
    """Whose records are written, and where."""

    @property
    def model(self) -> ModelSpec:
        """The model that they are of."""

    @property
    def records(self) -> Records:
        """Its records."""


@dataclass(frozen=True, slots=True)
class LabelPorts:
    """What labelling needs of the world; made once for many invocations."""

    model: ModelSpec
    images_bucket: str
    predictor: Predictor
    records: Records
    inbox: Inbox
    maximum_receive_count: int
    calls_in_flight: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one image in this delivery: its status, `already` or `returned`; why; its time and cost."""

    key: str
    result: str
    reason: str | None = None
    duration_ms: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """How an image ends, before it is written down."""

    status: Status
    reason: str | None = None
    prediction: Prediction = NOTHING_SEEN


def label(request: InferenceRequest, ports: LabelPorts, clock: Clock) -> Outcome:
    """The image of a request to its terminal record. Raises TransientError, and then nothing is settled."""
    if answer := foreign(request, ports.images_bucket, ports.model):
        return conclude(request, answer, clock(), ports, clock)
    if ports.records.exists(request.image):
        return Outcome(request.image.key, "already")
    started = clock()
    return conclude(request, _read(request.image, ports.predictor), started, ports, clock)


def foreign(request: InferenceRequest, images_bucket: str, model: ModelSpec) -> Answer | None:
    """How a request ends that is about another bucket, or for another model; None for one of ours."""
    if request.image.bucket == images_bucket and request.model == model.name:
        return None
    wanted = f"{images_bucket!r} and {model.name!r}"
    problem = f"wanted bucket and model {wanted}; got {request.image.bucket!r} and {request.model!r}"
    return Answer(Status.FAILED, f"foreign_message: {problem}")


def unforeseen(message: Envelope, error: BaseException, maximum_receive_count: int) -> Answer:
    """How an error ends that nobody named. Raises TransientError, so that it goes back like any other, until the last
    receive but one: after the last the image would be in the DLQ, without a record."""
    reason = f"unforeseen: {type(error).__name__}: {error}"
    if message.receive_count < maximum_receive_count - 1:
        raise TransientError(reason) from error
    return Answer(Status.FAILED, reason)


def message_request(message: Envelope, images_bucket: str, model: ModelSpec, now: datetime) -> InferenceRequest:
    """A stand-in for the image of a message that names none of ours: its record lies under the message's own id."""
    stand_in = ImageRef(images_bucket, f"message/{message.message_id}", None, message.message_id, 0)
    return InferenceRequest(stand_in, model.name, now)


def _read(image: ImageRef, predictor: Predictor) -> Answer:
    """What the model says of an image, or why it never will. Raises TransientError."""
    try:
        check(image, predictor.limits)
        prediction = predictor.predict(image)
    except PermanentError as error:
        return Answer(Status.REJECTED, str(error))
    except GoneError as error:
        return Answer(Status.GONE, f"gone: {error}")
    return Answer(Status.OK if prediction.detections else Status.NONE, None, prediction)


def conclude(request: InferenceRequest, answer: Answer, started: datetime, ports: Desk, clock: Clock) -> Outcome:
    """Writes the terminal record; another delivery that wrote one first is as good."""
    finished = clock()
    duration_ms = round((finished - started).total_seconds() * 1000)
    record = TerminalRecord(
        image=request.image,
        model=ports.model,
        status=answer.status,
        reason=answer.reason,
        detections=answer.prediction.detections,
        model_version=answer.prediction.model_version,
        enqueued_at=request.enqueued_at,
        finished_at=finished,
        duration_ms=duration_ms,
        cost_usd=answer.prediction.cost_usd,
    )
    wrote = ports.records.write(record)
    result = str(answer.status) if wrote else "already"
    return Outcome(request.image.key, result, answer.reason, duration_ms, answer.prediction.cost_usd)
