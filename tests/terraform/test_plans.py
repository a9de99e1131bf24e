"""Every values file plans offline with the real provider, to what its inventory says and within the constants.

`terraform validate` cannot see these faults: they are values, and emulators accept most of them.
"""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.terraform.configuration import ROOT, TFVARS

FOURTEEN_DAYS_SECONDS = 1_209_600
READERS = ("labeler", "jobs")
ITSELF = "builtin/terraform"  # terraform_data, which is a part of Terraform and asks nobody
EVERY_VALUES_FILE = pytest.mark.parametrize("tfvars", TFVARS, ids=lambda path: path.stem)
NAMES = {
    "aws_autoscaling_group": "name",
    "aws_apigatewayv2_api": "name",
    "aws_cloudfront_origin_access_control": "name",
    "aws_cloudfront_response_headers_policy": "name",
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_cloudwatch_log_group": "name",
    "aws_cloudwatch_metric_alarm": "alarm_name",
    "aws_dynamodb_table": "name",
    "aws_glue_catalog_database": "name",
    "aws_iam_instance_profile": "name",
    "aws_iam_role": "name",
    "aws_kms_alias": "name",
    "aws_lambda_function": "function_name",
    "aws_launch_template": "name",
    "aws_s3_bucket": "bucket",
    "aws_scheduler_schedule_group": "name",
    "aws_security_group": "name",
    "aws_sqs_queue": "name",
    "aws_ssm_parameter": "name",
}


@EVERY_VALUES_FILE
def test_the_plan_has_what_the_inventory_says(plan_of, tfvars):
    wanted = json.loads((ROOT / "tests/terraform/inventory" / f"{tfvars.stem}.json").read_text())
    plan = plan_of(tfvars)
    # The files of the page count as one: how many there are is not the configuration's concern.
    addresses = {(re.sub(r"^(aws_s3_object\.page)\[.*", r"\1", address), kind) for address, kind, _ in plan.resources()}
    assert Counter(kind for _, kind in addresses) == wanted["resources"]
    values = {address: planned for address, _, planned in plan.resources()}
    for address, some in wanted["values"].items():
        got = {name: values.get(address, {}).get(name) for name in some}
        assert got == some, f"{address}: wanted {some}, got {got}"


@EVERY_VALUES_FILE
def test_messages_wait_fourteen_days_and_are_hidden_for_six_runs_or_from_workers_for_two_minutes(plan_of, tfvars):
    plan = plan_of(tfvars)
    queues = plan.values("aws_sqs_queue")
    assert {queue["message_retention_seconds"] for queue in queues.values()} == {FOURTEEN_DAYS_SECONDS}
    expander = plan.values("aws_lambda_function")["module.expander.aws_lambda_function.main"]
    assert queues["aws_sqs_queue.archives"]["visibility_timeout_seconds"] == 6 * expander["timeout"]
    for model in _models(queues):
        functions = plan.values("aws_lambda_function")
        readers = (functions.get(f"{model}.module.{reader}[0].aws_lambda_function.main") for reader in READERS)
        wanted = next((6 * reader["timeout"] for reader in readers if reader), 120)
        got = queues[f"{model}.aws_sqs_queue.main"]["visibility_timeout_seconds"]
        assert got == wanted, f"{model}: wanted {wanted}, got {got}"


@EVERY_VALUES_FILE
def test_every_mapping_is_bounded_and_reports_single_failures(plan_of, tfvars):
    plan = plan_of(tfvars)
    mappings = plan.values("aws_lambda_event_source_mapping")
    models = _models(plan.values("aws_sqs_queue"))
    jobs = [address for address in plan.values("aws_lambda_function") if ".module.jobs[0]." in address]
    without = len(plan.values("aws_autoscaling_group")) + len(jobs)
    assert len(mappings) + without == len(models) + 1, "wanted one for archives too"
    for address, mapping in mappings.items():
        assert mapping["batch_size"] <= 10, f"{address}: wanted at most 10, got {mapping['batch_size']}"
        assert mapping["function_response_types"] == ["ReportBatchItemFailures"], address
        [scaling] = mapping["scaling_config"]
        assert scaling["maximum_concurrency"] >= 2, f"{address}: wanted 2 or more, got {scaling}"


@EVERY_VALUES_FILE
def test_every_bucket_has_all_its_guards(plan_of, tfvars):
    plan = plan_of(tfvars)
    for guard in ("versioning", "public_access_block", "ownership_controls", "policy", "lifecycle_configuration"):
        found = plan.values(f"aws_s3_bucket_{guard}")
        assert len(found) == len(plan.values("aws_s3_bucket")), f"{guard}: wanted one a bucket, got {list(found)}"


@EVERY_VALUES_FILE
def test_everything_is_tagged_and_what_is_a_models_names_it(plan_of, tfvars):
    for address, _, values in plan_of(tfvars).resources():
        tags = values.get("tags_all")
        if tags is None:
            continue
        assert tags.keys() >= {"Project", "Environment", "ManagedBy", "Repository"}, f"{address}: got {tags}"
        if address.startswith("module.models["):
            assert f'["{tags.get("Model")}"]' in address, f"{address}: got {tags}"


@EVERY_VALUES_FILE
def test_nothing_calls_aws_while_planning_and_aws_is_the_only_provider(plan_of, tfvars):
    plan = plan_of(tfvars).raw
    providers = {provider["full_name"] for provider in plan["configuration"]["provider_config"].values()}
    assert {name.partition("/")[2] for name in providers} <= {"hashicorp/aws", ITSELF}, f"got {providers}"
    assert not _data_sources(plan["configuration"]["root_module"])


def test_two_deployments_side_by_side_have_no_name_in_common(plan_of):
    one, other = (names_in(plan_of(ROOT / f"terraform/envs/{name}.tfvars")) for name in ("staging", "prod"))
    assert len(one) == len(other) >= 24, f"wanted the same parts with a name, got {one ^ other}"
    assert not one & other, f"wanted none in common, got {one & other}"


def names_in(plan):
    """Type and name of everything that has a name of its own in the account."""
    names = {(kind, values.get(NAMES[kind])) for _, kind, values in plan.resources() if kind in NAMES}
    assert None not in {name for _, name in names}, f"wanted every name known at plan, got {names}"
    return names


def _data_sources(module):
    """All data sources that a module of the configuration or its children declare."""
    own = [resource["address"] for resource in module.get("resources", []) if resource["mode"] == "data"]
    calls = module.get("module_calls", {}).values()
    return own + [found for call in calls for found in _data_sources(call["module"])]


def _models(queues):
    main = ".aws_sqs_queue.main"
    return [address.removesuffix(main) for address in queues if address.endswith(main)]


def test_every_values_file_has_an_inventory_and_every_inventory_its_values_file():
    inventories = sorted(path.stem for path in Path(ROOT / "tests/terraform/inventory").glob("*.json"))
    assert inventories == sorted(path.stem for path in TFVARS)
