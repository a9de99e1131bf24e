"""The fleet's demo, part by part: who is enrolled, what is uploaded, what workers do, whether all went as it should."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.markup import escape

from local.errors import LocalAwsError
from local.gallery import FACES, draw, page
from local.lived_fleet import LivedFleet, Picture
from local.outcomes import Outcome, counts, read_samples
from local.places import DEMO_RESULTS, SAMPLES
from local.stack import LocalAws

COPIES = 3  # of each picture: enough for three workers to be wanted
TO = DEMO_RESULTS / "fleet"
# A minute of the local clock for so many real seconds: machines boot at their own pace, so while they do it is slow.
AT_WORK_SECONDS, AFTERWARDS_SECONDS = 3.0, 1.0
LOOK_SECONDS, LONGEST_SECONDS = 0.5, 240


class FleetAtWork:
    """One run of it."""

    def __init__(self, aws: LocalAws, fleet: LivedFleet, console: Console) -> None:
        self._aws, self._fleet, self._console = aws, fleet, console
        self._pictures: list[Picture] = []
        self.records: dict[str, Mapping[str, Any]] = {}
        self.most_machines = 0

    def enrol(self) -> None:
        """By the command that a person would use."""
        for folder in sorted((SAMPLES / "faces" / "gallery").iterdir()):
            words = ["faces", "enroll", folder.name, str(folder), "--consent"]
            command = [str(Path(sys.executable).with_name("dayshift")), "--env", "local-fleet"]
            done = subprocess.run(
                [*command, "--local-dir", str(self._aws.folder), *words],
                env=self._aws.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode != 0:
                raise LocalAwsError(f"dayshift {' '.join(words)} failed:\n{done.stdout}{done.stderr}")
            self._console.print(f"enrolled: {folder.name}", highlight=False)

    def upload(self) -> None:
        """Each sample some times; waits until all of it is queued."""
        samples = read_samples(SAMPLES / "faces", SAMPLES)
        self._pictures = [self._fleet.upload(each, number + 1) for number in range(COPIES) for each in samples]
        _wait(lambda: sum(self._fleet.waiting().values()) >= len(self._pictures))
        self._console.print(f"{len(self._pictures)} pictures uploaded; nobody is there to read them", highlight=False)

    def work(self) -> None:
        """Until every picture has its record, or too much time has passed."""
        self._live(lambda: len(self.records) == len(self._pictures), AT_WORK_SECONDS)

    def rest(self) -> None:
        """Until no machine is left, or too much time has passed."""
        self._live(lambda: not self._fleet.machines().total(), AFTERWARDS_SECONDS)

    def outcomes(self) -> tuple[Outcome, ...]:
        """How each picture ended."""
        return tuple(Outcome(each.sample, self.records.get(each.name)) for each in self._pictures)

    def faults(self) -> list[str]:
        """What is otherwise than it should be, each a sentence."""
        found = [
            f"{picture.name}: {fault}"
            for picture, outcome in zip(self._pictures, self.outcomes(), strict=True)
            if (fault := outcome.fault or _whom(outcome))
        ]
        left, dead = self._fleet.machines(), self._fleet.waiting("dlq_url")
        found += [f"machines are left: {dict(left)}"] if left.total() else []
        found += [f"messages are left: {self._fleet.waiting()}"] if sum(self._fleet.waiting().values()) else []
        found += [f"messages went to the dead-letter queue: {dead}"] if sum(dead.values()) else []
        found += [f"wanted several machines at once, got {self.most_machines}"] if self.most_machines < 2 else []
        return found

    def save(self) -> None:
        """Every record, and each picture with a box and a name around each face."""
        shutil.rmtree(TO, ignore_errors=True)
        TO.mkdir(parents=True)
        drawn: dict[str, str] = {}
        for picture in self._pictures:
            record = self.records.get(picture.name)
            if picture.number > 1 or record is None:
                continue
            text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
            (TO / f"{picture.sample.file.name}.json").write_text(text, encoding="utf-8")
            if record["status"] in ("ok", "none"):
                to = TO / f"{picture.sample.file.name}.boxes.jpg"
                draw(picture.sample.file, record["detections"], to)
                drawn[picture.sample.name] = to.name
        first = [outcome for each, outcome in zip(self._pictures, self.outcomes(), strict=True) if each.number == 1]
        (TO / "index.html").write_text(page(first, drawn, counts(first), FACES), encoding="utf-8")

    def _live(self, is_done: Callable[[], bool], seconds_a_minute: float) -> None:
        deadline, ticked = time.monotonic() + LONGEST_SECONDS, 0.0
        shown = ""
        with Live(console=self._console, transient=True, refresh_per_second=4) as live:
            while not is_done() and time.monotonic() < deadline:
                if time.monotonic() - ticked >= seconds_a_minute:
                    self._fleet.tick()
                    ticked = time.monotonic()
                self._collect()
                said = self._line()
                live.update(said)
                if said != shown and not self._console.is_terminal:
                    self._console.print(said, highlight=False)
                shown = said
                time.sleep(LOOK_SECONDS)

    def _line(self) -> str:
        machines, waiting = self._fleet.machines(), self._fleet.waiting()
        self.most_machines = max(self.most_machines, machines.total())
        states = ", ".join(f"{count} {state}" for state, count in sorted(machines.items())) or "none"
        queued = ", ".join(f"{count} {name}" for name, count in waiting.items())
        done = f"{len(self.records)} of {len(self._pictures)} read"
        return f"workers wanted: {self._fleet.desired()}   there: {states}   queue: {queued}   {done}"

    def _collect(self) -> None:
        for picture in self._pictures:
            if picture.name not in self.records and (record := self._fleet.record(picture)) is not None:
                self.records[picture.name] = record
                seen = ", ".join(f"{each['name']} {each['confidence_percent']:.0f}%" for each in record["detections"])
                said = seen or str(record["reason"] or "nobody").split(":")[0]
                self._console.print(f"  {escape(picture.name):24} {record['status']:9} {said}", highlight=False)


def _whom(outcome: Outcome) -> str | None:
    """A name too many is as wrong as one that is missing."""
    wanted, got = sorted(outcome.sample.expectation.names), sorted(outcome.names("face"))
    return None if wanted == got else f"wanted {wanted}, got {got}"


def _wait(is_done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not is_done() and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)
