"""SageMaker endpoints through everything that a user would deploy: they exist only while somebody needs them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.controls import Controls
from local.stack import LocalAws, free_ports
from tests.e2e.powered import Image, Powered, until

VARIABLES = Path(__file__).parent / "endpoint.tfvars"
# What may be seen of endpoint and mapping over a day, in this order; looks in between may miss some.
ORDER = [
    ("DELETED", "Disabled"), ("Creating", "Disabled"), ("InService", "Disabled"), ("InService", "Enabled"),
    ("InService", "Disabled"), ("Deleting", "Disabled"), ("DELETED", "Disabled"),
]  # fmt: skip
WHOLE_DAY = ["Creating", "InService", "Deleting", "DELETED"]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """A local AWS of its own with two endpoints' models, since the last test destroys what is deployed."""
    with LocalAws(tmp_path_factory.mktemp("endpoint"), free_ports()) as aws:
        yield aws


@pytest.fixture(scope="module")
def flowers(stack: LocalAws) -> Powered:
    """The model whose endpoint answers at once, before its first day."""
    deployed = stack.deploy(VARIABLES).values
    Controls(stack).tell("dayshift-endpoint-logos", start_delay_seconds=20 * 60, stop_delay_seconds=120)
    Controls(stack).tell("dayshift-endpoint-flowers", start_delay_seconds=20 * 60, stop_delay_seconds=120)
    return Powered(stack, deployed, "flowers")


@pytest.fixture(scope="module")
def logos(flowers: Powered) -> Powered:
    """The model whose endpoint answers through S3."""
    return Powered(flowers.aws, flowers.deployment, "logos")


def names(model: Powered, image: Image) -> list[str]:
    """What was seen in an image."""
    return [found["name"] for found in (model.record(image) or {})["detections"]]


def test_images_wait_while_there_is_no_endpoint_and_the_gate_is_never_open_without_one(flowers: Powered) -> None:
    flowers.next_morning()
    sagemaker = flowers.aws.client("sagemaker")
    with flowers.watched() as watch:
        flowers.go(7)
        images = {flowers.upload(f"{name} 1.png"): name for name in ("aster", "sunflower", "tulip")}
        until(lambda: flowers.depth() == 3, "3 images in the queue")
        flowers.go(8, 25)
        assert sagemaker.list_endpoints()["Endpoints"] == []
        flowers.go(9)
        until(lambda: all(flowers.record(image) for image in images), "every image that waited is read")
        tags = sagemaker.list_tags(ResourceArn=sagemaker.describe_endpoint(EndpointName=flowers.target)["EndpointArn"])
        stranger = flowers.upload("awning 1.png")
        until(lambda: flowers.record(stranger) is not None, "an image is read by day")
        flowers.go(17, 55, skip=True)
        # The stop lasts long enough that its side of the order is seen too.
        flowers.controls.spoil("sagemaker.DeleteEndpoint", "latency", latency_ms=1000)
        flowers.go(18, 30)
    assert {image: names(flowers, image) for image in images} == {image: [name] for image, name in images.items()}
    record = flowers.record(next(iter(images))) or {}
    configuration = f"{flowers.controls.model(flowers.target)['configuration']}/main"
    assert (record["detections"][0]["kind"], record["model"]["version"]) == ("class", configuration)
    assert (flowers.record(stranger) or {})["status"] == "none"
    assert {"Key": "dayshift:deployment", "Value": "dayshift-endpoint"} in tags["Tags"]
    assert [status for status, _ in flowers.log()] == WHOLE_DAY
    times = dict(flowers.log())
    assert (times["Creating"], times["InService"]) == ("08:30", "08:50")
    assert "18:00" <= times["Deleting"] <= "18:15"
    assert is_in_order(watch.pairs), watch.pairs
    assert {("InService", "Enabled"), ("InService", "Disabled")} <= set(watch.pairs)
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert flowers.depth("dlq_url") == 0


def test_a_second_plan_is_clean_by_night_and_by_day_and_an_apply_closes_and_wakes_nothing(flowers: Powered) -> None:
    flowers.next_morning(hour=8)
    assert flowers.aws.plan_is_clean(VARIABLES)
    flowers.go(9)
    assert (flowers.model(), flowers.mapping()) == ("InService", "Enabled")
    assert flowers.aws.plan_is_clean(VARIABLES)
    assert flowers.aws.deploy(VARIABLES, {"memory_mb": "{ labeler = 640, producer = 320 }"}).applied
    assert (flowers.model(), flowers.mapping()) == ("InService", "Enabled")
    flowers.go(17, 55, skip=True)
    flowers.go(18, 30)
    assert flowers.aws.deploy(VARIABLES).applied
    assert (flowers.model(), flowers.mapping()) == ("DELETED", "Disabled")
    assert [status for status, _ in flowers.log()] == WHOLE_DAY


def test_an_endpoint_that_answers_later_is_asked_once_and_heard(logos: Powered) -> None:
    logos.next_morning(hour=8)
    logos.go(9)
    asked = logos.controls.calls("sagemaker-runtime.InvokeEndpointAsync")
    images = {logos.upload(f"{name} 2.png"): name for name in ("harbour", "lantern")}
    until(lambda: all(logos.record(image) for image in images), "every image is read", seconds=90)
    assert {image: names(logos, image) for image in images} == {image: [name] for image, name in images.items()}
    assert logos.controls.calls("sagemaker-runtime.InvokeEndpointAsync") - asked == len(images)


def test_what_the_container_cannot_read_is_refused_and_costs_no_other_image(flowers: Powered) -> None:
    flowers.next_morning(hour=8)
    flowers.go(9)
    whole = flowers.picture("tulip 2.png")
    wanted = {
        flowers.put("whole.png", whole): ("ok", None),
        flowers.put("cut.png", whole[: len(whole) // 2]): ("rejected", "unreadable"),
        flowers.put("page.png", b"<html>" + b"x" * 500): ("rejected", "unsupported_format"),
    }
    until(lambda: all(flowers.record(image) for image in wanted), "every image has its record")
    records = {image: flowers.record(image) or {} for image in wanted}
    ends = {image: (each["status"], each["reason"] and each["reason"].split(":")[0]) for image, each in records.items()}
    assert ends == wanted
    assert flowers.depth("dlq_url") == 0


def test_throttling_errors_lost_answers_a_failed_start_and_a_system_update_heal(flowers: Powered) -> None:
    flowers.next_morning(hour=8)
    spoil, target = flowers.controls.spoil, flowers.target
    starts = flowers.controls.model(target)["starts"]
    spoil("sagemaker.CreateEndpoint", "throttle", times=2)
    spoil("sagemaker.CreateEndpoint", "reset_after", times=1)
    spoil("sagemaker.DescribeEndpoint", "server_error", times=4)
    spoil("sagemaker-runtime.InvokeEndpoint", "error", code="ModelNotReadyException", status=429, times=2)
    flowers.controls.tell(target, fail_next_starts=1)
    flowers.go(10)
    assert (flowers.model(), flowers.mapping()) == ("InService", "Enabled")
    spoil("sagemaker-runtime.InvokeEndpoint", "throttle", times=1)
    image = flowers.upload("sunflower 2.png")
    until(lambda: flowers.record(image) is not None, "an image is read", seconds=120)
    flowers.go(17, 55, skip=True)
    flowers.controls.tell(target, state="SystemUpdating", update_delay_seconds=20 * 60)
    flowers.go(18, 14)
    assert (flowers.model(), flowers.mapping()) == ("SystemUpdating", "Disabled")  # AWS refuses to delete it now
    spoil("sagemaker.DeleteEndpoint", "reset_after", times=1)
    flowers.go(18, 45)
    assert (flowers.model(), flowers.mapping()) == ("DELETED", "Disabled")
    assert [status for status, _ in flowers.log()] == [
        "Creating", "Failed", "Deleting", "DELETED", "Creating", "InService", "SystemUpdating", "InService",
        "Deleting", "DELETED",
    ]  # fmt: skip
    assert flowers.controls.model(target)["starts"] - starts == 2  # the one that failed, and the one that ran


def test_another_configuration_stops_the_endpoint_first_and_no_image_is_lost(flowers: Powered, tmp_path: Path) -> None:
    flowers.next_morning(hour=8)
    flowers.go(9)
    old = flowers.controls.model(flowers.target)["configuration"]
    flowers.controls.tell(flowers.target, stop_delay_seconds=0)  # the clock stands: it would be deleted for ever
    changed = tmp_path / VARIABLES.name
    changed.write_text(VARIABLES.read_text().replace("classifier:1", "classifier:2", 1))
    flowers.aws.deploy(changed)
    assert (flowers.model(), flowers.mapping()) == ("DELETED", "Disabled")
    kept = flowers.aws.client("sagemaker").list_endpoints()["Endpoints"]
    assert [each["EndpointName"] for each in kept] == ["dayshift-endpoint-logos"]  # which did not change
    image = flowers.upload("tulip 1.png")
    flowers.go(9, 40)
    until(lambda: flowers.record(image) is not None, "what came meanwhile is read")
    new = flowers.controls.model(flowers.target)["configuration"]
    assert new != old
    assert (flowers.record(image) or {})["model"]["version"] == f"{new}/main"
    assert flowers.controls.configurations_deleted_in_use() == []
    assert flowers.aws.plan_is_clean(changed)


def test_the_backstop_needs_none_of_our_functions(flowers: Powered) -> None:
    flowers.next_morning(hour=8)
    flowers.go(9)
    assert flowers.model() == "InService"
    flowers.go(17, 55, skip=True)
    with flowers.functions_broken():
        flowers.go(18, 29)
        assert flowers.model() == "InService"
        flowers.go(18, 33)
        assert flowers.model() == "DELETED"


def test_each_role_may_do_its_part_and_no_more(flowers: Powered) -> None:
    iam, account = flowers.aws.client("iam"), flowers.aws.client("sts").get_caller_identity()["Account"]
    place = f"arn:aws:sagemaker:us-east-1:{account}"
    configuration = f"{place}:endpoint-config/{options(flowers)['configuration']}"

    def may(function: str, action: str, resource: str) -> bool:
        answer = iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{account}:role/{function}", ActionNames=[action], ResourceArns=[resource]
        )
        return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")

    own, other = (f"{place}:endpoint/dayshift-endpoint-{name}" for name in ("flowers", "logos"))
    labeler, reconcile = flowers.spec["labeler"], flowers.deployment["functions"]["reconcile"]
    assert may(labeler, "sagemaker:InvokeEndpoint", own)
    assert not may(labeler, "sagemaker:InvokeEndpoint", other)
    assert not may(labeler, "sagemaker:CreateEndpoint", own)
    assert may(reconcile, "sagemaker:CreateEndpoint", own)
    assert may(reconcile, "sagemaker:CreateEndpoint", configuration)
    assert not may(reconcile, "sagemaker:DeleteEndpointConfig", configuration)
    assert not may(reconcile, "sagemaker:DeleteEndpoint", f"{place}:endpoint/another-prod-flowers")


def test_destroy_leaves_no_endpoint(flowers: Powered, logos: Powered) -> None:
    flowers.next_morning(hour=8)
    for model in (flowers, logos):
        model.controls.tell(model.target, state=model.asleep, stop_delay_seconds=0)  # the clock stands
    flowers.go(9)
    assert (flowers.model(), logos.model()) == ("InService", "InService")
    flowers.aws.destroy(VARIABLES)
    sagemaker = flowers.aws.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    assert (flowers.model(), logos.model()) == ("DELETED", "DELETED")
    known: dict[str, Any] = json.loads(flowers.aws.services_call("/_local/models"))
    assert (known["endpoint_configurations"], known["configurations_deleted_in_use"]) == ([], [])


def options(model: Powered) -> dict[str, Any]:
    """What the running system knows of the model."""
    found = model.aws.client("ssm").get_parameter(Name=f"{model.spec['parameters']}/spec")["Parameter"]["Value"]
    return dict(json.loads(found)["options"])


def is_in_order(pairs: list[tuple[str, str]]) -> bool:
    """Whether they come in this order, though some may be missing."""
    left = iter(ORDER)
    return all(pair in left for pair in pairs)
