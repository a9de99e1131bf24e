"""Archives in the command's world: what the expander would leave behind of one."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from dayshift.adapters.expanded import S3ExpandedImages
from dayshift.domain.archives import ExpandedImage, Manifest, RefusedEntry, expanded_folder, expanded_key, manifest_key
from dayshift.domain.images import ImageRef
from dayshift.domain.plain_image import plain_png
from tests.unit.cli.conftest import IMAGES, NOW, RESULTS

PNG = plain_png(100)
NOT_AN_IMAGE = "unsupported_format: this is HTML, not JPEG or PNG, whatever its name says"


def zipped(entries: Mapping[str, bytes]) -> bytes:
    """An archive with these entries."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return made.getvalue()


def deploy_archives(aws: Any) -> None:
    """The deployment takes archives."""
    urls = {
        name: aws.sqs.create_queue(QueueName=f"dayshift-test-{queue}")["QueueUrl"]
        for name, queue in (("queue_url", "archives"), ("dlq_url", "dead-archives"))
    }
    uuid = "00000000-0000-0000-0000-000000000002"
    aws.deployment["archives"] = {**urls, "mapping_uuid": uuid, "expander": "dayshift-test-expander"}
    aws.redeploy()


def expand(aws: Any, archive: ImageRef, good: Sequence[str], bad: Sequence[str] = (), model: str = "signs") -> Manifest:
    """The objects and the manifest of an archive with these entries."""
    objects = S3ExpandedImages(aws.s3, IMAGES)  # which are there once, however often the archive is
    fingerprint = sha256(repr((good, bad)).encode()).hexdigest()
    folder = expanded_folder(model, archive.key, fingerprint)
    images = [
        ExpandedImage(index, name, objects.put(expanded_key(folder, index, PNG, "png"), PNG, "image/png"))
        for index, name in enumerate(good)
    ]
    refused = [RefusedEntry(index, name, NOT_AN_IMAGE) for index, name in enumerate(bad, len(good))]
    manifest = Manifest(archive, model, folder, NOW, tuple(images), tuple(refused))
    aws.s3.put_object(Bucket=RESULTS, Key=manifest_key(model, archive), Body=manifest.to_json().encode())
    return manifest
