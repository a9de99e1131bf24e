"""The permissions that Terraform grants to start, stop and reconcile are those that they use: `permissions.json`."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dayshift import bootstrap
from dayshift.bootstrap import power
from tests.functions import Context, World

CONTRACT = json.loads((Path(__file__).parent / "permissions.json").read_text())
PATH = "/acme/test/models"
PROJECT = "arn:aws:rekognition:us-east-1:123456789012:project/logos"
VERSION = f"{PROJECT}/version/v1/1793612467000"
SPEC = {
    "name": "logos",
    "family": "custom_labels",
    "target": VERSION,
    "prefix": "incoming/logos/",
    "options": {},
    "queue_url": "https://sqs.us-east-1.amazonaws.com/123456789012/logos",
    "queue_name": "logos",
    "mapping_uuid": "14e0db71-5d35-4eb5-b481-8945cf9d10c2",
    "power": "on_deadline",
    "hours": {"timezone": "UTC", "open": ["Mon-Sun 00:00-24:00"], "closed_on": []},
    "warmup_minutes": 30,
    "results_within_minutes": 10,
}


class Answered:
    """An HTTP response of which nothing but its status is read."""

    status_code = 200


def answers() -> dict[str, Any]:
    """A model that runs, is wished to, and whose gate is shut: so all is looked at, and the gate opened."""
    switched = {"mode": "on", "until": f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}", "by": "a test"}
    stored = {"spec": SPEC, "memory": {}, "override": switched}
    parameters = [{"Name": f"{PATH}/logos/{name}", "Value": json.dumps(text)} for name, text in stored.items()]
    counts = {f"ApproximateNumberOfMessages{kind}": "1" for kind in ("", "NotVisible", "Delayed")}
    versions = [{"ProjectVersionArn": VERSION, "Status": "RUNNING"}]
    return {
        "GetParametersByPath": {"Parameters": parameters},
        "GetQueueAttributes": {"Attributes": counts},
        "GetEventSourceMapping": {"State": "Disabled"},
        "GetMetricData": {"MetricDataResults": []},
        "DescribeProjects": {"ProjectDescriptions": [{"ProjectArn": f"{PROJECT}/1"}]},
        "DescribeProjectVersions": {"ProjectVersionDescriptions": versions},
        "ListTagsForResource": {"Tags": {}},
    }


@pytest.mark.parametrize("function", ["start", "stop", "reconcile"])
def test_a_function_uses_exactly_what_it_is_granted(
    function: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PARAMETERS", PATH)
    monkeypatch.setenv("DEPLOYMENT", "acme-test")
    used, given = set[str](), answers()
    power.settings.cache_clear()
    handle = world.handler(function)

    def answer(model: Any, **_: object) -> tuple[Any, Any]:
        used.add(f"{model.service_model.service_name}:{model.name}")
        return Answered(), given.get(model.name, {})

    for service in ("ssm", "lambda", "sqs", "cloudwatch", "rekognition"):
        bootstrap.client(service).meta.events.register("before-call", answer)
    handle({"model": "logos"}, Context())
    power.settings.cache_clear()
    mine = {action for action in used if action not in CONTRACT["families_power"]["custom_labels"]}
    wanted = {*CONTRACT["functions"][function]["called"], *CONTRACT["promises"]["on_deadline"]}
    assert mine == wanted


def test_a_function_of_power_can_feed_no_queue_and_touch_no_image() -> None:
    for function in ("start", "stop", "reconcile"):
        everything = {*CONTRACT["functions"][function]["called"], *CONTRACT["functions"][function]["implied"]}
        assert not [action for action in everything if action.startswith("s3:") or action == "sqs:SendMessage"]
