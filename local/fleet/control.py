"""The machines of a local AWS, from Python: who they are, and what is to go wrong with them.

aws.machines.all("dayshift-local-fleet-faces-workers")
aws.machines.kill(instance_id)
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


class Caller(Protocol):
    """Calls a path of the local services; local/stack.LocalAws does."""

    def services_call(self, path: str, body: bytes | None = None, method: str = "GET") -> bytes:
        """The answer's body."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A machine as it is now. `pid` is that of its first process, None if it is off."""

    instance_id: str
    group: str
    state: str
    is_protected: bool
    is_on: bool
    pid: int | None
    folder: Path

    def log(self, name: str = "dayshift/worker.log") -> str:
        """A log of the machine's, below its /var/log: the workers', or `cloud-init-output.log` for its user data."""
        file = self.folder / "root" / "var" / "log" / name
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""


class Machines:
    """What /_local/machines offers; docs/local-aws.md draws the requests."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def all(self, group: str | None = None) -> tuple[Seen, ...]:
        """Every machine of the group, or of all groups."""
        return tuple(
            Seen(
                machine["instance_id"],
                each["group"],
                machine["state"],
                machine["is_protected"],
                machine["is_on"],
                machine["pid"],
                Path(machine["folder"]),
            )
            for each in self._groups()
            if group in (None, each["group"])
            for machine in each["machines"]
        )

    def desired(self, group: str) -> int:
        """The group's desired capacity. Raises KeyError if there is no such group."""
        return {each["group"]: int(each["desired"]) for each in self._groups()}[group]

    def kill(self, instance_id: str) -> None:
        """Every process on it ends at once, by signal 9."""
        self._post({"instance_id": instance_id, "do": "kill"})

    def spot_notice(self, instance_id: str, within_seconds: float = 120) -> None:
        """It is told that it will be interrupted, and is, so long after."""
        self._post({"instance_id": instance_id, "do": "spot_notice", "within_seconds": within_seconds})

    def fail_next_launches(self, times: int, group: str = "*", message: str | None = None) -> None:
        """EC2 has no capacity for so many launches, or says this."""
        self._post({"group": group, "fail_next_launches": times, **({"message": message} if message else {})})

    def _groups(self) -> list[dict[str, Any]]:
        return list(json.loads(self._caller.services_call("/_local/machines"))["groups"])

    def _post(self, wish: dict[str, Any]) -> None:
        self._caller.services_call("/_local/machines", json.dumps(wish).encode(), "POST")
