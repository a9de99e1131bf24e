"""The id of an uploaded image, and the object key that it and its caller make together.

    id   signs.9f1c2d3e4b5a69788796a5b4c3d2e1f0.jpg
    key  incoming/signs/<owner>/9f1c2d3e4b5a69788796a5b4c3d2e1f0.jpg

The caller's part of the key is never in the id: an id of another's names a key at which nothing lies.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

EXTENSIONS: Mapping[str, str] = {"image/jpeg": "jpg", "image/png": "png"}
_ID = re.compile(r"([a-z][a-z0-9-]*)\.([0-9a-f]{32}\.(?:jpg|png))", re.ASCII)


@dataclass(frozen=True, slots=True)
class ImageId:
    """An image of a model: its name is 32 digits that nobody guesses, and what it is."""

    model: str
    name: str

    @classmethod
    def new(cls, model: str, digits: str, content_type: str) -> "ImageId":
        """The id of an image of this type."""
        return cls(model, f"{digits}.{EXTENSIONS[content_type]}")

    @classmethod
    def parse(cls, text: str) -> "ImageId | None":
        """The id that a text is; None for one that is none."""
        found = _ID.fullmatch(text)
        return cls(found[1], found[2]) if found else None

    def __str__(self) -> str:
        return f"{self.model}.{self.name}"

    def key(self, prefix: str, owner: str) -> str:
        """Where it lies, under its model's prefix, for this caller alone."""
        return f"{folder(prefix, owner)}{self.name}"


def folder(prefix: str, owner: str) -> str:
    """Where all of a caller's images for a model lie."""
    return f"{prefix}{owner}/"
