"""What a model that is read in jobs plans to: its function, how long its files stay, and no secret anywhere."""

import json
from typing import Any

import pytest

from tests.terraform.configuration import ROOT

PROXIML, TRANSFORM = (ROOT / f"terraform/examples/{name}.tfvars" for name in ("gpu-job", "batch-transform"))
EXAMPLES = pytest.mark.parametrize("tfvars", [PROXIML, TRANSFORM], ids=lambda path: path.stem)
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
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
