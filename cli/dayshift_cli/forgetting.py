"""Forgetting a person: every version of the photos, and every index that workers have made of the gallery.

A worker that runs looks at the gallery once a minute, and one that began to look before the photos were gone may still
write what it saw. So where a fleet is awake its indexes are watched for longer than that.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dayshift.domain.errors import DayshiftError
from dayshift.domain.lifecycle import ModelState
from dayshift_cli import gallery_index, powering, purging
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.enrolling import digest_of_file
from dayshift_cli.gallery import composed, folder_of
from dayshift_cli.session import Session

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_LOOKED_AT_WITHIN_SECONDS = 90.0  # a worker looks once a minute
_SECONDS_A_PHOTO = 0.5  # so long it takes a worker to look at one
_PAUSE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Doomed:
    """What is to go: of the photos every version there is, of the fleets' indexes all."""

    photos: "Sequence[ObjectIdentifierTypeDef]"
    indexes: "Sequence[ObjectIdentifierTypeDef]"
    is_meant: Callable[[str], bool] = field(repr=False)  # whether a key is of a photo that goes
    photos_in_all: int = 0  # that lie in the gallery, of whomever

    @property
    def seconds_watched(self) -> float:
        """So long after the photos are gone no worker can write any more what it saw of them."""
        return _LOOKED_AT_WITHIN_SECONDS + _SECONDS_A_PHOTO * self.photos_in_all


def doomed(session: Session, model: DeployedModel, fleets: Sequence[DeployedModel], name: str, some: Sequence[str]
           ) -> Doomed | None:  # fmt: skip
    """What goes with a person, or with some photos of theirs; None where nothing is known of anybody of that name.
    Raises UsageError for a photo that is not theirs."""
    s3, deployment, gallery = session.clients.s3, session.deployment, str(model.gallery)
    found = list(purging.versions(s3, deployment.images_bucket, gallery))

    def is_theirs(key: str) -> bool:
        return key.startswith(gallery) and folder_of(key, gallery) == composed(name)

    photos = [one for one in found if is_theirs(one["Key"])]
    keys = {one["Key"] for one in photos}
    chosen = _chosen(keys, some, name)
    is_meant = chosen.__contains__ if some else is_theirs
    photos = [one for one in photos if is_meant(one["Key"])]
    bucket = deployment.results_bucket
    is_known = photos or any(gallery_index.naming(s3, bucket, fleet.name, is_meant) for fleet in fleets)
    if not is_known:
        return None
    indexes = [one for fleet in fleets for one in purging.versions(s3, bucket, gallery_index.prefix_of(fleet.name))]
    return Doomed(photos, indexes, is_meant, len({one["Key"] for one in found}))


def _chosen(keys: Iterable[str], some: Sequence[str], name: str) -> set[str]:
    """The keys that are meant by a key, by its last part, or by a file on disk with the same bytes."""
    chosen = set[str]()
    for photo in some:
        stem = digest_of_file(Path(photo))
        meant = {key for key in keys if photo in (key, key.rpartition("/")[2])}
        meant |= {key for key in keys if stem and key.rpartition("/")[2].partition(".")[0] == stem}
        if not meant:
            known = ", ".join(sorted(key.rpartition("/")[2] for key in keys)) or "none"
            raise click.UsageError(f"{name} has no photo {photo!r}; there are: {known}.")
        chosen |= meant
    return chosen


def counted(found: "Sequence[ObjectIdentifierTypeDef]") -> list[tuple[str, int]]:
    """Each key with the number of its versions."""
    keys = sorted(one["Key"] for one in found)
    return [(key, len(list(same))) for key, same in groupby(keys)]


def is_awake(session: Session, model: DeployedModel) -> bool:
    """Whether any worker of the fleet may be there; True where that cannot be known."""
    try:
        power = powering.power_of(session, powering.stored(session, model, session.now()))
        return power is None or power.describe().state is not ModelState.STOPPED
    except DayshiftError:
        return True


def watch(session: Session, fleets: Sequence[DeployedModel], going: Doomed, waited: Callable[[float], None]) -> int:
    """Deletes whatever index has a photo that is gone, until no worker can write one any more. How many there were."""
    s3, bucket, found = session.clients.s3, session.deployment.results_bucket, 0
    until = time.monotonic() + going.seconds_watched
    while True:
        for fleet in fleets:
            for key in gallery_index.naming(s3, bucket, fleet.name, going.is_meant):
                late = [one for one in purging.versions(s3, bucket, key) if one["Key"] == key]
                purging.delete(s3, bucket, late, lambda _: None)
                found += 1
        left = until - time.monotonic()
        if left <= 0:
            return found
        time.sleep(min(_PAUSE_SECONDS, left))
        waited(min(_PAUSE_SECONDS, left))
