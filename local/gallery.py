"""Pictures with their boxes drawn, and a page that shows them."""

import html
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from local.outcomes import Outcome

COLOURS = {"text": "#d6006e", "label": "#0067c5", "face": "#1b7f3b"}
LEAST_PIXELS = 480  # smaller pictures are enlarged, so that the words on them can be read
LABELS = "Labels are the local recognition's (local-…), which knows few; Amazon Rekognition knows thousands."
CLASSES = "Classes are by a small classifier that has learnt from a few examples each; what it is not sure of has none."
FACES = "Each face has the name of the nearest photo in the gallery, or is unknown; the percentage says how near."
PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Dayshift: demo results</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #222 }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1.5rem }}
figure {{ margin: 0; border: 1px solid #ccc; border-radius: 6px; padding: .75rem }}
img {{ width: 100%; height: auto }} figcaption {{ overflow-wrap: anywhere }}
</style>
<h1>Dayshift: demo results</h1>
<p>{counts}. {note}</p>
<main>
{figures}
</main></html>
"""


def draw(picture: Path, detections: Iterable[dict[str, Any]], to: Path) -> None:
    """The picture as a person sees it, a box with its name around each place that was found."""
    with Image.open(picture) as stored:
        image = ImageOps.exif_transpose(stored).convert("RGB")
    scale = max(1, round(LEAST_PIXELS / max(image.size)))
    image = image.resize((image.width * scale, image.height * scale))
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(max(13, image.height // 28))
    line = max(2, image.height // 200)
    for found in detections:
        box = found["box"]
        if box is None:
            continue
        left, top = box["left"] * image.width, box["top"] * image.height
        right, bottom = left + box["width"] * image.width, top + box["height"] * image.height
        colour = COLOURS.get(found["kind"], "#333333")
        pen.rectangle((left, top, right, bottom), outline=colour, width=line)
        _write(pen, font, (left, top), f"{found['name']} {found['confidence_percent']:.0f}%", colour, image.size)
    to.parent.mkdir(parents=True, exist_ok=True)
    image.save(to, quality=88)


def page(outcomes: Iterable[Outcome], pictures: dict[str, str], counts: dict[str, int], note: str = LABELS) -> str:
    """An HTML page: each sample with its picture (by relative path, where it could be drawn) and what was found; `note`
    says of what kind that is."""
    figures = []
    for outcome in outcomes:
        name, words = html.escape(outcome.sample.name), outcome.names("text", "label", "face", "class", "custom_label")
        said = html.escape(", ".join(words) or (outcome.record or {}).get("reason") or "nothing found")
        seen = pictures.get(outcome.sample.name)
        image = f'<img src="{html.escape(seen)}" alt="{name}">' if seen else ""
        figures.append(
            f"<figure>{image}<figcaption><b>{name}</b><br>{html.escape(outcome.status)}: {said}</figcaption></figure>"
        )
    total = ", ".join(f"{number} {status}" for status, number in counts.items() if number)
    return PAGE.format(counts=html.escape(total), note=html.escape(note), figures="\n".join(figures))


def _write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    corner: tuple[float, float],
    text: str,
    colour: str,
    size: tuple[int, int],
) -> None:
    """The name above the box on a plate of its colour; inside where there is no room above."""
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    width, height = right - left + 6, bottom - top + 6
    x = min(max(0.0, corner[0]), max(0.0, size[0] - width))
    y = corner[1] - height if corner[1] >= height else corner[1]
    pen.rectangle((x, y, x + width, y + height), fill=colour)
    pen.text((x + 3 - left, y + 3 - top), text, fill="white", font=font)
