"""The gate is what Lambda says it is, and a mapping that is changing is left to change."""

import io
import json
import zipfile
from typing import Any

import boto3
import botocore.session
import pytest
from mypy_boto3_sqs import SQSClient

from dayshift.adapters.event_source_mapping import EventSourceMapping
from dayshift.domain.errors import TransientError
from dayshift.domain.lifecycle import MappingState
from tests.unit.adapters.wire import Refusal, Wire, declared

UUID = "14e0db71-5d35-4eb5-b481-8945cf9d10c2"
# As the service model's documentation of State lists them, for it has no enum.
STATES = {
    "Creating": MappingState.CHANGING,
    "Enabling": MappingState.CHANGING,
    "Enabled": MappingState.ENABLED,
    "Disabling": MappingState.CHANGING,
    "Disabled": MappingState.DISABLED,
    "Updating": MappingState.CHANGING,
    "Deleting": MappingState.CHANGING,
}
QUIET = {"ResourceInUseException", "ResourceConflictException"}


class Bench:
    """A mapping over canned answers of Lambda."""

    def __init__(self) -> None:
        self.wire = Wire("lambda", {"UpdateEventSourceMapping": {"UUID": UUID}})
        self.mapping = EventSourceMapping(self.wire.client, UUID)


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("word", STATES)
def test_every_state_there_is_has_its_word(bench: Bench, word: str) -> None:
    bench.wire.answers["GetEventSourceMapping"] = {"UUID": UUID, "State": word}
    assert bench.mapping.state() is STATES[word]


def test_the_states_walked_are_those_of_the_documentation() -> None:
    service: Any = botocore.session.get_session().get_service_model("lambda")
    text = service.shape_for("EventSourceMappingConfiguration").members["State"].documentation
    assert set(STATES) == {word.strip("</>`, ") for word in text.split("<code>")[1:] for word in [word.split("<")[0]]}


def test_a_state_that_comes_with_a_later_release_is_not_guessed_at(bench: Bench) -> None:
    bench.wire.answers["GetEventSourceMapping"] = {"UUID": UUID, "State": "Dozing"}
    with pytest.raises(TransientError, match=f"{UUID} is 'Dozing'"):
        bench.mapping.state()


@pytest.mark.parametrize("code", declared("lambda", "GetEventSourceMapping"))
def test_every_error_of_looking_is_raised_except_absence(bench: Bench, code: str) -> None:
    bench.wire.answers["GetEventSourceMapping"] = Refusal(code)
    if code == "ResourceNotFoundException":
        assert bench.mapping.state() is MappingState.MISSING
        return
    with pytest.raises(TransientError, match=f"^{code} while looking at the event source mapping: the service's own"):
        bench.mapping.state()


@pytest.mark.parametrize(("verb", "doing", "is_open"), [("enable", "opening", True), ("disable", "closing", False)])
@pytest.mark.parametrize("code", declared("lambda", "UpdateEventSourceMapping"))
def test_every_error_of_turning_it_is_raised_unless_it_is_changing(
    bench: Bench, code: str, verb: str, doing: str, is_open: bool
) -> None:
    bench.wire.answers["UpdateEventSourceMapping"] = Refusal(code)
    if code in QUIET:
        getattr(bench.mapping, verb)()
    else:
        with pytest.raises(TransientError, match=f"^{code} while {doing} the event source mapping: the service's own"):
            getattr(bench.mapping, verb)()
    assert bench.wire.calls == [("UpdateEventSourceMapping", {"UUID": UUID, "Enabled": is_open})]


def test_the_errors_walked_hold_those_that_are_quiet() -> None:
    assert set(declared("lambda", "UpdateEventSourceMapping")) > QUIET


def test_a_mapping_opens_and_closes_and_goes_missing(sqs: SQSClient) -> None:
    aws_lambda = boto3.client("lambda")
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = boto3.client("iam").create_role(RoleName="labeler", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("labeler.py", "")
    aws_lambda.create_function(
        FunctionName="labeler",
        Runtime="python3.13",
        Role=role,
        Handler="labeler.handle",
        Code={"ZipFile": code.getvalue()},
    )
    url = sqs.create_queue(QueueName="logos")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    uuid = aws_lambda.create_event_source_mapping(EventSourceArn=arn, FunctionName="labeler", Enabled=False)["UUID"]
    mapping = EventSourceMapping(aws_lambda, uuid)
    assert mapping.state() is MappingState.DISABLED
    mapping.enable()
    assert mapping.state() is MappingState.ENABLED
    mapping.disable()
    assert mapping.state() is MappingState.DISABLED
    aws_lambda.delete_event_source_mapping(UUID=uuid)
    assert mapping.state() is MappingState.MISSING
