"""The images of one attempt as one zip in S3, written as it grows: a multipart upload, never on a disk nor whole in
memory.

The images are JPEG and PNG, so nothing is pressed. An upload that is never closed leaves no object; S3 throws its parts
away after a day (terraform/modules/bucket).
"""

from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from dayshift.adapters.aws_errors import surroundings
from dayshift.domain.images import ImageRef
from dayshift.domain.job_names import image_name

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

PART_BYTES = 8 * 1024 * 1024  # S3 wants 5 MiB and takes 10,000 of them: 80 GB
WRITTEN_AT = (1980, 1, 1, 0, 0, 0)  # the same images packed again are the same bytes
ZIP = "application/zip"


class ZipParcel:
    """A zip at one place in the results bucket. Everything raises TransientError."""

    def __init__(self, s3: "S3Client", bucket: str, key: str) -> None:
        self._stream = _Upload(s3, bucket, key)
        self._zip = ZipFile(self._stream, "w", ZIP_STORED)

    def add(self, index: int, image: ImageRef, content: bytes, form: str) -> None:
        """Takes one image."""
        self._zip.writestr(ZipInfo(image_name(index, form), WRITTEN_AT), content)

    def close(self) -> None:
        """Puts it in its place."""
        self._zip.close()
        self._stream.finish()


class _Upload:
    """What ZipFile writes to; it cannot be sought in, so every size stands behind its file and in the directory."""

    def __init__(self, s3: "S3Client", bucket: str, key: str) -> None:
        self._s3, self._bucket, self._key = s3, bucket, key
        self._waiting = bytearray()
        self._parts: list[CompletedPartTypeDef] = []
        self._upload_id = ""

    def write(self, content: bytes) -> int:
        """All of it is taken; what fills a part is sent."""
        self._waiting += content
        while len(self._waiting) >= PART_BYTES:
            part = bytes(self._waiting[:PART_BYTES])
            del self._waiting[:PART_BYTES]
            self._send(part)
        return len(content)

    def flush(self) -> None:
        """A part is sent when it is full."""

    def close(self) -> None:
        """Without `finish` nothing lies anywhere."""

    def finish(self) -> None:
        """The rest, and the end."""
        if not self._upload_id:
            with surroundings(f"writing {self._key}"):
                self._s3.put_object(Bucket=self._bucket, Key=self._key, Body=bytes(self._waiting), ContentType=ZIP)
            return
        if self._waiting:
            self._send(bytes(self._waiting))
        with surroundings(f"writing {self._key}"):
            self._s3.complete_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
            )

    def _send(self, part: bytes) -> None:
        with surroundings(f"writing {self._key}"):
            if not self._upload_id:
                begun = self._s3.create_multipart_upload(Bucket=self._bucket, Key=self._key, ContentType=ZIP)
                self._upload_id = begun["UploadId"]
            number = len(self._parts) + 1
            sent = self._s3.upload_part(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload_id, PartNumber=number, Body=part
            )
            self._parts.append({"ETag": sent["ETag"], "PartNumber": number})
