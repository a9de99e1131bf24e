"""What a local service refuses with."""

from collections.abc import Mapping
from typing import Any


class ServiceError(Exception):
    """An error that a client raises by its own type, such as ResourceNotFoundException; `more`: its other members."""

    def __init__(self, code: str, message: str, status: int = 400, more: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.more = code, message, status, dict(more or {})


def invalid(message: str) -> ServiceError:
    """A request that Rekognition would not take."""
    return ServiceError("InvalidParameterException", f"Request has invalid parameters: {message}")
