"""EventBridge Scheduler's API: schedules, groups, tags. What they mean and when they fire is decided elsewhere."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from flask import request

from local.services.clock import Clock
from local.services.schedule_rules import NAME, Schedule, ScheduleError, normalised
from local.services.schedule_store import Book, Store
from local.services.wire import ServiceError

Answer = dict[str, Any]
Operation = Callable[..., Answer]
SUMMARY = ("Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State")


class Scheduler:
    """One method an operation; `routes` says where each is found."""

    def __init__(self, store: Store, clock: Clock, region: str, account: str) -> None:
        self._store, self._clock = store, clock
        self._arn = f"arn:aws:scheduler:{region}:{account}"

    def routes(self) -> tuple[tuple[str, str, str, Operation], ...]:
        """Method, path, operation and function (botocore's model of the service)."""
        one, group = "/schedules/<Name>", "/schedule-groups/<Name>"
        return (
            ("POST", one, "CreateSchedule", self.create_schedule),
            ("GET", one, "GetSchedule", self.get_schedule),
            ("PUT", one, "UpdateSchedule", self.update_schedule),
            ("DELETE", one, "DeleteSchedule", self.delete_schedule),
            ("GET", "/schedules", "ListSchedules", self.list_schedules),
            ("POST", group, "CreateScheduleGroup", self.create_group),
            ("GET", group, "GetScheduleGroup", self.get_group),
            ("DELETE", group, "DeleteScheduleGroup", self.delete_group),
            ("GET", "/schedule-groups", "ListScheduleGroups", self.list_groups),
            ("GET", "/tags/<path:ResourceArn>", "ListTagsForResource", self.list_tags),
            ("POST", "/tags/<path:ResourceArn>", "TagResource", self.tag),
            ("DELETE", "/tags/<path:ResourceArn>", "UntagResource", self.untag),
        )

    def create_schedule(self, Name: str) -> Answer:
        """A new schedule; ConflictException if it is there."""
        body = _body()
        place, now = (body.get("GroupName") or "default", Name), self._now()
        schedule = _normalised(body, Name)
        with self._store.writing() as book:
            self._group(book, place[0])
            if place in book.schedules:
                raise ServiceError("ConflictException", f"Schedule {Name} already exists.", 409)
            arn = f"{self._arn}:schedule/{place[0]}/{Name}"
            self._put(book, place, schedule | {"Arn": arn, "CreationDate": now}, now)
        return {"ScheduleArn": arn}

    def get_schedule(self, Name: str) -> Answer:
        """The schedule as it was given, with its defaults."""
        with self._store.reading() as book:
            return dict(self._schedule(book, Name))

    def update_schedule(self, Name: str) -> Answer:
        """Replaces the schedule whole: what is not given falls back to its default, as on AWS."""
        body, now = _body(), self._now()
        schedule = _normalised(body, Name)
        with self._store.writing() as book:
            old = self._schedule(book, Name, body.get("GroupName") or "default")
            place = (old["GroupName"], Name)
            self._put(book, place, schedule | {key: old[key] for key in ("Arn", "CreationDate")}, now)
        return {"ScheduleArn": old["Arn"]}

    def delete_schedule(self, Name: str) -> Answer:
        """Gone at once; deliveries under way are still repeated."""
        with self._store.writing() as book:
            old = self._schedule(book, Name)
            del book.schedules[(old["GroupName"], Name)], book.fired_until[(old["GroupName"], Name)]
        return {}

    def list_schedules(self) -> Answer:
        """Summaries, by group, name prefix and state."""
        wanted, prefix, state = (request.args.get(key) for key in ("ScheduleGroup", "NamePrefix", "State"))
        with self._store.reading() as book:
            found = [
                {key: schedule[key] for key in SUMMARY} | {"Target": {"Arn": schedule["Target"]["Arn"]}}
                for (group, name), schedule in sorted(book.schedules.items())
                if wanted in (None, group) and name.startswith(prefix or "") and state in (None, schedule["State"])
            ]
        return _page("Schedules", found)

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
            book.tags[arn] = {tag["Key"]: tag["Value"] for tag in _body().get("Tags") or []}
        return {"ScheduleGroupArn": arn}

    def get_group(self, Name: str) -> Answer:
        """The group."""
        with self._store.reading() as book:
            return dict(self._group(book, Name))

    def delete_group(self, Name: str) -> Answer:
        """Deletes the group and every schedule in it, at once (AWS takes a while)."""
        if Name == "default":
            raise ServiceError("ValidationException", "The default schedule group can't be deleted.")
        with self._store.writing() as book:
            book.tags.pop(self._group(book, Name)["Arn"], None)
            del book.groups[Name]
            for place in [place for place in book.schedules if place[0] == Name]:
                del book.schedules[place], book.fired_until[place]
        return {}

    def list_groups(self) -> Answer:
        """All groups, by name prefix."""
        prefix = request.args.get("NamePrefix") or ""
        with self._store.reading() as book:
            return _page("ScheduleGroups", [group for name, group in sorted(book.groups.items()) if name.startswith(prefix)])

    def list_tags(self, ResourceArn: str) -> Answer:
        """The tags of a group."""
        with self._store.reading() as book:
            return {"Tags": [{"Key": key, "Value": value} for key, value in _tags(book, ResourceArn).items()]}

    def tag(self, ResourceArn: str) -> Answer:
        """Adds and changes tags."""
        with self._store.writing() as book:
            _tags(book, ResourceArn).update({tag["Key"]: tag["Value"] for tag in _body().get("Tags") or []})
        return {}

    def untag(self, ResourceArn: str) -> Answer:
        """Removes tags."""
        with self._store.writing() as book:
            for key in request.args.getlist("TagKeys"):
                _tags(book, ResourceArn).pop(key, None)
        return {}

    def _put(self, book: Book, place: tuple[str, str], schedule: Schedule, now: float) -> None:
        book.schedules[place] = schedule | {"GroupName": place[0], "Name": place[1], "LastModificationDate": now}
        # Just before now: a rate without a start date fires at once.
        book.fired_until[place] = now - 0.001

    def _group(self, book: Book, name: str) -> Answer:
        if name not in book.groups:
            raise ServiceError("ResourceNotFoundException", f"Schedule group {name} does not exist.", 404)
        return {"Arn": f"{self._arn}:schedule-group/{name}"} | book.groups[name]

    def _schedule(self, book: Book, name: str, group: str | None = None) -> Schedule:
        place = (group or request.args.get("groupName") or "default", name)
        if place not in book.schedules:
            raise ServiceError("ResourceNotFoundException", f"Schedule {name} does not exist.", 404)
        return book.schedules[place]

    def _now(self) -> float:
        return round(self._clock.now().timestamp(), 3)


def _body() -> dict[str, Any]:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise ServiceError("ValidationException", "the request has no JSON object as its body")
    return body


def _normalised(body: dict[str, Any], name: str) -> Schedule:
    try:
        return normalised(body, name)
    except ScheduleError as error:
        raise ServiceError("ValidationException", str(error)) from error


def _tags(book: Book, arn: str) -> dict[str, str]:
    arn = unquote(arn)
    if all(group.get("Arn") != arn for group in book.groups.values()):
        raise ServiceError("ResourceNotFoundException", f"Resource {arn} does not exist.", 404)
    return book.tags.setdefault(arn, {})


def _page(key: str, found: list[Answer]) -> Answer:
    size, start = int(request.args.get("MaxResults") or 100), int(request.args.get("NextToken") or 0)
    more = {"NextToken": str(start + size)} if start + size < len(found) else {}
    return {key: found[start : start + size], **more}
