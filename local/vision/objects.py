"""Things with a place: faces by dlib's built-in frontal detector (no model file), QR codes and barcodes by OpenCV."""

import math
import threading

import cv2
import dlib
import numpy as np

from local.vision.findings import Box, Instance, Label
from local.vision.images import Picture

# The detector's score is a distance from a plane, not a probability: 0 is its own threshold, 1.5 a clear face.
MINIMUM_FACE_SCORE = 0.2
FACE_PIXELS = 960  # faces smaller than about 40 pixels of this size are missed


class ObjectFinder:
    """Finds faces and codes. dlib's and OpenCV's detectors keep scratch memory, so each thread has its own."""

    def __init__(self) -> None:
        self._own = threading.local()

    def find(self, picture: Picture) -> tuple[Label, ...]:
        """Labels with their instances; a face also says that a person is there."""
        grey = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
        return (*self._faces(grey), *self._codes(picture))

    def _faces(self, grey: np.ndarray) -> tuple[Label, ...]:
        if not hasattr(self._own, "faces"):
            self._own.faces = dlib.get_frontal_face_detector()
        scale = min(1.0, FACE_PIXELS / max(grey.shape))
        small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        height, width = small.shape
        places, scores, _ = self._own.faces.run(np.ascontiguousarray(small), 0, MINIMUM_FACE_SCORE)
        instances = tuple(
            Instance(
                Box.around(
                    (
                        (place.left() / width, place.top() / height),
                        ((place.right() + 1) / width, (place.bottom() + 1) / height),
                    )
                ),
                _percent(score),
            )
            for place, score in zip(places, scores, strict=True)
        )
        if not instances:
            return ()
        best = max(instance.confidence_percent for instance in instances)
        return (
            Label("Face", best, "Person Description", instances, parents=("Person",)),
            Label("Person", best, "Person Description"),
        )

    def _codes(self, picture: Picture) -> tuple[Label, ...]:
        if not hasattr(self._own, "qr"):
            self._own.qr, self._own.bars = cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()
        bgr = np.ascontiguousarray(picture.rgb[:, :, ::-1])
        # Only codes that can be read count: the detectors alone take many a window for a code.
        read_qr, texts, corners, _ = self._own.qr.detectAndDecodeMulti(bgr)
        found_qr = _readable(texts, corners) if read_qr else []
        read_bars, texts, corners, _ = self._own.bars.detectAndDecodeMulti(bgr)
        found_bars = _readable(texts, corners) if read_bars else []
        found = (("QR Code", found_qr), ("Barcode", found_bars))
        return tuple(_code_label(name, places, picture) for name, places in found if places)


def _readable(texts: "tuple[str, ...]", corners: np.ndarray) -> list[np.ndarray]:
    return [place for text, place in zip(texts, corners, strict=True) if text]


def _code_label(name: str, places: list[np.ndarray], picture: Picture) -> Label:
    size = (picture.width, picture.height)
    boxes = (Box.around(tuple((x / size[0], y / size[1]) for x, y in place.tolist())) for place in places)
    # A code that decodes passed its own checksum.
    return Label(name, 99.0, "Text and Documents", tuple(Instance(box, 99.0) for box in boxes))


def _percent(score: float) -> float:
    """A face's score as a confidence: 55 at the detector's threshold, 90 at a clear face, never 100."""
    return 100 / (1 + math.exp(-(0.2 + 1.6 * score)))
