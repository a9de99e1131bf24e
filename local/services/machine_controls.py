"""The controls at /_local/machines: what each machine is, and what is to go wrong with it.

GET   every group: its desired capacity, its machines with their states, and what is yet to fail
POST  {"instance_id": "i-…", "do": "kill"}                 every process on it ends at once, by signal 9
      {"instance_id": "i-…", "do": "spot_notice", "within_seconds": 120}       it is told, and taken so long after
      {"group": "name or *", "fail_next_launches": 2, "message": "EC2's words"}   no capacity, or these words
"""

from collections.abc import Callable
from typing import Any, Protocol

from flask import Flask, Response, jsonify, request

from local.services.autoscaling_group import Group
from local.services.autoscaling_instance import Instance
from local.services.autoscaling_steps import NO_CAPACITY
from local.services.autoscaling_store import AutoScalingStore, Book
from local.services.service_error import ServiceError
from local.services.timeline import told

NOTICE_SECONDS = 120  # AWS, "Spot Instance interruption notices"
WISHES = 'want {"instance_id": "i-…", "do": "kill" or "spot_notice"} or {"group": "…", "fail_next_launches": 1}'


class Folders(Protocol):
    """Where a machine lies, and what ends it."""

    def machine(self, instance_id: str) -> Any:
        """fleet.machine.Machine."""

    def forget(self, instance_id: str) -> None:
        """Kills it."""


class MachineControls:
    """What docs/local-aws.md draws."""

    def __init__(self, store: AutoScalingStore, machines: Folders, real: Callable[[], float]) -> None:
        self._store, self._machines, self._real = store, machines, real

    def add_to(self, flask: Flask) -> None:
        """Adds the route."""
        flask.add_url_rule("/_local/machines", "machines", self._call, methods=["GET", "POST"])

    def _call(self) -> Response:
        if request.method == "POST":
            wish = request.get_json(force=True, silent=True)
            try:
                self._change(wish if isinstance(wish, dict) else {})
            except (KeyError, TypeError, ValueError) as error:
                raise ServiceError("ValidationException", f"{WISHES}; got {wish}") from error
        with self._store.open() as book:
            return jsonify({"groups": [self._group(group, book) for group in book.groups.values()]})

    def _change(self, wish: dict[str, Any]) -> None:
        with self._store.open() as book:
            if "instance_id" in wish:
                self._to_instance(book.instance(wish["instance_id"])[1], wish)
                return
            times, message = int(wish["fail_next_launches"]), str(wish.get("message") or NO_CAPACITY)
            chosen = book.groups.values() if wish["group"] == "*" else [book.groups[wish["group"]]]
            for group in chosen:
                group.troubles.fail_next_launches, group.troubles.message = times, message

    def _to_instance(self, instance: Instance, wish: dict[str, Any]) -> None:
        match wish["do"]:
            case "kill":
                self._machines.forget(instance.instance_id)
            case "spot_notice":
                instance.spot_notice_at = self._real() + float(wish.get("within_seconds", NOTICE_SECONDS))
            case other:
                raise ValueError(other)

    def _group(self, group: Group, book: Book) -> dict[str, Any]:
        return {
            "group": group.name,
            "desired": group.desired,
            "fail_next_launches": group.troubles.fail_next_launches,
            "machines": [self._machine(each, book) for each in group.instances.values()],
        }

    def _machine(self, instance: Instance, book: Book) -> dict[str, Any]:
        machine = self._machines.machine(instance.instance_id)
        return {
            "instance_id": instance.instance_id,
            "state": instance.state,
            "is_protected": instance.is_protected,
            "is_on": machine.is_on(),
            "pid": machine.process.pid(),
            "folder": str(machine.folder),
            **told(instance.log, book.now.at),
        }
