"""A model's place in the world: its queue, mapping, service, parameters; and what is configured for it."""

import json
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from dayshift.services.heartbeat import Heartbeat
from tests.world.fleet_gate import FleetGate
from tests.world.hours import Hours
from tests.world.job_desk import JobDesk, JobPlan
from tests.world.mapping import EventSourceMapping
from tests.world.queue import Queue
from tests.world.service import Service
from tests.world.storage import Ledger, Records

WORKDAY = Hours("Europe/Berlin", "09:00", "17:00")

DEPLOYMENT = "acme-dev"
OPTIONS: dict[str, Any] = {
    "content_type": "application/x-image",
    "accept": "application/json",
    "json": None,
    "response": {"at": "", "name": "label", "score": "score", "names_at": None, "scores_are": "probabilities"},
    "classes": None,
    "asynchronous": None,
    "maximum_labels": 5,
    "minimum_confidence_percent": 0,
}
FACES: dict[str, Any] = {"gallery": {"bucket": "acme-images", "prefix": "gallery/"}, "maximum_distance": 0.6}
JOBS = JobPlan()
CLEAR_WITHIN_MINUTES = 5


@dataclass(frozen=True, slots=True)
class Plan:
    """One entry of `var.models`, and how its service behaves."""

    name: str = "logos"
    family: str = "custom_labels"
    power: str | None = "office_hours"
    hours: Hours | None = WORKDAY
    warmup_minutes: int = 30
    results_within_minutes: int = 60
    start_minutes: tuple[float, float] = (6.0, 14.0)
    stop_minutes: tuple[float, float] = (1.0, 4.0)
    maximum_workers: int = 4  # of a fleet
    images_per_minute: int = 60  # of one worker
    idle_minutes: int = 5
    warm_pool: int = 0
    job: JobPlan = JOBS  # of a model whose images go to a service outside
    maintenance_hours: float = 0.0  # of an endpoint in service between two system updates, on average; 0: none

    @property
    def prefix(self) -> str:
        """Where its images are put."""
        return f"incoming/{self.name}/"

    @property
    def target(self) -> str:
        """A project version, or the name of an endpoint or a group."""
        if self.family != "custom_labels":
            return f"acme-dev-{self.name}"
        return f"arn:aws:rekognition:eu-central-1:123456789012:project/{self.name}/version/1/1700000000000"

    def configuration(self, number: int) -> str:
        """The endpoint configuration of this number, as Terraform names it after its content."""
        return f"{self.target}-{number:08x}"

    @property
    def is_fleet(self) -> bool:
        """Whether workers read for it."""
        return self.family == "face_fleet"

    @property
    def is_job(self) -> bool:
        """Whether its images go to a service outside, many in one job."""
        return self.family == "gpu_job"

    def spec(self, number: int = 1, maximum_workers: int | None = None) -> str:
        """The parameter that Terraform writes; `number`: of the endpoint configuration."""
        workers = maximum_workers or self.maximum_workers
        options = {
            "sagemaker": OPTIONS | {"configuration": self.configuration(number)},
            "face_fleet": FACES,
            "gpu_job": self.job.options(),
        }
        value: dict[str, Any] = {
            "name": self.name,
            "family": self.family,
            "target": self.target,
            "prefix": self.prefix,
            "options": options.get(self.family, {}),
            "queue_url": f"https://sqs/{self.name}",
            "queue_name": self.name,
            "mapping_uuid": None if self.is_fleet or self.is_job else f"mapping-of-{self.name}",
            "power": self.power,
            "hours": None if self.hours is None else self.hours.spec(),
            "warmup_minutes": self.warmup_minutes,
            "results_within_minutes": self.results_within_minutes,
            "idle_minutes": None,
            "images_per_minute": self.images_per_minute * workers if self.is_fleet else 120,
            "maximum_running_hours_per_day": 24,
            "usd_per_hour": 4.0,
            "fleet": self._fleet(workers) if self.is_fleet else None,
        }
        return json.dumps(value)

    def _fleet(self, workers: int) -> dict[str, int]:
        numbers = {"maximum": workers, "images_per_minute": self.images_per_minute}
        return numbers | {"clear_within_minutes": CLEAR_WITHIN_MINUTES, "idle_minutes": self.idle_minutes}


@dataclass(slots=True)
class Said:
    """What a person said with an override, and from when on it counted."""

    since: float
    until: float
    running: bool


@dataclass(slots=True)
class Site:
    """One model in the world."""

    plan: Plan
    queue: Queue
    mapping: EventSourceMapping | FleetGate
    service: Service
    records: Records
    ledger: Ledger
    expanded_ledger: Ledger  # of what came out of its archives
    spec: str
    memory: str = "{}"
    override: str | None = "{}"  # None: the parameter is not there
    applied: int = 1  # the number of the endpoint configuration that Terraform made last
    is_applying: bool = False  # or to be applied again, since that failed
    said: list[Said] = field(default_factory=list)
    beat: Heartbeat | None = None  # the last reconcile that came through
    beat_at: float = 0.0
    touched_at: float = 0.0  # when a person last changed a parameter
    is_claimed: bool = False  # whether a version bears our tag; there is no other deployment here
    orders: list[str] = field(default_factory=list)  # breaches of the order, noted when they happened
    jobs: JobDesk | None = None  # of a model whose images go to a service outside

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its day begins."""
        return ZoneInfo(self.plan.hours.timezone if self.plan.hours else "UTC")

    @property
    def changed_at(self) -> float:
        """When anything last changed that reconcile looks at."""
        return max(self.queue.changed_at, self.mapping.changed_at, self.service.changed_at, self.touched_at)
