"""Draws the flowers: examples that the local endpoint's classifier learns from, and unseen ones for the demo's day.

Run it with `.dayshift/venv-vision/bin/python`. They are photographed as make_logos.py photographs the logos.
"""

import math
from collections.abc import Callable

import numpy as np
from make_logos import EXAMPLES, FOLDER, Draw, shot

UNSEEN = 2
MIDDLE = (256, 200)


def aster(draw: Draw) -> None:
    """Violet petals around a small yellow middle."""
    _stem(draw)
    _petals(draw, 14, 116, 25, "#6a4fb8")
    _disc(draw, 44, "#f0c419")


def sunflower(draw: Draw) -> None:
    """Yellow petals around a large brown middle."""
    _stem(draw)
    _petals(draw, 18, 126, 22, "#f2a516")
    _disc(draw, 78, "#5b3413")


def tulip(draw: Draw) -> None:
    """A closed red cup with three points."""
    _stem(draw)
    draw.polygon(((166, 90), (212, 150), (256, 70), (300, 150), (346, 90), (340, 250), (172, 250)), fill="#d3204f")
    draw.ellipse((172, 170, 340, 320), fill="#d3204f")


FLOWERS: dict[str, Callable[[Draw], None]] = {"aster": aster, "sunflower": sunflower, "tulip": tulip}


def _stem(draw: Draw) -> None:
    draw.line((256, 200, 256, 460), fill="#2c7a34", width=16)
    draw.ellipse((262, 350, 372, 402), fill="#3f9a45")


def _petals(draw: Draw, count: int, reach: int, width: int, colour: str) -> None:
    """Discs in a row along each ray: a petal that needs no turning."""
    for number in range(count):
        angle = 2 * math.pi * number / count
        for step in range(30, reach, 6):
            x, y = MIDDLE[0] + step * math.cos(angle), MIDDLE[1] + step * math.sin(angle)
            size = width * math.sin(math.pi * min(step / reach, 0.95)) + 4
            draw.ellipse((x - size, y - size, x + size, y + size), fill=colour)


def _disc(draw: Draw, radius: int, colour: str) -> None:
    x, y = MIDDLE
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def main() -> None:
    """Writes the examples and the unseen ones."""
    chance = np.random.default_rng(31)
    for name, flower in FLOWERS.items():
        folder = FOLDER / "flowers" / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, EXAMPLES + 1):
            shot(flower, chance).save(folder / f"{number}.png", optimize=True)
        for number in range(1, UNSEEN + 1):
            shot(flower, chance).save(FOLDER / "day" / f"{name} {number}.png", optimize=True)


if __name__ == "__main__":
    main()
