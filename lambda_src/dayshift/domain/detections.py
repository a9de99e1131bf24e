"""Detections: what a model says it sees, in the same shape for every family."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What sort of thing was found."""

    LABEL = "label"
    TEXT = "text"
    FACE = "face"
    CUSTOM_LABEL = "custom_label"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """Where: ratios 0..1 of the image as it is seen, its EXIF rotation applied."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Detection:
    """One thing found. `confidence_percent` is 0..100; `box` is None where the model names no place."""

    kind: Kind
    name: str
    confidence_percent: float
    box: BoundingBox | None = None


@dataclass(frozen=True, slots=True)
class Prediction:
    """A model's whole answer for one image: what it saw, which version of it spoke, and the list price."""

    detections: tuple[Detection, ...]
    model_version: str | None
    cost_usd: float
