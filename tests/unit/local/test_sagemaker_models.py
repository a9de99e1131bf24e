"""Models, endpoint configurations and tags of the local SageMaker, as boto3 asks for them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.local.sagemaker import CONFIGURATION, IMAGE, MODEL, PLACE, ROLE, VARIANT, World

CAPACITY = {"MemorySizeInMB": 2048, "MaxConcurrency": 2}
SERVERLESS = {"VariantName": "main", "ModelName": MODEL, "ServerlessConfig": CAPACITY}


@pytest.fixture
def world() -> World:
    world = World()
    world.configure()
    return world


def refusal(call: Any, **named: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**named)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def test_a_model_and_its_configuration_are_described_as_they_were_given(world: World) -> None:
    model = world.control.describe_model(ModelName=MODEL)
    assert (model["ExecutionRoleArn"], model["PrimaryContainer"]["Image"]) == (ROLE, IMAGE)
    assert model["PrimaryContainer"]["Environment"] == {"PROJECT": "logos"}
    found = world.control.describe_endpoint_config(EndpointConfigName=CONFIGURATION)
    assert found["ProductionVariants"] == [{**VARIANT, "InitialVariantWeight": 1.0}]
    # Nothing that was not given: a second plan would see it.
    assert not {"DataCaptureConfig", "AsyncInferenceConfig", "KmsKeyId"} & set(found)


def test_what_is_there_is_not_made_again_and_what_is_not_is_not_found(world: World) -> None:
    made = refusal(
        world.control.create_model, ModelName=MODEL, ExecutionRoleArn=ROLE, PrimaryContainer={"Image": IMAGE}
    )
    assert made == f'Cannot create already existing model "{PLACE}:model/{MODEL}".'
    made = refusal(world.control.create_endpoint_config, EndpointConfigName=CONFIGURATION, ProductionVariants=[VARIANT])
    assert made == f'Cannot create already existing endpoint configuration "{PLACE}:endpoint-config/{CONFIGURATION}".'
    world.control.delete_endpoint_config(EndpointConfigName=CONFIGURATION)
    world.control.delete_model(ModelName=MODEL)
    gone = f'Could not find model "{PLACE}:model/{MODEL}".'
    assert refusal(world.control.describe_model, ModelName=MODEL) == gone
    assert refusal(world.control.delete_model, ModelName=MODEL) == gone
    assert refusal(world.control.create_endpoint_config, EndpointConfigName="b", ProductionVariants=[VARIANT]) == gone
    gone = f'Could not find endpoint configuration "{PLACE}:endpoint-config/{CONFIGURATION}".'
    assert refusal(world.control.describe_endpoint_config, EndpointConfigName=CONFIGURATION) == gone


@pytest.mark.parametrize(
    ("name", "more", "said"),
    [
        ("under_score", {}, "failed to satisfy constraint"),
        ("ok", {"ProductionVariants": [VARIANT, VARIANT]}, "each name once"),
        ("ok", {"ProductionVariants": [{**VARIANT, "ServerlessConfig": CAPACITY}]}, "either"),
        ("ok", {"ProductionVariants": [{**VARIANT, "InstanceType": "m5.large"}]}, "must begin with ml."),
        ("ok", {"ProductionVariants": [{**SERVERLESS, "ServerlessConfig": {**CAPACITY, "MemorySizeInMB": 1500}}]},
         "MemorySizeInMB"),
        ("ok", {"ProductionVariants": [SERVERLESS], "KmsKeyId": "abc"}, "stands alone"),
        ("ok", {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "bucket/out"}}}, "must begin with s3://"),
    ],
)  # fmt: skip
def test_a_configuration_that_aws_would_refuse_is_refused(
    world: World, name: str, more: dict[str, Any], said: str
) -> None:
    given = {"EndpointConfigName": name, "ProductionVariants": [VARIANT], **more}
    assert said in refusal(world.control.create_endpoint_config, **given)


def test_serverless_and_asynchronous_configurations_are_taken(world: World) -> None:
    output = {"OutputConfig": {"S3OutputPath": "s3://results/_async/logos/"}}
    for name, more in (("a", {"AsyncInferenceConfig": output}), ("s", {"ProductionVariants": [SERVERLESS]})):
        given = {"EndpointConfigName": name, "ProductionVariants": [VARIANT], **more}
        world.control.create_endpoint_config(**given)
        found = world.control.describe_endpoint_config(EndpointConfigName=name)
        assert found.items() >= {key: more[key] for key in more if key == "AsyncInferenceConfig"}.items()
        world.create(EndpointName=name, EndpointConfigName=name)
    world.pass_time(minutes=5)
    (variant,) = world.control.describe_endpoint(EndpointName="s")["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == CAPACITY
    assert world.control.describe_endpoint(EndpointName="a")["AsyncInferenceConfig"] == output


@pytest.mark.parametrize(
    "more", [{"ExecutionRoleArn": "acme"}, {"PrimaryContainer": {}}, {"PrimaryContainer": {"Image": "two words"}}]
)
def test_a_model_that_aws_would_refuse_is_refused(world: World, more: dict[str, Any]) -> None:
    given = {"ModelName": "b", "ExecutionRoleArn": ROLE, "PrimaryContainer": {"Image": IMAGE}, **more}
    if "ExecutionRoleArn" in more:
        given["ExecutionRoleArn"] = "arn:aws:iam::acme:role/none"
    refusal(world.control.create_model, **given)


@pytest.mark.parametrize("kind", ["model", "endpoint-config", "endpoint"])
def test_tags_are_added_changed_and_removed(world: World, kind: str) -> None:
    world.create(Tags=[{"Key": "team", "Value": "brand"}])
    names = {"model": MODEL, "endpoint-config": CONFIGURATION, "endpoint": "acme-dev-logos"}
    arn = f"{PLACE}:{kind}/{names[kind]}"
    world.control.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "shop"}, {"Key": "cost", "Value": "7"}])
    world.control.delete_tags(ResourceArn=arn, TagKeys=["cost", "never there"])
    assert world.control.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "shop"}]


def test_an_unknown_operation_is_named_with_those_that_are_here(world: World) -> None:
    with pytest.raises(ClientError, match=r"SageMaker\.ListDomains is not here; sagemaker has CreateModel"):
        world.control.list_domains()
