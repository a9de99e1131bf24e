"""How AWS services write answers and errors, in the two protocols spoken here."""

from typing import Any

from flask import Response, jsonify


class ServiceError(Exception):
    """An error that a client raises by its own type, such as ResourceNotFoundException."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def answer(body: dict[str, Any]) -> Response:
    """A good answer: both protocols carry plain JSON."""
    response = jsonify(body)
    response.content_type = "application/x-amz-json-1.1"
    return response


def refusal(error: ServiceError) -> Response:
    """An error: JSON 1.1 reads `__type` in the body, rest-json the header; both are there."""
    body = {"__type": error.code, "message": error.message, "Message": error.message}
    response = answer(body)
    response.status_code = error.status
    response.headers["x-amzn-ErrorType"] = error.code
    return response
