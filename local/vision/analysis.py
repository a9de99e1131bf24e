"""One look at one image: every model once, its answer kept by the content's hash.

Two calls about the same bytes (labels, then text; a repeated message) cost one look, as long as it is remembered.
"""

import os
import threading
from collections import OrderedDict
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from types import NoneType

import numpy as np

from local.vision.classifier import Classifier
from local.vision.findings import Findings, Label
from local.vision.images import MINIMUM_PIXELS, ImageError, Picture, open_picture
from local.vision.objects import ObjectFinder
from local.vision.scene import look
from local.vision.text import TextReader

LABEL_MODEL_VERSION = "local-labels-1.0"
TEXT_MODEL_VERSION = "local-text-1.0-rapidocr-3.10.0"
REMEMBERED = 512
# Each look keeps one core busy: more at once only take each other's turn, and memory.
LOOKS_AT_ONCE = os.cpu_count() or 1


class Analyst:
    """Looks at images, from any number of threads."""

    def __init__(self) -> None:
        self._reader, self._finder = TextReader(), ObjectFinder()
        self._classifier = Classifier.from_environment(os.environ)
        self._answers: OrderedDict[str, Future[Findings]] = OrderedDict()
        self._lock, self._cores = threading.Lock(), ThreadPoolExecutor(LOOKS_AT_ONCE, "look")

    @property
    def label_model_version(self) -> str:
        """Says `local-…` always, and that an own classifier took part."""
        return LABEL_MODEL_VERSION + ("+own-classifier" if self._classifier else "")

    def warm(self) -> None:
        """Loads every model, which the first image would else wait for."""
        self._look(Picture(np.full((MINIMUM_PIXELS, MINIMUM_PIXELS, 3), 128, np.uint8)))

    def findings(self, content: bytes, maximum_bytes: int) -> Findings:
        """Everything found in the image. Raises ImageError."""
        name = f"{sha256(content).hexdigest()}:{len(content) > maximum_bytes}"
        with self._lock:
            answer = self._answers.get(name)
            if answer is None:
                answer = self._answers[name] = self._cores.submit(self._look_at, content, maximum_bytes)
                if len(self._answers) > REMEMBERED:
                    self._answers.popitem(last=False)
        if not isinstance(
            answer.exception(), (ImageError, NoneType)
        ):  # not the image's fault: the next call looks again
            with self._lock:
                self._answers.pop(name, None)
        return answer.result()

    def _look_at(self, content: bytes, maximum_bytes: int) -> Findings:
        return self._look(open_picture(content, maximum_bytes))

    def _look(self, picture: Picture) -> Findings:
        lines = self._reader.read(picture)
        scene, properties = look(picture)
        own = self._classifier.classify(picture) if self._classifier else ()
        labels = (*_text_label(tuple(line.confidence_percent for line in lines)), *self._finder.find(picture), *scene)
        return Findings((*labels, *own), lines, properties)


def _text_label(confidences_percent: tuple[float, ...]) -> tuple[Label, ...]:
    return (Label("Text", max(confidences_percent), "Text and Documents"),) if confidences_percent else ()
