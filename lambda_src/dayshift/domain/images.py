"""Images: what one is, and which of them a model can never read.

An image is one version of one object. Nothing here opens it: size and name are known from the event.
"""

from dataclasses import dataclass

from dayshift.domain.errors import PermanentError

# A JPEG or PNG header alone is longer than this: fewer bytes cannot be an image.
MINIMUM_BYTES = 64


@dataclass(frozen=True, slots=True)
class ImageRef:
    """One version of one object. `key` is decoded; `version_id` is None only in a bucket without versioning."""

    bucket: str
    key: str
    version_id: str | None
    etag: str
    size_bytes: int

    @property
    def version(self) -> str:
        """What tells this image from the others under its key: the version id, else the ETag."""
        return self.version_id or self.etag


@dataclass(frozen=True, slots=True)
class Limits:
    """What a family can read: one table for each family, with the AWS page it was taken from."""

    maximum_bytes: int
    minimum_pixels: int
    maximum_pixels: int
    formats: tuple[str, ...]
    maximum_proportion: int | None = None  # the long side in short sides
    maximum_sent_bytes: int = 5 * 1024 * 1024  # of an image that is sent along with the call

    def sentence(self) -> str:
        """The limits as a person reads them, for the reason of a rejection."""
        formats = " or ".join(name.upper() for name in self.formats)
        pixels = f"{self.minimum_pixels} to {self.maximum_pixels:,} pixels a side"
        proportion = f" and {self.maximum_proportion}:1" if self.maximum_proportion else ""
        return f"{formats}, {pixels}{proportion}, at most {self.maximum_bytes:,} bytes"


def check(image: ImageRef, limits: Limits) -> None:
    """Raises PermanentError for an image that no call to the model could read; costs nothing."""
    if image.key.endswith("/") and image.size_bytes == 0:
        raise PermanentError("folder", "an empty object whose key ends with '/' is a console folder, not an image")
    if image.size_bytes < MINIMUM_BYTES:
        raise PermanentError("empty", f"{image.size_bytes} bytes cannot be an image; the least is {MINIMUM_BYTES}")
    if image.size_bytes > limits.maximum_bytes:
        raise PermanentError(
            "too_large", f"{image.size_bytes:,} bytes; this model reads at most {limits.maximum_bytes:,}"
        )
