"""The labeler's threads against a model that answers in 300 ms: how much of the ideal rate is left."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bench.report import Figure, Report, Rows
from bench.started import IMAGES, PREFIX
from dayshift.bootstrap import CALLS_IN_FLIGHT
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.messages import Envelope, InferenceRequest
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import TerminalRecord
from dayshift.services.batch import Shift, label_batch
from dayshift.services.label import LabelPorts, Outcome

LATENCY_SECONDS = 0.3
LIMITS = Limits(15_728_640, 80, 10_000, ("jpeg", "png"))
FOUND = Prediction((Detection(Kind.LABEL, "Flower", 98.5),), "stub", 0.002)
SIGNS = ModelSpec("signs", "rekognition", None, PREFIX)


@dataclass(frozen=True, slots=True)
class SleepingPredictor:
    """A model that takes its time and no CPU."""

    limits: Limits = LIMITS

    def predict(self, image: ImageRef) -> Prediction:
        time.sleep(LATENCY_SECONDS)
        return FOUND

    def predict_bytes(self, content: bytes) -> Prediction:
        time.sleep(LATENCY_SECONDS)
        return FOUND


@dataclass(slots=True)
class RecordsInMemory:
    """Terminal records by image, rendered as for S3."""

    written: dict[ImageRef, str] = field(default_factory=dict)

    def exists(self, image: ImageRef) -> bool:
        return image in self.written

    def write(self, record: TerminalRecord) -> bool:
        self.written[record.image] = record.to_json() + record.to_csv()
        return True


class NoInbox:
    """Nothing comes back, so nothing has to rest."""

    def rest(self, seconds_by_receipt: Mapping[str, int]) -> None:
        if seconds_by_receipt:
            raise RuntimeError(f"wanted every image labelled; these came back: {seconds_by_receipt}")


def run(quick: bool) -> Report:
    """Labels one long batch, and one as Lambda hands it over."""
    many = CALLS_IN_FLIGHT * (5 if quick else 20)
    long_seconds, short_seconds = _seconds(many), _seconds(10)
    ideal = CALLS_IN_FLIGHT / LATENCY_SECONDS
    rows = (
        (f"{many}, {CALLS_IN_FLIGHT} at once", f"{many / long_seconds:.1f}", f"{ideal:.1f}", f"{long_seconds:.3f}"),
        ("10, all at once", f"{10 / short_seconds:.1f}", f"{10 / LATENCY_SECONDS:.1f}", f"{short_seconds:.3f}"),
    )
    return Report(
        "throughput",
        f"How much of the rate of {CALLS_IN_FLIGHT} threads over {LATENCY_SECONDS} s a call does label_batch keep?",
        (
            Figure("long batch to its ideal", many / long_seconds / ideal, "ratio", at_least=0.9),
            Figure("batch of 10 to its own ideal (one wait)", LATENCY_SECONDS / short_seconds, "ratio"),
            Figure("batch of 10 to 16 threads (at best 10/16)", 10 / short_seconds / ideal, "ratio"),
        ),
        (Rows("Rates", ("images", "images a second", "ideal", "seconds"), rows),),
        ("Records are kept in memory: S3's own latency is not in it. Lambda hands over ten images by default.",),
    )


def _seconds(images: int) -> float:
    """How long one call of label_batch takes; every image must end as `ok`."""
    records, outcomes = RecordsInMemory(), list[Outcome]()
    ports = LabelPorts(SIGNS, IMAGES, SleepingPredictor(), records, NoInbox(), 20, CALLS_IN_FLIGHT)
    shift = Shift(ports, clock=lambda: datetime.now(UTC), has_time=lambda: True)
    messages = list(_messages(images))
    started = time.perf_counter()
    returned = label_batch(messages, shift, outcomes.append)
    seconds = time.perf_counter() - started
    if returned or len(records.written) != images or {outcome.result for outcome in outcomes} != {"ok"}:
        raise RuntimeError(f"wanted {images} images labelled; got {len(records.written)}, and {len(returned)} returned")
    return seconds


def _messages(images: int) -> Iterator[Envelope]:
    now = datetime.now(UTC)
    for place in range(images):
        image = ImageRef(IMAGES, f"{PREFIX}{place:05}.jpg", "v1", "e1", 200_000)
        yield Envelope(f"m{place}", f"r{place}", 1, (InferenceRequest(image, SIGNS.name, now),))
