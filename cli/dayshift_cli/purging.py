"""Deleting for good: every version of what lies below a prefix, as all that a model has produced."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from dayshift.domain.archives import MANIFESTS_ROOT
from dayshift.domain.job_names import book_key
from dayshift.domain.jobs import JOB_FILES_ROOT, JOBS_ROOT
from dayshift.domain.results import CSV_ROOT, RECORDS_ROOT
from dayshift_cli.errors import Failure

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

# The sweep's memory of a model goes with its results: tries that led to them would count against the next ones.
_LEDGER_ROOT = "_ledger/"
_DELETE_BATCH = 1000  # Amazon S3, "DeleteObjects"


def result_versions(s3: "S3Client", bucket: str, model: str) -> "Iterator[ObjectIdentifierTypeDef]":
    """Every version and delete marker of the model's records, CSV files, manifests, ledger and closed jobs, as `{"Key",
    "VersionId"}`. The book of jobs stays, empty as it is: a tick may be about to write it."""
    for root in (RECORDS_ROOT, CSV_ROOT, MANIFESTS_ROOT, _LEDGER_ROOT, JOB_FILES_ROOT, JOBS_ROOT):
        for found in versions(s3, bucket, f"{root}{model}/"):
            if found["Key"] != book_key(model):
                yield found


def versions(s3: "S3Client", bucket: str, prefix: str) -> "Iterator[ObjectIdentifierTypeDef]":
    """Every version and delete marker below a prefix, as `{"Key", "VersionId"}`."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for found in chain(page.get("Versions", ()), page.get("DeleteMarkers", ())):
            yield {"Key": found["Key"], "VersionId": found["VersionId"]}


def delete(
    s3: "S3Client", bucket: str, found: "Sequence[ObjectIdentifierTypeDef]", deleted: Callable[[int], None]
) -> None:
    """Deletes these versions for good; raises Failure naming the first that S3 kept."""
    for start in range(0, len(found), _DELETE_BATCH):
        batch = [*found[start : start + _DELETE_BATCH]]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": batch, "Quiet": True})
        kept = answer.get("Errors", [])
        deleted(len(batch) - len(kept))
        if kept:
            raise Failure(
                f"S3 kept {len(kept)} of {len(batch)} objects, the first {kept[0].get('Key')} "
                f"({kept[0].get('Code')}: {kept[0].get('Message')}); run the command again."
            )
