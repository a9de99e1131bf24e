"""A fleet through its day: woken by what waits, grown and shrunk with it, sent home, and paid by the worker."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.fleet import Fleet
from dayshift.domain.lifecycle import Action, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.model import ModelSpec
from dayshift.domain.override import Override
from dayshift.domain.policy import Kind, Policy
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import ReconcilePorts, attend, reconcile
from dayshift.services.retire import retire
from tests.fakes import EMPTY, FakeArrivals, FakeGate, FakePower, FakePowerState, FakeQueue

MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # in Berlin
FLEET = {"maximum": 4, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
OFFICE = Policy.from_json(
    {"power": "office_hours", "hours": HOURS, "warmup_minutes": 3, "usd_per_hour": 0.5, "images_per_minute": 240,
     "fleet": FLEET}
)  # fmt: skip


class FleetPower(FakePower):
    """A group can be told to have none while its first instances start."""

    def stop(self) -> None:
        self._called("stop")
        self.state, self.capacity, self.lingers = ModelState.STOPPED, 0, False


class Faces:
    """A fleet over fakes, whose memory comes back at each tick."""

    def __init__(self, policy: Policy = OFFICE, is_running: bool = False, workers: int = 0) -> None:
        self.policy, self.is_fleet = policy, True
        self.override: Override | None = None
        state = ModelState.RUNNING if is_running else ModelState.STARTING if workers else ModelState.STOPPED
        self.power, self.gate = FleetPower(state, capacity=workers), FakeGate(is_running)
        self.queue, self.state, self.arrivals = FakeQueue(), FakePowerState(), FakeArrivals()

    def ports(self) -> ReconcilePorts:
        spec = ModelSpec("faces", "face_fleet", "acme-prod-faces", "incoming/faces/")
        memory = self.state.memories[-1] if self.state.memories else Memory()
        mapping = None if self.is_fleet else "a-uuid"
        model = PoweredModel(spec, self.policy, "https://queue", "queue", mapping, memory, self.override)
        return ReconcilePorts(model, self.power, self.gate, self.queue, self.state, self.arrivals)

    def tick(self, minutes: float, depth: QueueDepth | None = None) -> Heartbeat:
        self.queue.counts = depth or self.queue.counts
        return reconcile(self.ports(), NOON + minutes * MINUTE)


def test_a_backlog_wakes_the_workers_it_needs_and_none_is_left_when_it_is_read() -> None:
    faces = Faces()
    assert faces.tick(0, EMPTY).action is Action.NONE
    woken = faces.tick(1, QueueDepth(700, 0, 0))
    assert (woken.action, woken.wanted_workers, faces.power.capacity) == (Action.START_MODEL, 3, 3)
    assert faces.tick(2).action is Action.WAIT
    faces.power.state = ModelState.RUNNING
    assert faces.tick(4).action is Action.ENABLE_MAPPING
    assert faces.tick(5, QueueDepth(400, 30, 0)).action is Action.NONE
    more = faces.tick(6, QueueDepth(1100, 30, 0))
    assert (more.action, faces.power.capacity) == (Action.SCALE_MODEL, 4)
    assert more.action_reason == "it has 3 workers and should have 4"
    assert faces.tick(10, QueueDepth(0, 12, 0)).action is Action.NONE
    fewer = faces.tick(12, QueueDepth(0, 1, 0))
    assert (fewer.action, faces.power.capacity) == (Action.SCALE_MODEL, 2)
    assert faces.tick(14.9, EMPTY).action is Action.SCALE_MODEL
    closing = faces.tick(15)
    assert (closing.action, closing.wanted_workers) == (Action.DISABLE_MAPPING, 0)
    assert faces.tick(15.5).action is Action.STOP_MODEL
    assert [call for call in faces.power.calls if call in ("start", "stop")] == ["start"] * 4 + ["stop"]
    assert faces.gate.calls == ["enable", "disable"]


def test_workers_are_told_and_paid_by_the_hour_of_each() -> None:
    faces = Faces(is_running=True, workers=3)
    faces.tick(0, QueueDepth(700, 0, 0))
    beat = faces.tick(30)
    assert (beat.workers, beat.wanted_workers, beat.ran_minutes_today) == (3, 3, 30)
    assert beat.cost_today_usd == pytest.approx(3 * 0.5 * 0.5)
    assert beat.memory.workers == 3
    assert len(faces.state.memories) == 1, "nothing changed, so nothing was written"


def test_more_are_asked_for_while_the_first_ones_start() -> None:
    faces = Faces(workers=1)
    beat = faces.tick(0, QueueDepth(900, 0, 0))
    assert (beat.state, beat.action, faces.power.capacity) == (ModelState.STARTING, Action.SCALE_MODEL, 3)
    assert faces.tick(1).action is Action.WAIT


def test_a_fleet_that_nobody_needs_any_more_is_stopped_though_it_never_got_ready() -> None:
    faces = Faces(workers=2)
    faces.override = Override(False, NOON + 600 * MINUTE)
    assert faces.tick(0, QueueDepth(900, 0, 0)).action is Action.STOP_MODEL
    assert faces.power.capacity == 0
    looks = iter([True, True])
    beat = retire(Faces(workers=2).ports(), lambda: NOON, lambda: None, lambda: next(looks))
    assert beat.state is ModelState.STOPPED


def test_a_group_that_is_busy_is_asked_again_by_the_next_tick() -> None:
    faces = Faces(is_running=True, workers=1)

    class Busy(FakePower):
        def start(self, workers: int = 1) -> None:
            raise TransientError("ScalingActivityInProgress while asking for 3 workers")

    faces.queue.counts = QueueDepth(700, 0, 0)
    with pytest.raises(TransientError, match="ScalingActivityInProgress"):
        reconcile(replace(faces.ports(), power=Busy(ModelState.RUNNING)), NOON)
    assert faces.tick(1).action is Action.SCALE_MODEL
    assert faces.power.capacity == 3


def test_a_trickle_that_an_open_gate_reads_at_once_keeps_a_worker() -> None:
    faces = Faces(is_running=True, workers=1)
    faces.tick(0, EMPTY)
    faces.arrivals.counts = [(NOON, 3)]  # in the five minutes from noon
    assert faces.tick(5).desired
    assert faces.tick(9.9).desired
    assert not faces.tick(10).desired
    assert faces.arrivals.asked == 2, "asked only where it may go to sleep"


def test_a_fleet_that_idles_briefly_shrinks_under_a_stream_that_is_read_at_once() -> None:
    brief = FLEET | {"idle_minutes": 2}
    faces = Faces(replace(OFFICE, fleet=Fleet.from_json(brief)), is_running=True, workers=4)
    faces.tick(0, QueueDepth(0, 1, 0))
    faces.arrivals.counts = [(NOON + minutes * MINUTE, 500) for minutes in (0, 5)]
    beats = [faces.tick(minutes) for minutes in (1, 2, 3)]
    assert all(beat.desired for beat in beats)
    assert faces.power.capacity == 2


def test_images_that_rest_in_flight_keep_no_worker_beside_the_one() -> None:
    always = replace(OFFICE, kind=Kind.ALWAYS_ON)
    faces = Faces(always, is_running=True, workers=4)
    for minutes in range(5):
        faces.tick(minutes, QueueDepth(0, 3, 0))
    assert faces.power.capacity == 4, "wanted who may be reading to stay"
    faces.tick(5)
    assert faces.power.capacity == 1
    faces.tick(6)
    assert faces.arrivals.asked == 1, "asked only while there is somebody to let go"


def test_a_stream_that_is_read_at_once_keeps_those_who_read_it() -> None:
    faces = Faces(replace(OFFICE, kind=Kind.ALWAYS_ON), is_running=True, workers=2)
    faces.arrivals.counts = [(NOON + minutes * MINUTE, 500) for minutes in range(0, 30, 5)]
    for minutes in range(30):
        faces.tick(minutes, QueueDepth(0, 2, 0))
    assert faces.power.capacity == 2


def test_a_fleet_that_failed_is_cleared_away_or_tried_again_with_as_many_as_are_needed() -> None:
    unwanted = Faces(workers=2)
    unwanted.power.state, unwanted.power.lingers = ModelState.FAILED, True
    assert unwanted.tick(0, EMPTY).action is Action.STOP_MODEL
    wanted = Faces(workers=2)
    wanted.power.state, wanted.power.lingers = ModelState.FAILED, True
    assert wanted.tick(0, QueueDepth(1100, 0, 0)).action is Action.START_MODEL
    assert wanted.power.capacity == 4


def test_one_worker_is_kept_by_a_person_and_by_a_policy_that_is_always_on() -> None:
    for faces in (Faces(replace(OFFICE, kind=Kind.ALWAYS_ON)), Faces()):
        if faces.policy.kind is not Kind.ALWAYS_ON:
            faces.override = Override(True, NOON + 600 * MINUTE)
        assert faces.tick(0, EMPTY).action is Action.START_MODEL
        assert faces.power.capacity == 1
        faces.power.state = ModelState.RUNNING
        attend(faces.ports(), lambda: NOON + 90 * MINUTE, lambda: None)
        assert faces.tick(95).action is Action.NONE


def test_a_fleet_that_nobody_can_read_the_numbers_of_is_switched_on_with_one_worker_and_never_scaled() -> None:
    faces = Faces(Policy(Kind.OFFICE_HOURS, fault="a fleet is written like …"))
    faces.override = Override(True, NOON + 600 * MINUTE)
    assert faces.tick(0, QueueDepth(900, 0, 0)).action is Action.START_MODEL
    assert faces.power.capacity == 1
    faces.power.state, faces.gate.is_open, faces.power.capacity = ModelState.RUNNING, True, 3
    assert faces.tick(1).action is Action.NONE


def test_other_models_have_no_workers() -> None:
    plain = Faces(replace(OFFICE, fleet=None), is_running=True, workers=1)
    plain.is_fleet = False
    beat = plain.tick(0, QueueDepth(900, 0, 0))
    assert (beat.workers, beat.wanted_workers, beat.action) == (None, None, Action.NONE)
    assert not [name for name in beat.memory.to_json() if "worker" in name]
