"""Archives of one model in the demo: put there, and what became of each entry."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from typing import Any

from dayshift.domain.archives import Manifest, manifest_key
from dayshift.domain.images import ImageRef
from dayshift.domain.results import csv_key, record_key
from local.deploying import Deployment
from local.outcomes import Sample
from local.stack import LocalAws

Placed = tuple[str, str]  # key, version


class LivedArchives:
    """One model, as archives come for it."""

    def __init__(self, aws: LocalAws, deployment: Deployment, name: str) -> None:
        self.name = name
        self._images, self._results = (deployment.values[f"{each}_bucket"] for each in ("images", "results"))
        self._prefix, self._s3 = deployment.values["models"][name]["prefix"], aws.client("s3")

    def upload(self, name: str, content: bytes) -> Placed:
        """Puts the archive under the model's prefix."""
        key = f"{self._prefix}{name}"
        return key, self._s3.put_object(Bucket=self._images, Key=key, Body=content)["VersionId"]

    def manifest(self, archive: Placed) -> Manifest | None:
        """What is known of the archive's entries, once it is."""
        content = self._content(manifest_key(self.name, ImageRef(self._images, *archive, "", 0)))
        return None if content is None else Manifest.from_json(content)

    def ending(self, manifest: Manifest, sample: Sample) -> Mapping[str, Any] | None:
        """The record of a picture; an entry that became no image has its reason in the manifest."""
        for refused in manifest.refused:
            if refused.name == sample.name:
                return {"status": "rejected", "reason": refused.reason, "detections": []}
        places = [one.image for one in manifest.images if one.name == sample.name]
        return self.record((places[0].key, str(places[0].version_id))) if places else None

    def record(self, image: Placed) -> dict[str, Any] | None:
        """The terminal record of an image or archive, if there is one yet."""
        content = self._content(record_key(self.name, *image))
        return None if content is None else dict(json.loads(content))

    def sheet(self, image: Placed) -> bytes:
        """Its CSV."""
        return self._content(csv_key(self.name, *image)) or b""

    def _content(self, key: str) -> bytes | None:
        try:
            return bytes(self._s3.get_object(Bucket=self._results, Key=key)["Body"].read())
        except self._s3.exceptions.NoSuchKey:
            return None


def archive_of(samples: Iterable[Sample]) -> bytes:
    """A ZIP of them, by the names that they have in samples/."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for sample in samples:
            archive.writestr(sample.name, sample.file.read_bytes())
    return made.getvalue()
