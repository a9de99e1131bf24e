"""Lambda: the real services as functions, with the ports of this world, asynchronous retries and deaths.

Rules: Lambda Developer Guide, "Asynchronous invocation" (two retries, one and two minutes later), "Timeout"; batches
end as their event source mapping has it (tests/world/mapping). Bodies and events pass `dayshift.events`, as they do in
handlers.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from dayshift import events
from dayshift.adapters.families import family_of
from dayshift.domain.errors import DayshiftError, TransientError
from dayshift.domain.model import ModelSpec
from dayshift.domain.ports import OwnedPower, Predictor
from dayshift.domain.powered import PoweredModel
from dayshift.domain.routing import Route
from dayshift.services.batch import Shift, label_batch
from dayshift.services.enqueue import EnqueuePorts, enqueue
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.label import LabelPorts, Outcome
from dayshift.services.reconcile import ReconcilePorts, reconcile_models
from dayshift.services.sweep import sweep_models
from tests.world import autoscaling, ports, power_ports, sagemaker
from tests.world.clock import MINUTE, EventLoop, Process
from tests.world.depot import Depot
from tests.world.expanding import expanded, ports_of
from tests.world.faults import DEATH, Died, Invocation, Recorder
from tests.world.queue import Message, sqs_event
from tests.world.site import DEPLOYMENT, Site
from tests.world.storage import IMAGES, Bucket
from tests.world.sweeping import sweepers_of

TIMEOUTS = {
    "producer": 30.0, "labeler": 60.0, "expander": 900.0, "sweep": 300.0, "reconcile": 120.0, "start": 60.0,
    "stop": 900.0,
}  # fmt: skip
# "A failed tick is not repeated" (terraform/power.tf): the next one does the same, and better.
RETRIES = {"producer": (MINUTE, 2 * MINUTE), "sweep": (MINUTE, 2 * MINUTE)}
MAXIMUM_RECEIVES = 20
LEAST_SECONDS_FOR_A_CALL = 14.0
PATIENCE = timedelta(minutes=30)
LOOK_SECONDS = 15.0  # handlers/reconcile


class Functions:
    """All functions of one deployment."""

    def __init__(
        self, loop: EventLoop, recorder: Recorder, bucket: Bucket, sites: dict[str, Site], lag: Callable[[float], float]
    ) -> None:
        self._loop, self._recorder, self._bucket, self._sites = loop, recorder, bucket, sites
        self.depot = Depot.open(loop, lag, self.expand)
        self.gave_up: list[str] = []  # asynchronous events that failed three times
        self.bugs: list[str] = []  # errors that none of our code foresaw
        self.under_way = 0  # how many functions run

    @property
    def routes(self) -> tuple[Route, ...]:
        """Whose images lie where."""
        plans = [site.plan for site in self._sites.values()]
        return tuple(Route(plan.name, plan.family, plan.prefix, f"https://sqs/{plan.name}") for plan in plans)

    def invoke(self, name: str, run: Callable[[ports.Line], Any], attempt: int = 0) -> None:
        """Asynchronously: what fails is tried twice more."""
        self.under_way += 1
        try:
            run(self._line(name))
        except (Died, DayshiftError) as error:
            if attempt < len(RETRIES.get(name, ())):
                self._loop.after(RETRIES[name][attempt], lambda: self.invoke(name, run, attempt + 1))
            else:
                self.gave_up.append(f"{name}: {error!r}")
        finally:
            self.under_way -= 1

    def produce(self, event: dict[str, Any]) -> None:
        """handlers/producer."""

        def run(line: ports.Line) -> None:
            images = [uploaded.image for uploaded in events.images_from_s3(event)]
            queues = {name: ports.QueuePort(line, site.queue) for name, site in self._sites.items()}
            archives = ports.QueuePort(line, self.depot.queue)
            enqueue(images, EnqueuePorts(IMAGES, self.routes, queues, archives), self._loop.moment())

        self.invoke("producer", run)

    def label(self, site: Site, batch: list[Message], finished: Callable[[], None]) -> None:
        """handlers/labeler, in a process of its own, since reading images takes time."""

        def run() -> None:
            line = self._line("labeler")
            self.under_way += 1
            try:
                failed = set(self._label(line, site, batch))
            except Died:
                failed = {message.message_id for message in batch}  # they come back after the visibility timeout
                for message in batch:
                    message.reasons.append(DEATH)
            self.under_way -= 1
            for message in batch:
                if message.message_id not in failed:
                    site.queue.delete(message)
            finished()

        Process(self._loop, run).resume()

    def expand(self, batch: list[Message], finished: Callable[[], None]) -> None:
        """handlers/expander, in a process of its own, since writing images takes time."""

        def run() -> None:
            line = self._line("expander")
            self.under_way += 1
            try:
                sites = {route: self._sites[route.model] for route in self.routes}
                made = ports_of(line, self.depot, self._bucket, self._loop, sites)
                failed, bugs = expanded(made, batch, line, self._loop)
                self.bugs += bugs
            except Died:
                failed = {message.message_id for message in batch}
                for message in batch:
                    message.reasons.append(DEATH)
            self.under_way -= 1
            for message in batch:
                if message.message_id not in failed:
                    self.depot.queue.delete(message)
            finished()

        Process(self._loop, run).resume()

    def sweep(self) -> None:
        """handlers/sweep."""

        def run(line: ports.Line) -> None:
            sweepers = sweepers_of(line, self._bucket, self._sites, self.depot, self.routes)
            swept = sweep_models(sweepers, None, PATIENCE, self._loop.moment(), lambda: True)
            if any(counts.error for counts in swept.values()):
                raise TransientError("not swept to the end")

        self.invoke("sweep", run)

    def reconcile(self, name: str, only: str) -> None:
        """handlers/start and stop, and reconcile for one model: one step."""
        self.invoke(name, lambda line: self._reconcile(line, only, None))

    def tick(self) -> None:
        """handlers/reconcile for all models; it follows a step of the gate up, which takes time."""
        Process(self._loop, lambda: self.invoke("reconcile", self._tick)).resume()

    def _tick(self, line: ports.Line) -> None:
        def pause() -> None:
            left = line.invocation.deadline - self._loop.now
            self._loop.sleep(min(LOOK_SECONDS, left))
            if left <= LOOK_SECONDS:
                line.invocation.struck = line.invocation.dead = True

        self._reconcile(line, None, pause)

    def _reconcile(self, line: ports.Line, only: str | None, pause: Callable[[], None] | None) -> None:
        now = self._loop.moment()
        powered = [site for site in self._sites.values() if site.plan.power]
        texts = line.call("state.read", lambda: [(s, s.spec, s.memory, s.override) for s in powered])
        each = [
            self.ports_of(line, site, PoweredModel.from_stored(spec, memory, override, now))
            for site, spec, memory, override in texts
            if only in (None, site.plan.name)
        ]
        results = reconcile_models(each, self._loop.moment, pause)
        for model, result in results.items():
            if isinstance(result, Heartbeat):
                self._sites[model].beat, self._sites[model].beat_at = result, self._loop.now
        errors = [result for result in results.values() if isinstance(result, BaseException)]
        self.bugs += [repr(error) for error in errors if not isinstance(error, Died | TransientError)]
        if line.invocation.dead:
            raise Died
        if errors:
            raise TransientError(f"not reconciled: {errors}")

    def ports_of(self, line: ports.Line, site: Site, model: PoweredModel) -> ReconcilePorts:
        """What reconciling one model needs."""
        return ReconcilePorts(
            model=model,
            power=None if site.plan.is_job else self.power_of(line, site, model.spec),
            gate=power_ports.GatePort(line, site),
            queue=ports.QueuePort(line, site.queue),
            state=power_ports.StatePort(line, site),
            arrivals=power_ports.ArrivalsPort(line, site, self._bucket),
        )

    def power_of(self, line: ports.Line, site: Site, spec: ModelSpec) -> OwnedPower:
        """The family's own adapter where there is one below which the world can be put."""
        make = family_of(spec).power
        if site.plan.family == "custom_labels" or make is None:
            return power_ports.PowerPort(line, site)
        if site.plan.is_fleet:
            return make(autoscaling.clients(line, site), spec, DEPLOYMENT)
        return make(sagemaker.clients(line, site, self._bucket, self._loop), spec, DEPLOYMENT)

    def _predictor(self, line: ports.Line, site: Site, spec: ModelSpec) -> Predictor:
        if site.plan.family == "custom_labels":
            return ports.PredictorPort(line, site, self._bucket, self._loop)
        return family_of(spec).predictor(sagemaker.clients(line, site, self._bucket, self._loop), spec)

    def _line(self, name: str) -> ports.Line:
        return ports.Line(self._recorder, Invocation(name, self._loop.now + TIMEOUTS[name]))

    def _label(self, line: ports.Line, site: Site, batch: list[Message]) -> tuple[str, ...]:
        model = PoweredModel.from_stored(site.spec, "{}", "{}", self._loop.moment()).spec
        predictor = self._predictor(line, site, model)
        records, inbox = ports.RecordsPort(line, site), ports.InboxPort(line, site.queue)
        label_ports = LabelPorts(model, IMAGES, predictor, records, inbox, MAXIMUM_RECEIVES, 1)
        outcomes: list[Outcome] = []

        def has_time() -> bool:
            return line.invocation.deadline - self._loop.now > LEAST_SECONDS_FOR_A_CALL

        messages = events.envelopes_from_sqs(sqs_event(batch), site.plan.name)
        returned = label_batch(messages, Shift(label_ports, self._loop.moment, has_time), outcomes.append)
        if line.invocation.dead:
            raise Died
        reasons = {outcome.key: outcome.reason or "" for outcome in outcomes if outcome.reason}
        self.bugs += [reason for reason in reasons.values() if reason.startswith("unforeseen")]
        for message in batch:
            if message.message_id in returned:
                message.reasons.append(reasons.get(json.loads(message.body)["image"]["key"], ""))
        return returned
