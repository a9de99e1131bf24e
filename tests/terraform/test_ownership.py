"""The running system owns whether a mapping is open: an apply at night wakes nothing, one by day closes nothing."""

import json

from tests.terraform.configuration import ROOT

MODEL = 'module.models["signs"]'
QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:dayshift-local-signs-queue"


def test_an_apply_leaves_a_closed_mapping_closed(configuration, plan_of, tmp_path):
    local = ROOT / "terraform/envs/local.tfvars"
    provider = plan_of(local).raw["configuration"]["provider_config"]["aws"]["full_name"]
    queue = {"id": "https://a-queue", "arn": QUEUE_ARN, "name": "dayshift-local-signs-queue", "fifo_queue": False}
    mapping = {"id": "a-uuid", "uuid": "a-uuid", "event_source_arn": QUEUE_ARN, "enabled": False, "batch_size": 1}
    state = tmp_path / "terraform.tfstate"
    kept = {"aws_sqs_queue.main": queue, "aws_lambda_event_source_mapping.queue": mapping}
    state.write_text(_state_of(kept, provider))

    plan = configuration.plan(local, state=state)

    changes = {found["address"]: found["change"] for found in plan.raw["resource_changes"]}
    change = changes[f"{MODEL}.aws_lambda_event_source_mapping.queue"]
    assert change["actions"] == ["update"], f"wanted the rest to be mended in place, got {change['actions']}"
    assert change["after"]["batch_size"] == 10
    assert change["after"]["enabled"] is False, f"wanted it left closed, got {change['after']}"


def _state_of(attributes_by_resource, provider):
    """A state as Terraform keeps it, of some of the model's resources."""
    resources = [
        {
            "module": MODEL,
            "mode": "managed",
            "type": resource.partition(".")[0],
            "name": resource.partition(".")[2],
            "provider": f'provider["{provider}"]',
            "instances": [{"schema_version": 0, "attributes": attributes}],
        }
        for resource, attributes in attributes_by_resource.items()
    ]
    return json.dumps({"version": 4, "serial": 1, "lineage": "a-lineage", "resources": resources})
