"""What a plan of the real provider holds of fleets.

How many machines there are is the running system's, what they are is Terraform's, and nobody can enter one.
"""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from tests.terraform.configuration import TFVARS
from tests.terraform.fleets import (
    AT_WORK,
    EXAMPLE,
    GROUP,
    NAME,
    PACKAGES,
    QUEUE_URL,
    TEMPLATE,
    changes_of,
    kept_state,
    user_data_of,
)

EVERY_VALUES_FILE = pytest.mark.parametrize("tfvars", TFVARS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def later(configuration, plan_of, tmp_path_factory):
    """The plan of an apply while three machines work."""
    return configuration.plan(EXAMPLE, state=kept_state(plan_of(EXAMPLE), tmp_path_factory.mktemp("state")))


def test_an_apply_neither_launches_nor_ends_a_worker(later):
    change = changes_of(later)[GROUP]
    assert "create" not in change["actions"], f"wanted the group to be kept, got {change['actions']}"
    assert change["after"]["desired_capacity"] == AT_WORK, f"wanted {AT_WORK} left at work, got {change['after']}"


def test_the_configuration_names_no_number_of_workers_but_the_least_and_the_most(plan_of):
    module = plan_of(EXAMPLE).raw["configuration"]["root_module"]["module_calls"]["models"]["module"]
    inside = module["module_calls"]["fleet"]["module"]["resources"]
    [group] = [found for found in inside if found["type"] == "aws_autoscaling_group"]
    assert "desired_capacity" not in group["expressions"]
    assert group["expressions"]["min_size"] == {"constant_value": 0}
    assert "aws_iam_role_policy.main" in group["depends_on"], "wanted no machine before it may fetch its packages"


def test_another_package_is_laid_beside_the_old_one_and_told_to_the_next_machine(configuration, plan_of, tmp_path):
    package = tmp_path / "another.zip"
    package.write_bytes(b"another")
    state = kept_state(plan_of(EXAMPLE), tmp_path)
    plan = configuration.plan(EXAMPLE, state=state, package_file=str(package))
    changes = changes_of(plan)
    assert changes[PACKAGES["package"]]["actions"] == ["create", "delete"], "wanted the old one to stay until the end"
    assert changes[PACKAGES["bundle"]]["actions"] == ["no-op"]
    assert f"packages/{sha256(b'another').hexdigest()}/dayshift.zip" in user_data_of(plan)
    assert changes[GROUP]["after_unknown"]["launch_template"][0]["version"], "wanted the group to take the new version"
    order = configuration.order(EXAMPLE, state=state, package_file=str(package))
    assert order.is_kept(PACKAGES["package"], TEMPLATE, GROUP)
    assert order.is_kept(TEMPLATE, f"{PACKAGES['package']} (destroy)")


def test_packages_are_named_by_their_bytes(plan_of):
    objects = plan_of(EXAMPLE).values("aws_s3_object")
    for name, file in (("package", "dayshift.zip"), ("bundle", "worker.zip")):
        planned = objects[PACKAGES[name]]
        assert planned["key"] == f"packages/{sha256(Path(planned['source']).read_bytes()).hexdigest()}/{file}"


def test_user_data_says_all_that_a_worker_is_told(later, plan_of):
    said = user_data_of(later)
    for address in PACKAGES.values():
        key = plan_of(EXAMPLE).values("aws_s3_object")[address]["key"]
        assert f"fetch '{key}' '{key.split('/')[1]}'" in said, f"wanted {key} and its hash, got {said}"
    found = dict(re.findall(r"^([A-Z_]+)='(.*)'$", said, flags=re.MULTILINE))
    assert found["QUEUE_URL"] == QUEUE_URL
    assert found["GROUP_NAME"] == found["POWERTOOLS_SERVICE_NAME"] == NAME
    assert json.loads(found["MODEL"])["options"] == {
        "gallery": {"bucket": "acme-dayshift-demo-images", "prefix": "gallery/"},
        "maximum_distance": 0.6,
    }
    assert len(said.encode()) <= 16_384


@EVERY_VALUES_FILE
def test_a_machine_answers_nobody_and_its_keys_are_its_own(plan_of, tfvars):
    plan = plan_of(tfvars)
    for address, template in plan.values("aws_launch_template").items():
        [metadata] = template["metadata_options"]
        assert metadata["http_tokens"] == "required", address
        assert metadata["http_put_response_hop_limit"] == 1, address
        [interface] = template["network_interfaces"]
        assert interface["associate_public_ip_address"] == "false", address
        assert template["key_name"] is None, f"{address}: wanted no key to enter with"
        [[volume]] = [mapping["ebs"] for mapping in template["block_device_mappings"]]
        assert (volume["encrypted"], volume["volume_type"], volume["delete_on_termination"]) == ("true", "gp3", "true")
    for address, group in plan.values("aws_security_group").items():
        assert group["ingress"] == [], f"{address}: wanted nothing in, got {group['ingress']}"
        assert [(rule["protocol"], rule["from_port"], rule["to_port"]) for rule in group["egress"]] == [
            ("tcp", 443, 443)
        ]
    assert len(plan.values("aws_security_group")) == len(plan.values("aws_launch_template"))


@EVERY_VALUES_FILE
def test_only_where_there_is_a_fleet_there_is_a_bucket_for_packages(plan_of, tfvars):
    plan = plan_of(tfvars)
    fleets = plan.values("aws_autoscaling_group")
    assert ("module.artefacts[0].aws_s3_bucket.main" in plan.values("aws_s3_bucket")) is bool(fleets)
    for group in fleets.values():
        assert group["min_size"] == 0
        assert {hook["name"]: hook["default_result"] for hook in group["initial_lifecycle_hook"]} == {
            "launching": "ABANDON",
            "terminating": "CONTINUE",
        }


def test_the_names_of_a_fleet_are_as_long_as_aws_allows(configuration, plan_of):
    [model] = json.loads(json.dumps(plan_of(EXAMPLE).raw["variables"]["models"]["value"])).values()
    name = "f" * (64 - len("acme-dayshift-demo-") - len("-workers"))
    plan = configuration.plan(EXAMPLE, models={name: model})
    kinds = ("aws_autoscaling_group", "aws_launch_template", "aws_security_group", "aws_iam_instance_profile")
    assert {len(values["name"]) for kind in kinds for values in plan.values(kind).values()} == {64}
    assert max(len(role["name"]) for role in plan.values("aws_iam_role").values()) <= 64


def test_photos_stay_when_images_expire(configuration, plan_of):
    plan = configuration.plan(EXAMPLE, retention_days={"images": 30})
    rules = plan.values("aws_s3_bucket_lifecycle_configuration")[
        "module.images.aws_s3_bucket_lifecycle_configuration.main"
    ]
    expiring = [rule["filter"][0]["prefix"] for rule in rules["rule"] if rule["expiration"]]
    assert expiring == ["expanded/", "incoming/"], f"wanted the gallery kept, got {expiring}"
