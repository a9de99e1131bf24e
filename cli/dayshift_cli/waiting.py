"""Waiting for results: asks for the exact record of each uploaded image until all are there or the time is over.

An archive is waited for until it was expanded, and then its images are; its own record comes last of all, perhaps an
hour later with the sweep, and says nothing that is not known by then.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from dayshift.domain.archives import Manifest
from dayshift.domain.images import ImageRef
from dayshift.domain.results import record_key
from dayshift_cli import manifests
from dayshift_cli.records import Record, read, read_all

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# A round asks for the oldest images, since images end roughly in the order they came, and for as many others in turn,
# since one that must be tried again holds up nobody. Asking for all of thousands in each round would be waste.
_OLDEST, _OTHERS = 16, 16
_SHORTEST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 5.0


def wait_for(
    s3: "S3Client", bucket: str, model: str, images: Sequence[ImageRef], timeout_seconds: float,
    archives: Sequence[ImageRef] = (), between: Callable[[], None] = lambda: None,
) -> Iterator[tuple[ImageRef, Record | Manifest]]:  # fmt: skip
    """Yields each image with its terminal record as it appears; ends when all did, or after the time-out. Of an archive
    it yields the manifest, and later each of its images; or its record, where nothing of it is read.

    After a round in which all asked for were there the next follows at once; each that found nothing doubles the pause.
    `between` is called after each round.
    """
    until = time.monotonic() + timeout_seconds
    pending, closed, turn = list(images), list(archives), 0
    pause = _SHORTEST_PAUSE_SECONDS
    while pending or closed:
        asked = _round(pending, turn)
        places = [record_key(model, image.key, image.version) for image in asked]
        found: dict[ImageRef, Record | Manifest] = {
            image: record
            for image, record in zip(asked, read_all(s3, bucket, places), strict=True)
            if record is not None
        }
        answers = [(archive, _opened(s3, bucket, model, archive)) for archive in _round(closed, turn)]
        opened = {archive: answer for archive, answer in answers if answer is not None}
        yield from (found | opened).items()
        closed = [archive for archive in closed if archive not in opened]
        pending = [image for image in pending if image not in found]
        for answer in opened.values():
            pending += [one.image for one in answer.images] if isinstance(answer, Manifest) else []
        between()
        left = until - time.monotonic()
        if not (pending or closed) or left <= 0:
            return
        if len(found) + len(opened) < len(asked) + len(answers):
            pause = _SHORTEST_PAUSE_SECONDS if found or opened else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            time.sleep(min(pause, left))
        turn += _OTHERS


def _round(pending: Sequence[ImageRef], turn: int) -> list[ImageRef]:
    """The oldest, and the others whose turn it is."""
    oldest, others = list(pending[:_OLDEST]), pending[_OLDEST:]
    start = turn % len(others) if others else 0
    return oldest + [*others[start:], *others[:start]][:_OTHERS]


def _opened(s3: "S3Client", bucket: str, model: str, archive: ImageRef) -> Manifest | Record | None:
    """What became of an archive: its manifest, or the record of one that has none; None while neither is there."""
    manifest = manifests.of(s3, bucket, model, archive)
    return manifest or read(s3, bucket, record_key(model, archive.key, archive.version))
