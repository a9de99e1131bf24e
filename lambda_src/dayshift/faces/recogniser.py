"""Recogniser: the faces in a picture, each as a place and 128 numbers. Runs in a child process alone.

dlib is used directly: docs/decisions/0021 says why, and what the two model files are.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import dlib

from dayshift.domain.detections import BoundingBox
from dayshift.domain.faces import Face
from dayshift.faces.decoding import Pixels, picture

LANDMARKS, ENCODER = "shape_predictor_5_face_landmarks.dat", "dlib_face_recognition_resnet_model_v1.dat"
UPSAMPLED = 1  # once: faces from 40 pixels on, where the detector itself wants 80
# Real faces of our samples score 0.70 to 1.99, what is none 0.04 and 0.09.
LEAST_SCORE = 0.2
# The largest of a crowd, as many as Rekognition finds in an image: each takes a tenth of a second.
MOST_FACES = 100

Reader = Callable[[bytes], Sequence[Face]]


def reader(models_folder: str) -> Reader:
    """Loads the model (0.4 s, once a process) and answers what finds faces in an image's bytes."""
    detector = dlib.get_frontal_face_detector()
    landmarks = dlib.shape_predictor(str(Path(models_folder, LANDMARKS)))
    encoder = dlib.face_recognition_model_v1(str(Path(models_folder, ENCODER)))

    def read(content: bytes) -> Sequence[Face]:
        pixels = picture(content)
        places, _, _ = detector.run(pixels, UPSAMPLED, LEAST_SCORE)
        largest = sorted(places, key=lambda place: (-place.area(), place.left(), place.top()))[:MOST_FACES]
        return [
            Face(_box(place, pixels), tuple(encoder.compute_face_descriptor(pixels, landmarks(pixels, place))))
            for place in largest
        ]

    return read


def _box(place: Any, pixels: Pixels) -> BoundingBox:
    """In ratios of the picture. The detector's squares may reach over its edge; boxes do not."""
    height, width = pixels.shape[:2]
    left, right = (min(max(at, 0), width) / width for at in (place.left(), place.right() + 1))
    top, bottom = (min(max(at, 0), height) / height for at in (place.top(), place.bottom() + 1))
    return BoundingBox(left, top, right - left, bottom - top)
