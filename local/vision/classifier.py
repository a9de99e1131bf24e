"""A classifier of the user's own: an ONNX file and a list of labels, named by two environment variables.

DAYSHIFT_CLASSIFIER_ONNX     input 1×3×N×N, RGB, ImageNet's mean and deviation; output one score a class
DAYSHIFT_CLASSIFIER_LABELS   one class a line, in the order of the output
"""

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from local.vision.findings import Label
from local.vision.images import Picture

ONNX, LABELS = "DAYSHIFT_CLASSIFIER_ONNX", "DAYSHIFT_CLASSIFIER_LABELS"
MEAN, DEVIATION = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
BEST = 5
SIDE_PIXELS = 224  # where the model leaves its input's size open


class Classifier:
    """Names what a picture shows by the user's own model."""

    def __init__(self, model: Path, labels: Path) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._names = tuple(line.strip() for line in labels.read_text(encoding="utf-8").splitlines() if line.strip())
        first = self._session.get_inputs()[0]
        self._input = first.name
        self._side = first.shape[-1] if isinstance(first.shape[-1], int) else SIDE_PIXELS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Classifier | None":
        """The classifier that the environment names, or None. Raises ValueError if only one of the two is there."""
        model, labels = environment.get(ONNX), environment.get(LABELS)
        if not model and not labels:
            return None
        if not model or not labels:
            raise ValueError(f"{ONNX} and {LABELS} go together; got {model!r} and {labels!r}")
        return cls(Path(model), Path(labels))

    def classify(self, picture: Picture) -> tuple[Label, ...]:
        """The best classes, their scores as a softmax in percent."""
        square = cv2.resize(picture.rgb, (self._side, self._side), interpolation=cv2.INTER_AREA)
        values = ((square / 255.0 - MEAN) / DEVIATION).transpose(2, 0, 1)[None].astype(np.float32)
        scores = np.asarray(self._session.run(None, {self._input: values})[0]).reshape(-1)
        if len(scores) != len(self._names):
            raise ValueError(f"the model has {len(scores)} classes, {LABELS} names {len(self._names)}")
        certain = np.exp(scores - scores.max())
        percent = certain / certain.sum() * 100
        best = np.argsort(percent)[::-1][:BEST]
        return tuple(Label(self._names[place], float(percent[place]), "Own classifier") for place in best)
