"""The gallery in S3: photos of known people in the images bucket, and what a worker knows of them.

Whoever finds no index of the photos that there are now makes it, looking only at those that no index has. Several
workers may do so at once: the first to write has written what all would.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.gallery_index import S3Indexes
from dayshift.adapters.s3 import MISSING
from dayshift.domain.errors import PermanentError, TransientError
from dayshift.domain.faces import FaceFinder, Known
from dayshift.domain.gallery import Photo, Place, Seen, fingerprint, known_of, looked_at, person_of, refused
from dayshift.domain.image_header import check_header
from dayshift.domain.images import ImageRef, Limits, check
from dayshift.domain.model import ModelSpec

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LOOKED_AFTER_SECONDS = 60.0
# A minute or two of work: what is known after so many new photos is written, lest it die with the worker.
WRITTEN_AFTER = 250
CHANGES = 5  # of the gallery while it is being read, before the image goes back


@dataclass(frozen=True, slots=True)
class Looking:
    """What a worker has to look with: something that finds faces, in so many images at once; what it can read; where
    its indexes lie; and seconds that never go backwards."""

    finder: FaceFinder
    at_once: int
    limits: Limits
    index_bucket: str
    monotonic: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Gallery:
    """All photos that tell a person, under the fingerprint of the photos that there were."""

    fingerprint: str
    known: tuple[Known, ...]


class PhotoChanged(Exception):
    """A photo is another than was listed."""


class S3Gallery:
    """One model's gallery. Any number of threads may ask; one of them looks again, and the others wait."""

    def __init__(self, s3: "S3Client", model: ModelSpec, looking: Looking) -> None:
        place = model.options["gallery"]
        self._s3, self._looking = s3, looking
        self._bucket, self._prefix = place["bucket"], place["prefix"]
        self._indexes = S3Indexes(s3, looking.index_bucket, model.name)
        self._lock, self._looked = threading.Lock(), float("-inf")
        self._seen: Mapping[Place, Seen] = {}
        self._gallery = Gallery("", ())

    def now(self) -> Gallery:
        """The gallery as it was at most a minute ago. Raises TransientError."""
        with self._lock:
            started = self._looking.monotonic()
            if started - self._looked >= LOOKED_AFTER_SECONDS:
                self._look_again()
                self._looked = started
            return self._gallery

    def _look_again(self) -> None:
        """Until what is known fits what is listed. Raises TransientError."""
        for _ in range(CHANGES):
            photos = self._listed()
            name = fingerprint(photos.values())
            if name == self._gallery.fingerprint:
                return
            try:
                self._seen = self._index(photos, name)
            except PhotoChanged:
                continue
            self._gallery = Gallery(name, known_of(self._seen.values()))
            return
        raise TransientError(f"the photos under {self._prefix} change faster than they can be read")

    def _listed(self) -> dict[Place, Photo]:
        """All photos there are now."""
        found, more = dict[Place, Photo](), dict[str, Any]()
        while True:
            with surroundings(f"listing the photos under {self._prefix}"):
                answer = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, **more)
            for entry in answer.get("Contents", ()):
                person = person_of(entry["Key"], self._prefix)
                if person is not None:
                    photo = Photo(person, entry["Key"], entry["ETag"].strip('"'), entry["Size"])
                    found[photo.place] = photo
            if not answer.get("IsTruncated"):
                return found
            more = {"ContinuationToken": answer["NextContinuationToken"]}

    def _index(self, photos: Mapping[Place, Photo], name: str) -> Mapping[Place, Seen]:
        """What is seen in these photos. Raises PhotoChanged."""
        ready = self._indexes.read(name)
        known = ready if ready.keys() == photos.keys() else self._seen or self._indexes.newest()
        seen = {place: replace(known[place], photo=photo) for place, photo in photos.items() if place in known}
        missing = [photo for place, photo in photos.items() if place not in seen]
        for start in range(0, len(missing), WRITTEN_AFTER):
            seen |= {one.photo.place: one for one in self._look_at_all(missing[start : start + WRITTEN_AFTER])}
            self._write(seen)
        if not missing and known is not ready:  # some were removed
            self._write(seen)
        return seen

    def _write(self, seen: Mapping[Place, Seen]) -> None:
        """Unless a photo has gone while the others were looked at: whoever removed it has removed the indexes too, and
        finds none of later. Raises PhotoChanged."""
        self._seen = seen  # what is looked at already need not be again
        if not seen.keys() <= self._listed().keys():
            raise PhotoChanged
        self._indexes.write(seen.values())

    def _look_at_all(self, photos: Sequence[Photo]) -> list[Seen]:
        with ThreadPoolExecutor(self._looking.at_once, thread_name_prefix="gallery") as pool:
            return list(pool.map(self._look_at, photos))

    def _look_at(self, photo: Photo) -> Seen:
        """One photo; what is wrong with it is said of it alone. Raises PhotoChanged or TransientError."""
        try:
            check(ImageRef(self._bucket, photo.key, None, photo.version, photo.size_bytes), self._looking.limits)
            content = self._read(photo)
            check_header(content, self._looking.limits)
            return looked_at(photo, self._looking.finder.faces(content))
        except PermanentError as error:
            return refused(photo, error)

    def _read(self, photo: Photo) -> bytes:
        with surroundings(f"reading {photo.key}"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=photo.key)
                content = answer["Body"].read()
            except ClientError as error:
                if code_of(error) in MISSING:
                    raise PhotoChanged from error
                raise
        if answer["ETag"].strip('"') != photo.version:
            raise PhotoChanged
        return content
