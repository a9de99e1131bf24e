"""Secrets are read from SecureStrings, kept for a minute, and shown to nobody."""

import boto3
import pytest
from mypy_boto3_ssm import SSMClient

from dayshift.adapters.secrets import Secrets
from dayshift.domain.errors import ClosedError, RefusedError, TransientError
from tests.unit.adapters.wire import Refusal, Wire, declared

NAME = "/acme/proximl/key"


@pytest.fixture
def ssm() -> SSMClient:
    client = boto3.client("ssm")
    client.put_parameter(Name=NAME, Value="one\n", Type="SecureString")
    return client


class Time:
    """Seconds that pass when they are told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_secret_is_kept_for_a_minute_and_then_read_anew(ssm: SSMClient) -> None:
    time = Time()
    secrets = Secrets(ssm, time)
    assert secrets.read(NAME) == "one"
    ssm.put_parameter(Name=NAME, Value="two", Overwrite=True)
    time.now += 59
    assert secrets.read(NAME) == "one"
    time.now += 1
    assert secrets.read(NAME) == "two"


def test_what_is_forgotten_is_read_anew_at_once(ssm: SSMClient) -> None:
    secrets = Secrets(ssm)
    secrets.read(NAME)
    ssm.put_parameter(Name=NAME, Value="two", Overwrite=True)
    secrets.forget()
    assert secrets.read(NAME) == "two"


def test_one_call_reads_it_decrypted() -> None:
    wire = Wire("ssm", {"GetParameter": {"Parameter": {"Value": "one"}}})
    secrets = Secrets(wire.client)
    assert [secrets.read(NAME) for _ in range(3)] == ["one"] * 3
    assert wire.calls == [("GetParameter", {"Name": NAME, "WithDecryption": True})]


def test_a_parameter_that_is_not_there_or_empty_says_how_it_is_made() -> None:
    for answer in (Refusal("ParameterNotFound"), {"Parameter": {"Value": " \n"}}):
        secrets = Secrets(Wire("ssm", {"GetParameter": answer}).client)
        with pytest.raises(RefusedError, match=f"aws ssm put-parameter --type SecureString --name {NAME}"):
            secrets.read(NAME)


@pytest.mark.parametrize(
    "code", sorted({*declared("ssm", "GetParameter"), "AccessDeniedException"} - {"ParameterNotFound"})
)
def test_whatever_else_ssm_says_is_of_the_surroundings(code: str) -> None:
    if code == "ParameterVersionNotFound":
        return
    secrets = Secrets(Wire("ssm", {"GetParameter": Refusal(code)}).client)
    with pytest.raises(TransientError) as error:
        secrets.read(NAME)
    assert not isinstance(error.value, RefusedError)
    assert isinstance(error.value, ClosedError) == (code == "AccessDeniedException")
