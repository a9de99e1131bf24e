"""What the whole picture shows: sky, vegetation, no colour; and what can simply be measured of it.

Rules on colour and texture, no model: they know a blue or a bright overcast sky, green plants, and little else.
"""

import cv2
import numpy as np

from local.vision.findings import Colour, Label, Properties
from local.vision.images import Picture, Pixels

LOOK_PIXELS = 256
# Seen on the samples and on drawn test pictures: below these parts of the picture the rules guess.
MINIMUM_SKY_RATIO, MINIMUM_SKY_TOP_RATIO, MINIMUM_PLANTS_RATIO = 0.12, 0.5, 0.15
MONOCHROME_SATURATION = 12  # of 255, in 98 % of the pixels
COLOURS = 6


def look(picture: Picture) -> tuple[tuple[Label, ...], Properties]:
    """Labels of the whole scene, and its measured properties."""
    small = _small(picture.rgb)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    texture = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    found = (_monochrome(hsv), _sky(hsv, texture), _vegetation(hsv, texture))
    return tuple(label for label in found if label is not None), _properties(picture, small, grey)


def _small(rgb: Pixels) -> Pixels:
    scale = LOOK_PIXELS / max(rgb.shape[:2])
    return cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else rgb


def _monochrome(hsv: Pixels) -> Label | None:
    coloured = float(np.percentile(np.minimum(hsv[:, :, 1], hsv[:, :, 2]), 98))
    if coloured > MONOCHROME_SATURATION:
        return None
    return Label("Monochrome", 99.0 - coloured, "Colors and Visual Composition")


def _sky(hsv: Pixels, texture: np.ndarray) -> Label | None:
    """Smooth blue that reaches the upper border along at least half of it."""
    hue, saturation, value = cv2.split(hsv)
    blue = (hue > 90) & (hue < 130) & (saturation > 35) & (value > 90) & (texture < 12)
    count, parts = cv2.connectedComponents(cv2.morphologyEx(blue.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3))))
    best = 0.0
    for part in range(1, count):
        place = parts == part
        if float(place[: max(1, len(place) // 40)].any(axis=0).mean()) >= MINIMUM_SKY_TOP_RATIO:
            best = max(best, float(place.mean()))
    if best < MINIMUM_SKY_RATIO or _is_flat(hsv[blue]):
        return None
    return Label("Sky", min(97.0, 70 + 60 * best), "Nature and Outdoors", parents=("Nature", "Outdoors"))


def _is_flat(pixels: Pixels) -> bool:
    """A drawing's background is one exact colour; no camera's sky is."""
    counts: np.ndarray = np.unique(pixels, axis=0, return_counts=True)[1]
    return float(counts.max()) > len(pixels) / 2


def _vegetation(hsv: Pixels, texture: np.ndarray) -> Label | None:
    """Much green that is not smooth: leaves and grass have texture, walls and cars have not."""
    hue, saturation, value = cv2.split(hsv)
    green = (hue > 32) & (hue < 85) & (saturation > 60) & (value > 35)
    ratio = float(green.mean())
    if ratio < MINIMUM_PLANTS_RATIO or float(np.median(texture[green])) < 4:
        return None
    return Label("Vegetation", min(96.0, 65 + 45 * ratio), "Plants and Flowers", parents=("Plant",))


def _properties(picture: Picture, small: Pixels, grey: Pixels) -> Properties:
    full = cv2.cvtColor(picture.rgb, cv2.COLOR_RGB2GRAY)
    sharpness = float(cv2.Laplacian(full, cv2.CV_64F).var())
    return Properties(
        brightness=float(grey.mean()) / 255 * 100,
        sharpness=100 * sharpness / (sharpness + 500),  # 500 is a photograph that is just in focus
        contrast=min(100.0, float(grey.std()) / 127.5 * 100),
        colours=_colours(small),
    )


def _colours(small: Pixels) -> tuple[Colour, ...]:
    """Up to six dominant colours: cells of 64 steps a channel, each with the mean of its pixels."""
    pixels = small.reshape(-1, 3)
    cells = (pixels // 64).astype(np.int32) @ np.array([16, 4, 1])
    names, counts = np.unique(cells, return_counts=True)
    largest = np.argsort(counts)[::-1][:COLOURS]
    means = [(pixels[cells == names[cell]].mean(axis=0), counts[cell] / len(pixels) * 100) for cell in largest]
    return tuple(Colour(int(red), int(green), int(blue), float(percent)) for (red, green, blue), percent in means)
