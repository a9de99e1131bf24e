"""`dayshift faces remove`: consent that is taken back leaves nothing by which somebody could be recognised."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.cli.conftest import IMAGES, RESULTS
from tests.unit.cli.fleet import Faces, deploy_faces, photo_bytes


class Clock:
    """Time that passes only where somebody sleeps; `worker` is called after each sleep with the seconds so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.worker: Callable[[float], None] = lambda seconds: None

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.worker(self.seconds)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("dayshift_cli.forgetting.time.sleep", clock.sleep)
    monkeypatch.setattr("dayshift_cli.forgetting.time.monotonic", lambda: clock.seconds)
    return clock


@pytest.fixture
def faces(aws: Any) -> Faces:
    """Ada with three photos in five versions and a delete marker, Grace with one; two indexes, one of them twice."""
    faces = deploy_faces(aws)
    for key in ("Ada/1.jpg", "Ada/1.jpg", "Ada/2.jpg", "Ada/2.jpg", "Grace/1.png"):
        faces.put(f"gallery/{key}", f"{key}{time.monotonic_ns()}".encode())
    faces.put("gallery/Ada/gone.jpg")
    faces.index("f1", {"gallery/Ada/1.jpg": 1, "gallery/Grace/1.png": 1})
    aws.s3.delete_object(Bucket=IMAGES, Key="gallery/Ada/gone.jpg")
    faces.index("f2", {"gallery/Ada/2.jpg": 1})
    faces.index("f2", {"gallery/Ada/2.jpg": 1})
    return faces


def test_every_version_and_marker_of_the_photos_and_every_index_goes(aws: Any, faces: Faces) -> None:
    assert len(faces.left(IMAGES, "gallery/Ada/")) == 6
    result = aws.run("faces", "remove", "Ada", "--yes")
    assert result.exit_code == 0, result.stderr
    assert faces.left(IMAGES, "gallery/") == ["gallery/Grace/1.png"]
    assert faces.left(RESULTS, "_gallery/") == []
    assert "3 photos of Ada in 6 versions, and all 3 versions of what faces computed of the gallery" in result.stderr


def test_it_asks_and_a_no_deletes_nothing(aws: Any, faces: Faces) -> None:
    result = aws.run("faces", "remove", "Ada", stdin="n\n")
    assert result.exit_code == 1
    assert "Forget Ada? [y/N]" in result.stderr
    assert "Nothing was deleted." in result.stderr
    assert len(faces.left(IMAGES, "gallery/")) == 7
    assert aws.run("faces", "remove", "Ada", stdin="y\n").exit_code == 0
    assert faces.left(IMAGES, "gallery/Ada/") == []


def test_the_photos_go_before_the_indexes_so_that_none_is_made_of_them_again(aws: Any, faces: Faces) -> None:
    aws.calls.clear()
    aws.run("faces", "remove", "Ada", "--yes")
    buckets = [given["Bucket"] for operation, given in aws.calls if operation == "DeleteObjects"]
    assert buckets == [IMAGES, RESULTS]


def test_other_models_indexes_of_the_same_gallery_go_too_and_of_another_gallery_stay(aws: Any, faces: Faces) -> None:
    models = aws.deployment["models"]
    models["doors"], models["elsewhere"] = models["faces"] | {}, models["faces"] | {"gallery": "other/"}
    aws.redeploy()
    for model in ("doors", "elsewhere", "facesbeside"):
        aws.s3.put_object(Bucket=RESULTS, Key=f"_gallery/{model}/f1.json", Body=b"{}")
    result = aws.run("faces", "remove", "Ada", "--yes", "--model", "faces", "--no-wait")
    assert result.exit_code == 0, result.stderr
    assert faces.left(RESULTS, "_gallery/") == ["_gallery/elsewhere/f1.json", "_gallery/facesbeside/f1.json"]


@pytest.mark.parametrize("how", ["key", "file", "on disk"])
def test_one_photo_goes_and_the_person_stays(aws: Any, faces: Faces, tmp_path: Path, how: str) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.png").write_bytes(photo_bytes(number))
        aws.run("faces", "enroll", "Ada", tmp_path / f"{number}.png", "--consent")
    key = next(given["Key"] for operation, given in aws.calls if operation == "PutObject" and "Metadata" in given)
    photo = {"key": key, "file": key.rpartition("/")[2], "on disk": str(tmp_path / "1.png")}[how]
    before = set(faces.left(IMAGES, "gallery/"))
    result = aws.run("faces", "remove", "Ada", photo, "--yes", "--output", "json")
    assert result.exit_code == 0, result.stderr
    assert before - set(faces.left(IMAGES, "gallery/")) == {key}
    assert faces.left(RESULTS, "_gallery/") == []
    values = [json.loads(line) for line in result.stdout.splitlines()]
    assert [value for value in values if value["what"] == "photo"] == [
        {"person": "Ada", "what": "photo", "key": key, "versions": 1}
    ]
    assert "dayshift purge" not in result.stderr


def test_a_photo_that_is_not_theirs_is_wrong_usage(aws: Any, faces: Faces) -> None:
    result = aws.run("faces", "remove", "Ada", "gallery/Grace/1.png", "--yes")
    assert result.exit_code == 2
    assert "Ada has no photo 'gallery/Grace/1.png'; there are: 1.jpg, 2.jpg, gone.jpg." in " ".join(
        result.stderr.split()
    )
    assert len(faces.left(IMAGES, "gallery/")) == 7


def test_nobody_of_that_name_is_an_error_that_names_those_there_are(aws: Any, faces: Faces) -> None:
    result = aws.run("faces", "remove", "Adam", "--yes")
    assert result.exit_code == 1
    assert "nobody called 'Adam' in the gallery; there is: Ada, Grace." in result.stderr
    assert len(faces.left(RESULTS, "_gallery/")) == 3


def test_where_an_earlier_removal_broke_off_what_is_left_of_the_person_goes(aws: Any, faces: Faces) -> None:
    aws.refuse("DeleteObjects", "SlowDown")
    assert aws.run("faces", "remove", "Ada", "--yes").exit_code == 1
    del aws.answers["DeleteObjects"]
    for one in aws.s3.list_object_versions(Bucket=IMAGES, Prefix="gallery/Ada/")["Versions"]:
        aws.s3.delete_object(Bucket=IMAGES, Key=one["Key"], VersionId=one["VersionId"])
    for one in aws.s3.list_object_versions(Bucket=IMAGES, Prefix="gallery/Ada/")["DeleteMarkers"]:
        aws.s3.delete_object(Bucket=IMAGES, Key=one["Key"], VersionId=one["VersionId"])
    assert aws.run("faces", "remove", "Ada", "--yes").exit_code == 0
    assert faces.left(RESULTS, "_gallery/") == []
    assert aws.run("faces", "remove", "Ada", "--yes").exit_code == 1, "now there is nothing left of her"


def test_whoever_lies_deeper_or_is_spelled_otherwise_goes_with_their_folder(aws: Any, faces: Faces) -> None:
    for key in ("gallery/Zoe\u0308/1.jpg", "gallery/Zoë/old/2.jpg", "gallery/Zoë/notes.txt", "gallery/Zoë2/1.jpg"):
        faces.put(key)
    assert aws.run("faces", "remove", "Zoë", "--yes").exit_code == 0
    assert [key for key in faces.left(IMAGES, "gallery/") if "Zo" in key] == ["gallery/Zoë2/1.jpg"]


def test_workers_that_run_are_watched_and_what_they_had_begun_goes(aws: Any, faces: Faces, clock: Clock) -> None:
    faces.run(2)
    index = faces.index("f9", {"gallery/Ada/1.jpg": 1})
    body = aws.s3.get_object(Bucket=RESULTS, Key=index)["Body"].read()
    clean = b'{"v":1,"photos":[{"person":"Grace","key":"gallery/Grace/1.png"}]}'

    def worker(seconds: float) -> None:
        if seconds == 60:
            aws.s3.put_object(Bucket=RESULTS, Key="_gallery/faces/late.json", Body=body)
            aws.s3.put_object(Bucket=RESULTS, Key="_gallery/faces/clean.json", Body=clean)

    clock.worker = worker
    result = aws.run("faces", "remove", "Ada", "--yes")
    assert result.exit_code == 0, result.stderr
    assert "Deleted 1 more that workers had begun before." in result.stderr
    assert faces.left(RESULTS, "_gallery/") == ["_gallery/faces/clean.json"]
    assert clock.seconds >= 90, "a worker looks once a minute, and then computes"


def test_while_no_worker_is_there_nothing_is_waited_for(aws: Any, faces: Faces, clock: Clock) -> None:
    assert aws.run("faces", "remove", "Ada", "--yes").exit_code == 0
    assert clock.seconds == 0


def test_who_may_not_see_the_workers_waits_as_if_they_ran(aws: Any, faces: Faces, clock: Clock) -> None:
    aws.refuse("DescribeAutoScalingGroups", "AccessDenied")
    result = aws.run("faces", "remove", "Ada", "--yes")
    assert result.exit_code == 0, result.stderr
    assert clock.seconds >= 90


def test_without_waiting_it_says_to_come_again(aws: Any, faces: Faces, clock: Clock) -> None:
    faces.run(1)
    result = aws.run("faces", "remove", "Ada", "--yes", "--no-wait")
    assert "run it again in two minutes" in result.stderr
    assert clock.seconds == 0


def test_it_says_what_stays_and_how_it_is_found(aws: Any, faces: Faces) -> None:
    faces.put("gallery/O'Ne\"il/1.jpg")
    said = aws.run("faces", "remove", "O'Ne\"il", "--yes").stderr
    assert "results that name them already" in said
    assert "dayshift results --model faces --limit 0 --output json | jq -r" in said
    assert "'select(any(.detections[]; .name == \"O'\"'\"'Ne\\\"il\")) | .image.key'" in said, (
        "a shell takes it as it is"
    )
    assert "dayshift purge faces" in said
