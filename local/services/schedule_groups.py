"""EventBridge Scheduler's API for schedule groups and their tags."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from flask import request

from local.services.clock import Clock
from local.services.schedule_rules import NAME
from local.services.schedule_store import Book, Store
from local.services.service_error import ServiceError
from local.services.wire import body, page

Answer = dict[str, Any]
# Method, path, operation, function, as botocore's model of the service has them.
Route = tuple[str, str, str, Callable[..., Any]]


class ScheduleGroups:
    """One method an operation; `routes` says where each is found."""

    def __init__(self, store: Store, clock: Clock, region: str, account: str) -> None:
        self._store, self._clock = store, clock
        self._arn = f"arn:aws:scheduler:{region}:{account}"

    def routes(self) -> tuple[Route, ...]:
        """Where each operation is found."""
        one, tags = "/schedule-groups/<Name>", "/tags/<path:ResourceArn>"
        return (
            ("POST", one, "CreateScheduleGroup", self.create_group),
            ("GET", one, "GetScheduleGroup", self.get_group),
            ("DELETE", one, "DeleteScheduleGroup", self.delete_group),
            ("GET", "/schedule-groups", "ListScheduleGroups", self.list_groups),
            ("GET", tags, "ListTagsForResource", self.list_tags),
            ("POST", tags, "TagResource", self.tag),
            ("DELETE", tags, "UntagResource", self.untag),
        )

    def create_group(self, Name: str) -> Answer:
        """A new group; its tags count, those of schedules do not exist."""
        if not NAME.fullmatch(Name):
            raise ServiceError("ValidationException", f"Name must match {NAME.pattern}; got {Name!r}")
        now, arn = self._now(), f"{self._arn}:schedule-group/{Name}"
        with self._store.writing() as book:
            if Name in book.groups:
                raise ServiceError("ConflictException", f"Schedule group {Name} already exists.", 409)
            dates = {"CreationDate": now, "LastModificationDate": now}
            book.groups[Name] = {"Arn": arn, "Name": Name, "State": "ACTIVE", **dates}
            book.tags[arn] = {tag["Key"]: tag["Value"] for tag in body().get("Tags") or []}
        return {"ScheduleGroupArn": arn}

    def get_group(self, Name: str) -> Answer:
        """The group."""
        with self._store.reading() as book:
            return dict(group_in(book, Name))

    def delete_group(self, Name: str) -> Answer:
        """Deletes the group and every schedule in it, at once (AWS takes a while)."""
        if Name == "default":
            raise ServiceError("ValidationException", "The default schedule group can't be deleted.")
        with self._store.writing() as book:
            book.tags.pop(group_in(book, Name)["Arn"], None)
            del book.groups[Name]
            for place in [place for place in book.schedules if place[0] == Name]:
                del book.schedules[place], book.fired_until[place]
        return {}

    def list_groups(self) -> Answer:
        """All groups, by name prefix."""
        prefix = request.args.get("NamePrefix") or ""
        with self._store.reading() as book:
            return page(
                "ScheduleGroups", [group for name, group in sorted(book.groups.items()) if name.startswith(prefix)]
            )

    def list_tags(self, ResourceArn: str) -> Answer:
        """The tags of a group."""
        with self._store.reading() as book:
            return {"Tags": [{"Key": key, "Value": value} for key, value in _tags(book, ResourceArn).items()]}

    def tag(self, ResourceArn: str) -> Answer:
        """Adds and changes tags."""
        with self._store.writing() as book:
            _tags(book, ResourceArn).update({tag["Key"]: tag["Value"] for tag in body().get("Tags") or []})
        return {}

    def untag(self, ResourceArn: str) -> Answer:
        """Removes tags."""
        with self._store.writing() as book:
            for key in request.args.getlist("TagKeys"):
                _tags(book, ResourceArn).pop(key, None)
        return {}

    def _now(self) -> float:
        return round(self._clock.now().timestamp(), 3)


def group_in(book: Book, name: str) -> Answer:
    """The group of this name. Raises ServiceError."""
    if name not in book.groups:
        raise ServiceError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
    return book.groups[name]


def _tags(book: Book, arn: str) -> dict[str, str]:
    arn = unquote(arn)
    if all(group.get("Arn") != arn for group in book.groups.values()):
        raise ServiceError("ResourceNotFoundException", f"Resource {arn} does not exist.", 404)
    return book.tags.setdefault(arn, {})
