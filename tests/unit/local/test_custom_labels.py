"""Powering a project version as boto3 sees it: real serialisers and parsers of botocore, our operations in between."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from PIL import Image

from local.places import SAMPLES
from local.services.clock import Clock
from local.services.custom_labels import CustomLabels
from local.services.image_source import ImageSource
from local.services.model_controls import change, shown
from local.services.model_store import ModelStore
from local.services.service_error import ServiceError
from local.vision.examples import Examples

MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
PLACE = "arn:aws:rekognition:us-east-1:000000000000"
PROJECT = f"{PLACE}:project/logos/1767225600000"
VERSION = f"{PLACE}:project/logos/version/v1/1767229300000"


class World:
    """The operations behind a boto3 client, on a clock that moves when it is told."""

    def __init__(self, file: Path | None = None) -> None:
        self.time, self.file = MONDAY, file
        self.clock = Clock(lambda: self.time)
        self.store = ModelStore(file, self.clock.now, "000000000000")
        self.operations = CustomLabels(self.store, ImageSource(None), Examples(SAMPLES), PLACE).operations()
        self.client: Any = boto3.client(
            "rekognition", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        self.client.meta.events.register("before-send.rekognition", self._answer)

    def _answer(self, request: Any, **_: Any) -> Any:
        operation = request.headers["X-Amz-Target"].decode().split(".")[1]
        try:
            status, body = 200, self.operations[operation](json.loads(request.body))
        except ServiceError as error:
            status, body = error.status, {"__type": error.code, "message": error.message}
        raw = io.BytesIO(json.dumps(body).encode())
        raw.stream = lambda **_: iter([raw.getvalue()])  # type: ignore[attr-defined]
        return AWSResponse("http://local", status, HTTPHeaders(), raw)

    def pass_time(self, **time: float) -> None:
        self.time += timedelta(**time)

    def start(self, units: int = 1) -> str:
        return str(self.client.start_project_version(ProjectVersionArn=VERSION, MinInferenceUnits=units)["Status"])

    def stop(self) -> str:
        return str(self.client.stop_project_version(ProjectVersionArn=VERSION)["Status"])

    def described(self) -> dict[str, Any]:
        (found,) = self.client.describe_project_versions(ProjectArn=PROJECT, VersionNames=["v1"])[
            "ProjectVersionDescriptions"
        ]
        return dict(found)

    def status(self) -> str:
        return str(self.described()["Status"])

    def tell(self, **wish: Any) -> None:
        change(self.store, {"version_arn": VERSION, **wish})

    def log(self) -> list[tuple[str, str]]:
        (model,) = shown(self.store)["models"]
        return [(entry["status"], entry["at"][11:16]) for entry in model["log"]]


@pytest.fixture
def world() -> World:
    return World()


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(ClientError) as error:
        call()
    return str(error.value.response["Error"]["Code"])


def test_a_version_nobody_made_is_there_and_trained(world: World) -> None:
    found = world.described()
    assert (found["Status"], found["ProjectVersionArn"].split("/")[1]) == ("TRAINING_COMPLETED", "logos")
    assert isinstance(found["CreationTimestamp"], datetime)
    assert world.start() == "STARTING"
    assert world.described()["ProjectVersionArn"] == VERSION  # its number is known since the start


def test_starting_and_stopping_take_their_delays_on_the_local_clock(world: World) -> None:
    world.tell(start_delay_seconds=600, stop_delay_seconds=60)
    world.start(units=2)
    world.pass_time(seconds=599)
    assert world.status() == "STARTING"
    world.pass_time(seconds=1)
    found = world.described()
    assert (found["Status"], found["MinInferenceUnits"], found["StatusMessage"]) == (
        "RUNNING",
        2,
        "The model is running.",
    )
    world.pass_time(hours=9)
    assert world.stop() == "STOPPING"
    world.pass_time(minutes=30)
    assert world.status() == "STOPPED"
    # What became due is logged at its own instant, not when somebody looked.
    assert world.log() == [
        ("TRAINING_COMPLETED", "07:30"), ("STARTING", "07:30"), ("RUNNING", "07:40"), ("STOPPING", "16:40"),
        ("STOPPED", "16:41"),
    ]  # fmt: skip


def test_the_controls_say_how_long_each_state_lasted(world: World) -> None:
    world.start()
    world.pass_time(minutes=50)
    (model,) = shown(world.store)["models"]
    assert model["seconds"] == {"TRAINING_COMPLETED": 0, "STARTING": 1200, "RUNNING": 1800}
    assert (model["starts"], model["owner"], model["status"]) == (1, None, "RUNNING")


@pytest.mark.parametrize(
    ("status", "start", "stop"),
    [
        ("TRAINING_COMPLETED", None, "ResourceInUseException"),
        ("STOPPED", None, "ResourceInUseException"),
        ("FAILED", None, "ResourceInUseException"),
        ("STARTING", "ResourceInUseException", "ResourceInUseException"),
        ("RUNNING", "ResourceInUseException", None),
        ("STOPPING", "ResourceInUseException", "ResourceInUseException"),
        ("EXPIRED", "InvalidParameterException", "ResourceInUseException"),
        ("DELETED", "ResourceNotFoundException", "ResourceNotFoundException"),
    ],
)
def test_each_state_takes_or_refuses_a_start_and_a_stop(
    world: World, status: str, start: str | None, stop: str | None
) -> None:
    for call, code in ((world.start, start), (world.stop, stop)):
        world.tell(state=status)
        if code is None:
            call()
        else:
            assert refusal(call) == code


def test_a_start_that_is_to_fail_fails_once_after_its_delay_and_is_counted(world: World) -> None:
    world.tell(fail_next_starts=1)
    world.start()
    world.pass_time(minutes=20)
    assert world.status() == "FAILED"
    world.start()
    world.pass_time(minutes=20)
    assert world.status() == "RUNNING"
    assert shown(world.store)["models"][0]["starts"] == 2


def test_a_clock_that_is_set_back_lets_what_is_under_way_begin_anew(world: World) -> None:
    world.start()
    world.pass_time(days=-30)
    assert world.status() == "STARTING"
    world.pass_time(minutes=20)
    assert world.status() == "RUNNING"
    world.pass_time(days=-30)
    assert world.log()[-1][0] == world.status() == "RUNNING"
    assert len(world.log()) == 4  # what is not under way stays as it is


def test_states_tags_delays_and_the_log_outlive_a_restart(tmp_path: Path) -> None:
    world = World(tmp_path / "models.json")
    world.tell(start_delay_seconds=300, owner="dayshift-local")
    world.start()
    later = World(tmp_path / "models.json")
    later.time = MONDAY + timedelta(minutes=5)
    assert later.status() == "RUNNING"
    assert later.client.list_tags_for_resource(ResourceArn=VERSION)["Tags"] == {"dayshift:deployment": "dayshift-local"}
    assert [status for status, _ in later.log()] == ["TRAINING_COMPLETED", "STARTING", "RUNNING"]


def test_tags_are_added_changed_and_removed(world: World) -> None:
    world.client.tag_resource(ResourceArn=VERSION, Tags={"team": "brand", "dayshift:deployment": "a"})
    world.client.tag_resource(ResourceArn=VERSION, Tags={"dayshift:deployment": "b"})
    assert shown(world.store)["models"][0]["owner"] == "b"
    world.client.untag_resource(ResourceArn=VERSION, TagKeys=["dayshift:deployment", "never there"])
    assert world.client.list_tags_for_resource(ResourceArn=VERSION)["Tags"] == {"team": "brand"}
    world.tell(owner="another-prod")
    assert shown(world.store)["models"][0]["owner"] == "another-prod"
    world.tell(owner=None)
    assert shown(world.store)["models"][0]["owner"] is None


def test_a_deleted_version_is_not_described(world: World) -> None:
    world.tell(state="DELETED")
    answer = world.client.describe_project_versions(ProjectArn=PROJECT, VersionNames=["v1"])
    assert answer["ProjectVersionDescriptions"] == []


def test_versions_are_described_in_pages_the_newest_first(world: World) -> None:
    for number in range(5):
        arn = f"{PLACE}:project/logos/version/v{number}/176722930000{number}"
        change(world.store, {"version_arn": arn, "state": "STOPPED"})
    pages = world.client.get_paginator("describe_project_versions").paginate(
        ProjectArn=PROJECT, PaginationConfig={"PageSize": 2}
    )
    found = [[one["ProjectVersionArn"].split("/")[3] for one in page["ProjectVersionDescriptions"]] for page in pages]
    assert found == [["v4", "v3"], ["v2", "v1"], ["v0"]]
    code = refusal(lambda: world.client.describe_project_versions(ProjectArn=PROJECT, NextToken="next"))
    assert code == "InvalidPaginationTokenException"


def test_a_project_is_found_by_its_name_and_not_by_its_versions_number(world: World) -> None:
    (project,) = world.client.describe_projects(ProjectNames=["logos"])["ProjectDescriptions"]
    assert project["ProjectArn"] == PROJECT
    world.start()
    guessed = f"{PLACE}:project/logos/1767229300000"
    assert refusal(lambda: world.client.describe_project_versions(ProjectArn=guessed)) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("arn", "code"),
    [
        (VERSION.replace("1767229300000", "1767229300001"), "ResourceNotFoundException"),  # another creation
        (VERSION.replace("000000000000", "111122223333"), "AccessDeniedException"),
        ("arn:aws:rekognition:us-east-1:000000000000:project/logos", "InvalidParameterException"),
    ],
)
def test_what_is_not_a_version_of_this_account_is_refused(world: World, arn: str, code: str) -> None:
    world.start()
    assert refusal(lambda: world.client.stop_project_version(ProjectVersionArn=arn)) == code


@pytest.mark.parametrize("units", [{"MinInferenceUnits": 0}, {"MinInferenceUnits": 3, "MaxInferenceUnits": 2}])
def test_units_that_mean_nothing_are_refused(world: World, units: dict[str, int]) -> None:
    with pytest.raises(ServiceError, match="MinInferenceUnits must be at least 1"):
        world.operations["StartProjectVersion"]({"ProjectVersionArn": VERSION, **units})


def test_only_a_running_model_reads_and_it_knows_what_it_has_not_seen_before(world: World) -> None:
    image = {"Bytes": (SAMPLES / "day" / "lantern 2.png").read_bytes()}
    code = refusal(lambda: world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image=image))
    assert code == "ResourceNotReadyException"
    world.tell(state="RUNNING")
    found = world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image=image, MinConfidence=80)["CustomLabels"]
    assert [label["Name"] for label in found] == ["lantern"]
    all_of_them = world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image=image, MinConfidence=0)
    assert len(all_of_them["CustomLabels"]) == 3
    one = world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image=image, MinConfidence=0, MaxResults=1)
    assert [label["Name"] for label in one["CustomLabels"]] == ["lantern"]


def test_images_are_refused_as_custom_labels_refuses_them(world: World) -> None:
    world.tell(state="RUNNING")

    def code(image: bytes) -> str:
        return refusal(lambda: world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image={"Bytes": image}))

    assert code(b"no picture") == "InvalidImageFormatException"
    assert code(picture((63, 200))) == "InvalidParameterException"
    assert code(picture((4097, 64))) == "ImageTooLargeException"
    world.client.detect_custom_labels(ProjectVersionArn=VERSION, Image={"Bytes": picture((64, 64))})


@pytest.mark.parametrize(
    "wish",
    [
        {"state": "STOPPED"},
        {"version_arn": VERSION, "state": "ASLEEP"},
        {"version_arn": VERSION, "start_delay_seconds": -1},
        {"version_arn": VERSION, "colour": "red"},
    ],
)
def test_a_wish_that_means_nothing_is_refused(world: World, wish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"want version_arn|must be"):
        change(world.store, wish)


def test_a_star_changes_every_version_and_the_delays_of_those_to_come(world: World) -> None:
    change(world.store, {"version_arn": "*", "start_delay_seconds": 5})
    world.start()
    world.pass_time(seconds=5)
    assert world.status() == "RUNNING"
    change(world.store, {"version_arn": "*", "state": "STOPPED"})
    assert world.status() == "STOPPED"


def picture(size: tuple[int, int]) -> bytes:
    body = io.BytesIO()
    Image.new("RGB", size, "white").save(body, "PNG")
    return body.getvalue()
