"""Mistakes in a fleet are refused while planning, each with the value got and one that would do.

All at once, each model with its own, as Terraform reports them.
"""

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.test_mistakes import refused

pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method")

PLACE = {"vpc_id": "vpc-0a1b2c3d4e5f67890", "subnet_ids": ["subnet-0a1b2c3d4e5f67890"]}


def model(name, *, power="always_on", usd_per_hour=0.0725, gallery=None, maximum_distance=None, **fleet):
    """A fleet that would do, but for what is given."""
    options = {"fleet": PLACE | fleet, "gallery": gallery, "maximum_distance": maximum_distance}
    prefix = f"{name}/"
    return {"family": "face_fleet", "prefix": prefix, "power": power, "usd_per_hour": usd_per_hour, "options": options}


MISTAKEN = {
    "none": {"family": "face_fleet", "prefix": "none/", "power": "always_on", "usd_per_hour": 1},
    "aim": model("aim") | {"target": "a-group-of-mine"},
    "sleepless": model("sleepless", power=None),
    "free": model("free", usd_per_hour=None),
    "place": model("place", vpc_id="main", subnet_ids=["eu-west-1a"]),
    "kind": model("kind", instance_types=["c6i.large"]),
    "many": model("many", maximum_workers=501),
    "spot": model("spot", spot_percent=50),
    "warm": model("warm", warm_pool_size=2, instance_types=["c7g.large", "m7g.large"]),
    "image": model("image", ami_parameter="ami-0a1b2c3d4e5f67890"),
    "photos": model("photos", gallery="incoming/gallery/"),
    "far": model("far", maximum_distance=2),
    "labels": {"family": "rekognition", "prefix": "labels/", "options": {"gallery": "gallery/"}},
}

GOT_AND_WOULD_DO = {
    "no fleet": ('"none":"face_fleet without a fleet"', 'vpc_id = "vpc-0a1b2c3d4e5f67890"'),
    "a target of one's own": ('"aim":"a-group-of-mine"', "whose endpoint and workers are made here"),
    "a fleet without power": ('"sleepless":null', "families custom_labels, sagemaker and face_fleet"),
    "a fleet without a price": ('"free":null', "0.0725 for a c7g.large"),
    "a VPC by its name": ('"place":{"subnet_ids":["eu-west-1a"],"vpc_id":"main"}', '"subnet-0f9e8d7c6b5a43210"'),
    "a type of the other architecture": ('"kind":["c6i.large"]', '["c7g.large", "m7g.large"]'),
    "more workers than there may be": ('"maximum_workers":501', "maximum_workers 1 to 500"),
    "spot of one type": ('"spot":{"instance_types":[],"spot_percent":50}', "two instance_types or more"),
    "a warm pool of several types": ('"warm_pool_size":2', '3 of ["c7g.large"]'),
    "an image itself": ('"image":"ami-0a1b2c3d4e5f67890"', '"/acme/images/workers"'),
    "photos that would be read": ('"photos":"incoming/gallery/"', 'for example "gallery/"'),
    "a gallery of another family": ('"labels":"gallery/"', "for family face_fleet, folders"),
    "a distance at which all are one": ('"far":2', "at most 1, for example 0.6"),
    "a bundle that was not built": ('got "../dist/nothing.zip"', "make worker-package ARCH=arm64"),
}


@pytest.fixture(scope="module")
def refusal(configuration):
    local = ROOT / "terraform/envs/local.tfvars"
    bundle = {"worker_package_file": "../dist/nothing.zip", "models": {"faces": model("faces")}}
    return "".join(refused(configuration, local, values) for values in ({"models": MISTAKEN}, bundle))


@pytest.mark.parametrize(("got", "would_do"), GOT_AND_WOULD_DO.values(), ids=GOT_AND_WOULD_DO.keys())
def test_a_mistake_is_refused_with_what_was_got_and_what_would_do(refusal, got, would_do):
    assert got in refusal, f"wanted the value got, {got}, in: {refusal}"
    assert would_do in refusal, f"wanted a value that would do, {would_do}, in: {refusal}"
