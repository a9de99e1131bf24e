"""The running system owns whether a mapping is open: an apply at night wakes nothing, one by day closes nothing."""

import json

from tests.terraform.configuration import ROOT
from tests.terraform.states import state_of

MODEL = 'module.models["signs"]'
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:dayshift-local-signs-queue"


def test_an_apply_leaves_a_closed_mapping_closed_also_one_from_before_there_were_fleets(
    configuration, plan_of, tmp_path
):
    """Its address had no number then: it is the same mapping, and neither goes nor comes."""
    local = ROOT / "terraform/envs/local.tfvars"
    provider = plan_of(local).raw["configuration"]["provider_config"]["aws"]["full_name"]
    queue = {"id": "https://a-queue", "arn": QUEUE_ARN, "name": "dayshift-local-signs-queue", "fifo_queue": False}
    mapping = {"id": "a-uuid", "uuid": "a-uuid", "event_source_arn": QUEUE_ARN, "enabled": False, "batch_size": 1}
    state = tmp_path / "terraform.tfstate"
    kept = {f"{MODEL}.aws_sqs_queue.main": queue, f"{MODEL}.aws_lambda_event_source_mapping.queue": mapping}
    state.write_text(json.dumps(state_of(kept, provider)))

    plan = configuration.plan(local, state=state)

    changes = {found["address"]: found["change"] for found in plan.raw["resource_changes"]}
    change = changes[f"{MODEL}.aws_lambda_event_source_mapping.queue[0]"]
    assert change["actions"] == ["update"], f"wanted the rest to be mended in place, got {change['actions']}"
    assert change["after"]["batch_size"] == 10
    assert change["after"]["enabled"] is False, f"wanted it left closed, got {change['after']}"
