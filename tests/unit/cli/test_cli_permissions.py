"""The sample policy of docs/cli.md is enough for looking at and switching powered models, and nothing of it is idle."""

import json
import re
from pathlib import Path
from typing import Any

from tests.unit.cli.powered import deploy_logos

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
SERVICES = {
    "GetParameter": "ssm", "GetParametersByPath": "ssm", "PutParameter": "ssm", "GetQueueAttributes": "sqs",
    "GetEventSourceMapping": "lambda", "GetMetricData": "cloudwatch", "DescribeProjects": "rekognition",
    "DescribeProjectVersions": "rekognition", "ListTagsForResource": "rekognition",
}  # fmt: skip
FREE = {"GetCallerIdentity"}  # AWS STS: needs no permission


def _policy() -> dict[str, list[str]]:
    """The actions allowed by statement."""
    (text,) = re.findall(r"```json\n(\{.*?)```", PAGE, flags=re.DOTALL)
    actions = {one["Sid"]: one["Action"] for one in json.loads(text)["Statement"]}
    return {sid: [action] if isinstance(action, str) else action for sid, action in actions.items()}


def test_the_policy_in_the_docs_is_exactly_what_the_commands_call(aws: Any) -> None:
    logos = deploy_logos(aws, power="on_deadline", results_within_minutes=10)
    function = aws.answers["Invoke"]
    called: set[str] = set()

    def invoke(given: Any) -> Any:
        """The function's own calls are not the command's."""
        before = len(aws.calls)
        answer = function(given)
        del aws.calls[before:]
        return answer

    aws.answers["Invoke"] = invoke
    empty = {
        "MetricDataResults": [{"Id": "sent", "StatusCode": "Complete", "Label": "x", "Timestamps": [], "Values": []}]
    }
    aws.answers["GetMetricData"] = lambda _: empty
    for command in (["status"], ["on", "logos", "--for", "1h"], ["auto", "logos"], ["schedule", "logos"], ["costs"]):
        aws.calls.clear()
        result = aws.run(*command)
        assert result.exit_code == 0, (command, result.stderr)
        called |= {operation for operation, _ in aws.calls} - FREE
    actions = {"lambda:InvokeFunction" if name == "Invoke" else f"{SERVICES[name]}:{name}" for name in called}
    assert {action for group in _policy().values() for action in group} == actions
    assert logos.override() == {}


def test_who_only_looks_calls_nothing_of_what_switches(aws: Any) -> None:
    deploy_logos(aws)
    aws.calls.clear()
    assert (_policy()["Switch"], _policy()["AtOnce"]) == (["ssm:PutParameter"], ["lambda:InvokeFunction"])
    for command in (["status"], ["schedule", "logos"]):
        assert aws.run(*command).exit_code == 0
    assert not {"PutParameter", "Invoke"} & {operation for operation, _ in aws.calls}
