"""Recognise: what a model sees in an image that is sent along, at once where it is awake; otherwise the image is kept,
and read with all others that wait."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from dayshift.domain.api_model import ApiModel
from dayshift.domain.caller import Caller
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import PermanentError, TransientError
from dayshift.domain.image_header import check_header
from dayshift.domain.image_id import ImageId
from dayshift.domain.images import MINIMUM_BYTES, Limits
from dayshift.domain.web import ProblemError, Reply, Request
from dayshift.services.api.asking import caller_of, count, image_type, model_of
from dayshift.services.api.looking import is_wished_on, look, retry_after
from dayshift.services.api.ports import ApiPorts
from dayshift.services.api.show import waiting

# A Lambda function is called with at most 6 MB, in which the image is base64: a third longer.
LONGEST_BODY = 4_500_000
NAMES = 5


def recognize(request: Request, ports: ApiPorts, now: datetime) -> Reply:
    """200 with what the model sees, or 202 with the image as it waits. Raises ProblemError, TransientError."""
    caller, content_type = caller_of(request, ports), image_type(request.content_type, 415)
    model = model_of(request.query.get("model"), ports)
    predictor = ports.predictor(model.spec.name)
    _check(request.body, content_type, predictor.limits)
    count(caller, ports, now)
    if not is_wished_on(model, ports, now):
        return _kept(request, model, caller, "asleep", ports, now)
    try:
        prediction = predictor.predict_bytes(request.body)
    except PermanentError as error:
        raise ProblemError(422, str(error)) from error
    except TransientError as error:  # it starts, is throttled, or does not answer: the queue asks again until it does
        return _kept(request, model, caller, str(error), ports, now)
    return _seen(model, prediction)


def _check(content: bytes, content_type: str, limits: Limits) -> None:
    """Raises ProblemError for what no call could read; costs nothing."""
    most = min(limits.maximum_sent_bytes, LONGEST_BODY)
    if len(content) > most:
        elsewhere = f"POST /images takes up to {limits.maximum_bytes:,}"
        raise ProblemError(413, f"At most {most:,} bytes here; got {len(content):,}. {elsewhere}.")
    if len(content) < MINIMUM_BYTES:
        raise ProblemError(422, f"empty: {len(content)} bytes cannot be an image; the least is {MINIMUM_BYTES}.")
    try:
        found = check_header(content, limits)
    except PermanentError as error:
        raise ProblemError(422, str(error)) from error
    if content_type != f"image/{found.format}":
        raise ProblemError(422, f"mislabelled: this is image/{found.format}, sent as {content_type}.")


def _seen(model: ApiModel, prediction: Prediction) -> Reply:
    likeliest = sorted(prediction.detections, key=lambda found: -found.confidence_percent)[:NAMES]
    body: dict[str, Any] = {
        "model": model.spec.name,
        "model_version": prediction.model_version,
        "predictions": [
            {"name": found.name, "probability": round(found.confidence_percent / 100, 5)} for found in likeliest
        ],
        "detections": [asdict(found) for found in prediction.detections],
    }
    return Reply(200, body, notes={"model": model.spec.name, "cost_usd": prediction.cost_usd})


def _kept(request: Request, model: ApiModel, caller: Caller, why: str, ports: ApiPorts, now: datetime) -> Reply:
    seen = look(model, now, ports, now)
    image = ImageId.new(model.spec.name, ports.new_digits(), request.content_type)
    ports.uploads.put(image.key(model.spec.prefix, caller.owner), request.content_type, request.body)
    headers = {"Location": f"images/{image}", "Retry-After": str(retry_after(model, seen, now))}
    return Reply(202, waiting(image, now, seen), headers, notes={"image": str(image), "reason": why})
