"""What a job's own program brought, read line by line. Whoever wrote it is believed in nothing.

    {"image": "0007.jpg", "classes": [{"name": "tabby", "confidence_percent": 93.1}, …]}     [] is: nothing found
    {"image": "0008.png", "error": "cannot be decoded"}

A line that is anything else, or about an image that was not asked for or had its line already, counts for nothing.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.job_names import RESULTS_NAME, index_of
from dayshift.domain.job_ports import Results

MAXIMUM_BYTES = 20 * 1024 * 1024
LONGEST_NAME, LONGEST_REASON = 256, 200  # characters
MOST_NAMED = 3  # of the lines that count for nothing


class _LineError(Exception):
    """Why a line counts for nothing."""


def read_results(
    content: bytes, asked: Collection[int], version: str, maximum_labels: int, minimum_percent: float
) -> Results:
    """The answers about the images that were asked for; `version` is what answered. Costs are not told here."""
    predictions, refusals, wrong = dict[int, Prediction](), dict[int, str](), list[str]()
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            index, value = _line(line, asked, {*predictions, *refusals})
            if "error" in value:
                refusals[index] = _reason(value["error"])
            else:
                found = _detections(value.get("classes"), maximum_labels, minimum_percent)
                predictions[index] = Prediction(found, version, cost_usd=0.0)
        except _LineError as error:
            wrong.append(f"line {number}: {error}")
    return Results(predictions, refusals, _problem(wrong, is_empty=not predictions and not refusals))


def _line(line: bytes, asked: Collection[int], answered: Collection[int]) -> tuple[int, Mapping[str, Any]]:
    """An answer, and which image's it is. Raises _LineError."""
    try:
        value = json.loads(line.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise _LineError("no JSON") from error
    if not isinstance(value, dict) or not isinstance(value.get("image"), str):
        raise _LineError('wanted an object such as {"image": "0007.jpg", "classes": []}')
    index = index_of(value["image"])
    if index is None:
        raise _LineError(f"{_shown(value['image'])} is no image's name")
    if index not in asked:
        raise _LineError(f"{value['image']!r} was not asked for")
    if index in answered:
        raise _LineError(f"{value['image']!r} comes twice")
    return index, value


def _detections(classes: Any, maximum: int, minimum_percent: float) -> tuple[Detection, ...]:
    """The likeliest classes, best first. Raises _LineError."""
    if not isinstance(classes, list):
        raise _LineError("classes must be a list")
    found = [_detection(each) for each in classes]
    found.sort(key=lambda each: -each.confidence_percent)
    return tuple(each for each in found[:maximum] if each.confidence_percent >= minimum_percent)


def _detection(value: Any) -> Detection:
    if not isinstance(value, dict):
        raise _LineError('a class must be {"name": …, "confidence_percent": …}')
    name, percent = value.get("name"), value.get("confidence_percent")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME:
        raise _LineError(f"the name of a class must be a text of 1 to {LONGEST_NAME} characters")
    if isinstance(percent, bool) or not isinstance(percent, int | float) or not 0 <= percent <= 100:
        raise _LineError(f"confidence_percent must be a number from 0 to 100; got {_shown(percent)}")
    return Detection(Kind.CLASS, name, round(float(percent), 3))


def _reason(error: Any) -> str:
    if not isinstance(error, str):
        raise _LineError("error must be a text")
    shown = " ".join("".join(each if each.isprintable() else " " for each in error).split())
    return shown[:LONGEST_REASON] or "it says no more"


def _problem(wrong: list[str], is_empty: bool) -> str | None:
    if len(wrong) > MOST_NAMED:
        return f"{'; '.join(wrong[:MOST_NAMED])}; and {len(wrong) - MOST_NAMED:,} lines more of {RESULTS_NAME}"
    if wrong:
        return f"{'; '.join(wrong)} of {RESULTS_NAME}"
    return f"{RESULTS_NAME} answers nothing" if is_empty else None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _no_number(text: str) -> NoReturn:
    raise _Misfit(f"{text} is no number")
