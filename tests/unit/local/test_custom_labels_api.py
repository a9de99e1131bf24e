"""Project versions as boto3 asks for them: names, tags, pages, images, refusals; and the controls."""

from typing import Any

import pytest

from local.places import SAMPLES
from local.services.model_controls import change, shown
from local.services.service_error import ServiceError
from tests.unit.local.custom_labels import PLACE, PROJECT, VERSION, World, picture, refusal


@pytest.fixture
def world() -> World:
    return World()


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
