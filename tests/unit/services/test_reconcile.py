"""One model through its day, step by step; what fails, what is remembered, and what is left alone."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import Action, ModelState
from dayshift.domain.memory import Memory
from dayshift.domain.model import ModelSpec
from dayshift.domain.override import Override
from dayshift.domain.policy import Policy
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.services.heartbeat import Heartbeat
from dayshift.services.reconcile import ReconcilePorts, attend, reconcile, reconcile_models
from dayshift.services.retire import retire
from tests.fakes import FakeArrivals, FakeGate, FakePower, FakePowerState, FakeQueue

MINUTE = timedelta(minutes=1)
MORNING = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)  # 08:30 in Berlin
EVENING = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
OFFICE = Policy.from_json({"power": "office_hours", "hours": HOURS, "usd_per_hour": 4})
PROMISE = Policy.from_json({"power": "on_deadline", "hours": HOURS, "results_within_minutes": 15})


@dataclass
class Model:
    """A powered model over fakes, whose memory comes back at each tick."""

    policy: Policy = OFFICE
    name: str = "logos"
    is_always_there: bool = False
    override: Override | None = None
    power: FakePower = field(default_factory=FakePower)
    gate: FakeGate = field(default_factory=FakeGate)
    queue: FakeQueue = field(default_factory=FakeQueue)
    state: FakePowerState = field(default_factory=FakePowerState)
    arrivals: FakeArrivals = field(default_factory=FakeArrivals)

    @property
    def memory(self) -> Memory:
        return self.state.memories[-1] if self.state.memories else Memory()

    def ports(self) -> ReconcilePorts:
        spec = ModelSpec(self.name, "custom_labels", "arn:…", "incoming/logos/")
        model = PoweredModel(spec, self.policy, "https://queue", "queue", "uuid", self.memory, self.override)
        power = None if self.is_always_there else self.power
        return ReconcilePorts(model, power, self.gate, self.queue, self.state, self.arrivals)

    def tick(self, now: datetime) -> Heartbeat:
        return reconcile(self.ports(), now)


def test_a_day_goes_up_and_down_the_same_road() -> None:
    model = Model()
    assert model.tick(MORNING - MINUTE).action is Action.NONE
    assert model.tick(MORNING).action is Action.START_MODEL
    assert model.tick(MORNING + MINUTE).action is Action.WAIT
    assert not model.gate.is_open
    model.power.state = ModelState.RUNNING
    assert model.tick(MORNING + 20 * MINUTE).action is Action.ENABLE_MAPPING
    assert model.tick(MORNING + 21 * MINUTE).action is Action.NONE
    model.queue.counts = QueueDepth(0, 3, 0)
    assert model.tick(EVENING).action is Action.DISABLE_MAPPING
    assert model.tick(EVENING + MINUTE).action is Action.WAIT
    model.queue.counts = QueueDepth(4, 0, 0)  # what came too late waits for the morning
    assert model.tick(EVENING + 2 * MINUTE).action is Action.STOP_MODEL
    assert model.tick(EVENING + 3 * MINUTE).action is Action.WAIT
    model.power.state = ModelState.STOPPED
    assert model.tick(EVENING + 4 * MINUTE).action is Action.NONE
    assert model.gate.calls == ["enable", "disable"]
    assert [call for call in model.power.calls if call != "describe"] == ["start", "probe", "stop"]
    assert model.memory.starts == (20 * 60,)


def test_a_step_of_the_gate_is_followed_up_and_no_other() -> None:
    pauses = list[str]()

    def pause() -> None:
        pauses.append("15 s")

    model = Model(power=FakePower(ModelState.RUNNING))
    model.gate.is_open = True
    assert attend(model.ports(), lambda: EVENING, pause).action is Action.WAIT
    assert model.power.state is ModelState.STOPPING, "closed, drained and stopped within one tick"
    assert len(pauses) == 3
    started = attend(Model().ports(), lambda: MORNING, pause)
    assert (started.action, len(pauses)) == (Action.START_MODEL, 3)


def test_draining_is_given_up_after_ten_minutes() -> None:
    model = Model(power=FakePower(ModelState.RUNNING), queue=FakeQueue(counts=QueueDepth(0, 1, 0)))
    actions = [model.tick(EVENING + count * MINUTE).action for count in range(11)]
    assert actions == [Action.WAIT] * 10 + [Action.STOP_MODEL]


def test_a_model_that_says_it_runs_and_does_not_answer_is_not_opened_yet() -> None:
    model = Model(power=FakePower(ModelState.RUNNING, answers=False))
    assert model.tick(MORNING).action is Action.WAIT
    assert not model.gate.is_open


def test_at_a_fixpoint_a_tick_changes_nothing() -> None:
    for running, now in ((True, MORNING + 60 * MINUTE), (False, EVENING + 60 * MINUTE)):
        model = Model(power=FakePower(ModelState.RUNNING if running else ModelState.STOPPED))
        model.gate.is_open = running
        model.tick(now)
        written, model.power.calls = len(model.state.memories), []
        for count in range(1, 30):
            assert model.tick(now + count * MINUTE).action is Action.NONE
        assert (model.gate.calls, set(model.power.calls)) == ([], {"describe"})
        assert len(model.state.memories) == written


def test_a_refused_step_is_raised_after_the_memory_was_kept_and_taken_at_the_next_tick() -> None:
    model = Model(queue=FakeQueue(counts=QueueDepth(5, 0, 0)))
    ports = model.ports()
    model.power.calls.append("before")

    class Refusing(FakePower):
        def start(self, workers: int = 1) -> None:
            raise TransientError("ThrottlingException while starting")

    with pytest.raises(TransientError, match="Throttling"):
        reconcile(replace(ports, power=Refusing()), MORNING)
    assert model.memory.waiting_since == MORNING
    assert model.memory.start_began is None
    assert model.tick(MORNING + MINUTE).action is Action.START_MODEL
    assert model.memory.waiting_since == MORNING


def test_the_failure_of_one_model_keeps_no_other() -> None:
    broken, sound = Model(name="broken"), Model(name="sound")
    broken.power.refuse = TransientError("AccessDenied while describing")
    results = reconcile_models([broken.ports(), sound.ports()], lambda: MORNING)
    assert isinstance(results["broken"], TransientError)
    found = results["sound"]
    assert isinstance(found, Heartbeat)
    assert found.action is Action.START_MODEL


def test_the_heartbeat_tells_lateness_overrun_hours_and_money() -> None:
    model = Model(queue=FakeQueue(counts=QueueDepth(2, 0, 1)))
    model.tick(MORNING - 2 * 60 * MINUTE)  # 06:30 in Berlin: due at 09:30
    model.tick(MORNING)
    late = model.tick(MORNING + 75 * MINUTE)
    assert (late.backlog, late.late_minutes, late.overdue_minutes) == (3, 45.0, 15.0)
    assert late.oldest_waiting_minutes == 195.0
    model.power.state = ModelState.RUNNING
    day = model.tick(EVENING)
    assert day.ran_minutes_today == pytest.approx(8.25 * 60)
    model.power.state = ModelState.RUNNING  # the stop had no effect
    over = model.tick(EVENING + 30 * MINUTE)
    assert over.overrun_minutes == 30.0
    assert over.cost_today_usd == pytest.approx(4 * 8.75)


def test_a_start_that_failed_is_held_off_and_counted() -> None:
    model = Model()
    model.tick(MORNING)
    model.power.state = ModelState.FAILED
    failed = model.tick(MORNING + 5 * MINUTE)
    assert (failed.action, failed.start_failures) == (Action.WAIT, 1)
    assert model.tick(MORNING + 9 * MINUTE).action is Action.WAIT
    assert model.tick(MORNING + 10 * MINUTE).action is Action.START_MODEL


def test_a_family_that_is_always_there_has_only_its_gate_opened_and_closed() -> None:
    model = Model(is_always_there=True)
    assert model.tick(MORNING).action is Action.ENABLE_MAPPING
    assert model.tick(MORNING + MINUTE).action is Action.NONE
    assert model.tick(EVENING).action is Action.DISABLE_MAPPING
    assert model.tick(EVENING + MINUTE).action is Action.NONE
    assert model.power.calls == []


def test_the_patience_is_learned_once_a_week_and_only_for_the_warm_window() -> None:
    start = MORNING - timedelta(days=20)
    busy = [(start + timedelta(days=day, minutes=5 * slot), 3) for day in range(20) for slot in range(5 * 12)]
    model = Model(PROMISE, arrivals=FakeArrivals(busy))
    model.tick(MORNING - 60 * MINUTE)
    assert model.memory.idle_minutes == 30
    model.tick(MORNING - 59 * MINUTE)
    assert model.arrivals.asked == 1
    model.tick(MORNING + timedelta(days=7))
    assert model.arrivals.asked == 2
    other = Model(OFFICE)
    other.tick(MORNING)
    assert other.arrivals.asked == 0


def test_a_warm_model_that_reads_everything_at_once_is_not_idle() -> None:
    quick = replace(PROMISE, idle=30 * MINUTE)
    noon = MORNING + 4 * 60 * MINUTE
    model = Model(quick, power=FakePower(ModelState.RUNNING), arrivals=FakeArrivals([(noon + 20 * MINUTE, 3)]))
    model.gate.is_open = True
    assert model.tick(noon).desired
    assert model.tick(noon + 30 * MINUTE).desired, "the queue was empty at both looks, and yet images came"
    assert model.memory.idle_since == noon + 25 * MINUTE
    assert model.tick(noon + 54 * MINUTE).desired
    assert model.arrivals.asked == 1
    assert not model.tick(noon + 55 * MINUTE).desired


def test_a_warm_model_stays_warm_while_nobody_tells_of_arrivals() -> None:
    blind = FakeArrivals(refuse=TransientError("Throttling while reading metrics"))
    model = Model(replace(PROMISE, idle=30 * MINUTE), power=FakePower(ModelState.RUNNING), arrivals=blind)
    model.gate.is_open = True
    noon = MORNING + 4 * 60 * MINUTE
    assert model.tick(noon).desired
    assert model.tick(noon + 30 * MINUTE).desired


def test_a_history_that_cannot_be_read_changes_nothing() -> None:
    model = Model(PROMISE, arrivals=FakeArrivals(refuse=TransientError("Throttling while reading metrics")))
    assert model.tick(MORNING).action is Action.START_MODEL
    assert model.memory.learned_at is None


def test_a_model_about_to_be_destroyed_is_switched_off_and_stopped_in_office_hours() -> None:
    model = Model(power=FakePower(ModelState.RUNNING))
    model.gate.is_open = True
    moments = (MORNING + count * MINUTE for count in range(100))
    retired = retire(model.ports(), lambda: next(moments), lambda: None, lambda: True)
    assert retired.state is ModelState.STOPPING
    assert not model.gate.is_open
    assert [word.running for word in model.state.overrides if word] == [False]


def test_what_failed_and_lingers_is_stopped_until_it_is_seen_to_go() -> None:
    model = Model(power=FakePower(ModelState.FAILED, lingers=True, deaf=1))
    retired = retire(model.ports(), lambda: MORNING, lambda: None, lambda: True)
    assert retired.state is ModelState.STOPPING
    assert model.power.calls.count("stop") == 2


def test_a_model_that_is_starting_cannot_be_destroyed_and_that_is_said() -> None:
    model = Model(power=FakePower(ModelState.STARTING))
    looks = iter([True, True, False])
    with pytest.raises(TransientError, match="it is STARTING"):
        retire(model.ports(), lambda: MORNING, lambda: None, lambda: next(looks))
