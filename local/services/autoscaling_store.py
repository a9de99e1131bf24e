"""The local account's Auto Scaling groups, kept in one JSON file. Instances are not: no machine outlives the services.

After a restart a group has no instance, and launches what its desired capacity says, as where a zone comes back.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from local.services.autoscaling_activities import IN_PROGRESS, Activities
from local.services.autoscaling_group import Group
from local.services.autoscaling_instance import Instance, Moment
from local.services.autoscaling_rules import no_group, refused
from local.services.autoscaling_steps import Machines

KEPT = ("record", "tags", "hooks", "warm_pool")


class Book:
    """The state itself, at this moment."""

    def __init__(self, groups: dict[str, Group], machines: Machines, now: Moment) -> None:
        self.groups, self.machines, self.now = groups, machines, now

    def group(self, request: dict[str, Any]) -> Group:
        """The group that a request names, which must be there. Raises ServiceError."""
        name = str(request.get("AutoScalingGroupName"))
        if name not in self.groups:
            raise no_group(name)
        return self.groups[name]

    def named(self, request: dict[str, Any], key: str = "AutoScalingGroupNames") -> list[Group]:
        """The groups that a request lists, or all."""
        names = request.get(key) or list(self.groups)
        return [self.groups[name] for name in names if name in self.groups]

    def instance(self, instance_id: str) -> tuple[Group, Instance]:
        """The instance and its group. Raises ServiceError."""
        for group in self.groups.values():
            if instance_id in group.instances:
                return group, group.instances[instance_id]
        raise refused(f"Instance Id not found - No managed instance found for instance ID: {instance_id}")

    def settle(self) -> None:
        """Lets time pass in each group."""
        for group in self.groups.values():
            group.settle(self.machines, self.now)

    def delete(self, group: Group) -> None:
        """The group goes, and what is left of its machines."""
        for instance_id in group.instances:
            self.machines.forget(instance_id)
        del self.groups[group.name]


class AutoScalingStore:
    """The book, in memory and on disk."""

    def __init__(
        self, file: Path | None, now: Callable[[], datetime], real: Callable[[], float], machines: Machines, place: str
    ) -> None:
        self._file, self._now, self._real, self._machines = file, now, real, machines
        self.place = place  # arn:aws:autoscaling:us-east-1:000000000000
        self._lock = threading.RLock()
        self._groups = _read(file) if file is not None and file.exists() else {}
        self._written = _text(self._groups)

    @contextmanager
    def open(self) -> Iterator[Book]:
        """The book as it is now, held still; what was changed takes its course, and is written to disk."""
        with self.peek() as book:
            book.settle()
            try:
                yield book
                book.settle()
            finally:
                self._write()

    @contextmanager
    def peek(self) -> Iterator[Book]:
        """The book as it was left, for whoever only looks."""
        with self._lock:
            yield Book(self._groups, self._machines, Moment(self._now().timestamp(), self._real()))

    def tick(self) -> None:
        """Lets time pass."""
        with self.open():
            pass

    def _write(self) -> None:
        written = _text(self._groups) if self._file is not None else ""
        if self._file is not None and written != self._written:
            beside = self._file.with_suffix(".writing")
            beside.write_text(written, encoding="utf-8")
            beside.replace(self._file)  # a reader, and a crash, sees the old file or the new one
            self._written = written


def _read(file: Path) -> dict[str, Group]:
    groups = {}
    for name, kept in json.loads(file.read_text(encoding="utf-8")).items():
        ended = [each for each in kept["activities"] if each["StatusCode"] not in IN_PROGRESS]
        groups[name] = Group(name, **{key: kept[key] for key in KEPT}, activities=Activities(ended))
    return groups


def _text(groups: dict[str, Group]) -> str:
    kept = {
        name: {**{key: getattr(group, key) for key in KEPT}, "activities": group.activities.kept}
        for name, group in groups.items()
    }
    return json.dumps(kept, indent=1)
