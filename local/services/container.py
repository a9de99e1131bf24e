"""The container behind every local endpoint: a small classifier, with HTTP's words for what it does not take.

Its environment: PROJECT is the folder of examples that it has learnt (`samples/<project>`); ANSWER is "numbers" for a
list of probabilities in the order of the classes' names, as SageMaker's own image classification answers, or "objects"
for [{"label": …, "score": …}, …], as many a container of Hugging Face does. REFUSALS is "answers" where an image that
is none is answered with {"error": …} and not with 400, since a batch transform job tells of no status.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from local.vision.examples import Examples
from local.vision.findings import Label
from local.vision.images import ImageError, open_picture

MAXIMUM_BYTES, SIDES = 6 * 1024 * 1024, (1, 10_000)
IMAGES = ("application/x-image", "image/jpeg", "image/png", "application/octet-stream")
ANYTHING = ("*/*", "application/json", "")
MEMBERS = ("image", "inputs")  # of a JSON body, the image in base64


@dataclass(frozen=True, slots=True)
class ContainerError(Exception):
    """An answer other than 200."""

    status: int
    message: str


class Container:
    """Answers what POST /invocations brings."""

    def __init__(self, examples: Examples) -> None:
        self._examples = examples

    def answer(self, environment: Mapping[str, str], body: bytes, content_type: str, accept: str) -> bytes:
        """The classes as JSON. Raises ContainerError."""
        if accept.split(";", maxsplit=1)[0].strip() not in ANYTHING:
            raise ContainerError(406, f"application/json is what can be had, not {accept}")
        kind = content_type.split(";", maxsplit=1)[0].strip().lower()
        if kind not in (*IMAGES, "application/json"):
            raise ContainerError(415, f"Unsupported content type {kind!r}; wanted {', '.join(IMAGES)} or JSON")
        form = environment.get("ANSWER", "numbers")
        if form not in FORMS or not environment.get("PROJECT"):
            raise ContainerError(500, f"PROJECT must name a folder of examples, ANSWER be {' or '.join(FORMS)}")
        content = _from_json(body) if kind == "application/json" else body
        try:
            picture = open_picture(content, _most(environment), SIDES)
        except ImageError as error:
            if environment.get("REFUSALS") == "answers":
                return json.dumps({"error": f"unable to decode the image: {error}"}).encode()
            raise ContainerError(400, f"Unable to decode the image: {error}") from error
        found = self._examples.classify(environment["PROJECT"], picture)
        return json.dumps(FORMS[form](found)).encode()


def _most(environment: Mapping[str, str]) -> int:
    """How many bytes of an image are read: a batch transform job says how many it may send."""
    told = environment.get("SAGEMAKER_MAX_PAYLOAD_IN_MB")
    return MAXIMUM_BYTES if told is None else int(told) * 10**6


def _numbers(labels: tuple[Label, ...]) -> list[float]:
    return [label.confidence_percent / 100 for label in sorted(labels, key=lambda label: label.name)]


def _objects(labels: tuple[Label, ...]) -> list[dict[str, str | float]]:
    return [{"label": label.name, "score": label.confidence_percent / 100} for label in labels]


FORMS: dict[str, Callable[[tuple[Label, ...]], object]] = {"numbers": _numbers, "objects": _objects}


def _from_json(body: bytes) -> bytes:
    try:
        value = json.loads(body)
        (text,) = [value[key] for key in MEMBERS if key in value]
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError, binascii.Error) as error:
        raise ContainerError(400, f"a JSON body has {' or '.join(MEMBERS)}, an image in base64: {error}") from error
