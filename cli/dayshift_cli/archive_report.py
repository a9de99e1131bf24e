"""Archives for `dayshift status`: how many wait, and of those that were expanded how far their images are."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from heapq import nlargest
from typing import Any

from rich.text import Text

from dayshift.domain.archives import Manifest
from dayshift.domain.messages import rfc3339
from dayshift.domain.results import record_key
from dayshift_cli import manifests
from dayshift_cli.deployment import DeployedModel
from dayshift_cli.records import places_of_archive, places_of_key
from dayshift_cli.render import Row
from dayshift_cli.session import Session

ARCHIVE_COLUMNS = ("archive", "model", "expanded", "images", "rejected", "ended")
_SHOWN = 20  # the newest: each costs a read and two listings
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ArchiveReport:
    """One version of an archive that was expanded. `is_settled`: it has its own record, with which all is over."""

    model: DeployedModel
    manifest: Manifest
    ended: int
    is_settled: bool

    def row(self) -> Row:
        """For a person."""
        images = len(self.manifest.images)
        style = "green" if self.is_settled else "" if self.ended < images else "dim"
        name = self.manifest.archive.key.removeprefix(self.model.prefix)
        expanded = f"{self.manifest.expanded_at:%Y-%m-%d %H:%M}Z"
        ended = Text(f"{self.ended} of {images}", style=style)
        return name, self.model.name, expanded, images, len(self.manifest.refused), ended

    def value(self) -> dict[str, Any]:
        """For programs."""
        archive = self.manifest.archive
        return {
            "archive": archive.key, "version_id": archive.version_id, "model": self.model.name,
            "expanded_at": rfc3339(self.manifest.expanded_at), "images": len(self.manifest.images),
            "rejected": len(self.manifest.refused), "ended": self.ended, "settled": self.is_settled,
        }  # fmt: skip


def archive_reports(session: Session, models: Sequence[DeployedModel]) -> list[ArchiveReport]:
    """The archives that were expanded last, newest first."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    places = [(place, model) for model in models for place in manifests.places(s3, bucket, model.name)]
    newest = nlargest(_SHOWN, places, key=lambda found: found[0].written_at)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        reports = pool.map(lambda found: _report(session, found[0].key, found[1]), newest)
    return [one for one in reports if one is not None]


def _report(session: Session, place: str, model: DeployedModel) -> ArchiveReport | None:
    """None for one whose manifest is gone since it was listed."""
    s3, bucket = session.clients.s3, session.deployment.results_bucket
    manifest = manifests.read(s3, bucket, place)
    if manifest is None:
        return None
    there = {one.key for one in places_of_archive(s3, bucket, manifest)}
    ended = [one for one in manifest.images if record_key(model.name, one.image.key, one.image.version) in there]
    own = record_key(model.name, manifest.archive.key, manifest.archive.version)
    is_settled = any(one.key == own for one in places_of_key(s3, bucket, model.name, manifest.archive.key))
    return ArchiveReport(model, manifest, len(ended), is_settled)
