"""An endpoint as a model's options describe it: what it is made from, what it is sent, how its answer is read.

    target  = "acme-prod-flowers"                                    the endpoint's name
    options = {"configuration": "acme-prod-flowers-1a2b3c4d", "content_type": "application/x-image",
               "accept": "application/json", "json": null, "serverless": false, "asynchronous": null,
               "response": {"at": "", …},                            domain/class_scores.py
               "classes": {"bucket": "acme-prod-results", "key": "_models/flowers/classes-1a2b3c4d.txt"},
               "maximum_labels": 5, "minimum_confidence_percent": 0}

The bytes are sent as they lie in S3, or within JSON where `json` says how, "$image" standing for them in base64.
"""

import json
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dayshift.domain.class_scores import ClassScores
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.images import Limits
from dayshift.domain.model import ModelSpec

# InvokeEndpoint, Body: 6,291,456 bytes. "Invoke a serverless endpoint": 4 MB. Asynchronous ones take 1 GB from S3, but
# ten images at a time pass through the labeler's memory. No service sets a limit to pixels; a container that decodes
# 10,000 x 10,000 of them needs 300 MB, and a PNG of a few kB can claim a thousand times that.
REAL_TIME_BYTES, SERVERLESS_BYTES, ASYNCHRONOUS_BYTES = 6 * 1024**2, 4 * 1024**2, 15 * 1024**2
PIXELS, FORMATS = (1, 10_000), ("jpeg", "png")
LIMITS, WIDEST = Limits(REAL_TIME_BYTES, *PIXELS, FORMATS), Limits(ASYNCHRONOUS_BYTES, *PIXELS, FORMATS)
IMAGE = "$image"
_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", re.ASCII)
_LONGEST_NAME = 63


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model's endpoint. Bytes in JSON are kept as what stands before and behind them; None: they are the body."""

    name: str
    configuration: str
    headers: dict[str, str]
    around: tuple[bytes, bytes] | None
    scores: ClassScores
    limits: Limits

    @classmethod
    def of(cls, model: ModelSpec) -> "Endpoint":
        """Raises ConfigurationError."""
        options, example = model.options, "acme-prod-flowers"
        name = named(model, "target", "an endpoint", example, model.target)
        kind, given = "an endpoint configuration", options.get("configuration")
        configuration = named(model, "configuration", kind, f"{example}-1a2b3c4d", given)
        body_bytes = SERVERLESS_BYTES if options.get("serverless") else REAL_TIME_BYTES
        around, most = around_image(model, ASYNCHRONOUS_BYTES if options.get("asynchronous") else body_bytes)
        headers = {
            "ContentType": options.get("content_type") or "application/x-image",
            "Accept": options.get("accept") or "application/json",
        }
        return cls(name, configuration, headers, around, ClassScores.of(options), Limits(most, *PIXELS, FORMATS))

    def body(self, content: bytes) -> bytes:
        """What the endpoint is sent for an image."""
        return body_of(content, self.around)

    def prediction(self, answer: bytes, names: Sequence[str] = (), variant: str | None = None) -> Prediction:
        """What an answer says. Raises TransientError where it is none that `response` describes."""
        try:
            value = json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise TransientError(f"the model's answer is no JSON ({error}); `accept` must ask for JSON") from error
        version = f"{self.configuration}/{variant}" if variant else self.configuration
        return Prediction(self.scores.detections(value, names), version, cost_usd=0.0)  # it is paid by the hour


def named(model: ModelSpec, what: str, kind: str, example: str, value: Any) -> str:
    """The name of a thing of SageMaker's, as it stands in the model. Raises ConfigurationError."""
    if not isinstance(value, str) or len(value) > _LONGEST_NAME or not _NAME.fullmatch(value):
        raise ConfigurationError(
            f"the {what} of {model.name} must be the name of {kind}, for example {example}; got {value!r}"
        )
    return value


def body_of(content: bytes, around: tuple[bytes, bytes] | None) -> bytes:
    """The bytes themselves, or in base64 with what `around_image` found before and behind them."""
    if around is None:
        return content
    before, behind = around
    return b"".join((before, b64encode(content), behind))


def around_image(model: ModelSpec, most: int) -> tuple[tuple[bytes, bytes] | None, int]:
    """The JSON around the image, and how many bytes of image fit into a body of `most`: base64 makes four of three."""
    template = model.options.get("json")
    if template is None:
        return None, most
    try:
        json.loads(template)
    except (TypeError, ValueError) as error:
        raise ConfigurationError(f"json of {model.name} must be JSON; got {template!r} ({error})") from error
    before, *behind = template.encode().split(IMAGE.encode())
    if len(behind) != 1:
        raise ConfigurationError(
            f'json of {model.name} must have "{IMAGE}" once, for example {{"instances": [{{"b64": "{IMAGE}"}}]}}; '
            f"got {template!r}"
        )
    return (before, behind[0]), (most - len(before) - len(behind[0])) // 4 * 3
