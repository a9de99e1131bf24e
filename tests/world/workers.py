"""The workers of a fleet: on each instance a process of its own, in which the real services/work runs its turns.

Rules: systemd.service(5), Restart=always and WatchdogSec (modules/fleet): a worker that ends is begun again, one that
hangs is ended first. An instance that is ended takes its worker with it.
"""

from dataclasses import dataclass
from math import inf
from random import Random
from typing import Any

from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.instance import Ec2Machine
from dayshift.adapters.worker_gate import WorkerGate
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import GoneError, PermanentError, TransientError
from dayshift.domain.images import ImageRef, Limits
from dayshift.domain.powered import PoweredModel
from dayshift.domain.worker_ports import Phase
from dayshift.services.label import LabelPorts, Outcome
from dayshift.services.work import WorkPorts, work
from tests.world import ports
from tests.world.clock import EventLoop, Process
from tests.world.faults import Died, Invocation, Recorder
from tests.world.functions import MAXIMUM_RECEIVES
from tests.world.group import group_of
from tests.world.instances import Instance, Life
from tests.world.mailbox import MailboxPort, Waiting
from tests.world.site import Site
from tests.world.storage import IMAGES, Bucket, Payment
from tests.world.worker_ports import Metadata, OwnGroup, Parameters

LOADS_SECONDS = 2.0  # the model, once a process
RESTARTS_AFTER = 5.0
LOOKS_WITHIN = (0.5, 5.0)  # the worker looks at its metadata every five seconds
WATCHDOG = 300.0  # a worker that says nothing for so long is ended
FACE = Prediction((Detection(Kind.FACE, "ada", 87.5),), "gallery 0123456789ab", 0.0)


@dataclass(frozen=True, slots=True)
class FacesPort:
    """The family's predictor: takes time, refuses what it cannot read. Nothing is paid but the machine."""

    line: ports.Line
    site: Site
    bucket: Bucket
    loop: EventLoop
    workers: "Workers"
    limits: Limits = ports.LIMITS

    def predict(self, image: ImageRef) -> Prediction:
        return self.line.call("predictor.predict", lambda: self._predict(image))

    def predict_bytes(self, content: bytes) -> Prediction:
        raise AssertionError("the API keeps what a fleet is asked for")

    def _predict(self, image: ImageRef) -> Prediction:
        began, stored = self.loop.now, self.bucket.find(image)
        if self.workers.hangs:
            self.workers.hangs -= 1
            self.loop.sleep(WATCHDOG)
            self.line.invocation.dead = self.line.invocation.struck = True
        else:
            self.loop.sleep(self.site.service.seconds_an_image)
        if image.key in self.workers.deadly:
            self.line.invocation.dead = self.line.invocation.struck = True
        if self.line.invocation.dead:
            raise Died
        if stored.deleted_at is not None:
            raise GoneError("deleted before it was read")
        if not stored.is_readable:
            raise PermanentError("unsupported_format", "not an image at all")
        stored.paid.append(Payment(self.line.invocation, began))
        return FACE


class Workers:
    """Those of one site."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket, site: Site) -> None:
        self._loop, self._recorder, self._bucket, self._site = loop, recorder, bucket, site
        self._waiting, self._random = Waiting(loop), Random(f"workers of {site.plan.name}")
        self.under_way = 0
        self.bugs: list[str] = []
        self.deadly: set[str] = set()  # keys of images at which the whole worker dies
        self.hangs = 0  # so many of the next images are never read to their end
        site.queue.on_visible = self._waiting.wake
        group_of(site).boot = self.boot

    def boot(self, instance: Instance) -> None:
        """systemd begins the worker of an instance."""
        Process(self._loop, lambda: self._live(instance)).resume()

    def end(self) -> None:
        """All processes end, so that no thread is left behind."""
        for instance in group_of(self._site).here:
            instance.kill(self._loop.now)

    def _live(self, instance: Instance) -> None:
        line = ports.Line(self._recorder, Invocation("worker", inf))
        instance.work, instance.holds = line.invocation, 0
        self.under_way += 1
        mailbox = MailboxPort(line, self._site, self._loop, instance, self._waiting)
        try:
            self._loop.sleep(LOADS_SECONDS)
            self._work(line, instance, mailbox)
        except Died:
            mailbox.killed()
            self._begin_again(line.invocation, instance)
        except TransientError as error:  # the loop of turns lets none of them through
            self.bugs.append(f"a worker ended with {error!r}")
        finally:
            self.under_way -= 1

    def _begin_again(self, ended: Invocation, instance: Instance) -> None:
        """systemd begins it again, on an instance that is there; one that is put by begins with its instance."""

        def boot() -> None:
            if instance.is_there and instance.work is ended and instance.life is not Life.WARMED:
                self.boot(instance)

        self._loop.after(RESTARTS_AFTER, boot)

    def _work(self, line: ports.Line, instance: Instance, mailbox: MailboxPort) -> None:
        site = self._site
        model = PoweredModel.from_stored(site.spec, "{}", "{}", self._loop.moment()).spec
        machine = self._machine(line, instance)
        records = ports.RecordsPort(line, site)
        predictor = FacesPort(line, site, self._bucket, self._loop, self)
        label = LabelPorts(model, IMAGES, predictor, records, mailbox, MAXIMUM_RECEIVES, 1)
        ssm: Any = Parameters(line, site)
        gate = WorkerGate(GateParameter(ssm, "gate"), lambda: self._loop.now)

        def wait(seconds: float) -> None:
            if machine.phase() is not Phase.LEAVING:
                self._waiting.pause(seconds, instance)
            if line.invocation.dead:
                raise Died

        def report(outcome: Outcome) -> None:
            if (outcome.reason or "").startswith("unforeseen") and not line.invocation.dead:
                self.bugs.append(outcome.reason or "")

        work(
            WorkPorts(label, mailbox, gate, machine),
            self._loop.moment,
            report,
            wait,
            lambda _: None,
        )

    def _machine(self, line: ports.Line, instance: Instance) -> Ec2Machine:
        machine = Ec2Machine(
            Metadata(instance),
            OwnGroup(line, group_of(self._site), instance),
            self._site.plan.target,
            say=lambda _: None,
            monotonic=lambda: self._loop.now,
            sleep=self._loop.sleep,
        )

        def look() -> None:
            machine.look()
            if machine.phase() is Phase.LEAVING:
                instance.hurry()

        machine.look()
        instance.changed = lambda: self._loop.after(self._random.uniform(*LOOKS_WITHIN), look)
        return machine
