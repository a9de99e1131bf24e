"""Faces recognised by machines that come and go with the backlog, through everything that a user would deploy.

The machines are processes of this one, booted by the very user data; the local clock stands but for the ticks.
"""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dayshift.domain.faces import UNKNOWN
from local.fleet.control import Seen
from local.fleet.machine import Machine
from tests.e2e.api import Api, user
from tests.e2e.conftest import own_or_kept
from tests.e2e.fleet import Fleet
from tests.e2e.hazards import kill_at_random
from tests.e2e.portraits import NO_FACE, SIDE, gallery_photo, portrait, too_heavy
from tests.e2e.powered import until

VARIABLES = Path(__file__).parent / "fleet.tfvars"
OBAMA, BIDEN, COLLINS = "Barack Obama", "Joe Biden", "Eileen Collins"
IMAGES, UPLOADERS = 1000, 4
BOOT_SECONDS, READ_SECONDS = 120, 300
FREE_SECONDS = 75  # protection is kept for half a minute, and an idle worker polls for twenty seconds


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """The fleet before its first image, on a local AWS of its own; it knows two people."""
    with own_or_kept(tmp_path_factory, "fleet") as aws:
        fleet = Fleet(aws, aws.deploy(VARIABLES).values, "faces")
        enrol(fleet, OBAMA)
        enrol(fleet, COLLINS)
        yield fleet


@pytest.fixture(scope="module")
def beside() -> Iterator[ThreadPoolExecutor]:
    """Two other people at work."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_fifty_and_then_a_hundred_at_once_wake_two_workers_and_then_four_which_name_each_face(faces: Fleet) -> None:
    upload_many(faces, 50, (OBAMA, UNKNOWN), "fifty")
    until(lambda: faces.depth() == 50, "50 messages in the queue")
    assert (faces.machines(), faces.desired(), faces.gate()) == ((), 0, False)
    faces.tick()
    assert (len(faces.machines()), faces.desired(), faces.gate()) == (2, 2, False)
    upload_many(faces, 100, (OBAMA, UNKNOWN), "hundred")
    until(lambda: faces.depth() == 150, "150 messages in the queue")
    faces.tick()
    assert faces.desired() == 4
    until(lambda: len(faces.serving()) == 4, "all four are ready", BOOT_SECONDS)
    faces.tick()
    assert faces.gate()
    read(faces)


def test_what_kills_the_decoder_is_refused_and_the_worker_goes_on(faces: Fleet) -> None:
    heavy = faces.upload("too heavy.png", too_heavy(), "nobody can tell")
    upload_many(faces, 8, (OBAMA, COLLINS), "beside it")
    faces.wait(READ_SECONDS)
    refused = faces.record(heavy)
    assert (refused["status"], refused["reason"].split(":")[0]) == ("rejected", "crashes_decoder")
    del faces.uploaded[heavy]
    read(faces)


def test_two_people_who_send_a_test_jpg_each_get_their_own_answer(faces: Fleet) -> None:
    stem = f"arn:aws:execute-api:us-east-1:000000000000:{Api(faces.aws, faces.deployment).id}/api/*"
    ada, bob = (Api(faces.aws, faces.deployment, user(faces.aws, name, stem)) for name in ("ada", "bob"))
    wanted = {(ada, OBAMA): "", (bob, COLLINS): ""}
    for one, person in wanted:
        wanted[one, person] = one.upload("faces", portrait(person, 0))
    for (one, person), image in wanted.items():
        assert one.wait(image)["state"] == "done"
        assert [found["name"] for found in one.image(image)["result"]["detections"]] == [person]
    assert bob.ask("GET /images/{id}", id=wanted[ada, OBAMA]).status == 404
    kept = ada.recognize("faces", portrait(OBAMA, 1), "image/jpeg")
    assert (kept.status, kept.body["state"]) == (202, "queued")
    assert [found["name"] for found in ada.wait(kept.body["id"])["result"]["detections"]] == [OBAMA]
    for folder, person in (("one", OBAMA), ("two", COLLINS)):
        faces.upload(f"{folder}/test.jpg", portrait(person, 2), person)
    read(faces)


def test_a_thousand_at_once_are_read_once_each_though_workers_are_killed_and_the_gallery_changes(
    faces: Fleet, beside: ThreadPoolExecutor
) -> None:
    before, dice = sum(faces.versions().values()), random.Random(7)  # the same dice in every run
    enrol(faces, BIDEN)
    removing = beside.submit(remove, faces, COLLINS)
    uploading = beside.submit(upload_many, faces, IMAGES, (OBAMA, NO_FACE), "thousand")
    done = kill_at_random(faces, dice, IMAGES * 2 // 5, before)
    assert done.total() >= 10, done
    uploading.result()
    until(lambda: len(faces.serving()) == 4, "those that were lost are replaced", BOOT_SECONDS)
    there = {machine.instance_id: machine for machine in faces.serving()}
    faces.autoscaling.set_desired_capacity(AutoScalingGroupName=faces.group, DesiredCapacity=2)
    read(faces)
    until(lambda: len(faces.machines()) == 2, "two are let go", FREE_SECONDS)
    still = {machine.instance_id for machine in faces.machines()}
    assert all(left_in_order(machine) for name, machine in there.items() if name not in still)
    assert faces.depth("dlq_url") == 0
    removing.result()  # whoever removes somebody waits until every worker has looked again


def test_who_was_enrolled_is_named_and_of_who_was_removed_nothing_is_left_but_records(faces: Fleet) -> None:
    for number in range(8):
        faces.upload(f"later/{number} new.jpg", portrait(BIDEN, number), BIDEN)
        faces.upload(f"later/{number} gone.jpg", portrait(COLLINS, number), UNKNOWN)
    read(faces)
    assert traces(faces, COLLINS) == []
    assert len(traces(faces, BIDEN)) >= 2  # a photo, and an index


def test_without_work_the_last_worker_goes(faces: Fleet) -> None:
    last = faces.machines()
    until(lambda: not any(machine.is_protected for machine in faces.machines()), "nobody is protected", FREE_SECONDS)
    assert faces.tick_until(lambda: faces.desired() == 0, "none is wanted", 15) >= 3
    assert not faces.gate()
    until(lambda: faces.machines() == (), "none is left")
    assert [machine.instance_id for machine in last if not left_in_order(machine)] == []


def test_switched_off_at_work_it_finishes_what_it_has_and_the_rest_waits(faces: Fleet) -> None:
    before = sum(faces.versions().values())
    # So large that what a gate lets through until all have seen it closed, fifteen seconds at most, is not all of them.
    upload_many(faces, 100, (OBAMA,), "off", side_pixels=1600)
    until(lambda: faces.depth() == 100, "100 messages in the queue")
    faces.tick()
    until(lambda: len(faces.serving()) == 4, "all four are ready", BOOT_SECONDS)
    faces.tick()
    until(lambda: sum(faces.versions().values()) > before, "they are at work")
    assert faces.dayshift("off", "faces", "--for", "2h").returncode == 0
    faces.tick_until(lambda: faces.desired() == 0, "none is wanted", 15)
    until(lambda: faces.machines() == (), "none is left", FREE_SECONDS)
    written = faces.versions()
    assert set(written.values()) == {1}
    assert faces.depth("dlq_url") == 0
    assert faces.depth() == len(faces.waiting()) > 0


def test_destroy_ends_machines_that_work(faces: Fleet) -> None:
    assert [change for change in faces.aws.plan(VARIABLES) if not change.is_emulators_fault] == []
    assert faces.dayshift("auto", "faces").returncode == 0
    faces.tick()
    until(lambda: len(faces.serving()) > 0, "one is ready", BOOT_SECONDS)
    machines = [Machine(machine.folder) for machine in faces.machines()]
    faces.aws.destroy(VARIABLES)
    assert faces.aws.machines.all() == ()
    assert faces.autoscaling.describe_auto_scaling_groups()["AutoScalingGroups"] == []
    assert not any(machine.is_on() for machine in machines)


def upload_many(fleet: Fleet, count: int, people: tuple[str, ...], folder: str, side_pixels: int = SIDE) -> None:
    """So many pictures, of these people in turn; a stranger is one whom nobody has enrolled yet."""

    def one(number: int) -> None:
        person = people[number % len(people)]
        body = portrait(BIDEN if person == UNKNOWN else person, number, side_pixels)
        fleet.upload(f"{folder}/{number:04} + ü.jpg", body, person)

    with ThreadPoolExecutor(UPLOADERS) as pool:
        list(pool.map(one, range(count)))


def read(fleet: Fleet) -> None:
    """Waits until every image is, once, and looks at whom each is said to show."""
    fleet.wait(READ_SECONDS)
    named = fleet.names().items()
    assert {image: names for image, names in named if names != shown(fleet.uploaded[image])} == {}
    assert set(fleet.versions().values()) == {1}
    fleet.uploaded.clear()


def shown(person: str) -> list[str]:
    """The names that a picture of this person has."""
    return [] if person == NO_FACE else [person]


def enrol(fleet: Fleet, person: str) -> None:
    """By the command."""
    done = fleet.dayshift("faces", "enroll", person, gallery_photo(person), "--consent")
    assert done.returncode == 0, done.stderr


def remove(fleet: Fleet, person: str) -> None:
    """By the command, which watches the workers for a while."""
    done = fleet.dayshift("faces", "remove", person, "--yes")
    assert done.returncode == 0, done.stderr


def traces(fleet: Fleet, person: str) -> list[str]:
    """What there is of a person in either bucket, in any version, apart from records: keys, and what names them."""
    found = []
    for bucket in (fleet.images, fleet.results):
        for page in fleet.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found += [each["Key"] for each in page.get("DeleteMarkers", ()) if person in each["Key"]]
            for each in page.get("Versions", ()):
                if person in each["Key"] or (
                    is_computed(each["Key"]) and person.encode() in fleet.content(bucket, each)
                ):
                    found.append(each["Key"])
    return found


def is_computed(key: str) -> bool:
    """Whether it is something that the system wrote down, and no record."""
    return not key.startswith(("incoming/", "gallery/", "results/", "csv/"))


def left_in_order(machine: Seen) -> bool:
    """Whether its worker has said that it leaves with nothing in hand."""
    return '"worker_left"' in machine.log()
