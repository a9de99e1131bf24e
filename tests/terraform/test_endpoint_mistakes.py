"""Mistakes in an endpoint are refused while planning, each with the value got and one that would do.

All at once, each model with its own, as Terraform reports them.
"""

import json

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.test_mistakes import refused

pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method")

REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
VARIANT = {"image": f"{REGISTRY}/flowers:1", "instance_type": "ml.m5.large"}
WITHOUT_INSTANCES = {"image": f"{REGISTRY}/flowers:1", "serverless": {"memory_mb": 2048, "maximum_concurrency": 5}}


def model(name, *, power="always_on", usd_per_hour=0.115, **endpoint):
    """An endpoint that would do, but for what is given."""
    options = {"endpoint": {"variants": {"main": VARIANT}} | endpoint}
    prefix = f"{name}/"
    return {"family": "sagemaker", "prefix": prefix, "power": power, "usd_per_hour": usd_per_hour, "options": options}


def with_variant(name, **spoiled):
    return model(name, variants={"main": VARIANT | spoiled})


LONG = "a-name-that-fills-a-function-but-not-a-configuration"[:41]
MISTAKEN = {
    "none": {"family": "sagemaker", "prefix": "none/", "power": "always_on"},
    "aim": model("aim") | {"target": "an-endpoint-of-mine"},
    "sleepless": model("sleepless", power=None),
    "free": model("free", usd_per_hour=None),
    LONG: model(LONG),
    "parts": model("parts", variants={"main_part": VARIANT}),
    "hub": with_variant("hub", image="huggingface/vit:latest"),
    "folder": with_variant("folder", model_data_url="s3://acme-models/flowers/"),
    "both": with_variant("both", serverless=WITHOUT_INSTANCES["serverless"]),
    "ec2": with_variant("ec2", instance_type="m5.large"),
    "half": with_variant("half", instance_count=0.5),
    "odd": model(
        "odd", variants={"main": WITHOUT_INSTANCES | {"serverless": {"memory_mb": 1500, "maximum_concurrency": 5}}}
    ),
    "later": model("later", variants={"main": WITHOUT_INSTANCES}, asynchronous=True),
    "idle": with_variant("idle", weight=0),
    "words": with_variant("words", environment={"TOP-K": "5"}),
    "alias": model("alias", kms_key_arn="arn:aws:kms:us-east-1:123456789012:alias/mine"),
    "kind": model("kind", content_type="picture"),
    "empty": model("empty", content_type="application/json", json='{"inputs":"image"}'),
    "mixed": model("mixed", json='"$image"'),
    "place": model("place", response={"at": "predictions[0]"}),
    "lost": model("lost", classes_file="classes/lost.txt"),
}

GOT_AND_WOULD_DO = {
    "no endpoint": ('"none":"sagemaker without an endpoint"', "instance_type ="),
    "a target of one's own": ('"aim":"an-endpoint-of-mine"', "left out for family rekognition"),
    "no power": ('"sleepless":null', 'for example "office_hours"'),
    "no price": ('"free":null', "for example 0.115 for one ml.m5.large"),
    "a name too long": (f'"dayshift-local-{LONG}"', '"acme-dayshift-prod-flowers"'),
    "a variant with an underscore": ('"parts":["main_part"]', 'for example "main"'),
    "an image of a hub": ('"hub":["huggingface/vit:latest"]', f'"{REGISTRY}/flowers:1"'),
    "a folder for an archive": ('"folder":["s3://acme-models/flowers/"]', '"s3://acme-models/flowers/model.tar.gz"'),
    "instances and none": (
        '"both":{"main":{"instance_type":"ml.m5.large"',
        "{ memory_mb = 2048, maximum_concurrency = 5 }",
    ),
    "an instance of EC2": ('"ec2":["m5.large"]', 'for example "ml.m5.large"'),
    "half an instance": ('"half":[0.5]', "a whole number from 1, for example 2"),
    "a gigabyte and a half": (
        '"odd":[{"maximum_concurrency":5,"memory_mb":1500}]',
        "1024, 2048, 3072, 4096, 5120 or 6144",
    ),
    "serverless and later": ('"later":{"asynchronous":true', "must be the only one"),
    "weights of nothing": ('"idle":[0]', "for example 9 and 1"),
    "a hyphen in an environment": ('"words":[["TOP-K"]]', '{ HF_TASK = "image-classification" }'),
    "an alias for a key": ('"alias":"arn:aws:kms:us-east-1:123456789012:alias/mine"', "key/1234abcd"),
    "a type that is none": ('"kind":["picture","application/json"]', '"application/x-image" and "application/json"'),
    "JSON without the image": (json.dumps('{"inputs":"image"}'), 'jsonencode({ inputs = "$image" })'),
    "JSON as an image": ('"mixed":{"content_type":"application/x-image"', 'no json with "application/x-image"'),
    "brackets in a path": ('"place":{"at":"predictions[0]"', 'at = "predictions.0"'),
    "a class file that is not there": ('"lost":"classes/lost.txt"', '"classes/flowers.txt"'),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    local = ROOT / "terraform/envs/local.tfvars"
    names = list(MISTAKEN)  # twenty models at the most
    halves = (names[:11], names[11:])
    return "".join(
        refused(configuration, local, {"models": {name: MISTAKEN[name] for name in half}}) for half in halves
    )


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"


def test_each_mistake_is_found_and_none_that_was_not_made(refusal):
    said = refusal.count("Invalid value for variable")
    assert said == len(MISTAKEN), f"wanted a message for each of {len(MISTAKEN)}, got {said} in: {refusal}"
