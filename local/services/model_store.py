"""The local account's projects and their versions, kept in one JSON file.

No version has to be made first: one that is named for the first time, by its ARN or by its name in its project, is
there from then on, as TRAINING_COMPLETED. So a target in a `.tfvars` file works at once, if it ends in VERSION_NUMBER.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from local.services.project_version import DELETED, Delays, ProjectVersion
from local.services.service_error import ServiceError, invalid

ARN = r"(arn:[a-z\d-]+:rekognition:[a-z\d-]+:(\d{12})):project/([a-zA-Z0-9_.\-]{1,255})"
VERSION = re.compile(rf"{ARN}/version/([a-zA-Z0-9_.\-]{{1,255}})/(\d+)")
PROJECT = re.compile(rf"{ARN}/(\d+)")
# The numbers at the ends of ARNs are instants of creation, so a project's is never its version's. What is not said by
# whoever names it first gets these.
PROJECT_NUMBER, VERSION_NUMBER = "1767225600000", "1767229200000"
Key = tuple[str, str]  # project, version name


class ModelStore:
    """The versions, in memory and on disk. Its lock is held while one is looked at."""

    def __init__(self, file: Path | None, now: Callable[[], datetime], account: str) -> None:
        self._file, self._now, self._account, self._lock = file, now, account, threading.RLock()
        self._versions: dict[Key, ProjectVersion] = {}
        self.defaults = Delays()
        if file is not None and file.exists():
            kept = json.loads(file.read_text(encoding="utf-8"))
            self.defaults = Delays(**kept["defaults"])
            self._versions = {tuple(key): ProjectVersion.from_json(value) for key, value in kept["versions"]}
        self._written = self._text()

    @contextmanager
    def version(self, arn: object) -> Iterator[tuple[ProjectVersion, float]]:
        """The version as it is now, and now; written to disk afterwards. Raises ServiceError."""
        match = VERSION.fullmatch(arn) if isinstance(arn, str) else None
        if match is None:
            raise invalid(f"ProjectVersionArn must look like …:project/logos/version/v1/1767229200000; got {arn!r}")
        with self._lock:
            now = self._own(match[2], match[0])
            found = self._versions.setdefault((match[3], match[4]), self._new(match[0], now))
            if found.starts == 0 and found.arn.endswith(f"/{VERSION_NUMBER}"):
                found.arn = match[0]  # it was known by its name only
            if found.arn != match[0] or found.status == DELETED:
                raise ServiceError("ResourceNotFoundException", f"The resource {match[0]} cannot be found.")
            found.settle(now)
            yield found, now
            self._write()

    def of_project(self, arn: object, names: list[str]) -> list[ProjectVersion]:
        """The versions of a project as they are now, the newest first; only those named, if any are. Raises
        ServiceError."""
        match = PROJECT.fullmatch(arn) if isinstance(arn, str) else None
        if match is None:
            raise invalid(f"ProjectArn must look like …:project/logos/{PROJECT_NUMBER}; got {arn!r}")
        with self._lock:
            now, project = self._own(match[2], match[0]), match[3]
            for name in names:
                given = f"{match[1]}:project/{project}/version/{name}/{VERSION_NUMBER}"
                self._versions.setdefault((project, name), self._new(given, now))
            found = [
                version
                for (owner, name), version in self._versions.items()
                if owner == project and (not names or name in names) and version.status != DELETED
            ]
            if any(version.arn.endswith(f"/{match[4]}") for version in found):
                text = "the number at the end of a project's ARN is its own, not that of its version"
                raise ServiceError("ResourceNotFoundException", f"The project {match[0]} cannot be found: {text}")
            for version in found:
                version.settle(now)
            self._write()
            return [replace(version) for version in reversed(found)]

    def projects(self) -> list[str]:
        """The names of all projects that were ever named."""
        with self._lock:
            return list(dict.fromkeys(project for project, _ in self._versions))

    @contextmanager
    def all(self) -> Iterator[tuple[list[ProjectVersion], float]]:
        """Every version as it is now, the deleted too, and now; written to disk afterwards."""
        with self._lock:
            now = self._now().timestamp()
            for version in self._versions.values():
                version.settle(now)
            yield list(self._versions.values()), now
            self._write()

    def peek(self, arn: str) -> ProjectVersion:
        """The version behind this ARN even if it is deleted, for the controls. Raises ServiceError."""
        match = VERSION.fullmatch(arn)
        with self._lock:
            if match is not None and (found := self._versions.get((match[3], match[4]))) is not None:
                return found
        with self.version(arn) as (found, _):
            return found

    def _own(self, account: str, arn: str) -> float:
        if account != self._account:
            raise ServiceError("AccessDeniedException", f"{arn} is of another account; this one is {self._account}")
        return self._now().timestamp()

    def _new(self, arn: str, now: float) -> ProjectVersion:
        return ProjectVersion(arn, now, replace(self.defaults))

    def _text(self) -> str:
        versions = [(key, version.to_json()) for key, version in self._versions.items()]
        return json.dumps({"defaults": asdict(self.defaults), "versions": versions}, indent=1)

    def _write(self) -> None:
        text = self._text() if self._file is not None else ""
        if self._file is not None and text != self._written:
            beside = self._file.with_suffix(".writing")
            beside.write_text(text, encoding="utf-8")
            beside.replace(self._file)  # a reader, and a crash, sees the old file or the new one
            self._written = text
