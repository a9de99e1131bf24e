"""The tick: reconcile every minute. A tick that could change nothing may be left out, which months in seconds need.

A tick at rest calls nothing that changes anything (I10). It stays so until something that reconcile looks at changes,
or an instant passes that its decision depends on; until then ticks are left out. `test_skipping.py` shows that a world
with every single tick has the same history.
"""

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dayshift.domain.lifecycle import Action, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.warm_window import EVERY
from tests.world.clock import MINUTE, EventLoop
from tests.world.site import Site

if TYPE_CHECKING:
    from tests.world.faults import Recorder
    from tests.world.scheduler import Scheduler

TICK = "reconcile"
OTHERS = (  # calls that no tick makes
    "predictor.", "records.", "inbox.", "ledger.", "images.", "mailbox.", "machine.", "book.", "closed.", "parcel.",
    "contents.", "outside.",
)  # fmt: skip
PASSING = (ModelState.STARTING, ModelState.STOPPING)


class Ticks:
    """When the next tick is due."""

    def __init__(
        self,
        loop: EventLoop,
        scheduler: "Scheduler",
        recorder: "Recorder",
        sites: dict[str, Site],
        reconcile: Callable[[], None],
        lag: float,
        phase: float,
        skips: bool,
    ) -> None:
        self._loop, self._scheduler, self._recorder, self._sites = loop, scheduler, recorder, sites
        self._reconcile, self._lag, self._phase, self._skips = reconcile, lag, phase, skips
        self._next = math.inf
        self._number = 0  # of the arming: an older one no longer counts
        self._last_change = -math.inf  # the last tick that called something that changes something
        self.made = 0

    def look_again(self) -> None:
        """Something changed that a tick would see. Where no model has a power, nobody ticks."""
        if not any(site.plan.power for site in self._sites.values()):
            return
        if self._next > self._following(self._loop.now):
            self._arm(self._following(self._loop.now))

    def _arm(self, moment: float) -> None:
        self._number += 1
        self._next, number = moment, self._number
        self._loop.at(moment, lambda: self._fire(number))

    def _fire(self, number: int) -> None:
        if number != self._number:
            return
        changes = len(self._recorder.changes)
        self.made += 1
        self._next = -math.inf  # while it runs, nothing needs to look again
        self._scheduler.deliver(TICK, self._reconcile)
        if len(self._recorder.changes) != changes:
            self._last_change = self._loop.now
        following = self._following(self._loop.now)
        self._arm(max(following, self._following(self._rest_until() - 0.001)))

    def _following(self, moment: float) -> float:
        """The first minute of the schedule after this moment."""
        return (math.floor((moment - self._phase) / MINUTE) + 1) * MINUTE + self._phase

    def _rest_until(self) -> float:
        """Until when no tick could change anything, as far as is known now."""
        now = self._loop.now
        if not self._skips or self._last_change == now or self._scheduler.has_trouble(TICK):
            return now
        if any(not call.startswith(OTHERS) for outage in self._recorder.outages for call in outage.calls):
            return now
        powered = [site for site in self._sites.values() if site.plan.power]
        return min((self._site_rests_until(site, now) for site in powered), default=now)

    def _site_rests_until(self, site: Site, now: float) -> float:
        beat = site.beat
        if beat is None or site.beat_at != now or now - site.changed_at <= self._lag:
            return now
        if site.plan.is_fleet and beat.state is not ModelState.STOPPED:
            return now  # how many workers it should have depends on since when nothing waits
        is_passing = beat.state in PASSING
        if beat.action not in ((Action.NONE, Action.WAIT) if is_passing else (Action.NONE,)):
            return now
        if _counts_down(beat.memory, is_passing):
            return now
        known = [_midnight(site, now)]
        if beat.next_change is not None:
            known.append(beat.next_change.timestamp())
        if beat.memory.learned_at is not None:
            known.append((beat.memory.learned_at + EVERY).timestamp())
        return min(known)


def _midnight(site: Site, now: float) -> float:
    """When the next day of the place begins: what it ran is then counted anew."""
    local = datetime.fromtimestamp(now, site.zone) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()


def _counts_down(memory: Memory, is_passing: bool) -> bool:
    """Whether an instant that is in no `next_change` decides something: drain, hold-off, a start come to nothing."""
    is_being_done = memory.awake_since is not None and memory.idle_since is not None
    begun = memory.start_began is not None and not is_passing
    return begun or any((memory.draining_since, memory.failed_at, is_being_done))
