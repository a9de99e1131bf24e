"""What became of the images that were uploaded, archives and what is in them included, shown as it comes.

A table is shown at the end, in the order of the files; csv and json row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rich.text import Text

from dayshift.domain.archives import Manifest, RefusedEntry
from dayshift.domain.images import ImageRef
from dayshift.domain.routing import is_archive
from dayshift_cli import manifests
from dayshift_cli.following import Watch
from dayshift_cli.job_report import line
from dayshift_cli.manifests import Within
from dayshift_cli.records import STYLES, WIDE_COLUMNS, Record, wide
from dayshift_cli.render import Meter, Row, show, show_csv, show_json
from dayshift_cli.session import Session
from dayshift_cli.waiting import wait_for

_GOOD = {"ok", "none"}
_REJECTED = "rejected"


class Outcomes:
    """The records and manifests of what was uploaded to one model, as far as they are known."""

    def __init__(self, session: Session, model: str, images: Sequence[ImageRef], output: str, confidence: bool) -> None:
        self._session, self._model, self._uploaded = session, model, images
        self._output, self._confidence = output, confidence
        self._prefixes = {one.name: one.prefix for one in session.deployment.models}
        self._records: dict[ImageRef, Record] = {}
        self._manifests: dict[ImageRef, Manifest] = {}
        self._origins: dict[str, Within] = {}

    @property
    def missing(self) -> list[ImageRef]:
        """What has no result: images, those of archives too, and archives that were not expanded."""
        known = self._records.keys() | self._manifests.keys()
        expanded = [one.image for manifest in self._manifests.values() for one in manifest.images]
        return [image for image in (*self._uploaded, *expanded) if image not in known]

    @property
    def total(self) -> int:
        """All images that are known of: each of an archive in place of the archive."""
        return len(self._uploaded) + sum(len(manifest.images) - 1 for manifest in self._manifests.values())

    @property
    def is_good(self) -> bool:
        """Whether all that ended was read, and nothing of any archive was refused."""
        was_read = all(record["status"] in _GOOD for record in self._records.values())
        return was_read and not any(manifest.refused for manifest in self._manifests.values())

    def wait(self, timeout_seconds: float) -> None:
        """Waits for all of them and shows them, for so long at the most."""
        if self._output == "csv":
            show_csv([WIDE_COLUMNS])
        closed = [image for image in self._uploaded if is_archive(image.key)]
        plain = [image for image in self._uploaded if not is_archive(image.key)]
        s3, bucket = self._session.clients.s3, self._session.deployment.results_bucket
        with Meter("Waiting", len(self._uploaded), self._output) as meter:
            jobs = self._jobs_told(meter)
            for image, answer in wait_for(s3, bucket, self._model, plain, timeout_seconds, closed, jobs):
                if isinstance(answer, Manifest):
                    self._expanded(image, answer, meter)
                else:
                    self._ended(image, answer, meter)
        if self._output == "table":
            show(self._output, WIDE_COLUMNS, [row for image in self._uploaded for row in self._rows(image)], ())

    def _jobs_told(self, meter: Meter) -> Callable[[], None]:
        """Tells of the jobs that what was uploaded is in, where its model is read in jobs."""
        model = self._session.model(self._model)
        watch, versions = Watch(self._session, [model]), {(one.key, one.version_id) for one in self._uploaded}

        def tell() -> None:
            for one in watch.look()[1]:
                inside = (*(each.image for each in one.job.images), *one.job.twins, one.job.archive)
                if any(each is not None and (each.key, each.version_id) in versions for each in inside):
                    meter.note(line(one))

        return tell if model.jobs else lambda: None

    def _expanded(self, archive: ImageRef, manifest: Manifest, meter: Meter) -> None:
        """An archive is its images from now on, and what of it was refused."""
        self._manifests[archive] = manifest
        self._origins |= manifests.names_in(manifest)
        meter.set_total(self.total)
        meter.note(f"expanded {self._shown(archive)}: ok {len(manifest.images)}, rejected {len(manifest.refused)}")
        for entry in manifest.refused:
            where = manifests.within(manifest, entry)
            match self._output:
                case "json":
                    show_json(refused_value(where, self._model, entry.reason))
                case "csv":
                    show_csv([self._refused(where, entry)])
                case _:
                    meter.note(f"{_REJECTED:<9}{where.shown(self._prefix)}")

    def _ended(self, image: ImageRef, record: Record, meter: Meter) -> None:
        self._records[image] = record
        meter.advance()
        match self._output:
            case "json":
                show_json(named(record, self._origins))
            case "csv":
                show_csv([self._wide(record)])
            case _:
                meter.note(f"{record['status']:<9}{self._shown(image)}")

    def _rows(self, image: ImageRef) -> list[Row]:
        """The row of a file; of an archive one for each entry, in the archive's order."""
        if image in self._manifests:
            manifest = self._manifests[image]
            rows = {one.index: self._row(one.image) for one in manifest.images}
            rows |= {one.index: self._refused(manifests.within(manifest, one), one) for one in manifest.refused}
            nothing = (self._shown(image), self._model, Text("none", style=STYLES["none"]), "", "", "nothing is in it")
            return [rows[index] for index in sorted(rows)] or [nothing]
        return [self._row(image)]

    def _row(self, image: ImageRef) -> Row:
        if image in self._records:
            return self._wide(self._records[image])
        return self._shown(image), self._model, Text("waiting", style=STYLES["waiting"]), "", "", ""

    def _refused(self, where: Within, entry: RefusedEntry) -> Row:
        return refused_row(where, self._model, entry.reason, self._prefix)

    def _wide(self, record: Record) -> Row:
        return wide(record, self._prefixes, self._confidence, self._origins)

    def _shown(self, image: ImageRef) -> str:
        origin = self._origins.get(image.key)
        return origin.shown(self._prefix) if origin else image.key.removeprefix(self._prefix)

    @property
    def _prefix(self) -> str:
        return self._prefixes[self._model]


def refused_row(where: Within, model: str, reason: str, prefix: str) -> Row:
    """An entry that became no image, as a row among others. It has no record: the manifest says what is known."""
    return where.shown(prefix), model, Text(_REJECTED, style=STYLES[_REJECTED]), "", "", reason


def refused_value(where: Within, model: str, reason: str) -> dict[str, Any]:
    """The same for programs."""
    return {"within": where.value(), "model": {"name": model}, "status": _REJECTED, "reason": reason}


def named(record: Record, origins: Mapping[str, Within]) -> dict[str, Any]:
    """The record as it is; of an image out of an archive with `within`, which says what it is called there."""
    origin = origins.get(str(record["image"]["key"]))
    return {**record, "within": origin.value()} if origin else record
