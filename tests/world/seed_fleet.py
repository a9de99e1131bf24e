"""What Dayshift replaces for a fleet, in the same world: the seed's own order of calls (SEEDS, "Fleet").

A controller looks at all messages and at the instances that run: for each message without one it starts one, and it
starts as many again at each look until they run; what is too much it stops, whatever that is doing. A worker takes one
message, hidden for half a minute, loads its model, reads, keeps the result under the base name of the file, deletes the
message; it dies of an empty queue and of what it cannot read, and nobody begins it again until its instance is stopped.
Kinder than the original: the controller keeps the office hours, keys are decoded, and callers do wait.
"""

import json
from functools import partial
from math import inf
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from dayshift import events
from dayshift.domain.errors import DayshiftError
from dayshift.domain.images import ImageRef
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord
from tests.world import ports
from tests.world.clock import MINUTE, WEEK, EventLoop, Process
from tests.world.faults import Died, Fault, Invocation, Recorder
from tests.world.group import Group, group_of
from tests.world.hours import Span
from tests.world.instances import Instance, Life
from tests.world.scheduler import Scheduler
from tests.world.site import Site
from tests.world.storage import Bucket, Stored
from tests.world.workers import FACE, LOADS_SECONDS

VISIBILITY, MANY_RECEIVES = 30.0, 1_000_000
LOOKS_EVERY = 30.0
ENDS_WITHIN = 5.0


class SeedGroup(Group):
    """Instances that are started and stopped one by one: no hooks, no protection, nothing is replaced."""

    def dismiss(self, instance: Instance) -> None:
        """StopInstances, whatever it is doing."""
        self._turn(instance, Life.TERMINATING_WAIT)
        instance.kill(self._loop.now)
        self._loop.after(ENDS_WITHIN, lambda: self._forget(instance))

    def _hold(self, instance: Instance, _: Life, seconds: float) -> None:
        def run() -> None:
            self._turn(instance, Life.IN_SERVICE)
            if not instance.is_ready_late:
                self.boot(instance)

        self._unless_gone(instance, seconds, run)


class SeedFleet:
    """The seed's controller and its workers."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket) -> None:
        self._loop, self._recorder, self._bucket = loop, recorder, bucket
        self._answered: set[str] = set()  # base names that have a result
        self._hours: list[Span] = []  # that are to come
        self.under_way = 0

    def schedule(self, site: Site, _: Scheduler) -> None:
        """The controller's loop."""
        group_of(site).boot = lambda instance: Process(self._loop, lambda: self._live(site, instance)).resume()
        self._loop.after(LOOKS_EVERY, partial(self._control, site))

    def told(self, site: Site, _: Stored, event: dict[str, Any], delay: float) -> None:
        """A caller's image is in the request queue."""
        self._loop.after(delay, lambda: site.queue.accept(json.dumps(event)))

    def label(self, *_: object) -> None:
        """There is no event source mapping."""

    def start(self, site: Site) -> None:
        """Somebody calls the controller."""
        self._step(site)

    def stop(self, site: Site) -> None:
        """Likewise."""
        self._step(site)

    def _control(self, site: Site) -> None:
        group = group_of(site)
        if site.queue.messages or group.here or group.desired:
            self._step(site)
            self._loop.after(LOOKS_EVERY, partial(self._control, site))
        else:  # nothing to see until something comes
            site.queue.on_visible = partial(self._woken, site)

    def _woken(self, site: Site) -> None:
        site.queue.on_visible = lambda: None
        self._loop.after(LOOKS_EVERY, partial(self._control, site))

    def _step(self, site: Site) -> None:
        group, line = group_of(site), self._line("reconcile")
        try:
            depth = line.call("queue.depth", site.queue.depth, Fault.strike_adapter)
            messages = depth.visible + depth.in_flight if self._is_open(site) else 0
            running = sum(one.life is Life.IN_SERVICE for one in group.here)
            coming = len(group.here) - running
            if messages > running:
                more = min(messages - running, group.maximum - running)
                wished = min(max(group.desired, running + coming) + more, group.maximum)
                line.call("power.start", partial(group.set_desired, wished), Fault.strike_adapter)
            elif messages < running:
                line.call("power.stop", partial(group.set_desired, messages + coming), Fault.strike_adapter)
        except (Died, ClientError, BotoCoreError):
            return  # nobody looks

    def _is_open(self, site: Site) -> bool:
        while self._hours and self._hours[0][1] <= self._loop.now:
            self._hours.pop(0)
        if not self._hours and site.plan.hours:
            self._hours = site.plan.hours.spans(self._loop.now, self._loop.now + 10 * WEEK)
        return bool(self._hours) and self._hours[0][0] <= self._loop.now

    def _live(self, site: Site, instance: Instance) -> None:
        self.under_way += 1
        line = self._line("worker")
        instance.work = line.invocation
        try:
            while True:
                self._work(line, site, instance)
        except (Died, DayshiftError, IndexError):
            self.under_way -= 1  # the instance runs on, with nobody on it

    def _work(self, line: ports.Line, site: Site, instance: Instance) -> None:
        message = line.call("mailbox.receive", lambda: site.queue.receive(1)[0])
        image = next(uploaded.image for uploaded in events.images_from_s3(json.loads(message.body)))
        instance.holds = 1
        stored = self._bucket.find(image)
        self._loop.sleep(LOADS_SECONDS + site.service.seconds_an_image)
        line.call("predictor.predict", lambda: None)
        if stored.deleted_at is not None or not stored.is_readable:
            raise Died
        name = image.key.rpartition("/")[2]
        if name not in self._answered:  # else this caller is given another's result
            line.call("records.write", lambda: self._keep(site, image))
            self._answered.add(name)
        line.call("mailbox.done", lambda: site.queue.delete(message))
        instance.holds = 0

    def _keep(self, site: Site, image: ImageRef) -> None:
        now, model = self._loop.moment(), ModelSpec(site.plan.name, "face_fleet", None, site.plan.prefix)
        detections = FACE.detections
        site.records.write(TerminalRecord(image, model, Status.OK, None, detections, None, now, now, 0, 0.0))

    def _line(self, name: str) -> ports.Line:
        return ports.Line(self._recorder, Invocation(name, inf if name == "worker" else self._loop.now + MINUTE))
