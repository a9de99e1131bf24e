"""S3: the images bucket with its notifications, the terminal records, the sweep's ledger.

Rules: S3 User Guide, "Event Notifications" (at least once, keys form-encoded, a test event first), "Consistency"
(strong: what was written is read), "Conditional writes" (If-None-Match), "Versioning" (versions can be deleted).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus

from dayshift.domain.images import ImageRef
from dayshift.domain.ports import Page, Progress, StoredImage
from dayshift.domain.results import TerminalRecord
from dayshift.domain.sweeping import Tries
from tests.world.clock import WEEK
from tests.world.faults import Invocation

IMAGES = "acme-images"
PAGE = 1000
TEST_EVENT = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": IMAGES}


@dataclass(slots=True, eq=False)
class Payment:
    """One inference that was paid: by whom, begun when, and whether its record was written or was there already."""

    invocation: Invocation
    began_at: float
    wrote: bool | None = None
    by: str | None = None  # the endpoint configuration that read it


@dataclass(slots=True, eq=False)
class Stored:
    """One version of one object, and what was done with it."""

    image: ImageRef
    uploaded_at: float
    model: str
    is_readable: bool = True  # whether the model can make something of it
    deleted_at: float | None = None
    expired_at: float | None = None
    events_lost: bool = False
    paid: list[Payment] = field(default_factory=list)
    record: TerminalRecord | None = None
    recorded_at: float = 0.0
    entries: tuple[bool, ...] | None = None  # of an archive: whether each is an image; None for an image
    is_sound: bool = True  # of an archive: whether it is one
    is_multipart: bool = False  # put in several parts, of which S3 tells by another name of the event


@dataclass(slots=True)
class Bucket:
    """All versions, in the order in which they came, and those of them that are still there.

    What has its record is expired by the bucket's lifecycle rule after a week.
    """

    versions: dict[tuple[str, str], Stored] = field(default_factory=dict)
    listed: dict[tuple[str, str], Stored] = field(default_factory=dict)

    def put(self, key: str, model: str, now: float, size: int = 48_213, is_readable: bool = True) -> Stored:
        """A new version under this key."""
        number = len(self.versions) + 1
        image = ImageRef(IMAGES, key, f"v{number:06}", f"e{number}", size)
        stored = Stored(image, now, model, is_readable)
        self.versions[image.key, image.version] = self.listed[image.key, image.version] = stored
        return stored

    def delete(self, stored: Stored, now: float) -> None:
        """This version is deleted for good."""
        stored.deleted_at = stored.deleted_at or now
        self.listed.pop((stored.image.key, stored.image.version), None)

    def expire(self, now: float) -> None:
        """What was answered a week ago goes."""
        for place, stored in list(self.listed.items()):
            if stored.record is not None and stored.recorded_at < now - WEEK:
                stored.expired_at = now
                del self.listed[place]

    def images_of(self, model: str) -> list[Stored]:
        """What a model reads; archives are none of it."""
        return [stored for stored in self.versions.values() if stored.model == model and stored.entries is None]

    def newest(self, key: str) -> Stored | None:
        """What HEAD of a key finds."""
        found = [stored for (of_key, _), stored in self.listed.items() if of_key == key]
        return found[-1] if found else None

    def find(self, image: ImageRef) -> Stored:
        """The version that this image is; it may be deleted."""
        return self.versions[image.key, image.version]

    def pages(self, prefix: str, start: tuple[str, str] | None, moment: Callable[[float], datetime]) -> Iterator[Page]:
        """ListObjectVersions: what is not deleted, in key order, by the thousand."""
        left = sorted(
            place for place in self.listed if place[0].startswith(prefix) and (start is None or place > start)
        )
        while True:
            page, left = left[:PAGE], left[PAGE:]
            found = [self.versions[place] for place in page]
            images = tuple(StoredImage(stored.image, moment(stored.uploaded_at)) for stored in found)
            yield Page(images, page[-1] if left else None)
            if not left:
                return


def notification(stored: Stored, moment: datetime) -> dict[str, Any]:
    """The event that S3 sends about a version."""
    image = stored.image
    thing = {"key": quote_plus(image.key, safe="/"), "size": image.size_bytes, "eTag": image.etag}
    s3 = {"bucket": {"name": image.bucket}, "object": thing | {"versionId": image.version_id}}
    return {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": moment.isoformat(), "s3": s3}]}


@dataclass(slots=True)
class Records:
    """The terminal records of one model: written once, never again."""

    bucket: Bucket
    clock: Callable[[], float]
    strangers: dict[str, TerminalRecord] = field(default_factory=dict)  # of messages that were not about an image

    def exists(self, image: ImageRef) -> bool:
        """HEAD."""
        stored = self.bucket.versions.get((image.key, image.version))
        return image.key in self.strangers if stored is None else stored.record is not None

    def write(self, record: TerminalRecord) -> bool:
        """PUT with If-None-Match; False for 412."""
        stored = self.bucket.versions.get((record.image.key, record.image.version))
        if self.exists(record.image):
            return False
        if stored is None:
            self.strangers[record.image.key] = record
        else:
            stored.record, stored.recorded_at = record, self.clock()
        return True


@dataclass(slots=True)
class Ledger:
    """One model's ledger."""

    bucket: Bucket
    moment: Callable[[float], datetime]
    kept: dict[ImageRef, Tries] = field(default_factory=dict)
    last: Progress = field(default_factory=Progress)

    def answered(self, images: Sequence[ImageRef]) -> tuple[frozenset[ImageRef], datetime | None]:
        """Which of these have a record, and when the newest of their records was written."""
        found = [stored for image in images if (stored := self.bucket.find(image)).record is not None]
        newest = max((stored.recorded_at for stored in found), default=None)
        return frozenset(stored.image for stored in found), None if newest is None else self.moment(newest)
