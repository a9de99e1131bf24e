"""What a person means by a name: an image, an archive with all that is in it, or one entry of an archive.

`pictures.zip` is an archive's own record and those of its images; `pictures.zip/trip/a b.jpg` is one entry by its name.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from botocore.exceptions import ClientError

from dayshift.domain.archives import Manifest, RefusedEntry
from dayshift.domain.results import record_key
from dayshift.domain.routing import is_archive
from dayshift_cli import manifests
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import code_of
from dayshift_cli.listing import Place
from dayshift_cli.manifests import Within
from dayshift_cli.records import candidates, places_of_archive, places_of_key
from dayshift_cli.session import Session

_INSIDE = re.compile(r"\.zip/", re.IGNORECASE)


@dataclass(slots=True)
class Found:
    """The records that were meant, entries that were refused, where images were, and what is to be said of archives."""

    places: dict[str, Place] = field(default_factory=dict)
    refused: list[tuple[str, Within, str]] = field(default_factory=list)  # model, where, reason
    origins: dict[str, Within] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.places or self.refused or self.sentences)

    def add(self, other: "Found") -> None:
        """What another name means, too."""
        self.places |= other.places
        self.refused += [one for one in other.refused if one not in self.refused]
        self.origins |= other.origins
        self.sentences += other.sentences


def find(session: Session, name: str, models: Sequence[DeployedModel]) -> Found:
    """What is meant by a name: the first reading of it that there is anything of. Nothing if there is none."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    for model, key in candidates(name, models):
        found = Found({place.key: place for place in places_of_key(s3, bucket, model, key)})
        prefix = next(one.prefix for one in models if one.name == model)
        for archive, entry in _archives_in(key):
            for manifest in manifests.of_key(s3, bucket, model, archive):
                found.add(_within(session, manifest, entry, prefix))
        if found:
            return found
    return Found()


def why_missing(session: Session, name: str, models: Sequence[DeployedModel]) -> str:
    """Why there is nothing of a name, in one sentence."""
    bucket = session.deployment.images_bucket
    for _, key in candidates(name, models):
        try:
            session.clients.s3.head_object(Bucket=bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "404":
                raise
        else:
            what = "archive" if is_archive(key) else "image"
            return (
                f"{name}: no result yet; the {what} s3://{bucket}/{key} is there, `dayshift status` shows what waits."
            )
    return f"{name}: there is neither a result nor an image of that name."


def _archives_in(key: str) -> Iterator[tuple[str, str | None]]:
    """The archives that a key may be, or may name an entry of, with the entry's name."""
    if is_archive(key):
        yield key, None
    for split in _INSIDE.finditer(key):
        yield key[: split.end() - 1], key[split.end() :]


def _within(session: Session, manifest: Manifest, entry: str | None, prefix: str) -> Found:
    """All of an archive, or the entries of this name."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    ended = {place.key: place for place in places_of_archive(s3, bucket, manifest)}
    images = [one for one in manifest.images if entry in (None, one.name)]
    wanted = [record_key(manifest.model, one.image.key, one.image.version) for one in images]
    refused = [one for one in manifest.refused if entry in (None, one.name)]
    found = Found(
        places={key: ended[key] for key in wanted if key in ended},
        refused=[(manifest.model, manifests.within(manifest, one), one.reason) for one in refused],
        origins=manifests.names_in(manifest),
    )
    if entry is None or len(found.places) < len(images):
        found.sentences.append(_progress(manifest, refused, len(found.places), len(images), prefix))
    return found


def _progress(manifest: Manifest, refused: Sequence[RefusedEntry], ended: int, images: int, prefix: str) -> str:
    name = manifest.archive.key.removeprefix(prefix)
    return f"{name}: ok {images}, rejected {len(refused)} of its entries; {ended} of {images} images have ended."
