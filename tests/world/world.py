"""The world: everything put together under one clock, and what people do to it by hand."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Self

from dayshift.domain.lifecycle import ModelState
from dayshift.domain.override import Override
from tests.world import job_site, schedules, seed, seed_fleet, storage
from tests.world.clock import HOUR, MINUTE, EventLoop
from tests.world.endpoint import Endpoint
from tests.world.faults import Recorder
from tests.world.fleet_gate import FleetGate
from tests.world.functions import MAXIMUM_RECEIVES, TIMEOUTS, Functions
from tests.world.group import Group
from tests.world.job_functions import JobFunctions
from tests.world.mailbox import VISIBILITY
from tests.world.mapping import EventSourceMapping, Word
from tests.world.pools import one_at_a_time
from tests.world.queue import Queue
from tests.world.scheduler import Scheduler
from tests.world.seed import Seed
from tests.world.seed_endpoint import SeedEndpoint
from tests.world.seed_fleet import SeedFleet, SeedGroup
from tests.world.seed_jobs import SeedJobs
from tests.world.service import CustomLabels, Service
from tests.world.setting import Notes, Setting
from tests.world.site import DEPLOYMENT, Plan, Said, Site
from tests.world.storage import Bucket, Ledger, Records, Stored
from tests.world.ticks import Ticks
from tests.world.workers import Workers

AnySeed = Seed | SeedEndpoint | SeedFleet | SeedJobs


class World:
    """One deployment in its account. Used as a context manager."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.random = Random(setting.seed)
        self.loop = EventLoop(setting.start)
        self.began_at = self.loop.now
        self.recorder = Recorder(self.random, lambda: self.loop.now)
        self.scheduler = Scheduler(self.loop, self.random)
        self.bucket, self.sites, self.notes = Bucket(), dict[str, Site](), Notes()
        self.workers = dict[str, Workers]()  # of the fleets
        self.functions = Functions(self.loop, self.recorder, self.bucket, self.sites, setting.lag_at)
        self.depot = self.functions.depot
        self.jobs = JobFunctions(self.loop, self.recorder, self.bucket, self.depot, self.scheduler)
        self.seed = self._seed() if setting.is_seed else None
        lag = setting.counts_lag + 1 if setting.counts_lag else 0
        self.ticks = Ticks(
            self.loop, self.scheduler, self.recorder, self.sites, self.functions.tick, lag,
            phase=self.random.randrange(60), skips=setting.skips_ticks,
        )  # fmt: skip
        for plan in setting.plans:
            self.sites[plan.name] = self._made(plan)
            if self.seed is not None:
                self.seed.schedule(self.sites[plan.name], self.scheduler)
            else:
                schedules.schedule(self.sites[plan.name], self.scheduler, self.functions, self._backstop)
        if self.seed is None:
            self.scheduler.every(HOUR, "sweep", self._sweep)
            self.functions.produce(storage.TEST_EVENT)
            self.ticks.look_again()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._stack.enter_context(one_at_a_time(self.loop))
        return self

    def __exit__(self, *_: object) -> None:
        for workers in self.workers.values():
            workers.end()
        while self.under_way:  # no thread is left behind
            self.loop.run_until(self.loop.now + MINUTE)
        self.loop.close()
        self._stack.close()

    def run(self, minutes: float) -> None:
        """Lets so much time pass."""
        self.loop.run_until(self.loop.now + minutes * MINUTE)

    def run_to(self, text: str, days: int = 0) -> None:
        """Lets time pass until the clock on the first site's wall shows this, today or so many days on."""
        zone = next(iter(self.sites.values())).zone
        hour, minute = map(int, text.split(":"))
        local = datetime.fromtimestamp(self.loop.now, zone).replace(hour=hour, minute=minute, second=0, microsecond=0)
        self.loop.run_until((local + timedelta(days=days)).timestamp())

    def upload(self, name: str = "a.jpg", model: str = "logos", **how: Any) -> Stored:
        """An object is put; S3 tells of it soon."""
        stored = self.bucket.put(f"{self.sites[model].plan.prefix}{name}", model, self.loop.now, **how)
        self.notify(stored, self.random.uniform(*self.setting.event_delay))
        return stored

    def put(self, name: str, is_readable: bool = True) -> None:
        """An upload to the first model of which nobody keeps hold."""
        self.upload(name, next(iter(self.sites)), is_readable=is_readable)

    def upload_silently(self, name: str = "lost.jpg", model: str = "logos") -> Stored:
        """An object is put, and its event is lost."""
        stored = self.bucket.put(f"{self.sites[model].plan.prefix}{name}", model, self.loop.now)
        stored.events_lost = True
        if isinstance(self.seed, SeedEndpoint):
            self.notify(stored)  # a caller who is not answered asks again: no event, none that is lost
        return stored

    def upload_archive(self, name: str, content: bytes, entries: Sequence[bool], model: str = "logos", **how: Any
                       ) -> Stored:  # fmt: skip
        """An archive is put, of which each entry is an image or none; S3 tells of it soon, unless its event is lost."""
        how = {"is_sound": True, "is_told": True, "is_multipart": False} | how
        key = f"{self.sites[model].plan.prefix}{name}"
        stored = self.bucket.put(key, model, self.loop.now, size=len(content))
        stored.entries, stored.is_sound = tuple(entries), how["is_sound"]
        stored.events_lost, stored.is_multipart = not how["is_told"], how["is_multipart"]
        self.depot.contents[stored.image] = content
        if how["is_told"]:
            self.notify(stored, self.random.uniform(*self.setting.event_delay))
        return stored

    def notify(self, stored: Stored, delay: float = 0.0) -> None:
        """S3 tells of a version; at least once, so perhaps again."""
        event = storage.notification(stored, datetime.fromtimestamp(stored.uploaded_at, UTC))
        if self.seed is not None:
            self.seed.told(self.sites[stored.model], stored, event, delay)
        else:
            self.loop.after(delay, lambda: self.functions.produce(event))

    def delete(self, stored: Stored) -> None:
        """A version is deleted for good."""
        self.bucket.delete(stored, self.loop.now)

    def hang(self, site: Site, images: int) -> None:
        """So many of the next images of a fleet hang the worker that reads them."""
        if site.plan.name in self.workers:
            self.workers[site.plan.name].hangs += images

    def override(self, running: bool, hours: float, model: str = "logos") -> None:
        """`dayshift on` or `off`: an override is written, and reconcile is called."""
        if self.seed is not None or self.sites[model].is_applying:
            return  # it has no such thing; Terraform's word is the last
        site, until = self.sites[model], self.loop.moment() + timedelta(hours=hours)
        if site.said:
            site.said[-1].until = min(site.said[-1].until, self.loop.now)
        site.said.append(Said(self.loop.now, until.timestamp(), running))
        self.touch(site, json.dumps(Override(running, until, "a test").to_json()))

    def clear_override(self, model: str = "logos") -> None:
        """`dayshift auto`."""
        site = self.sites[model]
        if site.is_applying:
            return
        if site.said:
            site.said[-1].until = min(site.said[-1].until, self.loop.now)
        self.touch(site, "{}")

    def touch(self, site: Site, override: str) -> None:
        """The parameter changes, and reconcile is called."""
        site.override = override
        self.touched(site)
        self.functions.reconcile("reconcile", site.plan.name)

    def touched(self, site: Site) -> None:
        """A parameter has changed."""
        site.touched_at = self.loop.now
        self.ticks.look_again()

    def meddle(self, do: Callable[[], None]) -> None:
        """Somebody does something in the console, or the service does it by itself."""
        self.notes.meddled.append(self.loop.now)
        do()

    def _site(self, plan: Plan) -> Site:
        loop, random = self.loop, self.random
        if isinstance(self.seed, SeedFleet):
            queue = Queue(loop, seed_fleet.VISIBILITY, seed_fleet.MANY_RECEIVES, self.setting.lag_at)
        elif self.seed is not None:
            queue = Queue(loop, seed.VISIBILITY, seed.MAXIMUM_RECEIVES, self.setting.lag_at)
        else:
            queue = Queue(loop, 6 * TIMEOUTS["labeler"], MAXIMUM_RECEIVES, self.setting.lag_at)
        label = (self.seed or self.functions).label
        mapping = EventSourceMapping(
            loop,
            queue,
            lambda batch, finished: label(self.sites[plan.name], batch, finished),
            lambda: random.uniform(*self.setting.mapping_lag),
        )
        service = self._service(plan)
        for part in (queue, mapping, service):
            if self.seed is None:
                part.on_change = self.ticks.look_again
        records = Records(self.bucket, lambda: loop.now)
        return Site(plan, queue, mapping, service, records, self._ledger(), self._ledger(), plan.spec())

    def _made(self, plan: Plan) -> Site:
        if plan.is_job:
            site = job_site.opened(plan, self)
            if self.seed is None:
                self.jobs.schedule(site, self.setting.skips_ticks, self.ticks.look_again)
            return site
        return self._fleet(plan) if plan.is_fleet and not self.setting.is_seed else self._site(plan)

    def _fleet(self, plan: Plan) -> Site:
        queue = Queue(self.loop, VISIBILITY, MAXIMUM_RECEIVES, self.setting.lag_at)
        gate, service = FleetGate(self.loop), self._service(plan)
        for part in (queue, gate, service):
            part.on_change = self.ticks.look_again
        records = Records(self.bucket, lambda: self.loop.now)
        site = Site(plan, queue, gate, service, records, self._ledger(), self._ledger(), plan.spec())
        self.workers[plan.name] = Workers(self.loop, self.recorder, self.bucket, site)
        return site

    def _ledger(self) -> Ledger:
        return Ledger(self.bucket, lambda moment: datetime.fromtimestamp(moment, UTC))

    def _seed(self) -> AnySeed:
        families = {plan.family for plan in self.setting.plans}
        made: dict[str, type[AnySeed]] = {
            "sagemaker": SeedEndpoint, "face_fleet": SeedFleet, "gpu_job": SeedJobs,
        }  # fmt: skip
        make = made.get(families.pop(), Seed)
        return make(self.loop, self.recorder, self.bucket)

    def _service(self, plan: Plan) -> Service:
        random = Random(f"{self.setting.seed} {plan.name}")
        if plan.family == "custom_labels":
            return CustomLabels(self.loop, self.random, plan.start_minutes, plan.stop_minutes)
        if plan.is_fleet:
            make = SeedGroup if self.setting.is_seed else Group
            return make(self.loop, random, plan.start_minutes, DEPLOYMENT, plan.maximum_workers, plan.warm_pool)
        endpoint = Endpoint(
            self.loop, random, plan.start_minutes, plan.stop_minutes, DEPLOYMENT, plan.maintenance_hours
        )
        endpoint.configurations[plan.configuration(1)] = self.loop.now  # made long ago
        return endpoint

    def _backstop(self, site: Site, attempts: int = 5) -> None:
        """The stop that needs no code of ours; what is refused is tried for five minutes more."""
        if site.service.is_stoppable:
            self.notes.backstops.append(self.loop.now)
            site.service.stop()
        elif attempts:
            self.loop.after(MINUTE, lambda: self._backstop(site, attempts - 1))

    def _sweep(self) -> None:
        """A sweep that would find a record for everything is left out, as ticks are."""
        self.bucket.expire(self.loop.now)
        if not self.setting.skips_ticks or any(stored.record is None for stored in self.bucket.listed.values()):
            self.functions.sweep()

    def local_time(self) -> str:
        """What the first site's clock shows."""
        return f"{datetime.fromtimestamp(self.loop.now, next(iter(self.sites.values())).zone):%H:%M}"

    def is_at_rest(self) -> bool:
        """Whether every image has its record, nothing waits or is being read, and every model is off."""
        return (
            all(stored.record or stored.deleted_at for stored in self.bucket.versions.values())
            and not any(
                site.queue.messages or (site.said and site.said[-1].until > self.loop.now)
                for site in self.sites.values()
            )
            and all(site.service.is_off and self.jobs.rest(site) for site in self.sites.values())
            and not self.functions.under_way
            and not self.depot.queue.messages
        )

    @property
    def under_way(self) -> int:
        """How many functions run."""
        workers = sum(workers.under_way for workers in self.workers.values())
        workers += self.jobs.under_way
        return self.functions.under_way + workers + (self.seed.under_way if self.seed else 0)

    def trouble(self, until: float) -> None:
        """Something is out of order until then."""
        self.notes.troubled.append((self.loop.now, until))

    def is_open(self, site: Site) -> bool:
        """Whether images are being read."""
        return site.service.state is ModelState.RUNNING and site.mapping.word is Word.ENABLED
