"""What the models say, as plain values. How Rekognition writes them is decided elsewhere."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the image, in ratios of its width and height."""

    left: float
    top: float
    width: float
    height: float

    @classmethod
    def around(cls, points: tuple[tuple[float, float], ...]) -> "Box":
        """The smallest upright box around the points, cut at the borders of the image."""
        across = [min(max(x, 0.0), 1.0) for x, _ in points]
        down = [min(max(y, 0.0), 1.0) for _, y in points]
        return cls(min(across), min(down), max(across) - min(across), max(down) - min(down))


@dataclass(frozen=True, slots=True)
class Instance:
    """One place where a label is seen."""

    box: Box
    confidence_percent: float


@dataclass(frozen=True, slots=True)
class Label:
    """One thing that is in the image; without instances where no place can be named."""

    name: str
    confidence_percent: float
    category: str
    instances: tuple[Instance, ...] = ()
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text, its corners clockwise from the upper left, in ratios."""

    text: str
    confidence_percent: float
    corners: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Colour:
    """A dominant colour and the part of the image that has it."""

    red: int
    green: int
    blue: int
    percent: float


@dataclass(frozen=True, slots=True)
class Properties:
    """Measured, not guessed: brightness, sharpness and contrast from 0 to 100, and the dominant colours."""

    brightness: float
    sharpness: float
    contrast: float
    colours: tuple[Colour, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that was found in one image."""

    labels: tuple[Label, ...] = ()
    lines: tuple[TextLine, ...] = ()
    properties: Properties = field(default_factory=lambda: Properties(0, 0, 0, ()))
