"""Fires what is due, in order, on the local clock; repeats what failed; gives up into the dead-letter queue.

A jump of the clock is the same work as the passing of time: everything due in between fires, the clock standing at
each one's instant. Only one of both runs at a time, so nothing fires twice.
"""

import logging
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from local.services.clock import Clock
from local.services.schedule_rules import is_over, next_fire
from local.services.schedule_store import Book, Delivery, Place, Store

log = logging.getLogger("local.scheduler")
# AWS says "exponential backoff" and no numbers. 185 attempts in 24 hours make 467 s the mean, so 480 s is the longest.
LONGEST_RETRY_SECONDS = 480


class DeliveryError(Exception):
    """The target did not take the event. `is_final` where no repetition would help."""

    def __init__(self, code: str, message: str, is_final: bool) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.is_final = code, message, is_final


class Targets(Protocol):
    """Where events go."""

    def deliver(self, delivery: Delivery, wait: bool) -> None:
        """Hands the event over; waits for a Lambda function's end if told so. Raises DeliveryError."""

    def bury(self, delivery: Delivery, error: DeliveryError, condition: str | None) -> None:
        """Sends the event to its dead-letter queue, if it has one."""


class Engine:
    """Fires schedules."""

    def __init__(self, store: Store, clock: Clock, targets: Targets) -> None:
        self._store, self._clock, self._targets = store, clock, targets
        self._one_at_a_time = threading.Lock()

    def tick(self) -> int:
        """Fires what is due now; how many. Nothing while a jump is under way."""
        if not self._one_at_a_time.acquire(blocking=False):
            return 0
        try:
            return sum(1 for _ in self._fire_until(self._clock.now(), moving=False))
        finally:
            self._one_at_a_time.release()

    def jump(self, to: datetime, stand: bool = False) -> int:
        """Moves the clock and fires what lies between, in order; how many. Backwards nothing fires.

        Each Lambda function is waited for, so that what one firing does is there when the next one comes.
        """
        with self._one_at_a_time:
            now = self._clock.now()
            self._clock.stand_at(min(now, to))
            if to < now:
                with self._store.writing() as book:
                    book.fired_until = {place: min(at, to.timestamp()) for place, at in book.fired_until.items()}
            fired = sum(1 for _ in self._fire_until(to, moving=True))
            if stand:
                self._clock.stand_at(to)
            else:
                self._clock.run_from(to)
            return fired

    def skip(self, to: datetime, stand: bool = False) -> int:
        """Moves the clock; what lies between is forgotten, as where a laptop slept. Always 0."""
        with self._one_at_a_time, self._store.writing() as book:
            book.fired_until = dict.fromkeys(book.fired_until, to.timestamp())
            (self._clock.stand_at if stand else self._clock.run_from)(to)
        return 0

    def coming(self, limit: int) -> list[tuple[datetime, str]]:
        """The next firing of each schedule, soonest first."""
        with self._store.reading() as book:
            return sorted((at, "/".join(place)) for at, place in self._firings(book))[:limit]

    def _fire_until(self, until: datetime, moving: bool) -> Iterator[Delivery]:
        while (delivery := self._take(until)) is not None:
            if moving:
                self._clock.stand_at(datetime.fromtimestamp(delivery.due, UTC))
            self._attempt(delivery, wait=moving)
            yield delivery

    def _firings(self, book: Book) -> Iterator[tuple[datetime, Place]]:
        for place, schedule in book.schedules.items():
            instant = next_fire(schedule, datetime.fromtimestamp(book.fired_until[place], UTC))
            if instant is not None:
                yield instant, place

    def _take(self, until: datetime) -> Delivery | None:
        """The earliest thing due, a repetition or a new firing, taken off the book."""
        with self._store.reading() as book:
            fresh = min(self._firings(book), default=None)
            again = min(book.pending, key=lambda each: each.due, default=None)
            last = until.timestamp()
            if again is not None and again.due <= min(last, fresh[0].timestamp() if fresh else last):
                with self._store.writing():
                    book.pending.remove(again)
                return again
            if fresh is not None and fresh[0].timestamp() <= last:
                with self._store.writing():
                    return _fired(book, *fresh)
            return None

    def _attempt(self, delivery: Delivery, wait: bool) -> None:
        try:
            self._targets.deliver(delivery, wait)
            log.info("fired %s/%s, attempt %d", delivery.group, delivery.name, delivery.attempt)
        except DeliveryError as error:
            log.warning("%s/%s, attempt %d: %s", delivery.group, delivery.name, delivery.attempt, error)
            self._again_or_bury(delivery, error)

    def _again_or_bury(self, delivery: Delivery, error: DeliveryError) -> None:
        retry = delivery.target["RetryPolicy"]
        # From now on, not from when it was due: a late tick must not bring the attempts closer together.
        due = self._clock.now().timestamp() + min(2**delivery.attempt, LONGEST_RETRY_SECONDS)
        if error.is_final:
            self._targets.bury(delivery, error, None)
        elif delivery.attempt >= retry["MaximumRetryAttempts"]:
            self._targets.bury(delivery, error, "MaximumRetryAttempts")
        elif due - delivery.scheduled_at > retry["MaximumEventAgeInSeconds"]:
            self._targets.bury(delivery, error, "MaximumEventAgeInSeconds")
        else:
            delivery.due, delivery.attempt = due, delivery.attempt + 1
            with self._store.writing() as book:
                book.pending.append(delivery)


def _fired(book: Book, instant: datetime, place: Place) -> Delivery:
    """The new firing; the schedule moves on, or goes if it is over and wishes so."""
    schedule, at = book.schedules[place], instant.timestamp()
    book.fired_until[place] = at
    if schedule["ActionAfterCompletion"] == "DELETE" and is_over(schedule, instant):
        del book.schedules[place], book.fired_until[place]
        book.tags.pop(schedule["Arn"], None)
    return Delivery(at, *place, schedule["Arn"], schedule["Target"], at, str(uuid.uuid4()))
