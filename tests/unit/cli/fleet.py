"""A fleet `faces` beside `signs` and `pets`: its parameters and gallery in moto, its group faked, and the function
`reconcile` as the real service over them."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import boto3

from dayshift.adapters.arrivals import CloudWatchArrivals
from dayshift.adapters.face_fleet_power import FaceFleetPower
from dayshift.adapters.gate_parameter import GateParameter
from dayshift.adapters.power_state import SsmPowerState, read_models
from dayshift.adapters.sqs import SqsQueue
from dayshift.domain.detections import BoundingBox
from dayshift.domain.faces import NUMBERS, Face
from dayshift.domain.gallery import Photo, looked_at, person_of, to_json
from dayshift.domain.memory import Memory
from dayshift.domain.plain_image import plain_png
from dayshift.domain.powered import PoweredModel
from dayshift.services.reconcile import ReconcilePorts, reconcile
from tests.unit.cli.conftest import IMAGES, REGION, RESULTS, World

PATH = "/dayshift/test/models"
GROUP = "dayshift-test-faces-workers"
HOURS = {"timezone": "Europe/Berlin", "open": ["Mon-Fri 09:00-18:00"]}
FLEET = {"maximum": 19, "images_per_minute": 60, "clear_within_minutes": 5, "idle_minutes": 5}


@dataclass
class Faces:
    """The fleet as AWS has it; tests change it."""

    aws: World
    capacity: int = 0
    instances: list[str] = field(default_factory=list)
    told: list[int] = field(default_factory=list)  # the capacities that were set

    def store(self, memory: Memory | None = None, override: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Writes the four parameters; `changes` are of the spec."""
        spec = {
            "name": "faces", "family": "face_fleet", "target": GROUP, "prefix": "incoming/faces/",
            "options": {"gallery": {"bucket": IMAGES, "prefix": "gallery/"}, "maximum_distance": 0.6},
            "queue_url": self.aws.url("faces"), "queue_name": "dayshift-test-faces-queue", "mapping_uuid": None,
            "power": "office_hours", "hours": HOURS, "warmup_minutes": 5, "usd_per_hour": 0.1,
            "images_per_minute": 60 * 19, "fleet": FLEET, **changes,
        }  # fmt: skip
        values = {"spec": spec, "memory": memory.to_json() if memory else {}, "override": override or {}, "gate": {}}
        for leaf, value in values.items():
            self.write(leaf, json.dumps(value))

    def write(self, leaf: str, text: str) -> None:
        """Writes one parameter as it is."""
        self.aws.ssm.put_parameter(Name=f"{PATH}/faces/{leaf}", Type="String", Value=text, Overwrite=True)

    def run(self, workers: int) -> None:
        """So many are in service, and the gate is open."""
        self.capacity, self.instances = workers, ["InService"] * workers
        self.write("gate", '{"open":true}')

    def put(self, key: str, body: bytes = b"a photo") -> str:
        """A photo that somebody laid into the bucket by hand; its version id."""
        return str(self.aws.s3.put_object(Bucket=IMAGES, Key=key, Body=body)["VersionId"])

    def index(self, name: str, faces: Mapping[str, int], version: str = "etag") -> str:
        """An index in which a worker saw so many faces by key, told apart by ETag as the workers do; its key."""
        photos = []
        for key, count in faces.items():
            head = self.aws.s3.head_object(Bucket=IMAGES, Key=key)
            told = head["ETag"].strip('"') if version == "etag" else head["VersionId"]
            photo = Photo(str(person_of(key, "gallery/")), key, told, head["ContentLength"])
            photos.append(looked_at(photo, [Face(BoundingBox(0, 0, 0.5, 0.5), (0.1,) * NUMBERS)] * count))
        self.aws.s3.put_object(Bucket=RESULTS, Key=f"_gallery/faces/{name}.json", Body=to_json(photos).encode())
        return f"_gallery/faces/{name}.json"

    def left(self, bucket: str, prefix: str) -> list[str]:
        """The keys of all versions and delete markers."""
        found = self.aws.s3.list_object_versions(Bucket=bucket, Prefix=prefix)
        return [one["Key"] for one in (*found.get("Versions", ()), *found.get("DeleteMarkers", ()))]


def photo_bytes(number: int = 0) -> bytes:
    """A PNG, another for each number."""
    return plain_png(64) + bytes([number])


def deploy_faces(aws: World, **changes: Any) -> Faces:
    """Adds the fleet to the deployment; `changes` are of its spec."""
    queues = {
        f"{role}_url": aws.sqs.create_queue(QueueName=f"dayshift-test-faces-{role}")["QueueUrl"]
        for role in ("queue", "dlq")
    }
    aws.deployment["models"]["faces"] = {
        "family": "face_fleet", "prefix": "incoming/faces/", **queues, "labeler": None, "mapping_uuid": None,
        "group": GROUP, "gallery": "gallery/", "power": changes.get("power", "office_hours"),
        "parameters": f"{PATH}/faces", "queue_name": "dayshift-test-faces-queue",
    }  # fmt: skip
    aws.deployment["functions"] |= {name: f"dayshift-test-{name}" for name in ("start", "stop", "reconcile")}
    aws.redeploy()
    faces = Faces(aws)
    faces.store(**changes)
    _answer(aws, faces)
    return faces


def _answer(aws: World, faces: Faces) -> None:
    def set_capacity(given: Mapping[str, Any]) -> Any:
        faces.capacity = given["DesiredCapacity"]
        faces.told.append(faces.capacity)
        return {}

    aws.answers |= {
        "DescribeAutoScalingGroups": lambda _: {"AutoScalingGroups": [_group(faces)]},
        "DescribeScalingActivities": lambda _: {"Activities": []},
        "SetDesiredCapacity": set_capacity,
        "Invoke": lambda given: _invoked(aws, given),
        "GetCallerIdentity": lambda _: {"Arn": "arn:aws:sts::123456789012:assumed-role/Operators/ada"},
    }


def _group(faces: Faces) -> Mapping[str, Any]:
    states: Sequence[str] = faces.instances
    return {
        "DesiredCapacity": faces.capacity,
        "Tags": [{"Key": "dayshift:deployment", "Value": "dayshift-test"}],
        "Instances": [{"InstanceId": f"i-{number}", "LifecycleState": state} for number, state in enumerate(states)],
    }


def _invoked(aws: World, given: Mapping[str, Any]) -> Any:
    """The function `reconcile`, as its handler answers."""
    wish = json.loads(given["Payload"])
    session: Any = boto3.Session(region_name=REGION)  # typed, its `client` wants the name as a literal
    client = session.client
    (one,) = [one for one in read_models(client("ssm"), PATH) if one.name == wish["model"]]
    model = PoweredModel.from_stored(one.spec_text, one.memory_text, one.override_text, aws.now)
    ports = ReconcilePorts(
        model=model,
        power=FaceFleetPower(client("autoscaling"), model.spec, "dayshift-test"),
        gate=GateParameter(client("ssm"), f"{PATH}/faces/gate"),
        queue=SqsQueue(client("sqs"), model.queue_url),
        state=SsmPowerState(client("ssm"), PATH, one.name),
        arrivals=CloudWatchArrivals(lambda: client("cloudwatch"), model.queue_name),
    )
    beat = reconcile(ports, aws.now)
    value = json.loads(json.dumps(asdict(beat) | {"memory": beat.memory.to_json()}, default=str))
    return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps({"models": {one.name: value}}).encode())}
