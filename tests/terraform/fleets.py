"""The example of a fleet, planned upon what an earlier apply left, so that its user data is known."""

import base64
import json
from typing import Any

from tests.terraform.configuration import ROOT, Plan
from tests.terraform.states import state_of

EXAMPLE = ROOT / "terraform/examples/fleet.tfvars"
MODEL = 'module.models["faces"]'
FLEET = f"{MODEL}.module.fleet[0]"
GROUP, TEMPLATE = f"{FLEET}.aws_autoscaling_group.main", f"{FLEET}.aws_launch_template.main"
QUEUE = f"{MODEL}.aws_sqs_queue.main"
PACKAGES = {name: f'aws_s3_object.package["{name}"]' for name in ("package", "bundle")}
NAME = "acme-dayshift-demo-faces-workers"
QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/123456789012/acme-dayshift-demo-faces-queue"
AT_WORK = 3


def kept_state(plan: Plan, tmp_path):
    """A state in which what the tests look at is as the plan would have made it, and three workers are there."""
    planned = {address: values for address, _, values in plan.resources()}
    queue = planned[QUEUE] | {"id": QUEUE_URL, "url": QUEUE_URL, "arn": "arn:aws:sqs:us-east-1:123456789012:a-queue"}
    group = planned[GROUP] | {
        "id": NAME,
        "arn": f"arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:a:autoScalingGroupName/{NAME}",
        "desired_capacity": AT_WORK,
        "launch_template": [{"id": "lt-0a1b2c3d4e5f67890", "name": NAME, "version": "1"}],
        "enabled_metrics": [],
    }
    template = {"id": "lt-0a1b2c3d4e5f67890", "name": NAME, "latest_version": 1, "default_version": 1, "user_data": ""}
    kept: dict[str, Any] = {QUEUE: queue, GROUP: group, TEMPLATE: template}
    for address in PACKAGES.values():
        kept[address] = planned[address] | {"id": planned[address]["key"], "etag": "", "force_destroy": False}
    depends = {GROUP: [TEMPLATE], TEMPLATE: [*PACKAGES.values(), QUEUE]}
    state = tmp_path / "terraform.tfstate"
    provider = plan.raw["configuration"]["provider_config"]["aws"]["full_name"]
    state.write_text(json.dumps(state_of(kept, provider, depends)))
    return state


def user_data_of(plan: Plan) -> str:
    """What the machines of this plan would run first."""
    return base64.b64decode(plan.values("aws_launch_template")[TEMPLATE]["user_data"]).decode()


def changes_of(plan: Plan) -> dict[str, Any]:
    """What would be done, and to what end, by address."""
    return {found["address"]: found["change"] for found in plan.raw["resource_changes"]}
