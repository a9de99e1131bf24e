"""Custom labels, learnt from a folder of examples: `samples/<project>/<class>/*.png`, a few pictures a class.

A picture is two vectors: which colours it has, and which way its edges run in each of 4 × 4 parts. It is most like the
class whose nearest examples it resembles; how much a picture must resemble them to be one at all is learnt from the
examples too. DAYSHIFT_EXAMPLES names another folder of projects. What is added to it is learnt at the next image.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from local.vision.findings import Label
from local.vision.images import Picture, open_picture

SUFFIXES = (".png", ".jpg", ".jpeg")
SIDE, CELLS, DIRECTIONS, HUES = 64, 4, 8, 12
DIFFERENT, SPECK = 40, 0.05  # of 255, from the border's colour; of a row or column
NEAREST = 2  # examples that speak for a class
SHARPNESS = 40.0  # of the softmax: a lead of 0.05 in likeness makes 7 to 1
LARGEST_BYTES, SIDES = 4 * 1024 * 1024, (64, 4096)
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taught:
    """What was learnt: the examples' vectors by class, and the likeness below which a picture is none of them."""

    classes: dict[str, Vector]
    least: float


class Examples:
    """The classifiers of all projects, each learnt when it is first asked for."""

    def __init__(self, root: Path) -> None:
        self._root, self._lock = root, threading.Lock()
        self._taught: dict[str, tuple[frozenset[tuple[Path, int]], Taught]] = {}

    def classify(self, project: str, picture: Picture) -> tuple[Label, ...]:
        """The classes, the likeliest first, in percent; they and "none of these" make 100. None without examples."""
        taught = self._learnt(project)
        if not taught.classes:
            return ()
        seen = _vector(picture)
        likeness = np.array([_likeness(seen, examples) for examples in taught.classes.values()] + [taught.least])
        certain = np.exp((likeness - likeness.max()) * SHARPNESS)
        percent = certain / certain.sum() * 100
        named = zip(taught.classes, percent[:-1].tolist(), strict=True)
        return tuple(Label(name, share, "Custom label") for name, share in sorted(named, key=lambda each: -each[1]))

    def _learnt(self, project: str) -> Taught:
        files = [file for file in (self._root / project).glob("*/*") if file.suffix.lower() in SUFFIXES]
        state = frozenset((file, file.stat().st_mtime_ns) for file in files)
        with self._lock:
            if project not in self._taught or self._taught[project][0] != state:
                self._taught[project] = (state, learn(files))
            return self._taught[project][1]


def learn(files: list[Path]) -> Taught:
    """What these examples teach; each is an example of the class that its folder is named after."""
    vectors: dict[str, list[Vector]] = {}
    for file in sorted(files):
        vectors.setdefault(file.parent.name, []).append(
            _vector(open_picture(file.read_bytes(), LARGEST_BYTES, SIDES)),
        )
    classes = {name: np.stack(each) for name, each in vectors.items()}
    return Taught(classes, _least(classes))


def _least(classes: dict[str, Vector]) -> float:
    """Halfway between how much examples resemble the others of their class and how much those of other classes do."""
    own, foreign = [], []
    for name, examples in classes.items():
        for place, example in enumerate(examples):
            rest = np.delete(examples, place, axis=0)
            own += [_likeness(example, rest)] if len(rest) else []
            foreign += [_likeness(example, others) for other, others in classes.items() if other != name]
    return (float(np.min(own)) if own else 1.0) / 2 + (float(np.max(foreign)) if foreign else 0.5) / 2


def _likeness(seen: Vector, examples: Vector) -> float:
    """From 0 to 1: to the nearest examples, on average."""
    return float(np.sort(examples @ seen)[-NEAREST:].mean())


def _vector(picture: Picture) -> Vector:
    """Colours and edges, each of half the length, together of length 1."""
    whole = Image.fromarray(picture.rgb).resize((SIDE, SIDE), Image.Resampling.BOX)
    small = whole.resize((SIDE, SIDE), box=_thing(whole))
    return np.concatenate([_colours(small), _edges(small)]) / np.sqrt(2)


def _thing(whole: Image.Image) -> tuple[float, float, float, float]:
    """Where the picture differs from the colour of its border: size and place of the thing do not count."""
    rgb = np.asarray(whole, np.float64)
    border = np.concatenate([rgb[:2].reshape(-1, 3), rgb[-2:].reshape(-1, 3), rgb[:, :2].reshape(-1, 3)])
    differs = np.abs(rgb - np.median(border, axis=0)).max(axis=2) > DIFFERENT
    rows, columns = np.flatnonzero(differs.mean(axis=1) > SPECK), np.flatnonzero(differs.mean(axis=0) > SPECK)
    if not len(rows) or not len(columns):
        return (0, 0, SIDE, SIDE)
    return (float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1))


def _colours(small: Image.Image) -> Vector:
    hue, saturation, value = (np.asarray(band, np.float64).ravel() / 256 for band in small.convert("HSV").split())
    strength = saturation**2 * value  # pale and dark pixels have a hue by chance only
    coloured, _ = np.histogram(hue, HUES, (0, 1), weights=strength)
    grey, _ = np.histogram(value, 3, (0, 1), weights=1 - strength)
    return _unit(np.sqrt(np.concatenate([coloured, grey / 4])))


def _edges(small: Image.Image) -> Vector:
    down, across = np.gradient(np.asarray(small.convert("L"), np.float64))
    strength, direction = np.hypot(down, across), np.arctan2(down, across) % np.pi
    part = SIDE // CELLS
    cells = [
        np.histogram(direction[place], DIRECTIONS, (0, np.pi), weights=strength[place])[0]
        for place in (
            np.s_[row : row + part, column : column + part]
            for row in range(0, SIDE, part)
            for column in range(0, SIDE, part)
        )
    ]
    return _unit(np.sqrt(np.concatenate(cells)))


def _unit(vector: Vector) -> Vector:
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector
