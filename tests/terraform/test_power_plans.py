"""What a plan of the real provider holds of models that are started and stopped.

No schedule comes too late, no name is too long, no powered model begins with an open gate; an apply calls no function,
and a model that goes is stopped first.
"""

import json

import pytest

from tests.terraform.configuration import ROOT, TFVARS, Plan
from tests.terraform.states import state_of

EVERY_VALUES_FILE = pytest.mark.parametrize("tfvars", TFVARS, ids=lambda path: path.stem)
OFFICE_HOURS, ON_DEADLINE = (ROOT / f"terraform/examples/{name}.tfvars" for name in ("office-hours", "on-deadline"))
STOP = 'module.schedules["logos"].aws_lambda_invocation.stop_before_destroy'
OVERRIDE = 'module.models["logos"].aws_ssm_parameter.kept["override"]'
SAID = '{"mode":"on","until":"2026-11-21T21:00:00Z","by":"somebody"}'
ANOTHER = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v2/1793612467001"


@EVERY_VALUES_FILE
def test_no_schedule_comes_more_than_a_quarter_of_an_hour_late(plan_of, tfvars):
    for address, schedule in plan_of(tfvars).values("aws_scheduler_schedule").items():
        [target] = schedule["target"]
        [retry] = target["retry_policy"]
        assert 60 <= retry["maximum_event_age_in_seconds"] <= 900, f"{address}: got {retry}"
        assert schedule["flexible_time_window"][0]["mode"] == "OFF", address


@EVERY_VALUES_FILE
def test_every_schedule_but_the_backstop_keeps_what_reached_nobody(plan_of, tfvars):
    plan = plan_of(tfvars)
    kept = {address: bool(schedule["target"][0]["dead_letter_config"]) for address, schedule in schedules(plan).items()}
    assert kept == {address: "backstop" not in address for address in kept}


@EVERY_VALUES_FILE
def test_the_names_of_schedules_and_alarms_are_as_long_as_aws_allows(plan_of, tfvars):
    plan = plan_of(tfvars)
    assert all(len(schedule["name"]) <= 64 for schedule in schedules(plan).values())
    assert all(len(alarm["alarm_name"]) <= 255 for alarm in plan.values("aws_cloudwatch_metric_alarm").values())


@EVERY_VALUES_FILE
def test_a_gate_is_made_open_only_where_nothing_has_to_be_started_for_it(plan_of, tfvars):
    plan = plan_of(tfvars)
    powered = plan.raw["planned_values"]["outputs"]["power"]["value"]
    mappings = plan.values("aws_lambda_event_source_mapping")
    archives = mappings.pop("aws_lambda_event_source_mapping.archives")
    assert archives["enabled"], "wanted archives expanded whether models run or not"
    for address, mapping in mappings.items():
        name = address.split('"')[1]
        assert mapping["enabled"] is (name not in powered), f"{name}: got {mapping['enabled']}"


def test_the_plan_says_how_each_powered_model_will_run(plan_of):
    said = [
        plan_of(tfvars).raw["planned_values"]["outputs"]["power"]["value"] for tfvars in (OFFICE_HOURS, ON_DEADLINE)
    ]
    assert [text["logos"].split(":")[0] for text in said] == ["office hours", "deadline wake"]
    assert "180" in said[1]["logos"]
    assert "30 + 3" in said[1]["logos"]


def test_a_name_as_long_as_may_be_still_makes_schedules(configuration):
    [model] = json_of(configuration.plan(OFFICE_HOURS))["models"]["value"].values()
    name = "a" * (64 - len("abc-de-") - len("-labeler"))
    plan = configuration.plan(OFFICE_HOURS, name="abc", environment="de", models={name: model})
    assert max(len(schedule["name"]) for schedule in schedules(plan).values()) <= 64


def test_an_apply_that_changes_the_functions_calls_none_of_them(configuration, plan_of, tmp_path):
    state = kept_state(configuration, plan_of, tmp_path, code="another")
    plan = configuration.plan(OFFICE_HOURS, state=state)
    changes = changes_of(plan)
    assert changes['module.power["stop"].aws_lambda_function.main'] == ["update"]
    assert changes[STOP] == ["no-op"], f"wanted no call, got {changes[STOP]}"
    assert "create" not in changes[OVERRIDE]
    override = plan.values("aws_ssm_parameter")[OVERRIDE]
    assert override["value"] == SAID, f"wanted a person's word to be kept, got {override}"


def test_another_target_stops_the_old_one_and_forgets_what_was_said_about_it(configuration, plan_of, tmp_path):
    state = kept_state(configuration, plan_of, tmp_path)
    models = json_of(plan_of(OFFICE_HOURS))["models"]["value"]
    models["logos"]["target"] = ANOTHER
    changes = changes_of(configuration.plan(OFFICE_HOURS, state=state, models=models))
    assert changes[STOP] == ["delete", "create"], f"wanted the old one stopped, got {changes[STOP]}"
    assert changes[OVERRIDE] == ["delete", "create"], f"wanted it forgotten, got {changes[OVERRIDE]}"


def test_no_tick_starts_a_model_from_what_an_apply_is_about_to_take_away(plan_of):
    """While there is no override a model stays off; there is one again only when the spec names the new model."""
    module = plan_of(OFFICE_HOURS).raw["configuration"]["root_module"]["module_calls"]["models"]["module"]
    inside = {found["address"]: found for found in module["resources"]}
    assert "aws_ssm_parameter.spec" in inside["aws_ssm_parameter.kept"]["depends_on"]


def test_a_model_is_stopped_before_anything_that_this_needs_is_destroyed(plan_of):
    """What destroys in order is what depends: Terraform destroys a resource before those that it depends on."""
    calls = plan_of(OFFICE_HOURS).raw["configuration"]["root_module"]
    assert "module.models" in calls["module_calls"]["schedules"]["depends_on"]
    tick = next(found for found in calls["resources"] if found["address"] == "aws_scheduler_schedule.tick")
    assert "module.schedules" in tick["depends_on"], "wanted no tick any more when the models are stopped"
    inside = {found["address"]: found for found in calls["module_calls"]["schedules"]["module"]["resources"]}
    for edge in ("edge", "backstop"):
        assert "aws_lambda_invocation.stop_before_destroy" in inside[f"aws_scheduler_schedule.{edge}"]["depends_on"]


def schedules(plan: Plan):
    return plan.values("aws_scheduler_schedule")


def json_of(plan: Plan):
    """The variables that a plan was made of."""
    return plan.raw["variables"]


def changes_of(plan: Plan):
    return {found["address"]: found["change"]["actions"] for found in plan.raw["resource_changes"]}


def kept_state(configuration, plan_of, tmp_path, code="as planned"):
    """A state in which what the tests look at is as the plan would have made it."""
    plan = plan_of(OFFICE_HOURS)
    planned = {address: values for address, _, values in plan.resources()}
    function = 'module.power["stop"].aws_lambda_function.main'
    arn = "arn:aws:lambda:us-east-1:123456789012:function:acme-dayshift-demo-stop"
    target = planned['module.schedules["logos"].terraform_data.target']["input"]
    kept = {
        function: planned[function] | {"id": "acme-dayshift-demo-stop", "arn": arn, "source_code_hash": code},
        STOP: planned[STOP] | {"id": "acme-dayshift-demo-stop_$LATEST_1", "result": "{}"},
        OVERRIDE: planned[OVERRIDE] | {"id": planned[OVERRIDE]["name"], "value": SAID, "version": 3},
    } | {
        f'module.{module}["logos"].terraform_data.target': {
            "id": "an-id",
            "input": {"value": target, "type": "string"},
            "output": {"value": target, "type": "string"},
            "triggers_replace": None,
        }
        for module in ("models", "schedules")
    }
    state = tmp_path / "terraform.tfstate"
    state.write_text(json.dumps(state_of(kept, plan.raw["configuration"]["provider_config"]["aws"]["full_name"])))
    return state
