"""MiniStack's dialect of IAM, for the one place where it is not AWS's.

AWS authorises the batch calls of SQS by the action of the single call: `sqs:SendMessage` permits SendMessageBatch, and
an action `sqs:SendMessageBatch` does not exist. MiniStack 1.5.33 with AUTH=true wants just that action. So the roles
of the functions get, in the emulator only, one more policy that says the same again in its words: for each statement
that names the single call, the batch call on the same resources. Nothing else is permitted by it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

BATCH_CALLS = {
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
}
POLICY_NAME = "ministack-batch-calls"


def translated(policy: Mapping[str, Any]) -> dict[str, Any] | None:
    """The policy that repeats this one's single calls as batch calls; None if it has none."""
    statements = []
    for statement in policy["Statement"]:
        named = statement.get("Action", [])
        actions = [named] if isinstance(named, str) else named
        batch = [BATCH_CALLS[action] for action in actions if action in BATCH_CALLS]
        if batch:
            statements.append({key: value for key, value in statement.items() if key != "Sid"} | {"Action": batch})
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def teach(iam: Any, roles: Iterable[str]) -> None:
    """Adds the translated policy to each role that needs one."""
    for role in roles:
        names = [name for name in iam.list_role_policies(RoleName=role)["PolicyNames"] if name != POLICY_NAME]
        policies = [_document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
        found = [each for policy in policies if (each := translated(policy)) is not None]
        if found:
            document = {**found[0], "Statement": [statement for each in found for statement in each["Statement"]]}
            iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(document))


def unteach(iam: Any, roles: Iterable[str]) -> None:
    """Takes it away again, so that Terraform finds roles with its own policies only when it deletes them."""
    for role in roles:
        if POLICY_NAME in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            iam.delete_role_policy(RoleName=role, PolicyName=POLICY_NAME)


def _document(value: Any) -> Mapping[str, Any]:
    return dict(json.loads(value) if isinstance(value, str) else value)
