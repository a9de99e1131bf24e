"""How AWS services write answers and errors, in the two protocols spoken here."""

from typing import Any

from flask import Response, jsonify, request

from local.services.service_error import ServiceError


def answer(body: dict[str, Any]) -> Response:
    """A good answer: both protocols carry plain JSON."""
    response = jsonify(body)
    response.content_type = "application/x-amz-json-1.1"
    return response


def refusal(error: ServiceError) -> Response:
    """An error: JSON 1.1 reads `__type` in the body, rest-json the header; both are there."""
    body = {"__type": error.code, "message": error.message, "Message": error.message, **error.more}
    response = answer(body)
    response.status_code = error.status
    response.headers["x-amzn-ErrorType"] = error.code
    return response


def body() -> dict[str, Any]:
    """The request's JSON object. Raises ServiceError."""
    given = request.get_json(force=True, silent=True)
    if not isinstance(given, dict):
        raise ServiceError("SerializationException", "the request has no JSON object as its body")
    return given


def page(key: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """One page of a list operation, by MaxResults and NextToken."""
    size, start = int(request.args.get("MaxResults") or 100), int(request.args.get("NextToken") or 0)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {key: found[start : start + size], **more}
