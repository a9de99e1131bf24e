"""Draws the logos: examples that the local Custom Labels model learns from, and unseen ones for the demo's day.

Run it with `.dayshift/venv-vision/bin/python`. Each picture differs in size, place, turn, light and background.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

FOLDER = Path(__file__).resolve().parent
SIZE, LARGE = 128, 512  # drawn large, then made smaller: smooth edges
EXAMPLES = 5
WALLS = ("#d8d4cb", "#9aa3a8", "#e9e6df", "#6f6a66", "#b8c0b4", "#c9b9a6")
Draw = ImageDraw.ImageDraw


def harbour(draw: Draw) -> None:
    """A white anchor on a blue disc."""
    draw.ellipse((96, 96, 416, 416), fill="#1d4f9c")
    draw.ellipse((232, 136, 280, 184), outline="white", width=14)
    draw.line((256, 184, 256, 350), fill="white", width=20)
    draw.line((200, 220, 312, 220), fill="white", width=18)
    draw.arc((166, 220, 346, 366), 10, 170, fill="white", width=20)


def lantern(draw: Draw) -> None:
    """A yellow lantern in a dark square that stands on its corner."""
    draw.polygon(((256, 76), (436, 256), (256, 436), (76, 256)), fill="#3a2a18")
    draw.polygon(((216, 190), (296, 190), (318, 330), (194, 330)), fill="#f2b632")
    draw.rectangle((206, 164, 306, 190), fill="#d9822b")
    draw.rectangle((186, 330, 326, 352), fill="#d9822b")
    draw.arc((226, 120, 286, 180), 180, 360, fill="#f2b632", width=10)


def orchard(draw: Draw) -> None:
    """A red apple with a leaf on a green shield."""
    draw.rounded_rectangle((116, 92, 396, 420), 60, fill="#2f7d3b")
    draw.ellipse((166, 196, 276, 356), fill="#c4302b")
    draw.ellipse((236, 196, 346, 356), fill="#c4302b")
    draw.line((256, 216, 268, 150), fill="#4b2e16", width=14)
    draw.ellipse((268, 130, 338, 172), fill="#9bd15a")


def stripes(draw: Draw) -> None:
    """No logo of ours: a striped awning."""
    for place in range(60, 460, 80):
        draw.rectangle((place, 120, place + 40, 392), fill="#8a3b8f")


LOGOS: dict[str, Callable[[Draw], None]] = {"harbour": harbour, "lantern": lantern, "orchard": orchard}


def shot(logo: Callable[[Draw], None], chance: np.random.Generator) -> Image.Image:
    """The logo as a camera might see it."""
    layer = Image.new("RGBA", (LARGE, LARGE), (0, 0, 0, 0))
    logo(ImageDraw.Draw(layer))
    side = round(LARGE * chance.uniform(0.75, 1.1))
    layer = layer.resize((side, side)).rotate(chance.uniform(-12, 12), Image.Resampling.BICUBIC)
    wall = Image.new("RGBA", (LARGE, LARGE), str(chance.choice(WALLS)))
    middle = (LARGE - side) // 2
    wall.alpha_composite(layer.crop((max(-middle, 0), max(-middle, 0), side, side)), (max(middle, 0), max(middle, 0)))
    shifted = wall.transform(
        wall.size, Image.Transform.AFFINE, (1, 0, chance.uniform(-36, 36), 0, 1, chance.uniform(-36, 36)),
        fillcolor=wall.getpixel((0, 0)),
    )  # fmt: skip
    light = chance.uniform(0.75, 1.15)
    return (
        shifted.convert("RGB")
        .resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        .filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.8)))
        .point(lambda value: min(255, round(value * light)))
    )


def main() -> None:
    """Writes the examples and the unseen ones."""
    chance = np.random.default_rng(11)
    for name, logo in LOGOS.items():
        folder = FOLDER / "logos" / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, EXAMPLES + 1):
            shot(logo, chance).save(folder / f"{number}.png", optimize=True)
    unseen = FOLDER / "day"
    unseen.mkdir(exist_ok=True)
    for name, logo in (*LOGOS.items(), ("awning", stripes)):
        for number in range(1, 3 if logo is not stripes else 2):
            shot(logo, chance).save(unseen / f"{name} {number}.png", optimize=True)


if __name__ == "__main__":
    main()
