"""Faces: whose a face is, by the nearest photo of a gallery, and how sure that is. Pixels are none of its business.

A face is 128 numbers here (an embedding); two faces of one person lie near each other. Measured on photographs of one
man over eight years: 0.24 to 0.43; of different people: 0.67 and more. The usual limit is 0.6.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dayshift.domain.detections import BoundingBox, Detection, Kind
from dayshift.domain.errors import ConfigurationError

# What makes embeddings comparable: another encoder, alignment or size of picture is another word here, and every photo
# of a gallery is then looked at anew.
ENCODER = "dlib resnet v1, 5 landmarks, 1600 pixels"
NUMBERS = 128
UNKNOWN = "unknown"  # a face that is near nobody; no person can have this name
Embedding = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Face:
    """A face in an image: where, and the numbers that tell whose."""

    box: BoundingBox
    embedding: Embedding


@dataclass(frozen=True, slots=True)
class Known:
    """A photo of a person, as its embedding."""

    person: str
    embedding: Embedding


class FaceFinder(Protocol):
    """Whatever finds faces in an image's bytes."""

    def start(self) -> None:
        """Loads its model, so that no image waits for it. Raises ClosedError."""

    def faces(self, content: bytes) -> Sequence[Face]:
        """All faces, the largest first. Raises PermanentError about the image, or TransientError."""

    def close(self) -> None:
        """Ends what it started."""


def recognised(faces: Iterable[Face], gallery: Sequence[Known], maximum_distance: float) -> tuple[Detection, ...]:
    """Each face with the person whose photo is nearest, or as unknown."""
    return tuple(_named(face, gallery, maximum_distance) for face in faces)


def checked_distance(value: object) -> float:
    """The greatest distance at which two faces are one person's. Raises ConfigurationError.

    Embeddings have a length of about one, so no two are further apart than two.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 2:
        return float(value)
    raise ConfigurationError(f"maximum_distance must be a number above 0, at most 2, for example 0.6; got {value!r}")


def _named(face: Face, gallery: Sequence[Known], maximum_distance: float) -> Detection:
    """At the limit both answers are half sure: a match is 100 % at distance 0, unknown is at twice the limit."""
    distance, person = min(
        ((math.dist(face.embedding, known.embedding), known.person) for known in gallery), default=(math.inf, UNKNOWN)
    )
    if distance <= maximum_distance:
        return Detection(Kind.FACE, person, 100 * (1 - distance / (2 * maximum_distance)), face.box)
    return Detection(Kind.FACE, UNKNOWN, min(100.0, 100 * distance / (2 * maximum_distance)), face.box)
