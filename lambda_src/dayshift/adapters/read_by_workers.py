"""A family that only its own machines, or those of a service outside, can read with, as everybody else sees it: its
limits, and no answer."""

from typing import NoReturn

from dayshift.domain.errors import ClosedError
from dayshift.domain.images import ImageRef, Limits


class ReadByWorkers:
    """Stands in for the predictor where the family's libraries are not: what is sent is kept, and read by a worker, or
    with others in a job."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def predict(self, image: ImageRef) -> NoReturn:
        """Raises ClosedError."""
        raise ClosedError(f"{image.key} is not read at once: the model's workers, or its jobs, read it")

    def predict_bytes(self, content: bytes) -> NoReturn:
        """Raises ClosedError."""
        raise ClosedError(f"{len(content)} bytes are not read at once: the model's workers, or its jobs, read them")
