"""Uploading files as objects, several at once, and learning the version id that each became."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from mimetypes import guess_type
from threading import Event
from typing import TYPE_CHECKING, Any

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from dayshift.domain.images import ImageRef
from dayshift_cli.images import LocalImage

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Amazon S3 User Guide, "Multipart upload": worth its three calls from a few parts on.
MULTIPART_BYTES = 16 * 1024 * 1024
_PART_BYTES = 8 * 1024 * 1024
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file and the image it became; or, without an image, the problem of the file."""

    local: LocalImage
    image: ImageRef | None
    problem: str | None = None


def upload_all(
    s3: "S3Client", bucket: str, images: Sequence[LocalImage], metadata: Mapping[str, str] | None = None
) -> Iterator[Uploaded]:
    """Uploads the files and yields each when it is done; a file that cannot be read is yielded with its problem.
    `metadata` (ASCII) is kept beside each.

    An error of AWS ends it: uploads that have not begun are given up, those under way still yielded, then it is raised.
    """
    upload, ended = _uploader(s3, bucket, metadata or {}), Event()
    first: BaseException | None = None
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(_upload_or_problem, upload, image, ended) for image in images]
        try:
            for done in as_completed(waiting):
                if (error := done.exception()) is not None:
                    first = first or error
                    ended.set()
                elif (uploaded := done.result()) is not None:
                    yield uploaded
        finally:
            ended.set()
            pool.shutdown(wait=True, cancel_futures=True)
    if first is not None:
        raise first


def _upload_or_problem(upload: Callable[[LocalImage], ImageRef], local: LocalImage, ended: Event) -> Uploaded | None:
    """None where an error of another has ended it before this was begun; an error of this one ends all others."""
    if ended.is_set():
        return None
    try:
        return Uploaded(local, upload(local))
    except OSError as error:
        return Uploaded(local, None, f"cannot be read: {error.strerror or error}")
    except (ClientError, BotoCoreError):
        ended.set()  # here, since whoever collects the results may be slow to hear of it
        raise


def _uploader(s3: "S3Client", bucket: str, metadata: Mapping[str, str]) -> Callable[[LocalImage], ImageRef]:
    transfer = TransferConfig(multipart_threshold=MULTIPART_BYTES, multipart_chunksize=_PART_BYTES, max_concurrency=4)
    completed: dict[str, dict[str, Any]] = {}

    def remember(parsed: dict[str, Any], **_: Any) -> None:
        """The transfer keeps the answer to itself, and a HEAD might already see a later version."""
        completed[parsed.get("Key", "")] = parsed

    s3.meta.events.register("after-call.s3.CompleteMultipartUpload", remember)

    def upload(local: LocalImage) -> ImageRef:
        kind = guess_type(local.path.name)[0] or "application/octet-stream"
        if local.size_bytes < MULTIPART_BYTES:
            body = local.path.read_bytes()
            answer: Mapping[str, Any] = s3.put_object(
                Bucket=bucket, Key=local.key, Body=body, ContentType=kind, Metadata=metadata
            )
        else:
            try:
                extra = {"ContentType": kind, "Metadata": {**metadata}}
                s3.upload_file(str(local.path), bucket, local.key, ExtraArgs=extra, Config=transfer)
            except S3UploadFailedError as error:
                raise error.__context__ or error from error
            answer = completed.pop(local.key)
        etag = str(answer["ETag"]).strip('"')
        return ImageRef(bucket, local.key, answer.get("VersionId"), etag, local.size_bytes)

    return upload
