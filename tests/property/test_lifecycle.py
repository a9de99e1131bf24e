"""The lifecycle walked whole: every state and wish, the order kept in each step, and the wish come true in a few."""

import itertools
from dataclasses import replace

import pytest

from dayshift.domain.lifecycle import Action, MappingState, ModelState, Observed, decide

OFF = (ModelState.STOPPED, ModelState.STOPPING)
# What a model that is no fleet has and should have; what a fleet may have, and should.
ONE, FLEETS = [(1, 1, False)], [(*counts, True) for counts in itertools.product((0, 1, 3), (1, 2, 3))]
STATES = [
    Observed(mapping, model, in_flight, drain_over, held_off, lingers, *fleet)
    for mapping, model, in_flight, drain_over, held_off, lingers, fleet in itertools.product(
        MappingState, ModelState, (0, 3), (False, True), (False, True), (False, True), ONE + FLEETS
    )
    if (model is ModelState.FAILED or not lingers) and (not fleet[2] or (fleet[0] == 0) == (model in OFF))
]
MANAGEABLE = [
    seen
    for seen in STATES
    if seen.model is not ModelState.UNMANAGEABLE and seen.mapping is not MappingState.MISSING and not seen.held_off
]


def world_after(seen: Observed, action: Action) -> Observed:
    """What the next tick sees if the world does as it is told, starts and stops taking until then."""
    mapping, model, in_flight, drain_over = seen.mapping, seen.model, seen.in_flight, seen.drain_over
    workers = seen.workers
    settles = {ModelState.STARTING: ModelState.RUNNING, ModelState.STOPPING: ModelState.STOPPED}
    match action:
        case Action.START_MODEL:
            model, workers = ModelState.STARTING, seen.wanted
        case Action.STOP_MODEL:
            model, workers = ModelState.STOPPING, 0
        case Action.SCALE_MODEL:
            workers = seen.wanted
        case Action.ENABLE_MAPPING:
            mapping = MappingState.ENABLED
        case Action.DISABLE_MAPPING:
            mapping = MappingState.CHANGING
        case Action.WAIT:
            model = settles.get(model, model)
            mapping = MappingState.DISABLED if mapping is MappingState.CHANGING else mapping
            drain_over, in_flight = True, 0
        case Action.NONE:
            pass
    lingers = seen.lingers and model is ModelState.FAILED
    return replace(
        seen, mapping=mapping, model=model, in_flight=in_flight, drain_over=drain_over, held_off=False, lingers=lingers,
        workers=workers,
    )  # fmt: skip


@pytest.mark.parametrize("desired", [True, False])
def test_no_step_breaks_the_order(desired: bool) -> None:
    for seen in STATES:
        action = decide(desired, seen).action
        if action is Action.ENABLE_MAPPING:
            assert seen.model is ModelState.RUNNING, seen
            assert desired
        if action is Action.STOP_MODEL:
            assert seen.mapping in (MappingState.DISABLED, MappingState.MISSING), seen
            assert seen.in_flight == 0 or seen.drain_over or seen.model is ModelState.FAILED, seen
            assert not desired or seen.mapping is MappingState.MISSING
        if action is Action.START_MODEL:
            assert seen.mapping is MappingState.DISABLED, seen
            assert seen.model in (ModelState.STOPPED, ModelState.FAILED), seen
            assert desired
        if action is Action.SCALE_MODEL:
            assert desired, seen
            assert seen.workers != seen.wanted, seen
            assert seen.interruptible, "only a fleet is scaled"
            on = {MappingState.ENABLED: ModelState.RUNNING, MappingState.DISABLED: ModelState.STARTING}
            assert seen.model is on[seen.mapping], seen
        if seen.mapping is MappingState.ENABLED and seen.model is not ModelState.RUNNING:
            assert action is Action.DISABLE_MAPPING, seen
        if seen.model is ModelState.UNMANAGEABLE:
            assert action in (Action.NONE, Action.WAIT, Action.DISABLE_MAPPING), seen


@pytest.mark.parametrize("desired", [True, False])
@pytest.mark.parametrize("first", MANAGEABLE, ids=str)
def test_the_wish_comes_true_within_six_steps_and_then_nothing_is_done(desired: bool, first: Observed) -> None:
    seen = first
    for _ in range(7 if desired and first.interruptible else 6):  # a fleet is opened first, and scaled then
        seen = world_after(seen, decide(desired, seen).action)
    assert decide(desired, seen).action is Action.NONE
    if desired:
        assert (seen.mapping, seen.model) == (MappingState.ENABLED, ModelState.RUNNING)
        assert seen.workers == seen.wanted
    else:
        assert seen.mapping is MappingState.DISABLED
        assert seen.model in (ModelState.STOPPED, ModelState.FAILED)
        assert not seen.lingers


def test_a_failed_start_is_held_off_and_then_tried_again() -> None:
    failed = Observed(MappingState.DISABLED, ModelState.FAILED, 0, held_off=True)
    assert decide(True, failed).action is Action.WAIT
    assert decide(True, Observed(MappingState.DISABLED, ModelState.FAILED, 0)).action is Action.START_MODEL


def test_a_model_whose_mapping_is_missing_is_not_started_and_does_not_stay_on() -> None:
    assert decide(True, Observed(MappingState.MISSING, ModelState.STOPPED, 0)).action is Action.NONE
    assert decide(True, Observed(MappingState.MISSING, ModelState.RUNNING, 0)).action is Action.STOP_MODEL


@pytest.mark.parametrize(
    "seen", [seen for seen in STATES if not seen.interruptible and seen.model is ModelState.STARTING]
)
def test_what_cannot_be_stopped_while_it_starts_is_waited_for(seen: Observed) -> None:
    expected = Action.DISABLE_MAPPING if seen.mapping is MappingState.ENABLED else Action.WAIT
    assert decide(False, seen).action is expected


def test_a_fleet_that_never_gets_ready_is_stopped_all_the_same() -> None:
    starting = Observed(MappingState.DISABLED, ModelState.STARTING, 0, workers=2, wanted=2, interruptible=True)
    assert decide(True, starting).action is Action.WAIT
    assert decide(False, starting).action is Action.STOP_MODEL
    assert decide(False, replace(starting, in_flight=1)).action is Action.WAIT, "an ended worker may still read"
