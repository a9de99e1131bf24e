"""The gallery: photos of known people in the images bucket, one folder a person, `gallery/<person>/<photo>.jpg`.

It lies outside what the producer is told of, so a photo there is no image to read.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import click

from dayshift.domain.faces import UNKNOWN
from dayshift.domain.gallery import person_of
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.errors import Failure
from dayshift_cli.inert import inert
from dayshift_cli.session import Session

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LONGEST_NAME = 128
_TAKEN = (UNKNOWN, ".", "..")


model_option = click.option(
    "--model", metavar="NAME", help="The model that recognises faces; may be left out if there is only one."
)


@dataclass(frozen=True, slots=True)
class Photo:
    """What lies in the gallery now. `person` is None for what workers do not look at, by its place or ending; `version`
    is None in a bucket without versions."""

    person: str | None
    key: str
    version: str | None
    etag: str
    size_bytes: int
    added_at: datetime

    @property
    def file(self) -> str:
        """The last part of its key."""
        return self.key.rpartition("/")[2]


def fleet_of(session: Session, name: str | None) -> DeployedModel:
    """The model that recognises faces: of that name, else the only one. Raises Failure where there is none, and
    UsageError naming those there are."""
    fleets = [model for model in session.deployment.models if model.gallery]
    known = ", ".join(model.name for model in fleets)
    if name is not None:
        model = session.model(name)
        if model.gallery:
            return model
        raise click.UsageError(f"{name} recognises no faces (family {model.family}); those that do: {known or 'none'}.")
    if not fleets:
        raise Failure(
            f"No model of {session.deployment.environment} recognises faces; that is off unless chosen. Add a model of "
            "family face_fleet to `models`, as docs/faces.md shows, and apply the Terraform configuration."
        )
    if len(fleets) > 1:
        raise click.UsageError(f"There are {len(fleets)} models that recognise faces; name one with --model: {known}.")
    return fleets[0]


def sharing(session: Session, model: DeployedModel) -> list[DeployedModel]:
    """All models that know people by the same gallery."""
    return [one for one in session.deployment.models if one.gallery == model.gallery]


def person_named(text: str) -> str:
    """The name of a person as it is kept, in NFC. Raises UsageError with all that is asked of one."""
    name = composed(text)
    is_plain = inert(name) == name == name.strip() and "/" not in name and name.casefold() not in _TAKEN
    if is_plain and 1 <= len(name) <= LONGEST_NAME:
        return name
    raise click.UsageError(
        f"A person's name has 1 to {LONGEST_NAME} characters, no slash, no control character and no space at either "
        f'end, and is not "{UNKNOWN}", as a face is called that nobody has; got {text[: LONGEST_NAME + 8]!r}.'
    )


def photos(s3: "S3Client", bucket: str, gallery: str) -> list[Photo]:
    """What lies in the gallery now, by person and key."""
    found = [
        Photo(
            person_of(one["Key"], gallery),
            one["Key"],
            None if one["VersionId"] == "null" else one["VersionId"],
            one["ETag"].strip('"'),
            one["Size"],
            one["LastModified"],
        )
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=gallery)
        for one in page.get("Versions", ())
        if one["IsLatest"] and not one["Key"].endswith("/")  # a folder that the console made
    ]
    return sorted(found, key=lambda photo: (photo.person or "", photo.key))


def folder_of(key: str, gallery: str) -> str:
    """The name of the folder right below the gallery in which a key lies, however deep, in NFC; "" for none."""
    person, slash, _ = key.removeprefix(gallery).partition("/")
    return composed(person) if slash else ""


def composed(name: str) -> str:
    """The name in NFC: macOS spells an é otherwise than Linux."""
    return unicodedata.normalize("NFC", name)


def nobody(name: str, known: Iterable[Photo]) -> str:
    """That nobody is called so, and who there is."""
    people = ", ".join(sorted({photo.person for photo in known if photo.person})) or "nobody yet"
    return f"There is nobody called {name!r} in the gallery; there is: {people}."


def told(count: int) -> str:
    """`1 photo`, `4 photos`."""
    return f"{count} {'photo' if count == 1 else 'photos'}"
