"""The local account's SageMaker models, endpoint configurations, endpoints and transform jobs, in one JSON file."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from local.services.endpoint import NONE, Delays, Endpoint, refused
from local.services.service_error import ServiceError
from local.services.timeline import text
from local.services.transform_job import Pace, TransformJob, Trouble

Record = dict[str, Any]
WORDS = {"model": "model", "endpoint-config": "endpoint configuration", "endpoint": "endpoint"}


@dataclass(slots=True)
class Book:
    """The state itself. Records are as Describe answers them, by name; `tags` are those of records, by ARN."""

    now: float = 0.0
    models: dict[str, Record] = field(default_factory=dict)
    configurations: dict[str, Record] = field(default_factory=dict)
    endpoints: dict[str, Endpoint] = field(default_factory=dict)
    tags: dict[str, dict[str, str]] = field(default_factory=dict)
    defaults: Delays = field(default_factory=Delays)
    transform_jobs: dict[str, TransformJob] = field(default_factory=dict)
    # Of the transform jobs to come: how long each takes, and what goes wrong with them, one after the other.
    pace: Pace = field(default_factory=Pace)
    troubles: list[Trouble | None] = field(default_factory=list)
    # What nobody should do and the service allows: configurations deleted while an endpoint had them.
    deleted_in_use: list[Record] = field(default_factory=list)


class SageMakerStore:
    """The book, in memory and on disk, and how its things are named."""

    def __init__(self, file: Path | None, now: Callable[[], datetime], place: str) -> None:
        self._file, self._now, self._lock = file, now, threading.RLock()
        self.place = place  # arn:aws:sagemaker:us-east-1:000000000000
        self._book = _read(file) if file is not None and file.exists() else Book()
        self._written = _text(self._book)

    @contextmanager
    def open(self) -> Iterator[Book]:
        """The book as it is now, held still; written to disk afterwards if something changed."""
        with self._lock:
            self._book.now = self._now().timestamp()
            for endpoint in self._book.endpoints.values():
                endpoint.settle(self._book.now)
            for job in self._book.transform_jobs.values():
                job.settle(self._book.now)
            try:
                yield self._book
            finally:
                self._write()

    def arn(self, kind: str, name: str) -> str:
        """The ARN of a model, endpoint-config, endpoint or transform-job; SageMaker writes their names small there."""
        return f"{self.place}:{kind}/{name.lower()}"

    def endpoint(self, book: Book, name: str) -> Endpoint:
        """The endpoint, which must be there. Raises ServiceError."""
        found = book.endpoints.get(name)
        if found is None or found.status == NONE:
            raise self.missing("endpoint", name)
        return found

    def named(self, book: Book, name: str) -> Endpoint:
        """What is known about this name, also while there is no endpoint of it."""
        new = Endpoint(self.arn("endpoint", name), book.now, replace(book.defaults))
        return book.endpoints.setdefault(name, new)

    def record(self, book: Book, kind: str, name: str) -> Record:
        """A model's or an endpoint-config's record. Raises ServiceError."""
        records = book.models if kind == "model" else book.configurations
        if name not in records:
            raise self.missing(kind, name)
        return dict(records[name])

    def missing(self, kind: str, name: str) -> ServiceError:
        """What is said where there is none."""
        return refused(f'Could not find {WORDS[kind]} "{self.arn(kind, name)}".')

    def delete_configuration(self, book: Book, name: str) -> None:
        """Deletes it, and writes down who still has it. Raises ServiceError."""
        arn = self.record(book, "endpoint-config", name)["EndpointConfigArn"]
        for endpoint, found in book.endpoints.items():
            if found.status not in (NONE, "Deleting") and name in (_name(found.configuration), _name(found.coming)):
                at = {"at": text(book.now), "endpoint": endpoint, "status": found.status}
                book.deleted_in_use.append({"configuration": name, **at})
        del book.configurations[name]
        book.tags.pop(arn, None)

    def _write(self) -> None:
        written = _text(self._book) if self._file is not None else ""
        if self._file is not None and written != self._written:
            beside = self._file.with_suffix(".writing")
            beside.write_text(written, encoding="utf-8")
            beside.replace(self._file)  # a reader, and a crash, sees the old file or the new one
            self._written = written


def _name(configuration: Record) -> str:
    return str(configuration.get("EndpointConfigName", ""))


def _read(file: Path) -> Book:
    kept = json.loads(file.read_text(encoding="utf-8"))
    endpoints = {name: Endpoint.from_json(value) for name, value in kept["endpoints"].items()}
    jobs = {name: TransformJob.from_json(value) for name, value in kept.get("transform_jobs", {}).items()}
    troubles = [None if each is None else Trouble(each) for each in kept.get("troubles", ())]
    known = {"endpoints": endpoints, "defaults": Delays(**kept["defaults"]), "transform_jobs": jobs}
    return Book(**{**kept, **known, "pace": Pace(**kept.get("pace", {})), "troubles": troubles})


def _text(book: Book) -> str:
    value = {key: each for key, each in asdict(book).items() if key != "now"}
    return json.dumps(value, indent=1)
