"""What a transform job is given lies where only it looks; of what it brings, only what was asked for counts."""

import json
import threading
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from dayshift.adapters.batch_transform import BatchTransform
from dayshift.adapters.transform_files import LARGEST_ANSWER_BYTES, PUTS_AT_ONCE, Place, TransformParcel
from dayshift.adapters.transform_model import TransformModel
from dayshift.domain.detections import Detection, Kind, Prediction
from dayshift.domain.errors import TransientError
from dayshift.domain.job_ports import Results
from tests.fakes import RESULTS
from tests.unit.adapters.transforms import INPUT, MANIFEST, ORDER, OUTPUT, another_attempt, flowers
from tests.unit.adapters.wire import Wire

ROSE = Prediction((Detection(Kind.CLASS, "rose", 90.0),), "acme-prod-flowers-1a2b3c4d", 0.0)


def service(s3: S3Client, **options: Any) -> BatchTransform:
    return BatchTransform(Wire("sagemaker").client, s3, flowers(**options), RESULTS)


def packed(s3: S3Client, *indexes: int, **options: Any) -> None:
    parcel = service(s3, **options).parcel(ORDER)
    for index in indexes:
        parcel.add(index, ORDER.images[index].image, b"image %d" % index, "png" if index == 1 else "jpeg")
    parcel.close()


def content(s3: S3Client, key: str) -> bytes:
    return s3.get_object(Bucket=RESULTS, Key=key)["Body"].read()


def keys(s3: S3Client) -> list[str]:
    return [one["Key"] for one in s3.list_objects_v2(Bucket=RESULTS).get("Contents", [])]


def answered(s3: S3Client, **bodies: bytes) -> None:
    """Answers in the output folder: `_0000_jpg` is 0000.jpg.out."""
    for name, body in bodies.items():
        s3.put_object(Bucket=RESULTS, Key=f"{OUTPUT}{name.strip('_').replace('_', '.')}.out", Body=body)


def read(s3: S3Client, **options: Any) -> Results:
    return service(s3, **options).results(ORDER)


def test_images_lie_under_their_indexes_and_the_manifest_names_them(s3: S3Client) -> None:
    packed(s3, 0, 1)
    assert [content(s3, f"{INPUT}{name}") for name in ("0000.jpg", "0001.png")] == [b"image 0", b"image 1"]
    assert json.loads(content(s3, MANIFEST)) == [{"prefix": f"s3://{RESULTS}/{INPUT}"}, "0000.jpg", "0001.png"]


def test_within_json_the_image_lies_there_as_json(s3: S3Client) -> None:
    packed(s3, 0, json='{"b64": "$image"}')
    assert content(s3, f"{INPUT}0000.jpg") == b'{"b64": "aW1hZ2UgMA=="}'


def test_a_parcel_that_was_never_closed_is_no_input(s3: S3Client) -> None:
    parcel = service(s3).parcel(ORDER)
    for index in range(PUTS_AT_ONCE + 1):
        parcel.add(index, ORDER.images[0].image, b"image", "jpeg")
    assert MANIFEST not in keys(s3)


def test_packed_again_with_fewer_images_only_those_are_sent(s3: S3Client) -> None:
    packed(s3, 0, 1, 2)
    packed(s3, 2)
    assert json.loads(content(s3, MANIFEST))[1:] == ["0002.jpg"]


def test_no_more_images_are_held_than_are_written_at_once(s3: S3Client) -> None:
    gate, writing, most = threading.Event(), threading.Semaphore(0), 0

    class Slow:
        def put_object(self, **_: Any) -> None:
            writing.release()
            assert gate.wait(10)

    slow: Any = Slow()
    parcel = TransformParcel(slow, Place.of(RESULTS, ORDER), TransformModel.of(flowers()))

    def take() -> None:
        for index in range(9):
            parcel.add(index, ORDER.images[0].image, b"", "jpeg")

    taken = threading.Thread(target=take)
    taken.start()
    while writing.acquire(timeout=0.5):
        most += 1
    gate.set()
    taken.join()
    parcel.close()
    assert most == PUTS_AT_ONCE


def test_an_image_that_cannot_be_written_leaves_no_manifest(s3: S3Client) -> None:
    parcel = TransformParcel(s3, Place("no-such-bucket", "job-files/"), TransformModel.of(flowers()))
    parcel.add(0, ORDER.images[0].image, b"image", "jpeg")
    with pytest.raises(TransientError, match="NoSuchBucket while writing job-files/input/0000"):
        parcel.close()


def test_answers_become_predictions_by_index(s3: S3Client) -> None:
    answered(s3, _0000_jpg=b'{"rose": 0.9}', _0001_png=b"[]")
    nothing = Prediction((), "acme-prod-flowers-1a2b3c4d", 0.0)
    assert read(s3) == Results({0: ROSE, 1: nothing}, {}, "no answer for 1 images")


def test_the_class_file_names_what_is_numbered(s3: S3Client) -> None:
    s3.put_object(Bucket=RESULTS, Key="_models/flowers.txt", Body=b"rose\ntulip\n")
    answered(s3, _0000_jpg=b"[0.9, 0.05]")
    found = read(s3, classes={"bucket": RESULTS, "key": "_models/flowers.txt"}, minimum_confidence_percent=50)
    assert found.predictions == {0: ROSE}


def test_an_answer_may_say_that_the_image_is_none(s3: S3Client) -> None:
    answered(s3, _0000_jpg=b'{"error": "cannot identify\\u0007\\nimage file"}', _0001_jpg=b'{"error": 0.5}')
    found = read(s3)
    assert found.refusals == {0: "cannot identify image file"}
    assert found.predictions[1].detections[0].name == "error"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"<html>", "0000: no JSON"),
        (b"[" * 100_000, "0000: no JSON"),
        (b'{"rose": "0.9"}', "0000: wanted a number"),
        (b'{"rose": 7}', "0000: a score of 7 is none of probabilities"),
        (b'{"rose": NaN}', "0000: no JSON (NaN is no number)"),
        (b'"rose"', "0000: wanted a list or an object"),
        (b'{"error": "why", "rose": 1}', "0000: wanted a number"),
        (b" " * (LARGEST_ANSWER_BYTES + 1), "0000.jpg.out: 1,048,577 bytes, and at most 1,048,576 are read"),
    ],
)
def test_an_answer_that_does_not_fit_counts_for_nothing_and_is_named(s3: S3Client, answer: bytes, said: str) -> None:
    answered(s3, _0000_jpg=answer, _0001_jpg=b'{"rose": 0.9}')
    found = read(s3)
    assert (found.predictions, found.refusals) == ({1: ROSE}, {})
    assert found.problem is not None
    assert said in found.problem


def test_what_nobody_asked_for_or_is_there_twice_counts_for_nothing(s3: S3Client) -> None:
    answered(s3, _0003_jpg=b'{"rose": 0.9}', readme=b"hello", _0001_gif=b'{"rose": 0.9}', _0002_jpg=b'{"rose": 0.9}')
    for key in ("again/0002.jpg.out", "0001.jpg"):
        s3.put_object(Bucket=RESULTS, Key=f"{OUTPUT}{key}", Body=b'{"tulip": 1}')
    said = "0001.gif.out: nobody asked for it; 0001.jpg: nobody asked for it; 0002.jpg.out: it is there 2 times"
    assert read(s3) == Results({}, {}, f"{said}; and 3 more; no answer for 3 images")


def test_answers_in_a_subfolder_are_found_by_their_file_names(s3: S3Client) -> None:
    s3.put_object(Bucket=RESULTS, Key=f"{OUTPUT}input/0000.jpg.out", Body=b'{"rose": 0.9}')
    assert read(s3).predictions == {0: ROSE}


def test_where_nothing_lies_the_place_is_said(s3: S3Client) -> None:
    assert read(s3) == Results({}, {}, f"nothing lies under s3://{RESULTS}/{OUTPUT}; no answer for 3 images")


def test_each_attempt_has_its_own_folder(s3: S3Client) -> None:
    answered(s3, _0000_jpg=b'{"rose": 0.9}')
    assert service(s3).results(another_attempt()).predictions == {}


def test_more_answers_than_a_page_are_all_read(s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    answered(s3, _0000_jpg=b'{"rose": 0.9}', _0001_jpg=b'{"rose": 0.9}', _0002_jpg=b'{"rose": 0.9}')
    assert read(s3).predictions == dict.fromkeys(range(3), ROSE)
    assert read(s3).problem is None
