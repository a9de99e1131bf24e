"""What a plan of the real provider holds of endpoints: never the endpoint itself, and no end of a configuration in use.

The endpoint is the running system's. So Terraform has to see to it that the running system deletes it first.
"""

import json

import pytest

from tests.terraform.configuration import ROOT, TFVARS
from tests.terraform.states import state_of

EXAMPLE = ROOT / "terraform/examples/endpoint.tfvars"
MODEL, SCHEDULES = 'module.models["flowers"]', 'module.schedules["flowers"]'
CONFIGURATION = f"{MODEL}.aws_sagemaker_endpoint_configuration.main[0]"
VARIANT = f'{MODEL}.aws_sagemaker_model.variant["main"]'
SPEC = f"{MODEL}.aws_ssm_parameter.spec[0]"
OVERRIDE = f'{MODEL}.aws_ssm_parameter.kept["override"]'
STOP = f"{SCHEDULES}.aws_lambda_invocation.stop_before_destroy"
TARGETS = [f"{module}.terraform_data.target" for module in (MODEL, SCHEDULES)]


@pytest.mark.parametrize("tfvars", TFVARS, ids=lambda path: path.stem)
def test_no_endpoint_is_terraforms(plan_of, tfvars):
    found = [address for address, kind, _ in plan_of(tfvars).resources() if kind == "aws_sagemaker_endpoint"]
    assert not found, f"wanted endpoints to be left to the running system, got {found}"


def test_nowhere_in_the_configuration_is_there_an_endpoint_either():
    files = [path for path in ROOT.glob("terraform/**/*.tf") if '"aws_sagemaker_endpoint"' in path.read_text()]
    assert not files, f"got {files}"


def test_its_names_are_as_long_as_sagemaker_allows(configuration, plan_of):
    [model] = variables_of(plan_of(EXAMPLE))["models"]["value"].values()
    name = "f" * (54 - len("acme-dayshift-demo-"))
    plan = configuration.plan(EXAMPLE, models={name: model})
    kinds = ("aws_sagemaker_endpoint_configuration", "aws_sagemaker_model")
    names = [values["name"] for kind in kinds for values in plan.values(kind).values()]
    assert [len(name) for name in names] == [63, 63]
    assert max(len(role["name"]) for role in plan.values("aws_iam_role").values()) <= 64


def test_the_name_of_a_configuration_is_known_before_the_key_is_made(configuration):
    plan = configuration.plan(EXAMPLE, kms_key={"create": True})
    assert plan.values("aws_sagemaker_endpoint_configuration")[CONFIGURATION]["name"].startswith("acme-dayshift-demo-")


def test_another_configuration_deletes_the_endpoint_and_forgets_what_was_said_about_it(
    configuration, plan_of, tmp_path
):
    models = spoiled(plan_of)
    changes = changes_of(configuration.plan(EXAMPLE, state=kept_state(plan_of, tmp_path), models=models))
    assert changes[STOP] == ["delete", "create"], f"wanted the endpoint deleted, got {changes[STOP]}"
    assert changes[OVERRIDE] == ["delete", "create"], f"wanted it forgotten, got {changes[OVERRIDE]}"
    assert changes[CONFIGURATION] == ["create", "delete"], f"wanted it replaced, got {changes[CONFIGURATION]}"
    assert changes[SPEC] == ["update"]


def test_a_configuration_goes_when_its_endpoint_is_gone_and_nothing_names_it_any_more(configuration, plan_of, tmp_path):
    """Between, an override is missing, without which no tick starts anything."""
    order = configuration.order(EXAMPLE, state=kept_state(plan_of, tmp_path), models=spoiled(plan_of))
    gone, forgotten = f"{STOP} (destroy)", f"{OVERRIDE} (destroy)"
    assert order.is_kept(gone, SPEC, OVERRIDE, f"{CONFIGURATION} (destroy)")
    assert order.is_kept(gone, forgotten, SPEC)
    assert order.is_kept(gone, CONFIGURATION, SPEC)


@pytest.mark.parametrize("tfvars", TFVARS, ids=lambda path: path.stem)
def test_what_a_deployment_needs_does_not_expire_and_what_was_sent_to_endpoints_does(plan_of, tfvars):
    [lifecycle] = [
        values
        for address, values in plan_of(tfvars).values("aws_s3_bucket_lifecycle_configuration").items()
        if address.startswith("module.results.")
    ]
    expiring = {
        rule["filter"][0]["prefix"]: rule["expiration"][0]["days"] for rule in lifecycle["rule"] if rule["expiration"]
    }
    assert expiring["_async/"] == 15, f"wanted 15 days, got {expiring}"
    assert not {"", None, "_models/"} & expiring.keys(), f"wanted _models/ to be kept, got {expiring}"
    assert expiring.get("archives/") == expiring.get("results/"), (
        f"wanted names kept as long as results, got {expiring}"
    )


def test_other_words_for_its_answers_leave_it_running(configuration, plan_of, tmp_path):
    models = variables_of(plan_of(EXAMPLE))["models"]["value"]
    models["flowers"]["options"]["endpoint"]["response"] = {"at": "predictions"}
    changes = changes_of(configuration.plan(EXAMPLE, state=kept_state(plan_of, tmp_path), models=models))
    assert changes[STOP] == ["no-op"], f"wanted it left alone, got {changes[STOP]}"
    assert changes[SPEC] == ["update"]


def spoiled(plan_of):
    """The models of the example, on another instance type."""
    models = variables_of(plan_of(EXAMPLE))["models"]["value"]
    models["flowers"]["options"]["endpoint"]["variants"]["main"]["instance_type"] = "ml.m5.xlarge"
    return models


def variables_of(plan):
    return json.loads(json.dumps(plan.raw["variables"]))


def changes_of(plan):
    return {found["address"]: found["change"]["actions"] for found in plan.raw["resource_changes"]}


def kept_state(plan_of, tmp_path):
    """A state in which what the tests look at is as the plan would have made it."""
    plan = plan_of(EXAMPLE)
    planned = {address: values for address, _, values in plan.resources()}
    arn = "arn:aws:sagemaker:us-east-1:123456789012"
    kept = {
        CONFIGURATION: planned[CONFIGURATION]
        | {"id": "a", "arn": f"{arn}:endpoint-config/a", "kms_key_arn": "", "name_prefix": ""},
        VARIANT: planned[VARIANT] | {"id": "b", "arn": f"{arn}:model/b"},
        SPEC: planned[SPEC] | {"id": planned[SPEC]["name"], "value": "{}", "version": 1},
        OVERRIDE: planned[OVERRIDE] | {"id": planned[OVERRIDE]["name"], "value": "{}", "version": 1},
        STOP: planned[STOP] | {"id": "acme-dayshift-demo-stop_$LATEST_1", "result": "{}"},
    }
    for address in TARGETS:
        value = {"value": planned[address]["input"], "type": "string"}
        kept[address] = {"id": "c", "input": value, "output": value, "triggers_replace": None}
    depends = {
        STOP: [CONFIGURATION, VARIANT, SPEC, OVERRIDE, *TARGETS],
        OVERRIDE: [SPEC, CONFIGURATION, VARIANT, TARGETS[0]],
        SPEC: [CONFIGURATION, VARIANT],
        CONFIGURATION: [VARIANT],
    }
    state = tmp_path / "terraform.tfstate"
    provider = plan.raw["configuration"]["provider_config"]["aws"]["full_name"]
    state.write_text(json.dumps(state_of(kept, provider, depends)))
    return state
