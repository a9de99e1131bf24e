"""What is asked: the caller, the model and the fields of a request, each refused in words where it does not do."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dayshift.domain.api_model import ApiModel
from dayshift.domain.caller import ANYBODY, Caller
from dayshift.domain.image_id import EXTENSIONS
from dayshift.domain.web import JSON, ProblemError, Request
from dayshift.services.api.ports import ApiPorts

OPEN = "open"
LONGEST_JSON = 2_000  # bytes; the longest that anybody needs has 70
ECHO = 100  # characters of what was got


def caller_of(request: Request, ports: ApiPorts) -> Caller:
    """Who asks. API Gateway has verified it, and is not trusted to have been told to: nobody is a 401."""
    if ports.authentication == OPEN:
        return ANYBODY
    if request.caller is None:
        raise ProblemError(401, "This deployment answers verified callers only.")
    return request.caller


def model_of(name: str | None, ports: ApiPorts) -> ApiModel:
    """The model of that name, or the only one. Raises ProblemError."""
    if name is None and len(ports.models) == 1:
        return next(iter(ports.models.values()))
    if name is None or name not in ports.models:
        known = ", ".join(repr(each) for each in ports.models)
        raise ProblemError(422, f"model must be one of {known}; got {shown(name)}.")
    return ports.models[name]


def fields_of(request: Request, known: tuple[str, ...]) -> Mapping[str, Any]:
    """The fields of a JSON object, {} for no body. Raises ProblemError for what is none, and for fields unknown."""
    if not request.body:
        return {}
    if request.content_type != JSON:
        raise ProblemError(415, f"The content type must be {JSON}; got {shown(request.content_type)}.")
    if len(request.body) > LONGEST_JSON:
        raise ProblemError(413, f"At most {LONGEST_JSON:,} bytes of JSON; got {len(request.body):,}.")
    try:
        fields = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ProblemError(422, "The body must be a JSON object; got something else.") from error
    if not isinstance(fields, dict) or fields.keys() - set(known):
        raise ProblemError(422, f"The body must be a JSON object with {' and '.join(known)}; got {shown(fields)}.")
    return fields


def image_type(value: object, status: int) -> str:
    """A content type of images that are read. Raises ProblemError."""
    if not isinstance(value, str) or value not in EXTENSIONS:
        raise ProblemError(status, f"The content type must be {' or '.join(EXTENSIONS)}; got {shown(value)}.")
    return value


def count(caller: Caller, ports: ApiPorts, now: datetime) -> None:
    """Counts one image. Raises ProblemError once the caller's images of the day are used up."""
    if not ports.counts.take(caller.owner, now):
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        seconds = round((midnight - now).total_seconds())
        raise ProblemError(429, "Your images of today are used up; more from midnight UTC on.", max(seconds, 1))


def shown(value: object) -> str:
    """What was got, for the sentence that refuses it."""
    text = repr(value)
    return text if len(text) <= ECHO else f"{text[:ECHO]}…"
