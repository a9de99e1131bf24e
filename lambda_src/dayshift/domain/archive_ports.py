"""The ports of archives: all that expanding one needs of the world. Everything raises TransientError."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from dayshift.domain.archives import Manifest
from dayshift.domain.images import ImageRef
from dayshift.domain.zip_entry import Entry


class Archive(Protocol):
    """An archive whose directory is sound."""

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries in the directory's order, those to be skipped included."""

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of its directory, in hex: of names, sizes, checksums and places of all that is in it."""

    def content(self, entry: Entry) -> Iterator[bytes]:
        """The entry's bytes, piece by piece; what was said of them is true once all were taken. Raises PermanentError
        about the entry, GoneError."""


class Archives(Protocol):
    """The images bucket, as archives are read from it."""

    def open(self, archive: ImageRef) -> Archive:
        """This version of an archive. Raises PermanentError about the whole archive, GoneError."""


class ExpandedImages(Protocol):
    """The images bucket, as the images of archives are written to it."""

    def put(self, key: str, content: bytes, content_type: str) -> ImageRef:
        """The object with these bytes under this key, written now or before."""


class Manifests(Protocol):
    """The manifests of one model's archives."""

    def exists(self, archive: ImageRef) -> bool:
        """Whether this archive was expanded to its end."""

    def read(self, archive: ImageRef) -> Manifest | None:
        """Its manifest; None before it was expanded to its end."""

    def write(self, manifest: Manifest) -> bool:
        """Writes a manifest that no one can overwrite; False if another delivery wrote one first."""


class Endings(Protocol):
    """How images of one model ended."""

    def of(self, images: Sequence[ImageRef]) -> Mapping[str, int] | None:
        """How many ended with which status; None while any has not ended."""
