"""Waiting for results: asks for the exact record of each uploaded image until all are there or the time is over."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dayshift.domain.images import ImageRef
from dayshift.domain.results import record_key
from dayshift_cli.records import Record, read_all

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A round asks for the oldest images, since images end roughly in the order they came, and for as many others in turn,
# since one that must be tried again holds up nobody. Asking for all of thousands in each round would be waste.
_OLDEST, _OTHERS = 16, 16
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 5.0


def wait_for(
    s3: "S3Client", bucket: str, model: str, images: Sequence[ImageRef], timeout_seconds: float
) -> Iterator[tuple[ImageRef, Record]]:
    """Yields each image with its terminal record as it appears; ends when all did, or after the time-out.

    After a round in which all asked for were there the next follows at once; each that found nothing doubles the pause.
    """
    until = time.monotonic() + timeout_seconds
    pending, turn = list(images), 0
    pause = _SHORTEST_PAUSE_SECONDS
    while pending:
        asked = _round(pending, turn)
        places = [record_key(model, image.key, image.version) for image in asked]
        found = {
            image: record
            for image, record in zip(asked, read_all(s3, bucket, places), strict=True)
            if record is not None
        }
        yield from found.items()
        pending = [image for image in pending if image not in found]
        left = until - time.monotonic()
        if not pending or left <= 0:
            return
        if len(found) < len(asked):
            pause = _SHORTEST_PAUSE_SECONDS if found else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            time.sleep(min(pause, left))
        turn += _OTHERS


def _round(pending: Sequence[ImageRef], turn: int) -> list[ImageRef]:
    """The oldest, and the others whose turn it is."""
    oldest, others = list(pending[:_OLDEST]), pending[_OLDEST:]
    start = turn % len(others) if others else 0
    return oldest + [*others[start:], *others[:start]][:_OTHERS]
