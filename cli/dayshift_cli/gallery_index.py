"""What workers have seen in the gallery: their indexes in the results bucket, `_gallery/<model>/<fingerprint>.json`,
whose form is `dayshift.domain.gallery`'s.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from dayshift.domain.gallery import Seen, from_json
from dayshift_cli.errors import code_of
from dayshift_cli.gallery import Photo

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

INDEX_ROOT = "_gallery/"
USABLE = "1 face"
NOT_LOOKED_AT = "not looked at yet"
NO_PHOTO = "no photo: it should be <person>/<photo>.jpg, .jpeg or .png"
# An index is as large as the gallery, and one is written for each change of it; what is asked for is in the newest few.
_LOOKED_BACK = 10


def prefix_of(model: str) -> str:
    """Where the indexes of a model lie."""
    return f"{INDEX_ROOT}{model}/"


def said_of(s3: "S3Client", bucket: str, model: str, photos: Sequence[Photo]) -> dict[str, str]:
    """By key: "1 face", "no face", "2 faces, one wanted", "unreadable: …", or that no worker has looked yet."""
    said = {photo.key: NOT_LOOKED_AT if photo.person else NO_PHOTO for photo in photos}
    missing = [photo for photo in photos if photo.person]
    for key in islice(_newest_first(s3, bucket, model), _LOOKED_BACK):
        if not missing:
            break
        index = from_json(_read(s3, bucket, key))
        for photo in missing:
            # a bucket without versions tells its objects by their ETags
            seen = index.get((photo.key, photo.version or "")) or index.get((photo.key, photo.etag))
            if seen is not None:
                said[photo.key] = _said(seen)
        missing = [photo for photo in missing if said[photo.key] == NOT_LOOKED_AT]
    return said


def naming(s3: "S3Client", bucket: str, model: str, is_meant: Callable[[str], bool]) -> list[str]:
    """The keys of those indexes that have any photo whose key is meant; in whatever form, of whichever release."""
    return [key for key in _newest_first(s3, bucket, model) if any(map(is_meant, _keys(_read(s3, bucket, key))))]


def _newest_first(s3: "S3Client", bucket: str, model: str) -> Iterator[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix_of(model))
    found = [one for page in pages for one in page.get("Contents", ())]
    return (one["Key"] for one in sorted(found, key=lambda one: one["LastModified"], reverse=True))


def _read(s3: "S3Client", bucket: str, key: str) -> bytes:
    """An index; nothing where it went meanwhile."""
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) != "NoSuchKey":
            raise
        return b""


def _keys(index: bytes) -> list[str]:
    """The keys of all photos in an index."""
    try:
        photos = json.loads(index)["photos"]
        return [str(photo["key"]) for photo in photos]
    except (ValueError, KeyError, TypeError):
        return []


def _said(seen: Seen) -> str:
    return seen.problem or USABLE
