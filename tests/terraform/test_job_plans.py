"""What a model that is read in jobs plans to: its function, how long its files stay, and no secret anywhere."""

import json
from typing import Any

import pytest

from tests.terraform.configuration import ROOT
from tests.terraform.states import state_of

PROXIML, TRANSFORM = (ROOT / f"terraform/examples/{name}.tfvars" for name in ("gpu-job", "batch-transform"))
EXAMPLES = pytest.mark.parametrize("tfvars", [PROXIML, TRANSFORM], ids=lambda path: path.stem)
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
INVOCATION = 'aws_lambda_invocation.end_jobs_before_destroy["pictures"]'
FUNCTION = 'module.models["pictures"].module.jobs[0].aws_lambda_function.main'


def models_of(plan, **changes: Any):
    """The example's models, each with these changes."""
    models = json.loads(json.dumps(plan.raw["variables"]["models"]["value"]))
    return {name: {**model, **changes} for name, model in models.items()}


@EXAMPLES
def test_files_of_jobs_stay_two_weeks_closed_jobs_as_long_as_results_and_a_book_for_ever(
    configuration, plan_of, tfvars
):
    plan = configuration.plan(tfvars, retention_days={"images": 60, "old_versions": 30, "results": 90})
    rules = plan.values("aws_s3_bucket_lifecycle_configuration")[
        "module.results.aws_s3_bucket_lifecycle_configuration.main"
    ]
    days = {rule["filter"][0]["prefix"]: rule["expiration"][0]["days"] for rule in rules["rule"] if rule["expiration"]}
    assert (days["job-files/"], days["jobs/pictures/2"], days["results/"]) == (14, 90, 90)
    book = "jobs/pictures/open.json"
    assert not [prefix for prefix in days if book.startswith(prefix)], f"wanted the book kept, got {days}"


def test_user_and_key_are_named_and_never_read_or_made(plan_of):
    """A data source, or a parameter of ours, would put them into the state."""
    plan = plan_of(PROXIML)
    assert [one["name"] for one in plan.values("aws_ssm_parameter").values()] == ["/acme-dayshift/demo/deployment"]
    assert not [kind for _, kind, _ in plan.resources() if kind.startswith("aws_secretsmanager")]


@EXAMPLES
def test_a_look_that_failed_is_not_repeated_by_lambda_and_is_given_five_minutes(plan_of, tfvars):
    plan = plan_of(tfvars)
    [retries] = [
        values
        for address, values in plan.values("aws_lambda_function_event_invoke_config").items()
        if ".module.jobs[0]." in address
    ]
    assert (retries["maximum_retry_attempts"], retries["maximum_event_age_in_seconds"]) == (0, 60)
    assert plan.values("aws_lambda_function")[FUNCTION]["timeout"] == 300


@EXAMPLES
def test_in_office_hours_there_is_a_gate_and_nothing_is_ever_stopped_by_a_backstop(configuration, plan_of, tfvars):
    plan = configuration.plan(tfvars, models=models_of(plan_of(tfvars), power="office_hours", hours=HOURS))
    assert 'module.models["pictures"].aws_ssm_parameter.kept["gate"]' in plan.values("aws_ssm_parameter")
    names = {values["name"] for values in plan.values("aws_scheduler_schedule").values()}
    assert {"pictures-start-0900", "pictures-stop-1800", "pictures-jobs"} <= names
    assert not [name for name in names if "backstop" in name]
    assert not [address for address in plan.values("aws_iam_role") if "backstop" in address]


def test_a_role_of_ours_is_given_to_nobody_outside(plan_of):
    """The one that signs URLs is a Lambda function's, and no other may be it."""
    for tfvars in (PROXIML, TRANSFORM):
        role = plan_of(tfvars).values("aws_iam_role")['module.models["pictures"].module.jobs[0].aws_iam_role.main']
        trusted = [statement["Principal"] for statement in json.loads(role["assume_role_policy"])["Statement"]]
        assert trusted == [{"Service": "lambda.amazonaws.com"}]


@EXAMPLES
def test_no_look_comes_any_more_when_jobs_are_ended_and_all_that_this_needs_is_still_there(plan_of, tfvars):
    """What destroys in order is what depends: Terraform destroys a resource before those that it depends on."""
    root = plan_of(tfvars).raw["configuration"]["root_module"]
    depends = {found["address"]: found.get("depends_on", []) for found in root["resources"]}
    assert "aws_lambda_invocation.end_jobs_before_destroy" in depends["aws_scheduler_schedule.jobs"]
    assert depends["aws_lambda_invocation.end_jobs_before_destroy"] == ["module.models"]


def test_before_jobs_are_another_services_those_of_the_old_one_are_ended(configuration, plan_of, tmp_path):
    """They would be unknown to the new one, and be begun there again while the old one is paid."""
    provider = plan_of(PROXIML).raw["configuration"]["provider_config"]["aws"]["full_name"]
    call = {
        "id": "a-call", "function_name": "acme-dayshift-demo-pictures-jobs", "input": "{}", "lifecycle_scope": "CRUD",
        "qualifier": "$LATEST", "result": "{}", "terraform_key": "tf", "triggers": None,
    }  # fmt: skip
    place = {"value": "proximl /acme/proximl/user ", "type": "string"}
    kept: dict[str, dict[str, Any]] = {
        INVOCATION: call,
        'terraform_data.service_of_jobs["pictures"]': {"id": "a", "input": place, "output": place},
    }
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps(state_of(kept, provider)))
    same, other = (_actions(configuration.plan(tfvars, state=state)) for tfvars in (PROXIML, TRANSFORM))
    assert same[INVOCATION] == ["no-op"], f"wanted the same service to end nothing, got {same[INVOCATION]}"
    assert other[INVOCATION] == ["delete", "create"], f"got {other[INVOCATION]}"


def _actions(plan):
    return {found["address"]: found["change"]["actions"] for found in plan.raw["resource_changes"]}
