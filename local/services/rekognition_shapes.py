"""Findings as Rekognition writes them: labels with parents and instances, text with lines and words, properties."""

from collections.abc import Iterator, Sequence
from typing import Any

from local.vision.findings import Box, Colour, Findings, Label, TextLine

Shape = dict[str, Any]
MAXIMUM_WORDS = 100  # "Guidelines and quotas in Amazon Rekognition"
SIMPLE_COLOURS = {
    "black": (0, 0, 0), "white": (255, 255, 255), "grey": (128, 128, 128), "red": (200, 30, 30),
    "green": (40, 140, 50), "blue": (40, 70, 190), "yellow": (240, 220, 60), "brown": (120, 75, 40),
    "orange": (240, 140, 40), "pink": (240, 160, 190), "purple": (120, 50, 150),
}  # fmt: skip


def labels_answer(found: Findings, features: Sequence[str], maximum: int, minimum: float, settings: Shape) -> Shape:
    """DetectLabels' answer without its model version."""
    answer: Shape = {}
    if "GENERAL_LABELS" in features:
        chosen = [label for label in found.labels if label.confidence_percent >= minimum]
        chosen = [label for label in chosen if _is_wanted(label, settings.get("GeneralLabels") or {})]
        chosen.sort(key=lambda label: -label.confidence_percent)
        answer["Labels"] = [_label(label, minimum) for label in chosen[: maximum or None]]
    if "IMAGE_PROPERTIES" in features:
        most = (settings.get("ImageProperties") or {}).get("MaxDominantColors", 10)
        quality = {
            "Brightness": found.properties.brightness,
            "Sharpness": found.properties.sharpness,
            "Contrast": found.properties.contrast,
        }
        colours = [_colour(colour) for colour in found.properties.colours[:most]]
        answer["ImageProperties"] = {"Quality": quality, "DominantColors": colours}
    return answer


def text_answer(found: Findings, filters: Shape) -> Shape:
    """DetectText's answer without its model version: each line, then its words. Words are cut from their line by the
    number of characters, since the recogniser places lines only: their boxes are estimates.
    """
    words = filters.get("WordFilter") or {}
    least = words.get("MinConfidence", 0.0)
    size = (words.get("MinBoundingBoxWidth", 0.0), words.get("MinBoundingBoxHeight", 0.0))
    detections: list[Shape] = []
    for line in found.lines:
        parts = [
            (text, corners)
            for text, corners in _words(line)
            if line.confidence_percent >= least and _is_as_large(Box.around(corners), size)
        ]
        if not parts or sum(each["Type"] == "WORD" for each in detections) + len(parts) > MAXIMUM_WORDS:
            continue
        number = len(detections)
        detections.append(_text(line.text, "LINE", number, line.confidence_percent, line.corners))
        for text, corners in parts:
            word = _text(text, "WORD", len(detections), line.confidence_percent, corners)
            detections.append(word | {"ParentId": number})
    return {"TextDetections": detections}


def _is_wanted(label: Label, wish: Shape) -> bool:
    names, category = wish.get("LabelInclusionFilters"), wish.get("LabelCategoryInclusionFilters")
    return (
        (not names or label.name in names)
        and (not category or label.category in category)
        and label.name not in (wish.get("LabelExclusionFilters") or ())
        and label.category not in (wish.get("LabelCategoryExclusionFilters") or ())
    )


def _label(label: Label, minimum: float) -> Shape:
    return {
        "Name": label.name,
        "Confidence": label.confidence_percent,
        "Instances": [
            {"BoundingBox": _box(each.box), "Confidence": each.confidence_percent}
            for each in label.instances
            if each.confidence_percent >= minimum
        ],
        "Parents": [{"Name": parent} for parent in label.parents],
        "Aliases": [],
        "Categories": [{"Name": label.category}],
    }


def _box(box: Box) -> Shape:
    return {"Left": box.left, "Top": box.top, "Width": box.width, "Height": box.height}


def _text(text: str, kind: str, number: int, confidence: float, corners: tuple[tuple[float, float], ...]) -> Shape:
    polygon = [{"X": x, "Y": y} for x, y in corners]
    geometry = {"BoundingBox": _box(Box.around(corners)), "Polygon": polygon}
    return {"DetectedText": text, "Type": kind, "Id": number, "Confidence": confidence, "Geometry": geometry}


def _words(line: TextLine) -> Iterator[tuple[str, tuple[tuple[float, float], ...]]]:
    upper_left, upper_right, lower_right, lower_left = line.corners
    start = 0
    for word in line.text.split():
        start = line.text.index(word, start)
        first, last = start / len(line.text), (start + len(word)) / len(line.text)
        start += len(word)
        upper = (_between(upper_left, upper_right, first), _between(upper_left, upper_right, last))
        lower = (_between(lower_left, lower_right, last), _between(lower_left, lower_right, first))
        yield word, (*upper, *lower)


def _between(start: tuple[float, float], end: tuple[float, float], ratio: float) -> tuple[float, float]:
    return (start[0] + (end[0] - start[0]) * ratio, start[1] + (end[1] - start[1]) * ratio)


def _is_as_large(box: Box, size: tuple[float, float]) -> bool:
    return box.width >= size[0] and box.height >= size[1]


def _colour(colour: Colour) -> Shape:
    rgb = (colour.red, colour.green, colour.blue)
    nearest = min(
        SIMPLE_COLOURS, key=lambda name: sum((a - b) ** 2 for a, b in zip(SIMPLE_COLOURS[name], rgb, strict=True))
    )
    return {
        "Red": colour.red,
        "Green": colour.green,
        "Blue": colour.blue,
        "HexCode": "#{:02x}{:02x}{:02x}".format(*rgb),
        "SimplifiedColor": nearest,
        "PixelPercent": colour.percent,
    }
