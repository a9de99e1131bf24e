"""What a local service refuses with."""


class ServiceError(Exception):
    """An error that a client raises by its own type, such as ResourceNotFoundException."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def invalid(message: str) -> ServiceError:
    """A request that Rekognition would not take."""
    return ServiceError("InvalidParameterException", f"Request has invalid parameters: {message}")
