"""The gallery: photos of people that faces are told apart by, and the index of what is seen in them.

A photo is `<prefix><person>/<file>.jpg`; the person's name is the folder's. The index is one JSON object, a function of
the photos alone; its name is their fingerprint.
"""

import json
import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from dayshift.domain.errors import PermanentError
from dayshift.domain.faces import ENCODER, NUMBERS, UNKNOWN, Embedding, Face, Known

Place = tuple[str, str]  # a photo's key and version
ENDINGS = (".jpg", ".jpeg", ".png")
DIGITS = 6  # after the point: a millionth of what tells two people apart
VERSION = 1


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo as the bucket lists it; `version` is another for other bytes."""

    person: str
    key: str
    version: str
    size_bytes: int

    @property
    def place(self) -> Place:
        """What tells this photo from all others, and from what lay under its key before."""
        return self.key, self.version


@dataclass(frozen=True, slots=True)
class Seen:
    """What a photo shows: the embedding of its one face, or the problem with it."""

    photo: Photo
    faces: int
    embedding: Embedding | None
    problem: str | None = None


def person_of(key: str, prefix: str) -> str | None:
    """Whose photo a key is; None for one that is no photo: beside the folders, deeper, or with another ending."""
    person, slash, file = key.removeprefix(prefix).partition("/")
    if not person or not slash or "/" in file or not file.lower().endswith(ENDINGS):
        return None
    return unicodedata.normalize("NFC", person)  # macOS spells an é otherwise than Linux


def fingerprint(photos: Iterable[Photo]) -> str:
    """The same for the same photos and encoder, in whatever order they are listed."""
    listed = sorted(photo.place for photo in photos)
    return sha256(json.dumps([ENCODER, listed]).encode()).hexdigest()


def looked_at(photo: Photo, faces: Sequence[Face]) -> Seen:
    """What the faces found in a photo make of it."""
    if photo.person.casefold() == UNKNOWN:
        return Seen(photo, len(faces), None, f'"{UNKNOWN}" is what a face is called that nobody has')
    if len(faces) != 1:
        return Seen(photo, len(faces), None, f"{len(faces)} faces, one wanted" if faces else "no face")
    return Seen(photo, 1, rounded(faces[0].embedding))


def refused(photo: Photo, error: PermanentError) -> Seen:
    """A photo that cannot be read; the others are none the worse for it."""
    return Seen(photo, 0, None, f"unreadable: {error}")


def rounded(embedding: Iterable[float]) -> Embedding:
    """As it is kept. An answer is then the same whether a worker has made the index or read it."""
    return tuple(round(number, DIGITS) for number in embedding)


def known_of(seen: Iterable[Seen]) -> tuple[Known, ...]:
    """All photos that tell a person."""
    return tuple(Known(one.photo.person, one.embedding) for one in seen if one.embedding is not None)


def to_json(seen: Iterable[Seen]) -> str:
    """The index: one line, sorted by key."""
    photos = [
        {
            "embedding": one.embedding,
            "faces": one.faces,
            "key": one.photo.key,
            "person": one.photo.person,
            "problem": one.problem,
            "version": one.photo.version,
        }
        for one in sorted(seen, key=lambda one: one.photo.key)
    ]
    return json.dumps({"encoder": ENCODER, "photos": photos, "v": VERSION}, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes) -> dict[Place, Seen]:
    """By place, what an index says of each photo; nothing of what is not in its right form, or of another
    encoder. It is data: whoever may write to the bucket may have written it."""
    try:
        index = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(index, dict) or index.get("v") != VERSION or index.get("encoder") != ENCODER:
        return {}
    photos = index.get("photos")
    read = [_seen(entry) for entry in photos] if isinstance(photos, list) else []
    return {one.photo.place: one for one in read if one}


def _seen(entry: Any) -> Seen | None:
    match entry:
        case {
            "person": str(person), "key": str(key), "version": str(version), "faces": int(faces),
            "embedding": list() | None as numbers, "problem": str() | None as problem,
        }:  # fmt: skip
            embedding = tuple(numbers) if numbers is not None else None
        case _:
            return None
    if (embedding is None) == (problem is None) or (embedding is not None and not is_embedding(embedding)):
        return None
    return Seen(Photo(person, key, version, 0), faces, embedding, problem)


def is_embedding(numbers: Sequence[object]) -> bool:
    """Whether these are the numbers of a face."""
    return len(numbers) == NUMBERS and all(isinstance(each, int | float) and math.isfinite(each) for each in numbers)
