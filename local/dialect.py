"""MiniStack's dialect of IAM, for the places where it is not AWS's.

MiniStack 1.5.33 with AUTH=true checks three kinds of calls by another action, or on another resource, than AWS:

| call | AWS checks | MiniStack checks |
|---|---|---|
| the batch calls of SQS | the action of the single call | an action `sqs:…Batch`, which AWS does not have |
| lambda:GetEventSourceMapping | itself, with conditions | `lambda:ListEventSourceMappings`, without them |
| ssm:GetParametersByPath | the path's parameters | resource `*` |

So the roles of the functions get, in the emulator only, one more policy that says the same again in its words: for
each statement that names such an action, what MiniStack wants for it. Nothing else is permitted by it.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

SAME_RESOURCE = {
    "sqs:SendMessage": "sqs:SendMessageBatch",
    "sqs:DeleteMessage": "sqs:DeleteMessageBatch",
    "sqs:ChangeMessageVisibility": "sqs:ChangeMessageVisibilityBatch",
}
ANY_RESOURCE = {
    "lambda:GetEventSourceMapping": "lambda:ListEventSourceMappings",
    "ssm:GetParametersByPath": "ssm:GetParametersByPath",
}
OURS = "ministack-"
POLICY_NAME = f"{OURS}dialect"


def translated(policy: Mapping[str, Any]) -> dict[str, Any] | None:
    """The policy that says this one's calls again in MiniStack's words; None if it has none that need it."""
    statements = []
    for statement in policy["Statement"]:
        named = statement.get("Action", [])
        actions = [named] if isinstance(named, str) else named
        plain = {key: value for key, value in statement.items() if key != "Sid"}
        if same := [SAME_RESOURCE[action] for action in actions if action in SAME_RESOURCE]:
            statements.append(plain | {"Action": same})
        if free := [ANY_RESOURCE[action] for action in actions if action in ANY_RESOURCE]:
            statements.append({"Effect": statement["Effect"], "Action": free, "Resource": "*"})
    return {"Version": "2012-10-17", "Statement": statements} if statements else None


def teach(iam: Any, roles: Iterable[str]) -> None:
    """Adds the translated policy to each role that needs one."""
    for role in roles:
        names = [name for name in iam.list_role_policies(RoleName=role)["PolicyNames"] if not name.startswith(OURS)]
        policies = [_document(iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
        found = [each for policy in policies if (each := translated(policy)) is not None]
        if found:
            document = {**found[0], "Statement": [statement for each in found for statement in each["Statement"]]}
            iam.put_role_policy(RoleName=role, PolicyName=POLICY_NAME, PolicyDocument=json.dumps(document))


def unteach(iam: Any, roles: Iterable[str]) -> None:
    """Takes it away again, so that Terraform finds roles with its own policies only when it deletes them."""
    for role in roles:
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            if name.startswith(OURS):
                iam.delete_role_policy(RoleName=role, PolicyName=name)


def _document(value: Any) -> Mapping[str, Any]:
    return dict(json.loads(value) if isinstance(value, str) else value)
