"""An endpoint is made, deleted and described in the words of SageMaker; a neighbour's is left alone."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError

from dayshift.adapters.sagemaker_power import ADVICE, MOST_TAGS, OWNER_TAG, SagemakerPower
from dayshift.domain.errors import ConfigurationError, TransientError
from dayshift.domain.lifecycle import ModelState
from dayshift.domain.model import ModelSpec
from tests.unit.adapters.endpoints import ASYNCHRONOUS, CLASSES, CONFIGURATION, NAME, flowers, refused
from tests.unit.adapters.wire import Answer, Payload, Refusal, Wire, declared

ARN = f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{NAME}"
OURS, THEIRS = "acme-prod", "acme-dev"
NO_ENDPOINT = Refusal("ValidationException", f'Could not find endpoint "{ARN}".')
THERE_ALREADY = Refusal("ValidationException", f'Cannot create already existing endpoint "{ARN}".')
NOT_NOW = Refusal("ValidationException", "Cannot delete an endpoint that is SystemUpdating.")
SERVICE: Any = botocore.session.get_session().get_service_model("sagemaker")
STATUSES = SERVICE.shape_for("EndpointStatus").enum
STATES = {
    "OutOfService": ModelState.FAILED,
    "Creating": ModelState.STARTING,
    "Updating": ModelState.RUNNING,
    "SystemUpdating": ModelState.RUNNING,
    "RollingBack": ModelState.RUNNING,
    "InService": ModelState.RUNNING,
    "Deleting": ModelState.STOPPING,
    "Failed": ModelState.FAILED,
    "UpdateRollbackFailed": ModelState.FAILED,
}
FAILED = [word for word, state in STATES.items() if state is ModelState.FAILED]
MUTATING = {"CreateEndpoint", "DeleteEndpoint", "AddTags", "UpdateEndpoint"}


class Bench:
    """The power of an endpoint that is not there, from a configuration that is."""

    def __init__(self, model: ModelSpec | None = None) -> None:
        self.control = Wire("sagemaker", {"DescribeEndpoint": NO_ENDPOINT})
        self.answer(DescribeEndpointConfig={}, CreateEndpoint={"EndpointArn": ARN}, DeleteEndpoint={})
        self.runtime = Wire("sagemaker-runtime", {"InvokeEndpoint": Payload(b"[0.5, 0.5]")})
        self.power = SagemakerPower(self.control.client, self.runtime.client, model or flowers(), OURS)

    def answer(self, **answers: Answer) -> None:
        self.control.answers.update(answers)

    def says(self, answer: Answer) -> None:
        self.runtime.answers["InvokeEndpoint"] = answer

    def status(self, word: str, owner: str | None = OURS, **more: Any) -> None:
        found = {"EndpointName": NAME, "EndpointArn": ARN, "EndpointConfigName": CONFIGURATION, "EndpointStatus": word}
        tags = [{"Key": "team", "Value": "garden"}, *([{"Key": OWNER_TAG, "Value": owner}] if owner else [])]
        self.answer(DescribeEndpoint={**found, **more}, ListTags={"Tags": tags})

    @property
    def mutations(self) -> list[str]:
        return [name for name in self.control.asked if name in MUTATING]


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize("word", STATUSES)
def test_every_status_there_is_has_its_state(bench: Bench, word: str) -> None:
    bench.status(word, FailureReason="said the service")
    status = bench.power.describe()
    assert (status.state, status.word, status.message) == (STATES[word], word, "said the service")
    assert status.lingers == (word in FAILED)  # and is deleted, even if nobody wants it on


def test_the_statuses_walked_are_the_nine_that_were_thought_of() -> None:
    assert set(STATUSES) == set(STATES)
    assert len(STATES) == 9


def test_a_status_that_comes_with_a_later_release_is_not_guessed_at(bench: Bench) -> None:
    bench.status("Hibernating")
    status = bench.power.describe()
    assert (status.state, status.word) == (ModelState.UNMANAGEABLE, "Hibernating")
    assert status.message.startswith(f"{NAME} is Hibernating; ")
    assert "look for a newer one" in status.message


def test_an_endpoint_that_is_not_there_is_stopped(bench: Bench) -> None:
    status = bench.power.describe()
    assert (status.state, status.word, status.message) == (ModelState.STOPPED, "NotFound", "")
    assert bench.control.calls == [("DescribeEndpoint", {"EndpointName": NAME})]


@pytest.mark.parametrize("owner", [None, THEIRS])
@pytest.mark.parametrize("word", [word for word in STATUSES if word != "Deleting"])
def test_an_endpoint_that_is_not_ours_is_only_observed(bench: Bench, word: str, owner: str | None) -> None:
    bench.status(word, owner)
    status = bench.power.describe()
    assert (status.state, status.word) == (ModelState.UNMANAGEABLE, word)
    assert f"{NAME} is there without the tag {OWNER_TAG} = {OURS}" in status.message
    with pytest.raises(TransientError, match="not ours"):
        bench.power.start()
    assert bench.mutations == []


def test_the_tags_are_those_of_the_endpoint_all_of_them(bench: Bench) -> None:
    bench.status("InService")
    bench.power.describe()
    assert bench.control.last("ListTags") == {"ResourceArn": ARN, "MaxResults": MOST_TAGS}
    assert MOST_TAGS == 50  # "Tag restrictions": 50 a resource, so one page has them all


def test_whose_it_was_does_not_count_once_it_is_being_deleted(bench: Bench) -> None:
    bench.status("Deleting", owner=None)
    assert bench.power.describe().state is ModelState.STOPPING
    assert "ListTags" not in bench.control.asked


@pytest.mark.parametrize("word", [word for word in STATUSES if STATES[word] is ModelState.RUNNING])
def test_an_endpoint_of_an_older_configuration_is_deleted_and_made_anew(bench: Bench, word: str) -> None:
    bench.status(word, EndpointConfigName="acme-prod-flowers-00000000")
    status = bench.power.describe()
    assert (status.state, status.word, status.lingers) == (ModelState.FAILED, word, True)
    assert status.message == f"it was made from acme-prod-flowers-00000000, and is made anew from {CONFIGURATION}"
    bench.power.start()
    assert bench.mutations == ["DeleteEndpoint"]


@pytest.mark.parametrize("word", ["Creating", "Deleting"])
def test_what_is_on_its_way_is_waited_for_whatever_it_was_made_from(bench: Bench, word: str) -> None:
    bench.status(word, EndpointConfigName="acme-prod-flowers-00000000")
    assert bench.power.describe().state is STATES[word]
    bench.power.start()
    assert bench.mutations == []


def test_a_start_looks_for_the_configuration_then_makes_an_endpoint_of_ours(bench: Bench) -> None:
    bench.power.start()
    assert bench.control.asked == ["DescribeEndpoint", "DescribeEndpointConfig", "CreateEndpoint"]
    assert bench.control.last("DescribeEndpointConfig") == {"EndpointConfigName": CONFIGURATION}
    assert bench.control.last("CreateEndpoint") == {
        "EndpointName": NAME,
        "EndpointConfigName": CONFIGURATION,
        "Tags": [{"Key": OWNER_TAG, "Value": OURS}],
    }


def test_a_configuration_that_is_not_there_is_told_and_nothing_is_made(bench: Bench) -> None:
    bench.answer(DescribeEndpointConfig=Refusal("ValidationException", "Could not find endpoint configuration."))
    with pytest.raises(TransientError, match=f"{CONFIGURATION} is not there; apply the configuration again"):
        bench.power.start()
    assert bench.mutations == []


def test_an_endpoint_that_is_made_twice_at_once_is_made(bench: Bench) -> None:
    bench.answer(CreateEndpoint=THERE_ALREADY)
    bench.power.start()


def test_a_configuration_that_is_not_seen_everywhere_yet_is_tried_again(bench: Bench) -> None:
    bench.answer(CreateEndpoint=Refusal("ValidationException", "Could not find endpoint configuration."))
    with pytest.raises(TransientError, match="not seen everywhere at once: each tick tries again"):
        bench.power.start()


@pytest.mark.parametrize("word", FAILED)
def test_an_endpoint_that_failed_is_deleted_so_that_a_later_tick_makes_it(bench: Bench, word: str) -> None:
    bench.status(word)
    bench.power.start()
    assert bench.mutations == ["DeleteEndpoint"]
    assert bench.control.last("DeleteEndpoint") == {"EndpointName": NAME}


@pytest.mark.parametrize("word", [*sorted(set(STATUSES) - set(FAILED)), "Hibernating"])
def test_an_endpoint_in_any_other_status_is_left_by_a_start(bench: Bench, word: str) -> None:
    bench.status(word)
    bench.power.start()
    assert bench.mutations == []


@pytest.mark.parametrize("answer", [{}, NO_ENDPOINT, NOT_NOW])
def test_a_stop_deletes_and_a_refusal_is_asked_again_by_the_next_tick(bench: Bench, answer: Answer) -> None:
    bench.answer(DeleteEndpoint=answer)
    bench.power.stop()
    assert bench.control.calls == [("DeleteEndpoint", {"EndpointName": NAME})]


@pytest.mark.parametrize(
    ("verb", "operation", "code"),
    [
        (verb, operation, code)
        for verb, operation in (
            ("describe", "DescribeEndpoint"), ("describe", "ListTags"), ("start", "DescribeEndpoint"),
            ("start", "DescribeEndpointConfig"), ("start", "CreateEndpoint"), ("stop", "DeleteEndpoint"),
        )
        for code in declared("sagemaker", operation)
    ],
)  # fmt: skip
def test_every_other_error_goes_up_with_its_code_and_what_to_do(
    bench: Bench, verb: str, operation: str, code: str
) -> None:
    if operation == "ListTags":
        bench.status("InService")
    bench.answer(**{operation: Refusal(code)})
    with pytest.raises(TransientError, match=f"{code}.*the service's own words") as caught:
        getattr(bench.power, verb)()
    assert ADVICE.get(code, "") in str(caught.value)


def test_too_few_instances_and_a_missing_permission_come_with_advice() -> None:
    assert "ResourceLimitExceeded" in declared("sagemaker", "CreateEndpoint")
    assert set(ADVICE) >= {"ResourceLimitExceeded", "AccessDeniedException"}


@pytest.mark.parametrize("word", STATUSES)
def test_giving_an_endpoint_back_touches_nothing(bench: Bench, word: str) -> None:
    bench.status(word)
    bench.power.release()
    assert bench.control.calls == []


def test_a_failed_endpoint_that_cannot_be_deleted_goes_up(bench: Bench) -> None:
    bench.status("Failed")
    bench.answer(DeleteEndpoint=Refusal("AccessDeniedException"))
    with pytest.raises(TransientError, match="AccessDeniedException while starting"):
        bench.power.start()


def test_a_probe_is_one_inference_of_a_plain_image(bench: Bench) -> None:
    assert bench.power.probe() is True
    asked = bench.runtime.last("InvokeEndpoint")
    assert (asked["EndpointName"], asked["ContentType"], asked["Accept"]) == (
        NAME,
        "application/x-image",
        "application/json",
    )
    assert asked["Body"][:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(asked["Body"][16:20], "big") == 224


def test_a_probe_is_sent_as_images_are(bench: Bench) -> None:
    bench = Bench(flowers(json='{"b64": "$image"}', content_type="application/json", classes=CLASSES))
    assert bench.power.probe() is True
    asked = bench.runtime.last("InvokeEndpoint")
    assert asked["Body"].startswith(b'{"b64": "iVBORw0KGgo')
    assert asked["ContentType"] == "application/json"


@pytest.mark.parametrize(
    "answer",
    [
        Refusal("ValidationError", "Endpoint acme-prod-flowers of account 123456789012 not found."),
        Refusal("ModelNotReadyException"),
        ReadTimeoutError(endpoint_url="https://runtime.sagemaker"),
    ],
)
def test_a_model_that_is_not_ready_is_asked_again_by_the_next_tick(bench: Bench, answer: Answer) -> None:
    bench.says(answer)
    assert bench.power.probe() is False


@pytest.mark.parametrize("status", [400, 404, 413, 415, 422, 499])
def test_a_model_that_refuses_a_plain_image_keeps_the_gate_closed(bench: Bench, status: int) -> None:
    bench.says(refused(status, "unsupported content type"))
    told = rf"refuses even a plain image \({status}: unsupported content type\); content_type, accept and json"
    with pytest.raises(TransientError, match=told):
        bench.power.probe()


@pytest.mark.parametrize("status", [399, 500, 503])
def test_a_model_that_breaks_is_no_matter_of_its_options(bench: Bench, status: int) -> None:
    bench.says(refused(status))
    with pytest.raises(TransientError, match="ModelError while trying the model"):
        bench.power.probe()


def test_a_model_whose_answer_does_not_fit_keeps_the_gate_closed(bench: Bench) -> None:
    bench.says(Payload(b'{"predictions": [[0.5]]}'))
    with pytest.raises(TransientError, match="response in the model's options must fit it"):
        bench.power.probe()


@pytest.mark.parametrize(
    "code", sorted(set(declared("sagemaker-runtime", "InvokeEndpoint")) - {"ValidationError", "ModelNotReadyException"})
)
def test_every_other_error_of_a_probe_goes_up(bench: Bench, code: str) -> None:
    bench.says(Refusal(code))
    with pytest.raises(TransientError, match=f"{code} while trying the model"):
        bench.power.probe()


def test_an_asynchronous_endpoint_is_not_asked_at_once() -> None:
    bench = Bench(flowers(asynchronous=ASYNCHRONOUS))
    assert bench.power.probe() is True
    assert bench.runtime.calls == []


def test_a_model_without_a_configuration_is_refused_before_aws_is_asked() -> None:
    with pytest.raises(ConfigurationError, match="configuration of flowers must be"):
        Bench(flowers(configuration=None))
