"""The parameters of the powered models: all are read, what is written is read again, and nothing grows too large."""

import json
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from mypy_boto3_ssm import SSMClient

from dayshift.adapters.power_state import SsmPowerState, StoredModel, read_models
from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.memory import STARTS_KEPT, Memory
from dayshift.domain.override import Override
from tests.fakes import NOON
from tests.unit.adapters.wire import Refusal, Wire, declared

PATH = "/acme/prod/models"
STANDARD = 4096  # characters of a standard parameter's value
# Nothing that a model keeps grows with time: a year of seconds, the last second that a memory can hold.
A_YEAR, LAST = 366 * 24 * 3600, datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
WIDEST: dict[str, Any] = {
    "day": "9999-12-31", "ran_seconds": A_YEAR, "failures": A_YEAR, "idle_minutes": A_YEAR,
    "starts": (A_YEAR,) * STARTS_KEPT, "workers": A_YEAR, "worker_seconds": A_YEAR,
}  # fmt: skip
LARGEST = Memory(**{field.name: WIDEST.get(field.name, LAST) for field in fields(Memory)})


@pytest.fixture
def ssm() -> SSMClient:
    return boto3.client("ssm")


def put(ssm: SSMClient, place: str, value: str = "{}") -> None:
    ssm.put_parameter(Name=place, Value=value, Type="String")


def made(ssm: SSMClient, name: str) -> SsmPowerState:
    """The three parameters as Terraform makes them."""
    for leaf in ("spec", "memory", "override"):
        put(ssm, f"{PATH}/{name}/{leaf}", json.dumps({"name": name}) if leaf == "spec" else "{}")
    return SsmPowerState(ssm, PATH, name)


def test_every_model_beyond_the_first_page_is_read_by_name(ssm: SSMClient) -> None:
    names = [f"model-{number:02}" for number in range(20)]
    for name in reversed(names):
        made(ssm, name)
    put(ssm, "/acme/dev/models/other/spec")
    put(ssm, "/acme/prod/models-of-others/other/spec")
    calls: list[Any] = []
    ssm.meta.events.register("before-call.ssm.GetParametersByPath", lambda **_: calls.append(1))
    assert read_models(ssm, PATH) == [StoredModel(name, json.dumps({"name": name}), "{}", "{}") for name in names]
    assert len(calls) in (6, 7)  # sixty parameters, ten a page, and perhaps an empty one


def test_a_page_may_be_empty_and_not_the_last() -> None:
    spec = {"Parameters": [{"Name": f"{PATH}/logos/spec", "Value": "{}"}]}

    def page(params: Any) -> Any:
        return spec if params.get("NextToken") == "on" else {"Parameters": [], "NextToken": "on"}

    wire = Wire("ssm", {"GetParametersByPath": page})
    assert [model.name for model in read_models(wire.client, PATH)] == ["logos"]


def test_a_model_that_is_being_destroyed_is_left_out(ssm: SSMClient) -> None:
    made(ssm, "logos")
    made(ssm, "gone")
    ssm.delete_parameter(Name=f"{PATH}/gone/spec")
    assert [model.name for model in read_models(ssm, PATH)] == ["logos"]


def test_a_model_without_memory_or_override_begins_with_none(ssm: SSMClient) -> None:
    put(ssm, f"{PATH}/logos/spec", "spec")
    assert read_models(ssm, PATH) == [StoredModel("logos", "spec", "{}", None)]


def test_text_that_nobody_understands_is_handed_up_as_it_is(ssm: SSMClient) -> None:
    made(ssm, "logos")
    ssm.put_parameter(Name=f"{PATH}/logos/memory", Value="not JSON", Overwrite=True)
    assert read_models(ssm, PATH)[0].memory_text == "not JSON"


def test_nothing_at_the_path_is_no_model(ssm: SSMClient) -> None:
    assert read_models(ssm, PATH) == []


def test_what_is_remembered_is_read_again(ssm: SSMClient) -> None:
    state = made(ssm, "logos")
    memory = Memory(waiting_since=NOON, failures=2, starts=(600, 720), day="2026-11-20")
    state.remember(memory)
    (stored,) = read_models(ssm, PATH)
    assert Memory.from_json(json.loads(stored.memory_text)) == memory
    assert stored.override_text == "{}"
    state.remember(Memory())
    assert read_models(ssm, PATH)[0].memory_text == "{}"


def test_a_persons_word_is_kept_and_forgotten(ssm: SSMClient) -> None:
    state = made(ssm, "logos")
    override = Override(True, NOON + timedelta(hours=3), "Åsa")
    state.switch(override)
    (stored,) = read_models(ssm, PATH)
    assert stored.override_text is not None
    assert Override.from_json(json.loads(stored.override_text), NOON) == override
    state.switch(None)
    assert read_models(ssm, PATH)[0].override_text == "{}"


def test_the_largest_memory_fits_a_standard_parameter(ssm: SSMClient) -> None:
    made(ssm, "logos").remember(LARGEST)
    text = read_models(ssm, PATH)[0].memory_text
    assert Memory.from_json(json.loads(text)) == LARGEST  # nothing of it was left out
    assert len(text.encode()) < STANDARD / 4


def test_a_destroyed_parameter_is_not_made_anew() -> None:
    wire = Wire("ssm", {"PutParameter": {"Version": 2}})
    SsmPowerState(wire.client, PATH, "logos").remember(Memory(failures=1))
    assert wire.calls == [
        ("PutParameter", {"Name": f"{PATH}/logos/memory", "Value": '{"failures":1}', "Overwrite": True})
    ]
    wire.answers["PutParameter"] = Refusal("ValidationException", "a type is required")
    with pytest.raises(TransientError, match=r"a type is required; the parameter must be there"):
        SsmPowerState(wire.client, PATH, "logos").switch(None)


@pytest.mark.parametrize("code", declared("ssm", "GetParametersByPath", "PutParameter"))
def test_every_error_is_the_surroundings_and_names_the_place(code: str) -> None:
    wire = Wire("ssm", {"GetParametersByPath": Refusal(code), "PutParameter": Refusal(code)})
    state = SsmPowerState(wire.client, PATH, "logos")
    for act in (
        lambda: read_models(wire.client, PATH),
        lambda: state.remember(LARGEST),
        lambda: state.switch(None),
    ):
        with pytest.raises(
            TransientError, match=f"^{code} while (reading|writing) .*{PATH}.*: the service's own words"
        ):
            act()


def test_a_missing_permission_is_told_from_a_passing_trouble() -> None:
    wire = Wire("ssm", {"PutParameter": Refusal("AccessDeniedException")})
    with pytest.raises(ClosedError, match="AccessDeniedException while writing /acme/prod/models/logos/override"):
        SsmPowerState(wire.client, PATH, "logos").switch(None)
