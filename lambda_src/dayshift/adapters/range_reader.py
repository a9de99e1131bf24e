"""An object in S3 read at any place, with a part read ahead, in bounded memory and without a disk."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.adapters.aws_errors import code_of, surroundings
from dayshift.adapters.s3 import MISSING, WRITTEN_ALREADY
from dayshift.domain.errors import GoneError, TransientError
from dayshift.domain.images import ImageRef

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What is read in one go grows while reading goes on without a jump: an archive of 500 MB is some seventy GETs, and one
# whose entries lie in no order costs at most a quarter of a megabyte a jump.
LEAST_AHEAD_BYTES, MOST_AHEAD_BYTES = 256 * 1024, 8 * 1024 * 1024


class RangeReader:
    """One version of one object. Never more than one part of it is kept."""

    def __init__(self, s3: "S3Client", image: ImageRef) -> None:
        self._s3, self._image = s3, image
        # A bucket without versions has only the ETag to tell that it is still the same object.
        self._which: Mapping[str, Any] = (
            {"IfMatch": f'"{image.etag}"'} if image.version_id is None else {"VersionId": image.version_id}
        )
        self._begins, self._part, self._ahead_bytes = 0, memoryview(b""), LEAST_AHEAD_BYTES

    @property
    def size_bytes(self) -> int:
        """How long the object is."""
        return self._image.size_bytes

    def read(self, offset: int, length: int) -> bytes:
        """Exactly these bytes, or fewer where the object ends. Raises GoneError, TransientError."""
        length = min(length, self.size_bytes - offset)
        found = bytearray()
        while len(found) < length:
            found += self._piece(offset + len(found), length - len(found))
        return bytes(found)

    def _piece(self, offset: int, length: int) -> memoryview:
        """Some of these bytes, at least one: from what is there, else from S3."""
        at = offset - self._begins
        if not 0 <= at < len(self._part):
            is_next = at == len(self._part)
            self._ahead_bytes = min(2 * self._ahead_bytes, MOST_AHEAD_BYTES) if is_next else LEAST_AHEAD_BYTES
            self._part = memoryview(b"")  # let go of before another comes
            self._part = memoryview(self._get(offset, max(length, self._ahead_bytes)))
            self._begins, at = offset, 0
        return self._part[at : at + length]

    def _get(self, offset: int, length: int) -> bytes:
        last = min(offset + min(length, MOST_AHEAD_BYTES), self.size_bytes) - 1
        image, wanted = self._image, f"bytes={offset}-{last}"
        with surroundings(f"reading {image.key}"):
            try:
                answer = self._s3.get_object(Bucket=image.bucket, Key=image.key, Range=wanted, **self._which)
                content = answer["Body"].read()
            except ClientError as error:
                if code_of(error) in MISSING | WRITTEN_ALREADY:
                    raise GoneError("this version was deleted before it was read") from error
                raise
        if len(content) != last - offset + 1:
            raise TransientError(f"{len(content)} bytes while reading {image.key}; {wanted} was asked for")
        return content
