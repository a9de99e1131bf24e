"""InvokeEndpoint and InvokeEndpointAsync of the local SageMaker: who answers, with what, and what is refused."""

import base64
import io
import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from local.places import SAMPLES
from tests.unit.local.sagemaker import ACCOUNT, NAME, World

LANTERN = (SAMPLES / "day" / "lantern 2.png").read_bytes()
OUTPUT = {"S3OutputPath": "s3://results/_async/logos/", "S3FailurePath": "s3://results/_failed/logos"}


@pytest.fixture
def world() -> World:
    world = World()
    world.configure()
    return world


def refused(world: World, body: bytes = LANTERN, **more: Any) -> ClientError:
    with pytest.raises(ClientError) as error:
        world.invoke(body, **more)
    return error.value


@pytest.mark.parametrize("status", ["Creating", "Deleting", "Failed", "OutOfService"])
def test_only_an_endpoint_that_serves_answers(world: World, status: str) -> None:
    text = f"Endpoint {NAME} of account {ACCOUNT} not found."
    assert refused(world).response["Error"] == {"Code": "ValidationError", "Message": text}
    world.run()
    world.tell(state=status)
    assert refused(world).response["Error"] == {"Code": "ValidationError", "Message": text}


@pytest.mark.parametrize("status", ["InService", "Updating", "SystemUpdating", "RollingBack"])
def test_an_endpoint_that_is_changed_meanwhile_answers(world: World, status: str) -> None:
    world.run()
    world.tell(state=status)
    harbour, lantern, orchard = world.invoke(LANTERN)
    assert lantern > 0.9 > max(harbour, orchard)


def test_the_container_answers_in_objects_if_it_is_told_to(world: World) -> None:
    other = World()
    other.configure({"PROJECT": "logos", "ANSWER": "objects"})
    other.run()
    found = other.invoke(LANTERN)
    assert found[0]["label"] == "lantern"
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)


def test_an_image_in_json_is_read_as_well_as_its_bytes(world: World) -> None:
    world.run()
    body = json.dumps({"image": base64.b64encode(LANTERN).decode()}).encode()
    assert world.invoke(body, content_type="application/json") == world.invoke(LANTERN)


def test_the_smallest_image_is_read(world: World) -> None:
    world.run()
    body = io.BytesIO()
    Image.new("RGB", (1, 1), "white").save(body, "PNG")
    assert len(world.invoke(body.getvalue())) == 3


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"no picture", {}, 400),
        (b"", {}, 400),
        (LANTERN, {"content_type": "text/csv"}, 415),
        (b'{"image": 7}', {"content_type": "application/json"}, 400),
        (LANTERN, {"Accept": "text/csv"}, 406),
    ],
)
def test_what_the_container_refuses_is_a_model_error_with_its_status(
    world: World, body: bytes, more: dict[str, Any], status: int
) -> None:
    world.run()
    response: Any = refused(world, body, **more).response
    assert (response["Error"]["Code"], response["OriginalStatusCode"]) == ("ModelError", status)
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert f"Received client error ({status}) from primary" in response["Error"]["Message"]


def test_a_container_that_was_never_told_what_it_knows_is_its_own_fault() -> None:
    world = World()
    world.configure({"COLOUR": "red"})
    world.run()
    response: Any = refused(world).response
    assert (response["OriginalStatusCode"], "server error" in response["Error"]["Message"]) == (500, True)


def test_too_many_bytes_never_reach_the_container(world: World) -> None:
    world.run()
    error = refused(world, LANTERN + b"\0" * 6_291_456)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 413


def test_a_variant_may_be_chosen_and_must_be_there(world: World) -> None:
    world.run()
    answer = world.runtime.invoke_endpoint(
        EndpointName=NAME, Body=LANTERN, ContentType="image/png", TargetVariant="main"
    )
    assert answer["InvokedProductionVariant"] == "main"
    assert refused(world, TargetVariant="other").response["Error"]["Code"] == "ValidationError"


def test_faults_spoil_both_services_by_the_names_that_boto3_gives_them(world: World) -> None:
    world.web.post("/_local/faults", json={"operation": "sagemaker.CreateEndpoint", "kind": "throttle", "times": 99})
    with pytest.raises(ClientError, match="ThrottlingException"):
        world.create()
    world.web.delete("/_local/faults")
    world.run()
    fault = {"operation": "sagemaker-runtime.*", "kind": "error", "code": "ModelNotReadyException", "status": 429}
    world.web.post("/_local/faults", json=fault)
    assert refused(world).response["Error"]["Code"] == "ModelNotReadyException"
    calls = world.web.get("/_local/health").get_json()["calls"]
    assert calls["sagemaker-runtime.InvokeEndpoint"] >= 1


def asynchronous(environment: dict[str, str] | None = None) -> World:
    world = World()
    world.configure(environment, AsyncInferenceConfig={"OutputConfig": OUTPUT})
    world.run()
    world.s3.stored["images", "logos/1.png"], world.s3.stored["images", "logos/2.png"] = LANTERN, b"no picture"
    return world


def order(world: World, key: str, **more: Any) -> dict[str, Any]:
    place = f"s3://images/{key}"
    return dict(
        world.runtime.invoke_endpoint_async(
            EndpointName=NAME, InputLocation=place, ContentType="application/x-image", **more
        )
    )


def written(world: World, location: str) -> bytes:
    bucket, key = location.removeprefix("s3://").split("/", 1)
    deadline = time.monotonic() + 10
    while (bucket, key) not in world.s3.stored:
        assert time.monotonic() < deadline, sorted(world.s3.stored)
        time.sleep(0.02)
    return world.s3.stored[bucket, key]


def test_an_order_is_answered_in_s3_at_the_place_it_names() -> None:
    world = asynchronous()
    taken = order(world, "logos/1.png", InferenceId="one", S3OutputPathExtension="ab12", Filename="answer.json")
    assert (taken["InferenceId"], taken["OutputLocation"]) == ("one", "s3://results/_async/logos/ab12/answer.json")
    assert json.loads(written(world, taken["OutputLocation"]))[1] > 0.9


def test_an_order_that_fails_is_told_of_at_the_other_place() -> None:
    world = asynchronous()
    taken = order(world, "logos/2.png")
    assert b"Received client error (400)" in written(world, taken["FailureLocation"])
    assert ("results", taken["OutputLocation"].removeprefix("s3://results/")) not in world.s3.stored


def test_each_kind_of_endpoint_is_asked_in_its_own_way(world: World) -> None:
    assert refused(asynchronous()).response["Error"]["Code"] == "ValidationError"
    world.run()
    with pytest.raises(ClientError, match="is not an asynchronous one"):
        order(world, "logos/1.png")
