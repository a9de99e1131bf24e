"""EventBridge Scheduler's API for schedules. What they mean and when they fire is decided elsewhere."""

from typing import Any

from flask import request

from local.services.clock import Clock
from local.services.schedule_groups import Answer, Route, group_in
from local.services.schedule_rules import Schedule, ScheduleError, normalised
from local.services.schedule_store import Book, Store
from local.services.service_error import ServiceError
from local.services.wire import body, page

SUMMARY = ("Arn", "CreationDate", "GroupName", "LastModificationDate", "Name", "State")


class Schedules:
    """One method an operation; `routes` says where each is found."""

    def __init__(self, store: Store, clock: Clock, region: str, account: str) -> None:
        self._store, self._clock = store, clock
        self._arn = f"arn:aws:scheduler:{region}:{account}"

    def routes(self) -> tuple[Route, ...]:
        """Method, path, operation and function (botocore's model of the service)."""
        one = "/schedules/<Name>"
        return (
            ("POST", one, "CreateSchedule", self.create_schedule),
            ("GET", one, "GetSchedule", self.get_schedule),
            ("PUT", one, "UpdateSchedule", self.update_schedule),
            ("DELETE", one, "DeleteSchedule", self.delete_schedule),
            ("GET", "/schedules", "ListSchedules", self.list_schedules),
        )

    def create_schedule(self, Name: str) -> Answer:
        """A new schedule; ConflictException if it is there."""
        given, now = body(), self._now()
        place, schedule = (given.get("GroupName") or "default", Name), _normalised(given, Name)
        with self._store.writing() as book:
            group_in(book, place[0])
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
        given, now = body(), self._now()
        schedule = _normalised(given, Name)
        with self._store.writing() as book:
            old = self._schedule(book, Name, given.get("GroupName") or "default")
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
        return page("Schedules", found)

    def _put(self, book: Book, place: tuple[str, str], schedule: Schedule, now: float) -> None:
        book.schedules[place] = schedule | {"GroupName": place[0], "Name": place[1], "LastModificationDate": now}
        # Just before now: a rate without a start date fires at once.
        book.fired_until[place] = now - 0.001

    def _schedule(self, book: Book, name: str, group: str | None = None) -> Schedule:
        place = (group or request.args.get("groupName") or "default", name)
        if place not in book.schedules:
            raise ServiceError("ResourceNotFoundException", f"Schedule {name} does not exist.", 404)
        return book.schedules[place]

    def _now(self) -> float:
        return round(self._clock.now().timestamp(), 3)


def _normalised(given: dict[str, Any], name: str) -> Schedule:
    try:
        return normalised(given, name)
    except ScheduleError as error:
        raise ServiceError("ValidationException", str(error)) from error
