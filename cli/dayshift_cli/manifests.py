"""The manifests of archives: which objects a model's archives became, and what those are called within them.

Where a manifest lies, and where an archive's images do, is the Lambda package's to say (`dayshift.domain.archives`).
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from dayshift.domain.archives import (
    MANIFESTS_ROOT,
    Manifest,
    RefusedEntry,
    expanded_folders,
    expanded_prefix,
    manifest_key,
)
from dayshift.domain.images import ImageRef
from dayshift.domain.routing import is_archive
from dayshift_cli.errors import Failure, code_of
from dayshift_cli.listing import OVERLONG_VERSION, Place, listed

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_AT_ONCE = 16
_SUFFIX = ".json"


@dataclass(frozen=True, slots=True)
class Within:
    """Where an image was before it was an object: its archive, its place in it, and its name there."""

    archive: ImageRef
    index: int
    name: str

    def shown(self, prefix: str) -> str:
        """As a person would say it: the archive's key below its model's prefix, and the name within."""
        return f"{self.archive.key.removeprefix(prefix)}/{self.name}"

    def value(self) -> dict[str, Any]:
        """For programs."""
        archive = {"key": self.archive.key, "version_id": self.archive.version_id}
        return {"archive": archive, "index": self.index, "name": self.name}


def read(s3: "S3Client", bucket: str, key: str) -> Manifest | None:
    """The manifest at this place; None if there is none. Raises Failure for anything that is no manifest."""
    try:
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except ClientError as error:
        if code_of(error) == "NoSuchKey":
            return None
        raise
    try:
        return Manifest.from_json(text)
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(f"s3://{bucket}/{key} is not the manifest of an archive ({error!r}).") from error


def of(s3: "S3Client", bucket: str, model: str, archive: ImageRef) -> Manifest | None:
    """The manifest of this version of an archive; None before it was expanded to its end."""
    return read(s3, bucket, manifest_key(model, archive))


def of_key(s3: "S3Client", bucket: str, model: str, key: str) -> Iterator[Manifest]:
    """The manifests of all versions of an archive; of those with the same content, whose images are the same objects,
    only the first."""
    # a key that is too long with one version may not be with another, so both folders are looked into
    some = [manifest_key(model, ImageRef("", key, version, "", 0)) for version in ("v", OVERLONG_VERSION)]
    folders = sorted({place.rpartition("/")[0] for place in some})
    found = [place.key for folder in folders for place in listed(s3, bucket, f"{folder}/", delimiter="/")]
    yield from _first_of_each(one for one in _read_all(s3, bucket, found) if one.archive.key == key)


def names_in(manifest: Manifest) -> dict[str, Within]:
    """Where each image of an archive was, by the key of the object it is now."""
    return {one.image.key: Within(manifest.archive, one.index, one.name) for one in manifest.images}


def within(manifest: Manifest, entry: RefusedEntry) -> Within:
    """Where a refused entry is."""
    return Within(manifest.archive, entry.index, entry.name)


def origins(s3: "S3Client", bucket: str, images: Sequence[tuple[str, str]]) -> dict[str, Within]:
    """Where images were, by their keys; without those that came by themselves or whose manifest is gone. `images` are
    pairs of model and key."""
    found: dict[str, Within] = {}
    for model in sorted({model for model, _ in images}):
        folders = {
            key.rpartition("/")[0] + "/" for of_model, key in images if of_model == model and is_expanded(model, key)
        }
        for manifest in _of_folders(s3, bucket, model, folders) if folders else ():
            found |= names_in(manifest)
    return found


def is_expanded(model: str, key: str) -> bool:
    """Whether an image of this key came out of an archive."""
    return key.startswith(expanded_prefix(model))


def places(s3: "S3Client", bucket: str, model: str) -> Iterator[Place]:
    """Where the manifests of one model lie."""
    return listed(s3, bucket, f"{MANIFESTS_ROOT}{model}/")


def _of_folders(s3: "S3Client", bucket: str, model: str, folders: set[str]) -> Iterator[Manifest]:
    """The manifests of the archives whose images lie in these folders.

    A folder's name is made of hashes, so nobody can tell the archive from it; but the place of a manifest names its
    archive's key, and with it what its folder begins with. One that lies under a hash itself has to be read.
    """
    beginnings = {folder[: folder.rindex("-") + 1] for folder in folders}
    found = [(place.key, _beginning(model, place.key)) for place in places(s3, bucket, model)]
    wanted = [place for place, beginning in found if beginning is None or beginning in beginnings]
    yield from _first_of_each(one for one in _read_all(s3, bucket, wanted) if one.folder in folders)


def _beginning(model: str, place: str) -> str | None:
    """What the folder begins with of the archive whose manifest lies here; None where the place is a hash."""
    key = place.removeprefix(f"{MANIFESTS_ROOT}{model}/").removesuffix(_SUFFIX).rpartition("/")[0]
    return expanded_folders(model, key) if is_archive(key) else None


def _read_all(s3: "S3Client", bucket: str, keys: Sequence[str]) -> Iterator[Manifest]:
    """Those of these manifests that are still there."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from filter(None, pool.map(lambda key: read(s3, bucket, key), keys))


def _first_of_each(found: Iterable[Manifest]) -> list[Manifest]:
    """Of each folder the manifest that was written first."""
    by_age = sorted(found, key=lambda manifest: manifest.expanded_at, reverse=True)
    return list({manifest.folder: manifest for manifest in by_age}.values())
