"""A model of SageMaker's as batch transform jobs are made with it: what they are told, and how an answer is read.

    options = {"model_name": "acme-prod-flowers-1a2b3c4d", "instance_type": "ml.g4dn.xlarge", "instance_count": 1,
               "maximum_usd_per_hour": 0.94,                 of all its instances together
               "kms_key_arn": null,                          that encrypts the answers
               "content_type": "application/x-image", "accept": "application/json", "json": null, "response": {"at": …},
               "classes": {"bucket": …, "key": …}, "maximum_labels": 5, "minimum_confidence_percent": 0}

What an image is sent as, and how the answer is read, is said as for an endpoint (sagemaker_endpoint.py). One thing
more: a container that answers `{"error": "why"}` has looked at the image, and will never read it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from dayshift.adapters.gpu_job import LIMITS
from dayshift.adapters.sagemaker_endpoint import around_image, body_of, named
from dayshift.domain.class_scores import ClassScores
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.job_results import reason
from dayshift.domain.model import ModelSpec

MOST_PAYLOAD_MB, MEGABYTE = 100, 10**6
INSTANCES = range(1, 101)  # CreateTransformJob


@dataclass(frozen=True, slots=True)
class TransformModel:
    """What every job of one model has in common."""

    name: str
    instance_type: str
    instance_count: int
    usd_per_hour: float
    content_type: str
    accept: str
    kms_key_arn: str | None
    around: tuple[bytes, bytes] | None
    scores: ClassScores

    @classmethod
    def of(cls, model: ModelSpec) -> "TransformModel":
        """Raises ConfigurationError."""
        options, example = model.options, "acme-prod-flowers-1a2b3c4d"
        name = named(model, "model_name", "a SageMaker model", example, options.get("model_name"))
        kind, count = options.get("instance_type"), options.get("instance_count") or 1
        if not isinstance(kind, str) or not kind.startswith("ml."):
            raise ConfigurationError(
                f"the instance_type of {model.name} must be SageMaker's own word, for example "
                f"ml.g4dn.xlarge; got {kind!r}"
            )
        if isinstance(count, bool) or count not in INSTANCES:
            raise ConfigurationError(f"the instance_count of {model.name} must be 1 to 100; got {count!r}")
        return cls(
            name=name,
            instance_type=kind,
            instance_count=int(count),
            usd_per_hour=_price(model),
            content_type=options.get("content_type") or "application/x-image",
            accept=options.get("accept") or "application/json",
            kms_key_arn=options.get("kms_key_arn") or None,
            around=around_image(model, MOST_PAYLOAD_MB * MEGABYTE)[0],
            scores=ClassScores.of(options),
        )

    @property
    def payload_mb(self) -> int:
        """What the largest body needs: SageMaker sends none that is larger than it was told."""
        largest = LIMITS.maximum_bytes
        if self.around is not None:
            largest = -(-largest // 3) * 4 + sum(map(len, self.around))  # base64 makes four of three
        return -(-largest // MEGABYTE)

    def body(self, content: bytes) -> bytes:
        """What the container is sent for an image."""
        return body_of(content, self.around)

    def answer(self, body: bytes, names: Sequence[str]) -> Prediction | str:
        """What the model saw, or why it will never read this image. Raises TransientError for what is neither."""
        try:
            value: Any = json.loads(body, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise TransientError(f"no JSON ({error}); `accept` must ask for JSON") from error
        if isinstance(value, dict) and set(value) == {"error"} and isinstance(value["error"], str):
            return reason(value["error"])
        return Prediction(self.scores.detections(value, names), self.name, cost_usd=0.0)  # it is paid by the hour


def _no_number(word: str) -> NoReturn:
    """An endpoint that says NaN of a class says nothing of it; a file that does may be anything."""
    raise ValueError(f"{word} is no number")


def _price(model: ModelSpec) -> float:
    price = model.options.get("maximum_usd_per_hour")
    if isinstance(price, bool) or not isinstance(price, int | float) or not price > 0:
        raise ConfigurationError(
            f"the maximum_usd_per_hour of {model.name} must be what an hour of all its instances costs, for example "
            f"0.94; got {price!r}"
        )
    return float(price)
