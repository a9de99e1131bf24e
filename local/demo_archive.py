"""The demo's part about archives: one model's samples once more, in a ZIP. Each must end as it did by itself."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.console import Console

from local.deploying import Deployment
from local.lived_archives import LivedArchives, Placed, archive_of
from local.outcomes import Outcome, Sample, counts
from local.places import DEMO_RESULTS
from local.stack import LocalAws

MODEL = "signs"
LONGEST_SECONDS, LOOK_SECONDS, SWEEPS = 60, 0.25, 3


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What became of an archive: each of its entries, what its manifest says, and its own record."""

    name: str
    outcomes: tuple[Outcome, ...]
    manifest: Mapping[str, Any] | None
    record: Mapping[str, Any] | None

    def faults(self) -> list[str]:
        """What is otherwise than it should be, each a sentence."""
        found = [f"{each.sample.name} in {self.name}: {each.fault}" for each in self.outcomes if each.fault]
        status = None if self.record is None else self.record["status"]
        return found + ([] if status == "ok" else [f"wanted {self.name} to end ok, got {status}"])

    def to_json(self) -> dict[str, Any]:
        """The figures."""
        return {"entries": len(self.outcomes), "counts": counts(self.outcomes), "faults": self.faults()}


class DemoArchive:
    """One archive's way."""

    def __init__(self, aws: LocalAws, deployment: Deployment, samples: tuple[Sample, ...]) -> None:
        self._archives, self._lambda = LivedArchives(aws, deployment, MODEL), aws.client("lambda")
        self._sweep = deployment.values["functions"]["sweep"]
        self._samples = tuple(sample for sample in samples if sample.model == MODEL)

    def live(self) -> Unpacked:
        """All of it."""
        name = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} samples.zip"  # another each time, so that its images are read
        archive = self._archives.upload(name, archive_of(self._samples))
        until(lambda: self._archives.manifest(archive) is not None)
        manifest = self._archives.manifest(archive)
        if manifest is None:
            return Unpacked(name, tuple(Outcome(sample, None) for sample in self._samples), None, None)
        until(lambda: all(self._archives.ending(manifest, sample) for sample in self._samples))
        self._end(archive)
        outcomes = tuple(Outcome(sample, self._archives.ending(manifest, sample)) for sample in self._samples)
        return Unpacked(name, outcomes, json.loads(manifest.to_json()), self._archives.record(archive))

    def _end(self, archive: Placed) -> None:
        """Its own record comes with a sweep, within two hours; here there is somebody who waits for it."""
        wish = json.dumps({"model": MODEL, "older_than_minutes": 0})
        for _ in range(SWEEPS):
            self._lambda.invoke(FunctionName=self._sweep, Payload=wish)
            if until(lambda: self._archives.record(archive) is not None, LONGEST_SECONDS / SWEEPS):
                return


def save(unpacked: Unpacked) -> None:
    """The manifest and the archive's record."""
    folder = DEMO_RESULTS / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in (("manifest", unpacked.manifest), ("record", unpacked.record)):
        if value is not None:
            text = json.dumps(value, indent=2, ensure_ascii=False) + "\n"
            (folder / f"{name}.json").write_text(text, encoding="utf-8")


def show(unpacked: Unpacked, console: Console) -> None:
    """One line, and what is otherwise than it should be."""
    said = "no record" if unpacked.record is None else f"{unpacked.record['status']}: {unpacked.record['reason']}"
    console.print(f"{len(unpacked.outcomes)} of them again as {unpacked.name}: {said}", markup=False, highlight=False)
    for fault in unpacked.faults():
        console.print(fault, style="red", markup=False)


def until(is_done: Callable[[], bool], longest_seconds: float = LONGEST_SECONDS) -> bool:
    """Looks again and again, until it is so or nobody would wait any longer; whether it is so."""
    deadline = time.monotonic() + longest_seconds
    while not is_done():
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)
    return True
