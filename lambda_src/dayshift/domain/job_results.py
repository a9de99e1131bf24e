"""What a job's worker writes: one line of JSON for each image, checked before it counts for anything.

    {"image": "0007.jpg", "classes": [{"name": "tabby", "confidence_percent": 93.1}, …]}     [] where nothing was seen
    {"image": "0008.png", "error": "why the model cannot read it"}

Whoever writes it is outside: nothing in it is believed but what fits. A line that does not fit counts for nothing and
is named; the other lines count. Of two lines about one image the first counts.
"""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, TypeGuard

from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import ConfigurationError
from dayshift.domain.job_names import index_of
from dayshift.domain.job_ports import Results

MAXIMUM_RESULTS_BYTES = 20 * 1024 * 1024  # 20 kB an image: hundreds of classes
ERROR_LENGTH, NAME_LENGTH, SHOWN_LENGTH = 200, 200, 60
MOST_NAMED = 3  # of what was wrong


@dataclass(frozen=True, slots=True)
class Kept:
    """How many classes of an image are kept, and from which confidence on."""

    maximum: int = 5
    minimum_percent: float = 0.0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "Kept":
        """Reads `maximum_labels` and `minimum_confidence_percent`. Raises ConfigurationError."""
        maximum, minimum = options.get("maximum_labels"), options.get("minimum_confidence_percent")
        maximum, minimum = 5 if maximum is None else maximum, 0 if minimum is None else minimum
        if not _is_number(maximum) or maximum % 1 or not 1 <= maximum <= 100:
            raise ConfigurationError(f"maximum_labels must be a whole number from 1 to 100; got {maximum!r}")
        if not _is_number(minimum) or not 0 <= minimum <= 100:
            raise ConfigurationError(f"minimum_confidence_percent must be from 0 to 100; got {minimum!r}")
        return cls(int(maximum), float(minimum))


def read_results(content: bytes, asked: Iterable[int], kept: Kept, model_version: str | None) -> Results:
    """What these bytes say of the images that were asked for, by their indexes. Quiet, whatever the bytes are."""
    if len(content) > MAXIMUM_RESULTS_BYTES:
        most = f"at most {MAXIMUM_RESULTS_BYTES:,} are read"
        return Results({}, {}, f"the results have {len(content):,} bytes; {most}")
    expected = frozenset(asked)
    predictions, refusals, wrong = dict[int, Prediction](), dict[int, str](), list[str]()
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            index, said = _line(line, expected, predictions.keys() | refusals.keys())
        except (ValueError, RecursionError) as error:
            wrong.append(f"line {number}: {error}"[:ERROR_LENGTH])
            continue
        if isinstance(said, str):
            refusals[index] = said
        else:
            predictions[index] = Prediction(_best(said, kept), model_version, 0.0)
    return Results(predictions, refusals, told(wrong, len(expected) - len(predictions) - len(refusals)))


def told(wrong: Sequence[str], missing: int) -> str | None:
    """A problem in one line: the first things that were wrong, and how many images have no answer; None for none."""
    more = [f"and {len(wrong) - MOST_NAMED:,} more"] if len(wrong) > MOST_NAMED else []
    lacking = [f"no answer for {missing:,} images"] if missing else []
    return "; ".join([*wrong[:MOST_NAMED], *more, *lacking]) or None


def _best(classes: list[Detection], kept: Kept) -> tuple[Detection, ...]:
    """The surest first; in the order they came where they are as sure."""
    sure = [one for one in classes if one.confidence_percent >= kept.minimum_percent]
    return tuple(sorted(sure, key=lambda one: -one.confidence_percent)[: kept.maximum])


class _MisfitError(ValueError):
    """A line that does not fit."""


def _line(line: bytes, expected: Set[int], answered: Set[int]) -> tuple[int, list[Detection] | str]:
    """An image's index, and its classes or why there are none. Raises ValueError for anything that does not fit."""
    value = json.loads(line.decode(), parse_constant=_no_number)
    if not isinstance(value, dict):
        raise _MisfitError(f"wanted an object, got {_shown(value)}")
    name = value.get("image")
    index = index_of(name) if isinstance(name, str) else None
    if index is None:
        raise _MisfitError(f'"image" must be a name as "0007.jpg", got {_shown(name)}')
    if index not in expected or index in answered:
        raise _MisfitError(f"{name} was {'answered before' if index in answered else 'not asked for'}")
    if ("classes" in value) == ("error" in value):
        raise _MisfitError(f'wanted either "classes" or "error" of {name}')
    if "error" in value:
        return index, reason(value["error"])
    if not isinstance(value["classes"], list):
        raise _MisfitError(f'"classes" must be a list, got {_shown(value["classes"])}')
    return index, [_class(one) for one in value["classes"]]


def _class(value: Any) -> Detection:
    if not isinstance(value, dict):
        raise _MisfitError(f"a class must be an object, got {_shown(value)}")
    name, percent = (value.get(field, "") for field in ("name", "confidence_percent"))
    if not isinstance(name, str) or not 0 < len(name) <= NAME_LENGTH or not name.isprintable():
        raise _MisfitError(f'"name" must be printable text of at most {NAME_LENGTH} characters, got {_shown(name)}')
    if not _is_number(percent) or not 0 <= percent <= 100:
        raise _MisfitError(f'"confidence_percent" must be from 0 to 100, got {_shown(percent)}')
    return Detection(Kind.CLASS, name, float(percent))


def reason(value: Any) -> str:
    """What can be shown of a model's own words. Raises ValueError for what are none."""
    if not isinstance(value, str):
        raise _MisfitError(f'"error" must be text, got {_shown(value)}')
    said = "".join(character if character.isprintable() else " " for character in value[: 4 * ERROR_LENGTH])
    return " ".join(said.split())[:ERROR_LENGTH] or "it did not say why"


def _is_number(value: Any) -> TypeGuard[float]:
    """Whether it is one, of a size that a float has. True is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15


def _no_number(word: str) -> Any:
    raise _MisfitError(f"{word} is no number")


def _shown(value: Any) -> str:
    text = ascii(value)
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"
