"""What Dayshift replaces, in the same world: the seed's own order of calls (SEEDS, "Office hours").

S3 notifies the queue itself. In the morning the model is started and the mapping enabled at once; in the evening the
model is stopped, then the mapping disabled; what raises ends the function. UTC, three receives, nothing looks again.
Kinder than the original: keys are decoded, every message of a batch is read, and results are kept.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dayshift import events
from dayshift.domain.detections import Prediction
from dayshift.domain.errors import DayshiftError, PermanentError, TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from dayshift.domain.results import Status, TerminalRecord
from tests.world import ports
from tests.world.clock import Do, EventLoop, Process
from tests.world.faults import Died, Invocation, Recorder
from tests.world.queue import Message
from tests.world.scheduler import Scheduler
from tests.world.schedules import since_midnight
from tests.world.site import Site
from tests.world.storage import Bucket, Stored

MAXIMUM_RECEIVES, VISIBILITY, TIMEOUT = 3, 30.0, 30.0
LEAD = timedelta(minutes=30)
WINTER = timedelta(hours=1)  # the offset of Berlin when the schedules were written down


class Seed:
    """The seed's two functions and its inference function."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket) -> None:
        self._loop, self._recorder, self._bucket = loop, recorder, bucket
        self.under_way = 0

    def schedule(self, site: Site, scheduler: Scheduler) -> None:
        """Two crons in UTC."""
        crons(site, scheduler, lambda: self.start(site), lambda: self.stop(site))

    def told(self, site: Site, _: Stored, event: dict[str, Any], delay: float) -> None:
        """S3 notifies the queue itself."""
        self._loop.after(delay, lambda: site.queue.accept(json.dumps(event)))

    def label(self, site: Site, batch: list[Message], finished: Callable[[], None]) -> None:
        """The inference function: one error, and the whole batch comes back."""

        def run() -> None:
            self.under_way += 1
            line = self._line("labeler")
            try:
                for message in batch:
                    self._label(line, site, message)
            except (Died, DayshiftError) as error:
                for message in batch:
                    message.reasons.append(str(error))
            else:
                for message in batch:
                    site.queue.delete(message)
            self.under_way -= 1
            finished()

        Process(self._loop, run).resume()

    def _label(self, line: ports.Line, site: Site, message: Message) -> None:
        predictor = ports.PredictorPort(line, site, self._bucket, self._loop)
        for uploaded in events.images_from_s3(json.loads(message.body)):
            prediction = Prediction((), None, 0.0)
            status, reason = Status.OK, None
            try:
                prediction = predictor.predict(uploaded.image)
            except PermanentError as error:  # kinder: such an image would go round three times
                status, reason = Status.REJECTED, str(error)
            now = self._loop.moment()
            model = ModelSpec(site.plan.name, "custom_labels", None, site.plan.prefix)
            site.records.write(
                TerminalRecord(
                    uploaded.image, model, status, reason, prediction.detections, None, now, now, 0, prediction.cost_usd
                )
            )

    def start(self, site: Site) -> None:
        """Start, then open, whatever the model is doing."""

        def run(line: ports.Line) -> None:
            if site.service.state not in (ModelState.STOPPED, ModelState.FAILED):
                raise TransientError("ResourceInUseException")
            line.call("power.start", site.service.start)
            line.call("gate.enable", site.mapping.enable)

        self._once("start", run)

    def stop(self, site: Site) -> None:
        """Stop, then close."""

        def run(line: ports.Line) -> None:
            if site.service.state is not ModelState.RUNNING:
                raise TransientError("ResourceInUseException")
            line.call("power.stop", site.service.stop)
            line.call("gate.disable", site.mapping.disable)

        self._once("stop", run)

    def _once(self, name: str, run: Callable[[ports.Line], None]) -> None:
        try:
            run(self._line(name))
        except (Died, DayshiftError):
            return  # nobody looks

    def _line(self, name: str) -> ports.Line:
        return ports.Line(self._recorder, Invocation(name, self._loop.now + TIMEOUT))


def crons(site: Site, scheduler: Scheduler, start: Do, stop: Do) -> None:
    """On before the opening and off at the closing, at the times of UTC that were right in winter."""
    hours = site.plan.hours
    if hours is None:
        raise ValueError("the seed knows office hours only")
    opens, until = since_midnight(hours.opens) - WINTER - LEAD, since_midnight(hours.until) - WINTER
    scheduler.by_the_clock("start", hours.days, opens, "UTC", start)
    scheduler.by_the_clock("stop", hours.days, until, "UTC", stop)
