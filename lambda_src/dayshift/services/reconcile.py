"""Reconcile: observe one model, decide, take one step. Whoever calls, and how often, it comes to be as wished.

The step is taken before the memory is written, so that a function that dies between the two has done the step and only
forgets when; the next tick observes the rest.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dayshift.domain.deadline import is_deadline_wake, warmup
from dayshift.domain.errors import TransientError
from dayshift.domain.fleet import wanted
from dayshift.domain.lifecycle import Action, Decision, MappingState, ModelState, Observed, decide
from dayshift.domain.memory import Memory
from dayshift.domain.noticing import is_drain_over, is_held_off, noticed, settled
from dayshift.domain.policy import Kind
from dayshift.domain.ports import Arrivals, Depth, Gate, ModelPower, ModelStatus, PowerState
from dayshift.domain.power import desired, patience
from dayshift.domain.powered import PoweredModel
from dayshift.domain.sweeping import QueueDepth
from dayshift.domain.warm_window import EVERY, HISTORY, choose_idle
from dayshift.services.heartbeat import MINUTE, Heartbeat, heartbeat

Clock = Callable[[], datetime]
GATE_STEPS = (Action.ENABLE_MAPPING, Action.DISABLE_MAPPING)
LOOKS = 3
ARRIVALS_ARE_TOLD_BY = timedelta(minutes=5)  # one count of five minutes


@dataclass(frozen=True, slots=True)
class ReconcilePorts:
    """What reconciling one model needs of the world. `power` is None for a family that is always there: only its gate
    is opened and closed."""

    model: PoweredModel
    power: ModelPower | None
    gate: Gate
    queue: Depth
    state: PowerState
    arrivals: Arrivals


def reconcile(ports: ReconcilePorts, now: datetime) -> Heartbeat:
    """One step for one model. Raises TransientError where the world refuses; the next tick tries again."""
    model = ports.model
    # 1 observe
    mapping, depth = ports.gate.state(), ports.queue.depth()
    status = ports.power.describe() if ports.power else _always_there(mapping)
    memory = noticed(_learned(ports, now), model.policy, status.state, mapping, depth, now, status.workers)
    looked = memory
    memory = _not_idle_by_chance(memory, ports, status.capacity, now)
    workers, should = status.capacity, _wanted(ports, status, depth, (looked, memory), now)
    # 2 decide
    wish = desired(model.policy, memory, depth, model.override, now)
    state = status.state if ports.power else (ModelState.RUNNING if wish.running else ModelState.STOPPED)
    drained, held = is_drain_over(memory, now), is_held_off(memory, now)
    seen = Observed(mapping, state, depth.in_flight, drained, held, status.lingers, workers, should, model.is_fleet)
    decision = decide(wish.running, seen)
    # 3 act
    is_policys = wish.running and model.override is None
    try:
        decision = _act(decision, ports, should)
    except TransientError:
        _remember(settled(memory, model.policy, wish.running, is_policys, seen, Action.NONE, now), ports)
        raise
    memory = settled(memory, model.policy, wish.running, is_policys, seen, decision.action, now)
    _remember(memory, ports)
    return heartbeat(model, wish, status, mapping, decision, depth, memory, now, should)


def _remember(memory: Memory, ports: ReconcilePorts) -> None:
    if memory != ports.model.memory:
        ports.state.remember(memory)


def _act(decision: Decision, ports: ReconcilePorts, workers: int) -> Decision:
    """Takes the step; answers what was done in the end."""
    match decision.action:
        case Action.START_MODEL | Action.SCALE_MODEL if ports.power:
            ports.power.start(workers)
        case Action.STOP_MODEL if ports.power:
            ports.power.stop()
        case Action.ENABLE_MAPPING:
            if ports.power and not ports.power.probe():
                return Decision(Action.WAIT, "the model says it runs, and does not answer yet")
            ports.gate.enable()
        case Action.DISABLE_MAPPING:
            ports.gate.disable()
        case _:
            pass
    return decision


def _wanted(
    ports: ReconcilePorts, status: ModelStatus, depth: QueueDepth, memories: tuple[Memory, Memory], now: datetime
) -> int:
    """How many workers a fleet should have. Any other model, and a fleet whose policy nobody understands, is as it is:
    it may be switched on all the same, and is never scaled.

    `memories`: by the looks alone, and as the arrivals tell. One that is told of arrivals each time it may go to sleep
    would never shrink by the second; by the first alone, what rests in flight would count as being read.
    """
    fleet = ports.model.policy.fleet
    if fleet is None:
        return max(status.capacity, 1)
    looked, told = memories
    return wanted(fleet, depth, status.capacity, looked.idle_since, now, told.idle_since)


def _always_there(mapping: MappingState) -> ModelStatus:
    """A model that nobody starts counts as running while its gate is open."""
    is_open = mapping is MappingState.ENABLED
    return ModelStatus(ModelState.RUNNING if is_open else ModelState.STOPPED, "always there")


def _learned(ports: ReconcilePorts, now: datetime) -> Memory:
    """The memory with the patience of the warm window, learned anew each week where it is used at all."""
    memory, policy = ports.model.memory, ports.model.policy
    if policy.kind is not Kind.ON_DEADLINE or policy.idle is not None or is_deadline_wake(policy, memory):
        return memory
    if memory.learned_at is not None and now - memory.learned_at < EVERY:
        return memory
    try:
        arrivals = ports.arrivals.since(now - HISTORY)
    except TransientError:
        return memory  # what was learned last week will do until the next tick
    patience = choose_idle(arrivals, policy, warmup(policy, memory), now)
    minutes = None if patience is None else round(patience / MINUTE)
    return replace(memory, idle_minutes=minutes, learned_at=now)


def _not_idle_by_chance(memory: Memory, ports: ReconcilePorts, workers: int, now: datetime) -> Memory:
    """The memory, its idle time counted from the last arrival: what an open gate reads at once is waiting at no tick.

    The arrivals are asked for only where the looks say that a warm model, or all but one of a fleet, may go to sleep.
    """
    fleet, idle = ports.model.policy.fleet, memory.idle_since
    wait = fleet.idle if fleet and workers > 1 else patience(ports.model.policy, memory)
    if wait is None or idle is None or now - idle < wait or memory.running_since is None:
        return memory
    try:
        arrivals = ports.arrivals.since(idle - ARRIVALS_ARE_TOLD_BY)
    except TransientError:
        return replace(memory, idle_since=now)  # a model that is warm too long is the cheaper mistake
    latest = max((moment + ARRIVALS_ARE_TOLD_BY for moment, _ in arrivals), default=idle)
    return replace(memory, idle_since=min(max(latest, idle), now))


def attend(ports: ReconcilePorts, clock: Clock, pause: Callable[[], None]) -> Heartbeat:
    """One step, and where it moved the gate a few more after short pauses: the gate follows in seconds, and a model
    that waits for the next tick to be stopped is paid meanwhile. Nobody waits for the model itself."""
    beat = reconcile(ports, clock())
    if beat.action not in GATE_STEPS:
        return beat
    for _ in range(LOOKS):
        pause()
        ports = replace(ports, model=replace(ports.model, memory=beat.memory))
        beat = reconcile(ports, clock())
    return beat


def reconcile_models(
    each: Sequence[ReconcilePorts], clock: Clock, pause: Callable[[], None] | None = None
) -> dict[str, Heartbeat | BaseException]:
    """One step for each model, or with `pause` a few; side by side: what keeps one waiting or fails keeps no other."""

    def one(ports: ReconcilePorts) -> Heartbeat:
        return attend(ports, clock, pause) if pause else reconcile(ports, clock())

    with ThreadPoolExecutor(max(len(each), 1), thread_name_prefix="reconcile") as pool:
        running = {ports.model.spec.name: pool.submit(one, ports) for ports in each}
    return {name: future.exception() or future.result() for name, future in running.items()}
