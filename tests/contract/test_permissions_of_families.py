"""What each family's labeler and power ask of AWS is what `permissions.json` grants them, and nothing more."""

import json
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from dayshift import bootstrap
from dayshift.adapters.families import FAMILIES
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.domain.model import ModelSpec
from dayshift.domain.plain_image import plain_png
from dayshift.domain.ports import OwnedPower
from tests.contract.recorded import CONTRACT, Recorder, granted
from tests.fakes import RESULTS
from tests.functions import Context, World

VERSION = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/v1/1793612467000"
# A target of each family that has one, and options that it cannot do without, as Terraform would hand them over.
TARGETS = {"custom_labels": VERSION, "sagemaker": "acme-prod-m", "face_fleet": "acme-prod-m-workers"}
AT_ONCE = {"configuration": "acme-prod-m-1a2b3c4d", "classes": {"bucket": RESULTS, "key": "_models/signs/classes.txt"}}
LATER = {**AT_ONCE, "asynchronous": {"bucket": RESULTS, "prefix": "_async/signs/"}}
ANSWERED = "_async/signs/answers/1.out"
CASES = [
    ("rekognition", {}, ("labels", "text")),
    ("custom_labels", {}, ("images",)),
    ("sagemaker", AT_ONCE, ("at_once",)),
    ("sagemaker", LATER, ("asynchronous",)),
]
PAID = {"DetectLabels", "DetectText", "DetectCustomLabels", "InvokeEndpoint", "InvokeEndpointAsync"}


def test_every_grant_of_every_family_is_walked_here() -> None:
    walked = {(family, name) for family, _, names in CASES for name in names}
    assert walked == {(family, name) for family, grants in CONTRACT["families"].items() for name in grants}
    assert {family for family, _ in walked} == {name for name, family in FAMILIES.items() if family.limits is None}
    assert set(CONTRACT["families_power"]) == {name for name, family in FAMILIES.items() if family.power}


@pytest.mark.parametrize(("family", "options", "names"), CASES)
def test_a_labeler_uses_exactly_what_it_is_granted(
    world: World,
    family: str,
    options: dict[str, Any],
    names: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target, prefix = TARGETS.get(family), "incoming/signs/"
    model = {"name": "signs", "family": family, "target": target, "prefix": prefix, "options": options}
    monkeypatch.setenv("MODEL", json.dumps(model))
    for key, body in (("_models/signs/classes.txt", b"open\nclosed"), (ANSWERED, b"[0.9, 0.1]")):
        world.s3.put_object(Bucket=RESULTS, Key=key, Body=body)
    _, event = world.upload(content=plain_png(100))
    produce = world.handler("producer")
    produce(event, Context())
    produce(event, Context())
    label, recorder = world.handler("labeler"), Recorder()
    recorder.watch()
    refusals = ["InvalidS3ObjectException"]  # once, so that S3 is asked for the version, and the message told to rest

    def answer(model: Any, **_: object) -> tuple[Any, Any] | None:
        if model.name in PAID and refusals:
            raise ClientError({"Error": {"Code": refusals.pop(), "Message": ""}}, model.name)
        if model.name == "InvokeEndpoint":
            return Answered(), {"Body": BytesIO(b"[0.9, 0.1]")}
        if model.name == "InvokeEndpointAsync":
            return Answered(), {"OutputLocation": f"s3://{RESULTS}/{ANSWERED}"}
        return None

    for service in ("rekognition", "sagemaker-runtime"):
        bootstrap.client(service).meta.events.register("before-call", answer)
    assert len(label(world.batch(), Context())["batchItemFailures"]) == 1
    models = [action for name in names for action in CONTRACT["families"][family][name]]
    assert recorder.used == granted("labeler", *models)


class Service:
    """The service of a powered model, which answers what is written out: moto has no such models."""

    def __init__(self, **answers: Any) -> None:
        self.answers, self.recorder = answers, Recorder()

    def power(self, family: str, options: dict[str, Any]) -> OwnedPower:
        make = FAMILIES[family].power
        assert make
        return make(self.client, ModelSpec("m", family, TARGETS[family], "m/", options), "acme-prod")

    def client(self, service: str) -> Any:
        session: Any = boto3.Session()  # whose typed `client` wants the service's name as a literal
        made = session.client(service)
        made.meta.events.register("before-call", self._answer)
        return made

    def _answer(self, model: Any, params: Any, **_: object) -> tuple[Any, Any]:
        service = model.service_model.signing_name
        self.recorder.note(model, params) if service == "sagemaker" else self.recorder.used.add(
            f"{service}:{model.name}"
        )
        answer = self.answers.get(model.name, {})
        if isinstance(answer, str):
            raise ClientError({"Error": {"Code": answer, "Message": ""}}, model.name)
        return Answered(), answer


@pytest.mark.usefixtures("world")
def test_powering_a_project_version_uses_exactly_what_it_is_granted() -> None:
    """Of one that is there, stopped and nobody's, and then given back."""
    project, number = VERSION.partition("/version/")[0], VERSION.rpartition("/")[2]
    service = Service(
        DescribeProjects={"ProjectDescriptions": [{"ProjectArn": f"{project}/{number}"}]},
        DescribeProjectVersions={"ProjectVersionDescriptions": [{"ProjectVersionArn": VERSION, "Status": "STOPPED"}]},
        ListTagsForResource={"Tags": {}},
    )
    power = service.power("custom_labels", {})
    for verb in (power.describe, power.start, power.stop, power.probe):
        verb()
    service.answers["ListTagsForResource"] = {"Tags": {"dayshift:deployment": "acme-prod"}}  # since `start`
    power.release()
    assert service.recorder.used == set(CONTRACT["families_power"]["custom_labels"])


@pytest.mark.usefixtures("world")
def test_powering_an_endpoint_uses_exactly_what_it_is_granted() -> None:
    """Of one that is not there, then runs, then failed."""
    service = Service(DescribeEndpoint="ValidationException", InvokeEndpoint={"Body": BytesIO(b"[1.0]")})
    power = service.power("sagemaker", AT_ONCE)
    power.start()
    found = {"EndpointArn": "arn:aws:sagemaker:::", "EndpointConfigName": AT_ONCE["configuration"]}
    service.answers["ListTags"] = {"Tags": [{"Key": "dayshift:deployment", "Value": "acme-prod"}]}
    for word in ("InService", "Failed"):
        service.answers["DescribeEndpoint"] = {**found, "EndpointStatus": word}
        power.describe()
        power.release()
    power.probe()
    power.stop()
    assert service.recorder.used == set(CONTRACT["families_power"]["sagemaker"])


@pytest.mark.usefixtures("world")
def test_powering_a_fleet_uses_exactly_what_it_is_granted() -> None:
    """Of one whose launches fail, and of its gate."""
    mine = {"Key": "dayshift:deployment", "Value": "acme-prod"}
    group = {"DesiredCapacity": 1, "Instances": [], "Tags": [mine]}
    service = Service(
        DescribeAutoScalingGroups={"AutoScalingGroups": [group]}, DescribeScalingActivities={"Activities": []}
    )
    power = service.power("face_fleet", {})
    for verb in (power.describe, power.start, power.stop, power.probe, power.release):
        verb()
    service.answers["GetParameter"] = {"Parameter": {"Value": "{}"}}
    gate = GateParameter(service.client("ssm"), "/acme/prod/models/m/gate")
    gate.state()
    gate.enable()
    assert service.recorder.used == {*CONTRACT["families_power"]["face_fleet"], *CONTRACT["gates"]["parameter"]}


@dataclass(frozen=True)
class Answered:
    """An HTTP response of which nothing but its status is read."""

    status_code: int = 200
