"""What a worker recognises faces with: children that decode and embed, and the gallery they are matched with."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dayshift.adapters.face_fleet import LIMITS, FaceFleetPredictor
from dayshift.adapters.gallery import Looking
from dayshift.domain.faces import Face, FaceFinder
from dayshift.domain.model import ModelSpec
from dayshift.faces.children import RECOGNISER, Children
from dayshift.faces.process import Loading


@dataclass(frozen=True, slots=True)
class Living:
    """A finder that gives a sign of life after each picture: a gallery of thousands is read before one image is, and a
    worker that is silent for so long would be taken for one that hangs."""

    finder: FaceFinder
    alive: Callable[[], None]

    def start(self) -> None:
        """As the finder does."""
        self.finder.start()

    def faces(self, content: bytes) -> Sequence[Face]:
        """As the finder does, whatever it comes to."""
        try:
            return self.finder.faces(content)
        finally:
            self.alive()

    def close(self) -> None:
        """As the finder does."""
        self.finder.close()


def face_predictor(
    s3: Any, model: ModelSpec, *, results_bucket: str, models_folder: str, children: int, alive: Callable[[], None]
) -> FaceFleetPredictor:
    """A predictor that so many threads may ask at once; `prepare` loads the model in all children.

    `alive` is called after each picture, by any thread.
    """
    finder = Living(Children(Loading(RECOGNISER, models_folder), children), alive)
    return FaceFleetPredictor(s3, model, Looking(finder, children, LIMITS, results_bucket, time.monotonic))
