"""What a worker recognises faces with: children that decode and embed, and the gallery they are matched with."""

import time
from typing import Any

from dayshift.adapters.face_fleet import LIMITS, FaceFleetPredictor
from dayshift.adapters.gallery import Looking
from dayshift.domain.model import ModelSpec
from dayshift.faces.children import RECOGNISER, Children, Loading


def face_predictor(
    s3: Any, model: ModelSpec, *, results_bucket: str, models_folder: str, children: int
) -> FaceFleetPredictor:
    """A predictor that so many threads may ask at once; `prepare` loads the model in all children."""
    finder = Children(Loading(RECOGNISER, models_folder), children)
    return FaceFleetPredictor(s3, model, Looking(finder, children, LIMITS, results_bucket, time.monotonic))
