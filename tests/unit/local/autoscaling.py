"""The local Auto Scaling behind boto3: botocore's real serialisers and parsers, our web app, machines made of words."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from flask.testing import FlaskClient

from local.services.app import LocalApp
from local.services.autoscaling import AutoScaling
from local.services.autoscaling_instance import Instance, Moment
from local.services.autoscaling_instances import AutoScalingInstances
from local.services.autoscaling_settings import AutoScalingSettings
from local.services.autoscaling_steps import LaunchError
from local.services.autoscaling_store import AutoScalingStore
from local.services.clock import Clock
from local.services.control_routes import ControlRoutes
from local.services.firing import Engine
from local.services.machine_controls import MachineControls
from local.services.metadata import Metadata
from local.services.model_store import ModelStore
from local.services.query import Query
from local.services.sagemaker_store import SageMakerStore
from local.services.schedule_store import Store
from local.services.targets import AwsTargets
from tests.unit.adapters.wire import Raw

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
ACCOUNT = "000000000000"
PLACE = f"arn:aws:autoscaling:us-east-1:{ACCOUNT}"
NAME, TEMPLATE = "acme-dev-faces-workers", {"LaunchTemplateId": "lt-0a1b2c3d4e5f67890", "Version": "3"}
ROLE = f"arn:aws:iam::{ACCOUNT}:role/acme-dev-faces-workers"
LAUNCHING = {
    "LifecycleHookName": "launching",
    "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
    "HeartbeatTimeout": 900,
    "DefaultResult": "ABANDON",
}
TERMINATING = {
    "LifecycleHookName": "terminating",
    "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
    "HeartbeatTimeout": 150,
    "DefaultResult": "CONTINUE",
}


class ToldMachines:
    """EC2 without machines: on until they are stopped or killed; `lingering` ones take until `end_all`."""

    def __init__(self) -> None:
        self.on, self.asked_to_stop, self.killed, self.started = set[str](), set[str](), list[str](), list[str]()
        self.lingering, self.refusal = False, ""
        self._made = 0

    def launch(self, group: str, record: Mapping[str, Any], number: int, state: str, now: Moment) -> Instance:
        if self.refusal:
            raise LaunchError(self.refusal)
        self._made += 1
        instance_id = f"i-{self._made:017x}"
        self.on.add(instance_id)
        zones = record["AvailabilityZones"]
        log = [(state, now.at + self._made / 1000)]
        return Instance(instance_id, group, "c7g.large", zones[number % len(zones)], TEMPLATE, number, log, state)

    def start(self, instance_id: str) -> None:
        self.started.append(instance_id)
        self.on.add(instance_id)

    def stop(self, instance_id: str) -> None:
        self.asked_to_stop.add(instance_id)
        if not self.lingering:
            self.on.discard(instance_id)

    def end_all(self) -> None:
        self.on -= self.asked_to_stop

    def is_on(self, instance_id: str) -> bool:
        return instance_id in self.on

    def forget(self, instance_id: str) -> None:
        self.killed.append(instance_id)
        self.on.discard(instance_id)

    def profile(self, instance_id: str) -> str | None:
        return f"arn:aws:iam::{ACCOUNT}:instance-profile/{NAME}"


class ToldKeys:
    """The role's keys, as STS would give them."""

    def role(self, profile_arn: str) -> str:
        return profile_arn.rsplit("/", 1)[1]

    def of(self, instance_id: str, profile_arn: str) -> dict[str, str]:
        return {"AccessKeyId": f"ASIA{instance_id}", "Token": "t"}


class World:
    """The services behind a boto3 client. `time` is the local services' clock, `real` the machine's."""

    def __init__(self, file: Path | None = None) -> None:
        self.time, self.real, self.machines = MONDAY, 1000.0, ToldMachines()
        clock = Clock(lambda: self.time)
        self.store = AutoScalingStore(file, clock.now, lambda: self.real, self.machines, PLACE)
        groups = AutoScaling(self.store, lambda subnets: [f"us-east-1{'abc'[int(each[-1]) - 1]}" for each in subnets])
        within, settings = AutoScalingInstances(self.store), AutoScalingSettings(self.store)
        self.query = Query("autoscaling", groups.operations() | within.operations() | settings.operations())
        engine = Engine(Store(None, self.time.timestamp()), clock, AwsTargets())
        sagemaker = SageMakerStore(None, clock.now, "arn:aws:sagemaker:us-east-1:000000000000")
        controls = ControlRoutes(engine, clock, ModelStore(None, clock.now, ACCOUNT), sagemaker)
        app = LocalApp({}, {}, controls, [self.query])
        app.flask.register_blueprint(Metadata(self.store, self.machines, ToldKeys(), lambda: self.real).routes())
        MachineControls(self.store, Folders(self.machines), lambda: self.real).add_to(app.flask)
        self.web: FlaskClient = app.flask.test_client()
        self.api = self._client()

    def _client(self) -> Any:
        session: Any = boto3.Session("test", "test", region_name="us-east-1")
        client = session.client("autoscaling")
        client.meta.events.register("before-send.autoscaling", self._answer)
        return client

    def _answer(self, request: Any, **_: Any) -> Any:
        headers = {key: value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()}
        found = self.web.post("/", data=request.body, headers=headers)
        answered = HTTPHeaders()
        for key, value in found.headers.items():
            answered[key] = value
        return AWSResponse("http://local", found.status_code, answered, Raw(found.data))

    def make(self, *hooks: Mapping[str, Any], **more: Any) -> None:
        """A group as Terraform makes one."""
        given = {
            "AutoScalingGroupName": NAME,
            "MinSize": 0,
            "MaxSize": 3,
            "LaunchTemplate": TEMPLATE,
            "VPCZoneIdentifier": "subnet-00000001,subnet-00000002",
            "LifecycleHookSpecificationList": [*hooks],
        }
        self.api.create_auto_scaling_group(**{k: v for k, v in {**given, **more}.items() if v is not None})

    def pass_time(self, **time: float) -> None:
        """On both clocks."""
        self.time += timedelta(**time)
        self.real += timedelta(**time).total_seconds()
        self.store.tick()

    def want(self, capacity: int) -> None:
        self.api.set_desired_capacity(AutoScalingGroupName=NAME, DesiredCapacity=capacity)

    def group(self) -> dict[str, Any]:
        (found,) = self.api.describe_auto_scaling_groups(AutoScalingGroupNames=[NAME])["AutoScalingGroups"]
        return dict(found)

    def states(self) -> list[str]:
        return [each["LifecycleState"] for each in self.group()["Instances"]]

    def ids(self) -> list[str]:
        return [each["InstanceId"] for each in self.group()["Instances"]]

    def answer(self, hook: str, instance_id: str, result: str = "CONTINUE") -> None:
        self.api.complete_lifecycle_action(
            AutoScalingGroupName=NAME, LifecycleHookName=hook, InstanceId=instance_id, LifecycleActionResult=result
        )

    def protect(self, instance_id: str, wanted: bool = True) -> None:
        self.api.set_instance_protection(
            AutoScalingGroupName=NAME, InstanceIds=[instance_id], ProtectedFromScaleIn=wanted
        )

    def activities(self) -> list[tuple[str, str]]:
        """The newest first: the status, and what was done, without the instance."""
        found = self.api.describe_scaling_activities(AutoScalingGroupName=NAME)["Activities"]
        return [(each["StatusCode"], each["Description"].split(":")[0].split(".")[0]) for each in found]

    def tell(self, **wish: Any) -> int:
        """POST /_local/machines."""
        return self.web.post("/_local/machines", json=wish).status_code


class Folders:
    """Machines as the controls see them."""

    def __init__(self, machines: ToldMachines) -> None:
        self._machines = machines

    def forget(self, instance_id: str) -> None:
        self._machines.forget(instance_id)

    def machine(self, instance_id: str) -> Any:
        return _Folder(instance_id in self._machines.on)


class _Folder:
    folder = Path("machines")

    def __init__(self, is_on: bool) -> None:
        self._is_on, self.process = is_on, self

    def is_on(self) -> bool:
        return self._is_on

    def pid(self) -> int | None:
        return 4711 if self._is_on else None
