"""Family face_fleet: what a worker answers, and what a function may know of it."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dayshift.adapters import face_fleet
from dayshift.adapters.face_fleet import LIMITS, FaceFleetPredictor
from dayshift.adapters.gallery import Looking
from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.errors import ClosedError, ConfigurationError, GoneError, PermanentError
from dayshift.domain.faces import Face
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from tests.fakes import IMAGES, RESULTS, image

MODEL = ModelSpec(
    "faces", "face_fleet", "g", "incoming/faces/",
    {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}, "maximum_distance": 0.5},
)  # fmt: skip
BOX = BoundingBox(0.1, 0.2, 0.3, 0.4)
ANN, IMAGE, EMPTY = plain_png(100), plain_png(200), plain_png(300)


@dataclass
class Finder:
    """Knows three images."""

    found: dict[bytes, Sequence[Face]] = field(
        default_factory=lambda: {
            ANN: [Face(BOX, (0.0,) * 128)],
            IMAGE: [Face(BOX, (0.25, *[0.0] * 127)), Face(BOX, (0.75, *[0.0] * 127))],
            EMPTY: [],
        }
    )
    life: list[str] = field(default_factory=list)

    def start(self) -> None:
        self.life.append("started")

    def close(self) -> None:
        self.life.append("closed")

    def faces(self, content: bytes) -> Sequence[Face]:
        return self.found[content]


@pytest.fixture
def finder() -> Finder:
    return Finder()


@pytest.fixture
def predictor(s3, finder) -> FaceFleetPredictor:
    s3.put_object(Bucket=IMAGES, Key="gallery/Ann Lee/1.png", Body=ANN)
    return FaceFleetPredictor(s3, MODEL, Looking(finder, 1, LIMITS, RESULTS, lambda: 0.0))


def test_faces_are_named_by_the_gallery_whose_fingerprint_the_answer_has(s3, predictor):
    version = s3.put_object(Bucket=IMAGES, Key="incoming/faces/a.png", Body=IMAGE)["VersionId"]
    prediction = predictor.predict(image("incoming/faces/a.png", version_id=version))
    assert prediction.detections == (
        Detection(Kind.FACE, "Ann Lee", 75.0, BOX),
        Detection(Kind.FACE, "unknown", 75.0, BOX),
    )
    (key,) = (entry["Key"] for entry in s3.list_objects_v2(Bucket=RESULTS)["Contents"])
    assert prediction.model_version == f"gallery {key.removeprefix('_gallery/faces/')[:12]}"
    assert prediction.cost_usd == 0
    assert predictor.predict_bytes(IMAGE) == prediction


def test_an_image_without_a_face_has_no_detection_but_a_version(predictor):
    prediction = predictor.predict_bytes(EMPTY)
    assert prediction.detections == ()
    assert prediction.model_version


def test_what_is_no_image_costs_no_look(s3, predictor):
    with pytest.raises(PermanentError, match="unsupported_format"):
        predictor.predict_bytes(b"GIF89a" + bytes(100))
    with pytest.raises(PermanentError, match="too_small: 39 x 39 pixels"):
        predictor.predict_bytes(plain_png(39))
    assert "Contents" not in s3.list_objects_v2(Bucket=RESULTS)


def test_a_version_that_was_deleted_is_gone(predictor):
    with pytest.raises(GoneError):
        predictor.predict(image("incoming/faces/b.png", version_id=None))


def test_the_model_is_loaded_before_the_first_image_and_ended_with_the_worker(predictor, finder):
    predictor.prepare()
    predictor.close()
    assert finder.life == ["started", "closed"]


def test_a_photo_that_cannot_be_looked_at_now_sends_the_image_back(predictor, finder, monkeypatch):
    def closed(_: bytes) -> Sequence[Face]:
        raise ClosedError("no model")

    monkeypatch.setattr(finder, "faces", closed)
    with pytest.raises(ClosedError, match="no model"):
        predictor.predict_bytes(IMAGE)


def test_a_function_knows_the_limits_and_recognises_nobody(s3):
    outside = FaceFleetPredictor(s3, MODEL)
    assert outside.limits is LIMITS
    with pytest.raises(ConfigurationError, match="by the workers of a face_fleet"):
        outside.predict_bytes(IMAGE)


def test_a_distance_that_is_none_is_refused_when_the_worker_starts(s3):
    with pytest.raises(ConfigurationError, match="maximum_distance"):
        FaceFleetPredictor(s3, replace(MODEL, options={**MODEL.options, "maximum_distance": 0}))


def test_reading_the_limits_loads_nothing_that_decodes():
    program = "import sys, dayshift.adapters.face_fleet; print(*sys.modules)"
    path = {"PYTHONPATH": str(Path(face_fleet.__file__).parents[2])}
    loaded = subprocess.run([sys.executable, "-c", program], env=path, check=True, capture_output=True, text=True)
    names = {name.split(".")[0] for name in loaded.stdout.split()}
    assert not names & {"dlib", "numpy", "PIL"}
    assert not [name for name in loaded.stdout.split() if name.startswith("dayshift.faces")]
