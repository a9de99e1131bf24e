"""Class scores: from a classifier's JSON answer to detections, by a small mapping in the model's options.

    {"at": "predictions.0", "name": "label", "score": "score", "names_at": null, "scores_are": "probabilities"}

At `at` (a dotted path, "" for all of the answer) lies one of three shapes:

    [0.1, 0.7, …]                              by index; names from the list at `names_at`, else from the class file,
                                               else "class 7"
    [{"label": "cat", "score": 0.9}, …]        fields as `name` and `score` say
    {"cat": 0.9, "dog": 0.1}                   name to number

An answer of another shape is a mapping that is wrong, not an image that is bad: nothing here is ever permanent.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dayshift.domain.detections import Detection, Kind
from dayshift.domain.errors import ConfigurationError, TransientError

ROUNDING = 0.01  # what a sum of 32-bit floats may exceed 1 by, and then some


class Scale(StrEnum):
    """What a model's numbers mean."""

    PROBABILITIES = "probabilities"  # 0..1
    PERCENT = "percent"  # 0..100
    LOGITS = "logits"  # any; softmax over all of them makes probabilities


@dataclass(frozen=True, slots=True)
class ClassScores:
    """How one model's answers are read, and how many of its classes are kept."""

    at: str = ""
    name: str = "label"
    score: str = "score"
    names_at: str | None = None
    scale: Scale = Scale.PROBABILITIES
    maximum: int = 5
    minimum_percent: float = 0.0

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> "ClassScores":
        """Reads `response`, `maximum_labels` and `minimum_confidence_percent`. Raises ConfigurationError."""
        response, maximum = options.get("response") or {}, options.get("maximum_labels")
        scale = response.get("scores_are") or Scale.PROBABILITIES
        if scale not in list(Scale):
            raise ConfigurationError(f"response.scores_are must be one of {[*map(str, Scale)]}; got {scale!r}")
        return cls(
            at=response.get("at") or "",
            name=response.get("name") or "label",
            score=response.get("score") or "score",
            names_at=response.get("names_at") or None,
            scale=Scale(scale),
            maximum=5 if maximum is None else int(maximum),
            minimum_percent=float(options.get("minimum_confidence_percent") or 0),
        )

    def detections(self, answer: Any, names: Sequence[str] = ()) -> tuple[Detection, ...]:
        """The likeliest classes, best first. `names` is the class file's. Raises TransientError."""
        scores = [(name, score) for name, score in self._scores(answer, names) if math.isfinite(score)]
        percents = self._percents([score for _, score in scores])
        each = sorted(zip((name for name, _ in scores), percents, strict=True), key=lambda one: -one[1])
        kept = [(name, percent) for name, percent in each[: self.maximum] if percent >= self.minimum_percent]
        return tuple(Detection(Kind.CLASS, name, round(percent, 3)) for name, percent in kept)

    def _scores(self, answer: Any, names: Sequence[str]) -> list[tuple[str, float]]:
        found = _at(answer, self.at)
        if isinstance(found, Mapping):
            return [(str(name), _number(score, self.at)) for name, score in found.items()]
        if not isinstance(found, list):
            raise _misfit(self.at, "a list or an object", found)
        if not found:
            return []
        if isinstance(found[0], Mapping):
            return [(_name(_at(one, self.name)), _number(_at(one, self.score), self.score)) for one in found]
        return list(zip(self._names(answer, names, len(found)), (_number(one, self.at) for one in found), strict=True))

    def _names(self, answer: Any, names: Sequence[str], count: int) -> Iterable[str]:
        """A name for each number. A list of another length belongs to another model: its names would be lies."""
        given = _at(answer, self.names_at) if self.names_at else names
        if not isinstance(given, Sequence) or isinstance(given, str):
            raise _misfit(self.names_at or "", "a list of names", given)
        if not given and not self.names_at:
            return (f"class {index}" for index in range(count))
        if len(given) != count:
            place = f"at {self.names_at!r}" if self.names_at else "in classes_file"
            raise TransientError(f"the model answers {count:,} scores, and there are {len(given):,} names {place}")
        return map(_name, given)

    def _percents(self, scores: Sequence[float]) -> list[float]:
        if self.scale is Scale.LOGITS:
            greatest = max(scores, default=0.0)
            powers = [math.exp(score - greatest) for score in scores]
            whole = sum(powers)
            return [100 * power / whole for power in powers]
        most = 1.0 if self.scale is Scale.PROBABILITIES else 100.0
        for score in scores:
            if not -ROUNDING * most <= score <= most * (1 + ROUNDING):
                raise TransientError(
                    f"a score of {score:g} is none of {self.scale}, which go from 0 to {most:g}; "
                    f"response.scores_are must say what the model's numbers are: one of {[*map(str, Scale)]}"
                )
        return [min(max(100 * score / most, 0.0), 100.0) for score in scores]


def _at(value: Any, path: str) -> Any:
    """What lies at a dotted path; a step is a field of an object or an index into a list."""
    for step in path.split(".") if path else ():
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise _misfit(path, f"something at {step!r}", value)
    return value


def _number(value: Any, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _misfit(place, "a number", value)
    try:
        return float(value)
    except OverflowError:  # an integer of hundreds of digits
        return math.inf


def _name(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise _misfit("", "a name", value)
    return str(value)


def _misfit(place: str, wanted: str, got: Any) -> TransientError:
    shown = repr(got)
    shown = shown if len(shown) <= 100 else f"{shown[:100]}…"
    where = f"at {place!r} of the model's answer" if place else "in the model's answer"
    return TransientError(f"wanted {wanted} {where}, got {shown}; response in the model's options must fit it")
