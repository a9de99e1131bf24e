"""The functions of jobs: each model's own, called by Scheduler every minute, and by people; the real services in them.

A call that could change nothing is left out: one with an empty book, while nothing can be taken from the queue; of
those behind a closed gate, while all jobs wait for it, one an hour is made.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any
from weakref import WeakSet

from dayshift.adapters.gate_parameter import GateParameter
from dayshift.domain.errors import DayshiftError, TransientError
from dayshift.domain.job_steps import Rules
from dayshift.domain.jobs import Job, JobState
from dayshift.domain.model import ModelSpec
from dayshift.services.job_desk import JobPorts
from dayshift.services.label import Outcome
from dayshift.services.retire_jobs import retire_jobs
from dayshift.services.run_jobs import cancel, tend
from tests.world import archive_ports, job_ports, job_site, outside_ports, ports
from tests.world.clock import HOUR, MINUTE, EventLoop, Process
from tests.world.depot import Depot
from tests.world.faults import Died, Invocation, Recorder
from tests.world.mapping import Word
from tests.world.outside import outside_of
from tests.world.scheduler import Scheduler
from tests.world.site import DEPLOYMENT, Site
from tests.world.storage import IMAGES, Bucket
from tests.world.worker_ports import Parameters

TIMEOUT = 300.0
LEAST_SECONDS = 150.0  # handlers/jobs
LOOK_SECONDS, ENOUGH = 10.0, 70.0  # of the call before a destroy
TICK = "jobs"


class JobFunctions:
    """Those of all models."""

    def __init__(self, loop: EventLoop, recorder: Recorder, bucket: Bucket, depot: Depot, scheduler: Scheduler) -> None:
        self._loop, self._recorder, self._bucket, self._depot = loop, recorder, bucket, depot
        self._scheduler = scheduler
        self.under_way = self.most_at_once = 0
        self.bugs: list[str] = []
        self.made = 0
        self._mine = WeakSet[Process]()

    def schedule(self, site: Site, skips: bool, look_again: Callable[[], None]) -> None:
        """At its rate, at a second of its own."""
        _Rate(self._loop, site, partial(self._scheduler.deliver, TICK, partial(self.tick, site)), skips, look_again)

    def tick(self, site: Site) -> None:
        """What Scheduler calls; a call that fails is not repeated."""
        self._run(site, lambda made, has_time, report: tend(made, self._loop.moment, has_time, report))

    def cancel(self, site: Site, job: Job) -> None:
        """What a person calls, who does not want a job any more."""

        def work(made: JobPorts, has_time: Callable[[], bool], report: Callable[[Outcome], None]) -> None:
            cancel(made, job.id, "ada")
            tend(made, self._loop.moment, has_time, report)

        job_ports.desk_of(site).unwanted.update(one.image for one in job.images)
        self._run(site, work)

    def retire(self, site: Site, then: Callable[[str | None], None]) -> None:
        """What Terraform calls before the model goes; `then` is told what it raised."""

        def work(made: JobPorts, _: Callable[[], bool], report: Callable[[Outcome], None]) -> None:
            deadline = self._loop.now + TIMEOUT - ENOUGH
            try:
                retire_jobs(
                    made,
                    self._loop.moment,
                    lambda: self._loop.sleep(LOOK_SECONDS),
                    lambda: self._loop.now < deadline,
                    report,
                )
            except TransientError as error:
                then(str(error))
            else:
                then(None)

        self._run(site, work)

    def rest(self, site: Site) -> bool:
        """Whether no job of a model is open, here or at its service."""
        return site.jobs is None or not (site.jobs.book.jobs or outside_of(site).alive or self.under_way)

    def _run(self, site: Site, work: Callable[[JobPorts, Callable[[], bool], Callable[[Outcome], None]], Any]) -> None:
        line = ports.Line(self._recorder, Invocation(TICK, self._loop.now + TIMEOUT))

        def has_time() -> bool:
            return line.invocation.deadline - self._loop.now > LEAST_SECONDS

        def report(outcome: Outcome) -> None:
            if (outcome.reason or "").startswith("unforeseen") and not line.invocation.dead:
                self.bugs.append(outcome.reason or "")

        def run() -> None:
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
            self.made += 1
            try:
                work(self.ports_of(line, site), has_time, report)
            except (Died, DayshiftError):
                return  # the next one goes on
            finally:
                self.under_way -= 1

        process = Process(self._loop, run)
        self._mine.add(process)
        process.resume()

    def is_mine(self, process: Process) -> bool:
        """Whether a process is one of these functions."""
        return process in self._mine

    def ports_of(self, line: ports.Line, site: Site) -> JobPorts:
        """As bootstrap/jobs makes them."""
        plan, spell = site.plan, outside_ports.Spell(line, self._loop)
        ssm: Any = Parameters(line, site)
        return JobPorts(
            model=ModelSpec(plan.name, plan.family, plan.target, plan.prefix, plan.job.options()),
            images_bucket=IMAGES,
            maximum_receive_count=job_site.MAXIMUM_RECEIVES,
            rules=Rules(plan.job.terms, DEPLOYMENT),
            service=outside_ports.ServicePort(spell, site, self._bucket),
            book=job_ports.BookPort(line, site, self._bucket),
            closed=job_ports.ClosedPort(line, site),
            mailbox=job_ports.JobMailboxPort(line, site, self._bucket, self._depot),
            records=job_ports.JobRecordsPort(line, site),
            manifests=archive_ports.ManifestsPort(line, self._depot),
            contents=outside_ports.ContentsPort(spell, site, self._bucket),
            archives=ports.QueuePort(line, self._depot.queue),
            gate=GateParameter(ssm, "gate"),
        )


class _Rate:
    """When the next call of one model's function is due."""

    def __init__(
        self, loop: EventLoop, site: Site, call: Callable[[], None], skips: bool, look_again: Callable[[], None]
    ) -> None:
        self._loop, self._site, self._call, self._skips = loop, site, call, skips
        self._period = site.plan.job.tick_minutes * MINUTE
        self._phase = sum(site.plan.name.encode()) * 7 % 60
        self._armed_for = math.inf

        def changed() -> None:
            look_again()
            self.look_again()

        assert site.jobs is not None
        self._desk = site.jobs
        site.queue.on_visible, site.mapping.on_change = self.look_again, changed
        self._desk.on_write = self.look_again
        self.look_again()

    def look_again(self) -> None:
        """Something may be taken from the queue, or done with a job."""
        self._arm(self._loop.now)

    def _arm(self, moment: float) -> None:
        following = (math.floor((moment - self._phase) / self._period) + 1) * self._period + self._phase
        if self._armed_for > following:
            self._armed_for = following
            self._loop.at(following, lambda: self._fire(following))

    def _fire(self, moment: float) -> None:
        if moment != self._armed_for:
            return
        self._armed_for = math.inf
        self._call()
        is_open, jobs = self._site.mapping.word is Word.ENABLED, self._desk.book.jobs
        if not self._skips or (is_open and (jobs or self._site.queue.exact().visible > 0)):
            self.look_again()
        elif jobs:  # behind a closed gate nothing begins; what waits is given up one day
            self._arm(self._loop.now + (HOUR if all(job.state is JobState.WAITING for job in jobs) else 0.0))
