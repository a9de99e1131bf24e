"""Archives: how much of one is read, where its images lie once they are objects of their own, and what is kept of it.

An archive is one version of one object whose key ends with `.zip`; like an image it ends in one terminal record. Its
images are objects under `expanded/`, from where no event comes, so that nothing is ever expanded twice over:

    expanded/<model>/<stem>-<8>-<12>/<index>-<16 of its SHA-256>.<jpg|png>    images bucket
    archives/<model>/<key>/<version>.json                                     results bucket: its manifest

The folder is told by the archive's key (8 of its hash) and by what its directory says (12 of its hash), not by its
version: the same archive put there twice is two archives with one set of images (docs/decisions/0028). Names inside an
archive are never part of a key: they are text in the manifest.
"""

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from dayshift.domain.images import ImageRef
from dayshift.domain.messages import rfc3339
from dayshift.domain.results import Status, place

EXPANDED_ROOT, MANIFESTS_ROOT = "expanded/", "archives/"
MIB = 1024 * 1024
# A thousand images are one listing of their records, and some minutes of PUTs, far from the 15 of a function. What is
# skipped without a word (folders, what macOS adds) does not count.
MAXIMUM_ENTRIES = 1000
# No family reads more of one image; it is also what the expander keeps in memory at once.
MAXIMUM_ENTRY_BYTES = 15 * MIB
# Of an archive, and of all that comes out of it: two minutes of reading from S3 at the least rate there is.
MAXIMUM_ARCHIVE_BYTES = MAXIMUM_EXPANDED_BYTES = 500 * MIB
# Deflate makes at most 1,032 bytes of one. JPEG and PNG hardly shrink at all; below a megabyte nobody is harmed.
MAXIMUM_RATIO, RATIO_SPARES_BYTES = 100, MIB
# A thousand entries with long names have 300 kB of directory; it is read as a whole before anything else.
MAXIMUM_DIRECTORY_BYTES = 2 * MIB

SUFFIXES = {"jpeg": "jpg", "png": "png"}
CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}
STEM_LENGTH = 40


@dataclass(frozen=True, slots=True)
class ExpandedImage:
    """One image of an archive: its place in the archive's directory, its name there, and the object it became."""

    index: int
    name: str
    image: ImageRef


@dataclass(frozen=True, slots=True)
class RefusedEntry:
    """One entry that became no image, and why."""

    index: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What became of an archive's entries. It is written once, after all of its images and their messages. `folder` is
    where its images lie, those of others with the same content too."""

    archive: ImageRef
    model: str
    folder: str
    expanded_at: datetime
    images: tuple[ExpandedImage, ...]
    refused: tuple[RefusedEntry, ...]

    def to_json(self) -> str:
        """The manifest as one line of JSON with a line feed at its end."""
        value = {
            "v": 1,
            "archive": asdict(self.archive),
            "model": self.model,
            "folder": self.folder,
            "expanded_at": rfc3339(self.expanded_at),
            "ok": len(self.images),
            "rejected": len(self.refused),
            "images": [_image_to_json(one) for one in self.images],
            "refused": [asdict(one) for one in self.refused],
        }
        # ASCII only: a name may hold what is no character of any encoding.
        return json.dumps(value, separators=(",", ":")) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Manifest":
        """Reads what `to_json` wrote."""
        value = json.loads(text)
        archive = ImageRef(**value["archive"])
        return cls(
            archive=archive,
            model=value["model"],
            folder=value["folder"],
            expanded_at=datetime.fromisoformat(value["expanded_at"]),
            images=tuple(_image_from_json(one, archive.bucket) for one in value["images"]),
            refused=tuple(RefusedEntry(**one) for one in value["refused"]),
        )

    def summary(self, endings: Mapping[str, int]) -> str:
        """One sentence for the terminal record: what came out of the archive, why the rest did not, how it ended."""
        codes = Counter(one.reason.partition(":")[0] for one in self.refused)
        why = f" ({_counts(codes)})" if codes else ""
        ended = f"; its images: {_counts(endings)}" if endings else ""
        return f"ok {len(self.images)}, rejected {len(self.refused)}{why}{ended}"

    def ending(self, endings: Mapping[str, int]) -> tuple[Status, str]:
        """How the archive ends once its images have: its status and reason. One of which every entry was refused was
        refused; one in which there was nothing at all had nothing in it."""
        if self.refused and not self.images:
            return Status.REJECTED, f"archive_no_image: {self.summary(endings)}"
        return Status.OK if self.images else Status.NONE, self.summary(endings)


def expanded_prefix(model: str) -> str:
    """What the keys of all images begin with that came out of this model's archives."""
    return f"{EXPANDED_ROOT}{model}/"


def expanded_folders(model: str, key: str) -> str:
    """What the folders begin with of all archives that ever lay under this key. The stem is for people."""
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", key.rpartition("/")[2][: -len(".zip")])[:STEM_LENGTH].strip("-")
    return f"{expanded_prefix(model)}{stem or 'archive'}-{sha256(key.encode()).hexdigest()[:8]}-"


def expanded_folder(model: str, key: str, fingerprint: str) -> str:
    """Where the images lie of an archive of this key with this content, of which `fingerprint` is a hash."""
    return f"{expanded_folders(model, key)}{fingerprint[:12]}/"


def expanded_key(folder: str, index: int, content: bytes, form: str) -> str:
    """Where one image lies: the same bytes at the same place in the same archive are the same key, however often."""
    return f"{folder}{index:04}-{sha256(content).hexdigest()[:16]}.{SUFFIXES[form]}"


def manifest_key(model: str, archive: ImageRef) -> str:
    """Where an archive's manifest lies in the results bucket."""
    return place(MANIFESTS_ROOT, model, archive.key, archive.version, ".json")


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{word} {count}" for word, count in sorted(counts.items()))


def _image_to_json(one: ExpandedImage) -> dict[str, Any]:
    found = asdict(one.image)
    del found["bucket"]  # the archive's own
    return {"index": one.index, "name": one.name, **found}


def _image_from_json(value: dict[str, Any], bucket: str) -> ExpandedImage:
    image = ImageRef(bucket, value["key"], value["version_id"], value["etag"], value["size_bytes"])
    return ExpandedImage(value["index"], value["name"], image)
