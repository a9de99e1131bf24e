"""The lifecycle walked whole: every state and wish, the order kept in each step, and the wish come true in a few."""

import itertools

import pytest

from dayshift.domain.lifecycle import Action, MappingState, ModelState, Observed, decide

STATES = [
    Observed(mapping, model, in_flight, drain_over, held_off, lingers)
    for mapping, model, in_flight, drain_over, held_off, lingers in itertools.product(
        MappingState, ModelState, (0, 3), (False, True), (False, True), (False, True)
    )
    if model is ModelState.FAILED or not lingers
]
MANAGEABLE = [
    seen
    for seen in STATES
    if seen.model is not ModelState.UNMANAGEABLE and seen.mapping is not MappingState.MISSING and not seen.held_off
]


def world_after(seen: Observed, action: Action) -> Observed:
    """What the next tick sees if the world does as it is told, starts and stops taking until then."""
    mapping, model, in_flight, drain_over = seen.mapping, seen.model, seen.in_flight, seen.drain_over
    settles = {ModelState.STARTING: ModelState.RUNNING, ModelState.STOPPING: ModelState.STOPPED}
    match action:
        case Action.START_MODEL:
            model = ModelState.STARTING
        case Action.STOP_MODEL:
            model = ModelState.STOPPING
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
    return Observed(mapping, model, in_flight, drain_over, lingers=seen.lingers and model is ModelState.FAILED)


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
        if seen.mapping is MappingState.ENABLED and seen.model is not ModelState.RUNNING:
            assert action is Action.DISABLE_MAPPING, seen
        if seen.model is ModelState.UNMANAGEABLE:
            assert action in (Action.NONE, Action.WAIT, Action.DISABLE_MAPPING), seen


@pytest.mark.parametrize("desired", [True, False])
@pytest.mark.parametrize("first", MANAGEABLE, ids=str)
def test_the_wish_comes_true_within_six_steps_and_then_nothing_is_done(desired: bool, first: Observed) -> None:
    seen = first
    for _ in range(6):
        seen = world_after(seen, decide(desired, seen).action)
    assert decide(desired, seen).action is Action.NONE
    if desired:
        assert (seen.mapping, seen.model) == (MappingState.ENABLED, ModelState.RUNNING)
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
