"""Backfilling: the images of one model that were in the bucket before Dayshift was, and have no terminal record."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from dayshift.domain.images import ImageRef
from dayshift.domain.results import RECORDS_ROOT, record_key
from dayshift.domain.routing import Route, route_for

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def unanswered(
    s3: "S3Client", images_bucket: str, results_bucket: str, model: str, prefix: str, routes: Sequence[Route]
) -> Iterator[ImageRef]:
    """Every version below the prefix that this model reads and has not answered; delete markers and folders are none.

    All versions, since that is what the sweep goes by too: leaving old ones out would only put them off for an hour.
    """
    answered = _record_keys(s3, results_bucket, model, prefix)
    for image in _versions(s3, images_bucket, prefix):
        route = route_for(image.key, routes)
        is_folder = image.key.endswith("/") and image.size_bytes == 0
        if route is None or route.model != model or is_folder:
            continue
        if record_key(model, image.key, image.version) not in answered:
            yield image


def _record_keys(s3: "S3Client", bucket: str, model: str, prefix: str) -> frozenset[str]:
    """The keys of the records there are: one listing for a thousand, where a HEAD each would be a thousand calls."""
    root = f"{RECORDS_ROOT}{model}/"
    # records of awkward keys lie under the hash of the key, which begins with a tilde
    return frozenset(
        found["Key"]
        for where in (root + prefix, f"{root}~")
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=where)
        for found in page.get("Contents", ())
    )


def _versions(s3: "S3Client", bucket: str, prefix: str) -> Iterator[ImageRef]:
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for found in page.get("Versions", ()):
            version_id = None if found["VersionId"] == "null" else found["VersionId"]
            yield ImageRef(bucket, found["Key"], version_id, found["ETag"].strip('"'), found["Size"])
