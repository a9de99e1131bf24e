"""Enrolling: from files on disk to photos of a person, each checked by what it holds and named by it.

A photo's key is made from its bytes, so the same photo is one photo, however often and under whatever name it is given.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from dayshift.domain.errors import PermanentError
from dayshift.domain.image_header import read_header
from dayshift_cli.gallery import Photo
from dayshift_cli.images import LocalImage

_DIGITS = 16  # of the SHA-256: 64 bits, of which a gallery's photos never have two alike by chance
_ENDINGS = {"jpeg": "jpg", "png": "png"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that shall be a photo of a person. With a `problem` it cannot; `is_known`: it is one already."""

    local: LocalImage
    problem: str | None = None
    is_known: bool = False


def name_of(content: bytes) -> str:
    """The photo's name. Raises PermanentError for what is neither JPEG nor PNG by its header."""
    return f"{digest(content)}.{_ENDINGS[read_header(content).format]}"


def digest(content: bytes) -> str:
    """What tells a photo from all others."""
    return sha256(content).hexdigest()[:_DIGITS]


def prepared(
    files: Sequence[LocalImage], folder: str, person: str, known: Sequence[Photo], maximum_bytes: int
) -> Iterator[Wanted]:
    """Each file with the key that it will have below `folder`, or with what keeps it from being a photo of `person`."""
    owners = {photo.file: photo.person for photo in known}
    for file in files:
        try:
            found = _looked_at(file, folder, maximum_bytes)
        except PermanentError as error:
            yield Wanted(file, f"is no photo that can be used: {error}")
        except OSError as error:
            yield Wanted(file, f"cannot be read: {error.strerror or error}")
        else:
            name = found.key.rpartition("/")[2]
            owner = owners.get(name)
            owners[name] = owner or person
            if owner and owner != person:
                yield Wanted(found, f"is a photo of {owner} already; a photo is of one person")
            else:
                yield Wanted(found, is_known=bool(owner))


def _looked_at(file: LocalImage, folder: str, maximum_bytes: int) -> LocalImage:
    if file.size_bytes > maximum_bytes:
        raise PermanentError("too_large", f"{file.size_bytes:,} bytes; at most {maximum_bytes:,} are read")
    content = file.path.read_bytes()
    return LocalImage(file.path, folder + name_of(content), len(content))


def digest_of_file(path: Path) -> str | None:
    """The digest of a file on disk; None if there is no such file."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return None
