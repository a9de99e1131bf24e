"""A fleet's gate is open only where it says so in so many words; nothing of it is ever made anew."""

import boto3
import pytest
from mypy_boto3_ssm import SSMClient

from dayshift.adapters.gate_parameter import GateParameter
from dayshift.domain.errors import ClosedError, TransientError
from dayshift.domain.lifecycle import MappingState
from tests.unit.adapters.wire import Refusal, Wire, declared

NAME = "/acme/prod/models/faces/gate"


@pytest.fixture
def ssm() -> SSMClient:
    return boto3.client("ssm")


@pytest.fixture
def gate(ssm: SSMClient) -> GateParameter:
    ssm.put_parameter(Name=NAME, Value="{}", Type="String")
    return GateParameter(ssm, NAME)


def test_a_gate_is_closed_at_first_and_opens_and_closes(gate: GateParameter, ssm: SSMClient) -> None:
    assert (gate.state(), gate.is_open()) == (MappingState.DISABLED, False)
    gate.enable()
    assert (gate.state(), gate.is_open()) == (MappingState.ENABLED, True)
    assert ssm.get_parameter(Name=NAME)["Parameter"]["Value"] == '{"open": true}'
    gate.enable()
    gate.disable()
    assert (gate.state(), gate.is_open()) == (MappingState.DISABLED, False)


@pytest.mark.parametrize(
    "text", ["{}", '{"open": false}', '{"open": "true"}', '{"open": 1}', "true", "[]", "open", "null"]
)
def test_whatever_else_it_says_it_is_closed(gate: GateParameter, ssm: SSMClient, text: str) -> None:
    ssm.put_parameter(Name=NAME, Value=text, Overwrite=True)
    assert gate.state() is MappingState.DISABLED


def test_a_gate_that_is_not_there_is_missing_and_lets_nobody_read(ssm: SSMClient) -> None:
    gate = GateParameter(ssm, NAME)
    assert (gate.state(), gate.is_open()) == (MappingState.MISSING, False)


def test_a_gate_is_written_without_a_type_so_that_a_destroyed_one_is_not_made_anew() -> None:
    wire = Wire("ssm", {"PutParameter": {}})
    gate = GateParameter(wire.client, NAME)
    for turn, text in ((gate.enable, '{"open": true}'), (gate.disable, '{"open": false}')):
        turn()
        assert wire.last("PutParameter") == {"Name": NAME, "Value": text, "Overwrite": True}
    wire.answers["PutParameter"] = Refusal("ValidationException")
    with pytest.raises(TransientError, match="apply the configuration again"):
        gate.enable()


@pytest.mark.parametrize("code", sorted(set(declared("ssm", "GetParameter")) - {"ParameterNotFound"}))
def test_every_other_error_of_a_look_goes_up_and_no_worker_takes_it_for_open(code: str) -> None:
    wire = Wire("ssm", {"GetParameter": Refusal(code)})
    with pytest.raises(TransientError, match=f"{code} while looking at the gate"):
        GateParameter(wire.client, NAME).is_open()


@pytest.mark.parametrize("code", [*declared("ssm", "PutParameter"), "ThrottlingException"])
def test_every_error_of_a_turn_goes_up(code: str) -> None:
    gate = GateParameter(Wire("ssm", {"PutParameter": Refusal(code)}).client, NAME)
    with pytest.raises(TransientError, match=f"{code} while opening the gate"):
        gate.enable()
    with pytest.raises(TransientError, match=f"{code} while closing the gate"):
        gate.disable()


def test_a_permission_that_is_missing_is_told_as_one() -> None:
    with pytest.raises(ClosedError):
        GateParameter(Wire("ssm", {"GetParameter": Refusal("AccessDeniedException")}).client, NAME).is_open()
